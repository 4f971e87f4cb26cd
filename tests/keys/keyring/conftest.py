"""A keyring with one organisation that has a DSL; cheap scrypt, real keys."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from keys.keyring import Keyring, NodeSecret, RecoverySheet

NOW = datetime(2026, 9, 1, 12, 0, 0, 123456, tzinfo=UTC)
ORG = "11111111-1111-4111-8111-111111111111"
OTHER_ORG = "22222222-2222-4222-8222-222222222222"
NODE_KEY = bytes(range(32))
DSL = "correct horse battery"


class Home:
    """A folder with a keyring in it, and the sheets that were printed."""

    def __init__(self, root: Path) -> None:
        self.folder = root / "keys"
        self.keyring = Keyring.create(self.folder, NodeSecret(node_key=NODE_KEY))
        self.sheets: tuple[RecoverySheet, ...] = self.keyring.add_organisation(
            ORG, NOW, dsl_passphrase=DSL, log_n=10
        )

    @property
    def file(self) -> Path:
        return self.folder / f"{ORG}.json"

    def again(self) -> Keyring:
        """Return the keyring as another process would open it."""
        return Keyring.unlock(self.folder, NodeSecret(node_key=NODE_KEY))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)
