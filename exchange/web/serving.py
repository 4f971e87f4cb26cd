"""Documents as answers: decrypted while they are sent, never on a disk, never run.

A document from outside is shown by itself under a policy that gives it no origin and no script
(exchange.web.headers.as_document), or is kept as a file. Nothing is guessed from its content.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Protocol
from urllib.parse import quote

from flask import Response

from exchange.services.pack_contents import SUFFIX
from exchange.web.headers import as_document

_BLOCK = 256 * 1024
SHOWN = frozenset({"application/pdf", "image/jpeg", "image/png", "text/plain"})
"""Media types that a browser shows by itself."""


class Named(Protocol):
    """A document that is opened while it is sent."""

    @property
    def name(self) -> str:
        """Return its file name, as it came; or nothing."""

    def open(self) -> BinaryIO:
        """Return its plain bytes."""


def send_document(
    document: Named, media_type: str, size: int, *, kind: str, keep: bool = False
) -> Response:
    """Return a document as an answer.

    :param kind: how a shown document is called in place of its own name, which may be a child's.
    :param keep: the person asked for the file, under the name that it came with.
    :raises FormatError: ``document-unreadable``.
    :raises NotFound: ``blob-unknown``.
    """
    suffix = SUFFIX.get(media_type, "bin")
    known = media_type if media_type in SUFFIX else "application/octet-stream"
    answer = Response(_blocks(document.open()), content_type=_content_type(known))
    answer.headers["Content-Length"] = str(size)
    if keep or known not in SHOWN:
        named = quote(document.name or f"{kind}.{suffix}", safe="")
        way = f"attachment; filename=\"{kind}.{suffix}\"; filename*=UTF-8''{named}"
    else:
        way = f'inline; filename="{kind}.{suffix}"'
    answer.headers["Content-Disposition"] = way
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return as_document(answer)


def _content_type(media_type: str) -> str:
    return f"{media_type}; charset=utf-8" if media_type == "text/plain" else media_type


def _blocks(source: BinaryIO) -> Iterator[bytes]:
    with source:
        while block := source.read(_BLOCK):
            yield block
