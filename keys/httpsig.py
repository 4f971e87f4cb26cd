"""Signed HTTP requests between nodes: RFC 9421 with Ed25519, bodies bound by RFC 9530 digests.

Covered, always and exactly, in this order: ``@method``, ``@authority``, ``@path``, ``@query``;
``content-digest`` and ``content-type`` where the request has them; and every header whose name
begins with ``sen-``. ``@target-uri`` is left out: it holds the scheme, which a node behind a proxy
that ends TLS cannot know, whereas host, path and query reach it unchanged. For the same reason the
date is the signed ``created`` parameter and not the ``Date`` header, which proxies and clients set.

The verifier derives the covered set from the headers that arrived and refuses any other, so that a
header can be neither added, dropped nor left unsigned. What :class:`VerifiedRequest` holds was
signed; nothing else of the request may be believed. Two checks remain the caller's: that the
body has the digest (hash it as it streams), and that ``nonce`` was never seen with this key.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from http_message_signatures import (
    HTTPMessageSignaturesException,
    HTTPMessageSigner,
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
    VerifyResult,
    algorithms,
)

from keys.errors import KeysError, SignatureInvalid
from keys.ssh_keys import SshPrivateKey, SshPublicKey

MAX_SKEW = timedelta(seconds=300)
TAG = "sen-node@v1"
LABEL = "sen"
_DERIVED = ("@method", "@authority", "@path", "@query")
_WHERE_PRESENT = ("content-digest", "content-type")
_PREFIX = "sen-"
_PARAMETERS = frozenset({"alg", "created", "keyid", "nonce", "tag"})
_NONCE = re.compile(r"[A-Za-z0-9_-]{22,64}")
_KEY_ID = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")
_DIGEST = re.compile(r"sha-256=:([A-Za-z0-9+/]{43}=):")
_MAX_FIELD = 4096
_HINT = "Ask whoever runs the other node to check its clock, its address and its keys."


@dataclass(frozen=True, slots=True)
class VerifiedRequest:
    """What a signature said; believe this and nothing else of the request.

    :param nonce: to be remembered with ``key_id`` for as long as ``created`` is acceptable.
    :param content_digest: SHA-256 of the body (32 bytes), or None: then there must be no body.
    :param covered: header name (lower case) or derived component to its signed value.
    """

    key_id: str
    nonce: str
    created: datetime
    content_digest: bytes | None
    covered: Mapping[str, str]


def content_digest(sha256: bytes) -> str:
    """Return the RFC 9530 field value of a body's SHA-256 (32 bytes).

    :raises SignatureInvalid: ``content-digest-invalid``: not 32 bytes.
    """
    if len(sha256) != 32:
        raise _refused("content-digest-invalid")
    return f"sha-256=:{base64.b64encode(sha256).decode('ascii')}:"


def content_digest_of(body: bytes) -> str:
    """Return the RFC 9530 field value of a small body held in memory."""
    return content_digest(hashlib.sha256(body).digest())


def parse_content_digest(header: str) -> bytes:
    """Return the SHA-256 in a field value; one digest, one spelling, nothing else.

    :raises SignatureInvalid: ``content-digest-invalid``.
    """
    match = _DIGEST.fullmatch(header)
    if match is None:
        raise _refused("content-digest-invalid")
    try:
        digest = base64.b64decode(match[1], validate=True)
    except binascii.Error:
        raise _refused("content-digest-invalid") from None
    if content_digest(digest) != header:
        raise _refused("content-digest-invalid")
    return digest


class HttpRequestSigner:
    """Signs requests with one Ed25519 key (implements ``keys.interfaces.RequestSigner``).

    :param clock: gives the time of ``created``.
    """

    def __init__(
        self, private: SshPrivateKey, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._private = private
        self._clock = clock

    def __repr__(self) -> str:
        return f"<HttpRequestSigner {self._private.public.key_id}>"

    @property
    def key_id(self) -> str:
        """Return the id of the key, which the signature names as ``keyid``."""
        return self._private.public.key_id

    def sign_request(
        self, method: str, url: str, headers: Mapping[str, str], content_digest: str | None
    ) -> dict[str, str]:
        """Return all headers to send: ``headers`` plus Content-Digest, Signature-Input, Signature.

        :param url: absolute, encoded, as it will be sent. Host, path and query are signed.
        :param headers: ``Content-Type`` and ``Sen-*`` are signed; the rest passes unsigned.
        :param content_digest: the RFC 9530 field value of the body, or None for an empty body.
        :raises SignatureInvalid: ``request-unsignable``: a header or URL that HTTP does not know.
        """
        sent = {name: value for name, value in headers.items() if name.lower() not in _OURS}
        if content_digest is not None:
            parse_content_digest(content_digest)
            sent["Content-Digest"] = content_digest
        request = _Request(method, url, sent)
        signer = HTTPMessageSigner(
            signature_algorithm=algorithms.ED25519, key_resolver=_OwnKey(self._private)
        )
        try:
            signer.sign(
                request,
                key_id=self.key_id,
                created=self._clock(),
                nonce=secrets.token_urlsafe(24),
                label=LABEL,
                tag=TAG,
                covered_component_ids=_expected(sent),
                use_existing_digest=content_digest is not None,
            )
        except HTTPMessageSignaturesException:
            raise _refused("request-unsignable") from None
        return sent


def verify_request(
    method: str,
    url: str,
    headers: Mapping[str, str],
    *,
    find_key: Callable[[str], SshPublicKey | None],
    now: datetime,
    max_skew: timedelta = MAX_SKEW,
) -> VerifiedRequest:
    """Return what the request's signature covers.

    :param url: this node's own public address with the path and query that arrived; built from
        settings, not from the ``Host`` header, so that a request to another node is refused here.
    :param headers: as they arrived; repeated ones joined by a comma.
    :param find_key: key id to public key, or None; its ``KeysError`` is passed on.
    :param max_skew: how far ``created`` may lie from ``now``, either way.
    :raises SignatureInvalid: ``request-unsigned``, ``request-signature-malformed``,
        ``request-coverage-wrong``, ``request-too-old``, ``request-from-future``,
        ``request-key-unknown``, ``request-signature-invalid``, ``content-digest-invalid``.
    """
    fields = {name.lower(): value for name, value in headers.items()}
    if len(fields) != len(headers):
        raise _refused("request-signature-malformed")
    for name in ("signature", "signature-input"):
        if name not in fields:
            raise _refused("request-unsigned")
        if len(fields[name]) > _MAX_FIELD:
            raise _refused("request-signature-malformed")
    result = _verified(_Request(method, url, fields), find_key)
    covered = _covered(result, fields)
    created = _judge_parameters(result, now, max_skew)
    digest = covered.get("content-digest")
    return VerifiedRequest(
        key_id=str(result.parameters["keyid"]),
        nonce=str(result.parameters["nonce"]),
        created=created,
        content_digest=None if digest is None else parse_content_digest(digest),
        covered=MappingProxyType(covered),
    )


@dataclass(slots=True)
class _Request:
    """The view of a request that the library reads."""

    method: str
    url: str
    headers: dict[str, str]


_OURS = frozenset({"content-digest", "signature", "signature-input"})


class _OwnKey(HTTPSignatureKeyResolver):
    def __init__(self, private: SshPrivateKey) -> None:
        self._private = private

    def resolve_private_key(self, key_id: str) -> object:
        return self._private.for_library()


class _TheirKey(HTTPSignatureKeyResolver):
    """Asks ``find_key``; keeps its error, which the library would flatten."""

    def __init__(self, find_key: Callable[[str], SshPublicKey | None]) -> None:
        self._find_key = find_key
        self.error: KeysError | None = None

    def resolve_public_key(self, key_id: str) -> object:
        found = None
        try:
            if _KEY_ID.fullmatch(key_id):
                found = self._find_key(key_id)
            if found is None or found.key_id != key_id:
                raise _refused("request-key-unknown")
        except KeysError as error:
            self.error = error
            return None
        return found.for_library()


class _Verifier(HTTPMessageVerifier):
    """The dates are judged by :func:`_judge_parameters`, against the caller's clock."""

    def validate_created_and_expires(self, sig_input: object, max_age: object = None) -> None:
        """Leave the dates to the caller."""


