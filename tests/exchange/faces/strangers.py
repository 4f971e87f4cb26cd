"""What the attacks on the delivery face share: requests, signed and not, and what comes back."""

from __future__ import annotations

import base64
import http.client
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from keys.httpsig import HttpRequestSigner, content_digest_of
from schemas.strict_json import dumps
from tests.exchange.faces.neighbourhood import (
    Node,
    Pack,
    Party,
)

PRIMARY, OTHER, SECONDARY = Party("Primary"), Party("Other school"), Party("Secondary")


@dataclass
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def code(self) -> Any:
        return json.loads(self.body)["code"]


def line_to(node: Node) -> http.client.HTTPSConnection:
    context = ssl.create_default_context(cadata=node.tls.certificate.decode())
    return http.client.HTTPSConnection(node.url.removeprefix("https://"), context=context)


def call(
    node: Node, method: str, path: str, headers: Mapping[str, str], body: bytes | None = None
) -> Answer:
    line = line_to(node)
    try:
        line.request(method, path, body=body, headers=dict(headers))
        response = line.getresponse()
        return Answer(response.status, dict(response.headers), response.read())
    finally:
        line.close()


def signed(
    node: Node,
    party: Party,
    method: str,
    path: str,
    body: bytes | None = None,
    media_type: str = "application/json",
    at: datetime | None = None,
) -> dict[str, str]:
    signer = HttpRequestSigner(party.signing, lambda: at or datetime.now(UTC))
    headers = {} if body is None else {"Content-Type": media_type}
    digest = None if body is None else content_digest_of(body)
    return signer.sign_request(method, node.url + path, headers, digest)


def announcement(pack: Pack, **changes: object) -> bytes:
    values: dict[str, object] = {
        "recipient": pack.parcel.recipient,
        "envelope": base64.b64encode(pack.parcel.envelope).decode(),
        "signature": base64.b64encode(pack.parcel.envelope_signature).decode(),
        "size": pack.parcel.size,
    }
    return dumps(values | changes)


def announce(node: Node, pack: Pack, party: Party = PRIMARY, **changes: object) -> Answer:
    body = announcement(pack, **changes)
    headers = signed(node, party, "POST", "/v1/deliveries", body)
    return call(node, "POST", "/v1/deliveries", headers, body)


def path_of(pack: Pack) -> str:
    parcel = pack.parcel
    return f"/v1/deliveries/{parcel.recipient}/{parcel.sender}/{parcel.bundle_id}"


def upload(node: Node, pack: Pack, party: Party = PRIMARY, content: bytes | None = None) -> Answer:
    body = pack.content if content is None else content
    headers = signed(node, party, "PUT", path_of(pack), body, "application/zip")
    return call(node, "PUT", path_of(pack), headers, body)
