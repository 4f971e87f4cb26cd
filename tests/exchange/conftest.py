"""One set of keys for the session; a fresh town for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.exchange.services.town import Town, copied_keys, make_keys


@pytest.fixture(scope="session")
def town_keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("town") / "keyring"
    make_keys(folder)
    return folder


@pytest.fixture
def town(town_keys: Path) -> Town:
    return Town(town_keys)


@pytest.fixture
def changing_town(town_keys: Path, tmp_path: Path) -> Town:
    """A town whose keys may be rotated."""
    return Town(copied_keys(town_keys, tmp_path))
