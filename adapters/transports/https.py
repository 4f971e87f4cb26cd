"""Packs over HTTPS to a partner's delivery face; the protocol is docs/delivery-protocol.md.

A pack is announced first (envelope and signature, authenticated before a byte of the body is
taken) and then streamed up in constant memory. A status code is never a receipt: it says that
the bytes are durable there, no more.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from typing import BinaryIO, NoReturn

from adapters.transports.wire import Answer, Peer
from exchange.errors import TransportError, TransportRefused
from exchange.ports import Parcel, SignedReceipt
from keys.directory import Endpoint
from keys.httpsig import content_digest, content_digest_of
from keys.interfaces import RequestSigner
from schemas.errors import SchemaError
from schemas.strict_json import JsonValue, dumps, loads

_CODE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_CODE_LENGTH = 64
_TRY_AGAIN = frozenset({408, 425, 429})
_RECEIPTS_AT_MOST = 1000


class HttpsTransport:
    """Delivers to one partner's endpoint in the name of one organisation."""

    def __init__(
        self, endpoint: Endpoint, signer: RequestSigner, *, allow_private: bool = False
    ) -> None:
        """Make a transport; nothing is connected yet.

        :param allow_private: the setting ``allow_private_endpoints``.
        :raises TransportRefused: ``endpoint-invalid``.
        """
        self._peer = Peer.of(endpoint.url, endpoint.tls_sha256, allow_private)
        self._signer = signer

    def deliver(self, parcel: Parcel, content: BinaryIO) -> None:
        """Announce the pack and stream it up; again is no error.

        :raises TransportError: not now: no connection, an overloaded peer, no sense in its answer.
        :raises TransportRefused: for good: the peer's code, ``private-endpoint``,
            ``tls-certificate-unexpected``, ``endpoint-redirects``.
        """
        if self._announce(parcel):
            return
        path = f"/v1/deliveries/{parcel.recipient}/{parcel.sender}/{parcel.bundle_id}"
        answer = self._send(
            "PUT",
            path,
            {"Content-Type": "application/zip"},
            content_digest(bytes.fromhex(parcel.sha256)),
            content,
            parcel.size,
        )
        _require(answer, {200, 201}, "stored")

    def _announce(self, parcel: Parcel) -> bool:
        """Return whether the pack is there already."""
        body = dumps(
            {
                "recipient": parcel.recipient,
                "envelope": base64.b64encode(parcel.envelope).decode(),
                "signature": base64.b64encode(parcel.envelope_signature).decode(),
                "size": parcel.size,
            }
        )
        headers = {"Content-Type": "application/json"}
        answer = self._send(
            "POST", "/v1/deliveries", headers, content_digest_of(body), body, len(body)
        )
        if answer.status == 200:
            _require(answer, {200}, "stored")
            return True
        _require(answer, {201}, "announced")
        return False

    def receipts(
        self, sender: str, recipient: str, bundle_id: str, after: int
    ) -> Sequence[SignedReceipt]:
        """Return the receipts with ``seq`` greater than ``after``, in order, as they travelled.

        :raises TransportError: not now; ``answer-invalid``: no sense in the answer.
        :raises TransportRefused: ``not-found``: the peer knows no such pack of ours.
        """
        path = f"/v1/receipts/{recipient}/{bundle_id}?after={after}"
        answer = self._send("GET", path, {}, None)
        found = _object(answer, {200}).get("receipts")
        if not isinstance(found, list) or len(found) > _RECEIPTS_AT_MOST:
            raise _senseless()
        return [_receipt(one) for one in found]

    def _send(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        digest: str | None,
        body: bytes | BinaryIO | None = None,
        size: int = 0,
    ) -> Answer:
        plain = {"Accept": "application/json, application/problem+json", **headers}
        signed = self._signer.sign_request(method, self._peer.base + path, plain, digest)
        signed |= {"Accept-Encoding": "identity", "User-Agent": "sen-exchange"}
        return self._peer.exchange(method, path, signed, body, size)


def _object(answer: Answer, expected: set[int]) -> Mapping[str, JsonValue]:
    """Return the JSON object of an expected answer, or raise what the answer means."""
    if answer.status not in expected:
        _refuse(answer)
    if answer.media_type != "application/json":
        raise _senseless()
    return _parsed(answer)


def _require(answer: Answer, expected: set[int], state: str) -> None:
    """Believe a success only where the protocol's own words come with it.

    A captive portal or a broken proxy answers 200 to anything.
    """
    if _object(answer, expected).get("state") != state:
        raise _senseless()


def _refuse(answer: Answer) -> NoReturn:
    if 300 <= answer.status < 400:
        raise TransportRefused(
            "endpoint-redirects",
            "/endpoint",
            "The endpoint points elsewhere, which is not followed. The directory must name the"
            " right one.",
        )
    code = _problem_code(answer)
    if answer.status >= 500 or answer.status in _TRY_AGAIN:
        raise TransportError(code or "peer-unavailable", "/endpoint")
    if answer.status < 400 or code is None:
        raise _senseless()
    raise TransportRefused(code, "/endpoint")


def _problem_code(answer: Answer) -> str | None:
    """Return the code of a problem document (RFC 9457), or None where it is none of ours."""
    if answer.media_type != "application/problem+json":
        return None
    try:
        problem = _parsed(answer)
    except TransportError:
        return None
    code = problem.get("code")
    if problem.get("status") != answer.status or not isinstance(code, str):
        return None
    return code if len(code) <= _CODE_LENGTH and _CODE.fullmatch(code) else None


def _parsed(answer: Answer) -> Mapping[str, JsonValue]:
    try:
        value = loads(answer.body)
    except SchemaError:
        raise _senseless() from None
    if not isinstance(value, dict):
        raise _senseless()
    return value


def _receipt(value: JsonValue) -> SignedReceipt:
    if not isinstance(value, dict) or set(value) != {"receipt", "signature"}:
        raise _senseless()
    return SignedReceipt(_bytes(value["receipt"]), _bytes(value["signature"]))


def _bytes(value: JsonValue) -> bytes:
    try:
        return base64.b64decode(value.encode("ascii"), validate=True)  # type: ignore[union-attr]
    except (AttributeError, UnicodeEncodeError, binascii.Error):
        raise _senseless() from None


def _senseless() -> TransportError:
    return TransportError(
        "answer-invalid",
        "/endpoint",
        "Something other than a delivery face answers there. Nothing is lost; it will be tried"
        " again.",
    )
