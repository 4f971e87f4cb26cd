"""A face whose directory is missing or too old says "later", and never that the sender is wrong."""

from __future__ import annotations

from datetime import datetime

import pytest

from exchange.errors import ExchangeError, TrustError, Wrapped
from exchange.faces.delivery.app import create_app
from keys.ssh_keys import SshPublicKey
from tests.exchange.services.town import PRIMARY, SECONDARY, Town, uuid

URL = "https://river.example"


@pytest.mark.parametrize(
    "trouble",
    [Wrapped("directory-missing"), Wrapped("directory-expired"), TrustError("directory-expired")],
)
def test_try_again_later(town: Town, trouble: ExchangeError) -> None:
    def lookup(key_id: str, at: datetime) -> tuple[str, SshPublicKey]:
        raise trouble

    house = town.secondary
    app = create_app(house.desk, lookup, house.store, town.clock, public_url=URL)
    path = f"/v1/receipts/{SECONDARY}/{uuid(9)}?after=0"
    headers = town.vault.request_signer(PRIMARY).sign_request("GET", URL + path, {}, None)
    answer = app.test_client().get(path, headers=headers)
    assert (answer.status_code, answer.get_json()["code"]) == (503, trouble.code)
    assert answer.headers["Retry-After"]