def _verified(request: _Request, find_key: Callable[[str], SshPublicKey | None]) -> VerifyResult:
    resolver = _TheirKey(find_key)
    verifier = _Verifier(signature_algorithm=algorithms.ED25519, key_resolver=resolver)
    try:
        results = verifier.verify(request, max_age=None)
    except (HTTPMessageSignaturesException, ValueError):
        raise resolver.error or _refused("request-signature-invalid") from None
    if len(results) != 1:
        raise _refused("request-signature-malformed")
    return results[0]


def _expected(headers: Mapping[str, str]) -> tuple[str, ...]:
    names = {name.lower() for name in headers}
    present = tuple(name for name in _WHERE_PRESENT if name in names)
    ours = tuple(sorted(name for name in names if name.startswith(_PREFIX)))
    return (*_DERIVED, *present, *ours)


def _covered(result: VerifyResult, fields: Mapping[str, str]) -> dict[str, str]:
    """Return name to value; the set and its order must be ours, without parameters on any name."""
    components = dict(result.covered_components)
    components.pop('"@signature-params"', None)
    if tuple(components) != tuple(f'"{name}"' for name in _expected(fields)):
        raise _refused("request-coverage-wrong")
    return {name.strip('"'): str(value) for name, value in components.items()}


def _judge_parameters(result: VerifyResult, now: datetime, max_skew: timedelta) -> datetime:
    parameters = result.parameters
    created, nonce = parameters.get("created"), parameters.get("nonce")
    shaped = (
        set(parameters) == _PARAMETERS
        and result.label == LABEL
        and parameters["tag"] == TAG
        and isinstance(created, int)
        and isinstance(nonce, str)
        and _NONCE.fullmatch(nonce) is not None
    )
    if not shaped or not isinstance(created, int) or not 0 <= created < 2**40:
        raise _refused("request-signature-malformed")
    instant = datetime.fromtimestamp(created, UTC)
    if instant < now - max_skew:
        raise _refused("request-too-old")
    if instant > now + max_skew:
        raise _refused("request-from-future")
    return instant


def _refused(code: str) -> SignatureInvalid:
    return SignatureInvalid(code, hint=_HINT)
