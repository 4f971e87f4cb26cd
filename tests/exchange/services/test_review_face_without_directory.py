"""A face whose directory is missing or too old says "later", and never that the sender is wrong."""

from __future__ import annotations

import base64
import io
from datetime import datetime

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from exchange.bundle.outer import read_outer
from exchange.errors import Wrapped
from exchange.faces.delivery.app import create_app
from exchange.ports import Directory
from exchange.services.arrive import ArrivalDesk
from keys.httpsig import content_digest_of
from keys.ssh_keys import SshPublicKey
from schemas.strict_json import dumps
from tests.exchange.services.town import PRIMARY, SECONDARY, Town, uuid

URL = "https://river.example"
CODES = ["directory-missing", "directory-expired"]


def face(town: Town, code: str, *, at_the_gate: bool) -> FlaskClient:
    def directory() -> Directory:
        raise Wrapped(code)

    def lookup(key_id: str, at: datetime) -> tuple[str, SshPublicKey]:
        current = directory() if at_the_gate else town.directory()
        found, key = current.find_signing_key(key_id, at)  # type: ignore[attr-defined]
        return found.org_id, key.public

    house = town.secondary
    desk = ArrivalDesk(house.store, house.blobs, directory, town.clock, town.limits)
    return create_app(desk, lookup, house.store, town.clock, public_url=URL).test_client()


def assert_later(answer: TestResponse, code: str) -> None:
    assert (answer.status_code, answer.get_json()["code"]) == (503, code)
    assert answer.headers["Retry-After"]


@pytest.mark.parametrize("code", CODES)
def test_at_the_gate(town: Town, code: str) -> None:
    path = f"/v1/receipts/{SECONDARY}/{uuid(9)}?after=0"
    headers = town.vault.request_signer(PRIMARY).sign_request("GET", URL + path, {}, None)
    answer = face(town, code, at_the_gate=True).get(path, headers=headers)
    assert_later(answer, code)


@pytest.mark.parametrize("code", CODES)
def test_at_the_desk(town: Town, code: str) -> None:
    _, content = town.packed()
    outer = read_outer(io.BytesIO(content))
    body = dumps(
        {
            "recipient": SECONDARY,
            "envelope": base64.b64encode(outer.envelope_bytes).decode(),
            "signature": base64.b64encode(outer.signature).decode(),
            "size": len(content),
        }
    )
    headers = town.vault.request_signer(PRIMARY).sign_request(
        "POST",
        f"{URL}/v1/deliveries",
        {"Content-Type": "application/json"},
        content_digest_of(body),
    )
    answer = face(town, code, at_the_gate=False).post("/v1/deliveries", data=body, headers=headers)
    assert_later(answer, code)
