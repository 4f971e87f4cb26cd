"""The file of sign-in providers: read strictly, and no secret of it in any message."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from exchange.errors import SettingsError
from exchange.settings import Home, Settings
from exchange.store.clock import SystemClock
from exchange.wiring.signing_in import providers_of

GOOD: dict[str, Any] = {
    "code": "microsoft",
    "label": "Microsoft",
    "issuer": "https://login.example/tenant/v2.0",
    "client_id": "id",
    "client_secret": "MARKER-secret",
    "mfa": "amr",
    "mfa_values": ["mfa"],
    "tenants": [],
    "trusts_email": True,
}


def read(tmp_path: Path, value: Any) -> Any:
    file = tmp_path / "sign-in.json"
    file.write_text(value if isinstance(value, str) else json.dumps(value))
    home = Home(tmp_path / "home")
    return providers_of(home, Settings(sign_in_file=str(file)), SystemClock())


def test_no_file_no_provider(tmp_path: Path) -> None:
    assert providers_of(Home(tmp_path), Settings(), SystemClock()) == {}


def test_a_provider(tmp_path: Path) -> None:
    found = read(tmp_path, [GOOD])
    assert found["microsoft"].settings.mfa_values == ("mfa",)
    assert "MARKER" not in repr(found["microsoft"].settings)


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ("{", ""),
        ({}, ""),
        ([1], "/0"),
        ([{**GOOD, "MARKER": 1}], "/0"),
        ([{**GOOD, "client_id": ""}], "/0/client_id"),
        ([{**GOOD, "mfa": "MARKER"}], "/0/mfa"),
        ([{**GOOD, "tenants": "MARKER"}], "/0/tenants"),
        ([{**GOOD, "trusts_email": "yes"}], "/0/trusts_email"),
        ([{**GOOD, "issuer": "http://login.example"}], "/0/issuer"),
        ([{**GOOD, "code": "../x"}], "/0/code"),
        ([GOOD, GOOD], "/code"),
        ([{**GOOD, "client_secret": 5}], "/0/client_secret"),
    ],
)
def test_a_file_that_is_wrong(tmp_path: Path, value: Any, path: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read(tmp_path, value)
    assert caught.value.path == f"/sign_in_file{path}"
    assert "MARKER" not in f"{caught.value!r}{caught.value.hint}"


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SettingsError):
        providers_of(Home(tmp_path), Settings(sign_in_file="gone.json"), SystemClock())
