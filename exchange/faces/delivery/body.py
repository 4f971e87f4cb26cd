"""Bodies as they come in: bounded, counted, and compared with the digest that was signed.

The signature covers the Content-Digest field, not the body: that the body has this digest is for
us to check (RFC 9421, 7.2.8; RFC 9530).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from http import HTTPStatus
from typing import BinaryIO

from flask import Request

from exchange.errors import UsageError
from exchange.faces.problems import HttpRefusal
from schemas.strict_json import JsonValue, loads

ANNOUNCEMENT_LIMIT = 512 * 1024
"""Bytes of an announcement: an envelope of 256 KiB in base64, and its signature."""

_CHUNK = 256 * 1024


def require_body(request: Request, media_type: str, limit: int) -> int:
    """Return the announced length of a body that may come, in bytes.

    :raises HttpRefusal: ``length-required`` (chunked bodies included), ``body-too-large``,
        ``media-type-unsupported``, ``body-encoded``.
    """
    if request.mimetype != media_type:
        raise HttpRefusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "media-type-unsupported")
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise HttpRefusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "body-encoded")
    if request.content_length is None or "Transfer-Encoding" in request.headers:
        raise HttpRefusal(HTTPStatus.LENGTH_REQUIRED, "length-required")
    if request.content_length > limit:
        raise HttpRefusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body-too-large")
    return request.content_length


def read_whole(request: Request, length: int, sha256: bytes) -> bytes:
    """Return a small body of exactly ``length`` bytes with the digest that was signed.

    :raises UsageError: ``body-truncated``, ``digest-mismatch``.
    """
    body = request.stream.read(length)
    if len(body) != length:
        raise UsageError("body-truncated", "/body")
    _require_digest(hashlib.sha256(body).digest(), sha256)
    return body


def copy_to(request: Request, file: BinaryIO, length: int, sha256: bytes) -> None:
    """Stream a body of exactly ``length`` bytes into ``file`` in constant memory.

    :raises UsageError: ``body-truncated``, ``digest-mismatch``: what was written is worthless.
    """
    digest, left = hashlib.sha256(), length
    while left:
        chunk = request.stream.read(min(left, _CHUNK))
        if not chunk:
            raise UsageError("body-truncated", "/body")
        digest.update(chunk)
        file.write(chunk)
        left -= len(chunk)
    _require_digest(digest.digest(), sha256)


def _require_digest(seen: bytes, signed: bytes) -> None:
    if not hmac.compare_digest(seen, signed):
        raise UsageError(
            "digest-mismatch", "/body", "The body was altered on its way. Send it again."
        )


def parse_announcement(body: bytes) -> tuple[str, bytes, bytes, int]:
    """Return recipient, envelope, signature and size (bytes) of an announcement.

    :raises UsageError: ``announcement-invalid``.
    :raises schemas.errors.StrictJsonError: it is no JSON of the strict profile.
    """
    value = loads(body, max_bytes=ANNOUNCEMENT_LIMIT)
    names = {"recipient", "envelope", "signature", "size"}
    if not isinstance(value, dict) or set(value) != names:
        raise UsageError("announcement-invalid")
    recipient, size = value["recipient"], value["size"]
    if not isinstance(recipient, str):
        raise UsageError("announcement-invalid", "/recipient")
    if not isinstance(size, int) or isinstance(size, bool) or size < 1:
        raise UsageError("announcement-invalid", "/size")
    return recipient, _decoded(value, "envelope"), _decoded(value, "signature"), size


def _decoded(value: dict[str, JsonValue], name: str) -> bytes:
    text = value[name]
    try:
        if isinstance(text, str):
            return base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        pass
    raise UsageError("announcement-invalid", f"/{name}")
