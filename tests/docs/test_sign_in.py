"""The providers that docs/sign-in.md shows are ones that a node would start with."""

from __future__ import annotations

import re
from pathlib import Path

from exchange.settings import Home, Settings
from exchange.store.clock import SystemClock
from exchange.wiring.signing_in import providers_of

PAGE = Path(__file__).parents[2] / "docs" / "sign-in.md"


def test_the_examples_load(tmp_path: Path) -> None:
    shown = re.search(r"```json\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert shown is not None
    file = tmp_path / "sign-in.json"
    file.write_text(shown.group(1))
    settings = Settings(sign_in_file=str(file))
    found = providers_of(Home(tmp_path / "home"), settings, SystemClock())
    assert list(found) == ["microsoft", "google", "dfe"]
    assert not found["microsoft"].settings.trusts_email
