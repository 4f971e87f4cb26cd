"""Shares: what one outsider may see, sealed beforehand to their link.

A share is one age file. Inside: eight bytes with the length of a JSON list of members (name, media
type, size), the list, then the members' bytes one after the other. It is made by the inner process
and opened by the face with nothing but the link's own token.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from exchange.errors import NotFound, StoreError, TrustError
from keys.age import encrypt
from keys.errors import KeysError
from keys.interfaces import Recipient
from keys.links import LinkSecret
from schemas import strict_json
from schemas.errors import SchemaError
from schemas.strict_json import JsonValue

VIEW = "view.json"
SUMMARY = "summary.pdf"

_LENGTH = struct.Struct(">Q")
_MOST_INDEX = 1024 * 1024
_MOST_VIEW = 16 * 1024 * 1024
_BLOCK = 256 * 1024


class Readable(Protocol):
    """Plain bytes, read once from the start."""

    def read(self, size: int, /) -> bytes:
        """Return up to ``size`` bytes; empty only at the end."""

    def close(self) -> None:
        """Let go of it."""


@dataclass(frozen=True, slots=True)
class Member:
    """Something in a share.

    :param name: how pages ask for it; never a file name of anybody's.
    :param open: returns its bytes, ``size`` of them.
    """

    name: str
    media_type: str
    size: int
    open: Callable[[], Readable]


def member(name: str, media_type: str, content: bytes) -> Member:
    """Return something small that is in memory."""
    return Member(name, media_type, len(content), lambda: io.BytesIO(content))


def view_member(view: Mapping[str, JsonValue]) -> Member:
    """Return what the page shows, as a member."""
    return member(VIEW, "application/json", strict_json.dumps(dict(view)))


def write_share(out: BinaryIO, recipient: Recipient, members: Sequence[Member]) -> None:
    """Seal a share into ``out``.

    :raises StoreError: ``share-unmade``: a member has not the size that was said.
    """
    index = strict_json.dumps(
        [{"name": one.name, "type": one.media_type, "size": one.size} for one in members]
    )
    with encrypt(out, [recipient]) as sealed:
        sealed.write(_LENGTH.pack(len(index)) + index)
        for one in members:
            left = one.size
            with closing(one.open()) as source:
                while block := source.read(_BLOCK):
                    left -= len(block)
                    sealed.write(block)
            if left:
                raise StoreError("share-unmade", "/share")


class OpenShare:
    """A share opened by its link; members are read from it while its source is open.

    Not for several threads at once.
    """

    def __init__(self, source: BinaryIO, secret: LinkSecret) -> None:
        """:raises TrustError: sealed to another link, altered or cut short."""
        self._source = source
        try:
            self._plain = secret.open(source)
            (size,) = _LENGTH.unpack(self._plain.read(_LENGTH.size))
            if size > _MOST_INDEX:
                raise TrustError("share-damaged", "/share")
            listed = strict_json.loads(self._plain.read(size), max_bytes=_MOST_INDEX)
            self._members = _places(listed, _LENGTH.size + size)
        except (KeysError, SchemaError, struct.error, KeyError, TypeError, ValueError):
            raise TrustError("share-damaged", "/share") from None

    def __enter__(self) -> OpenShare:
        return self

    def __exit__(self, *_: object) -> None:
        self._source.close()

    @property
    def view(self) -> dict[str, JsonValue]:
        """Return what the page shows.

        :raises TrustError: ``share-damaged``.
        """
        content = b"".join(self.read(VIEW))
        try:
            value = strict_json.loads(content, max_bytes=_MOST_VIEW)
        except SchemaError:
            value = None
        if not isinstance(value, dict):
            raise TrustError("share-damaged", "/share")
        return value

    def about(self, name: str) -> tuple[str, int]:
        """Return media type and size of a member.

        :raises NotFound: ``document-unknown``.
        """
        media_type, size, _ = self._find(name)
        return media_type, size

    def read(self, name: str) -> Iterator[bytes]:
        """Yield a member's bytes, block by block.

        :raises NotFound: ``document-unknown``.
        :raises TrustError: ``share-damaged``.
        """
        _, left, offset = self._find(name)
        try:
            self._plain.seek(offset)
            while left:
                block = self._plain.read(min(left, _BLOCK))
                if not block:
                    raise TrustError("share-damaged", "/share")
                left -= len(block)
                yield block
        except KeysError:
            raise TrustError("share-damaged", "/share") from None

    def _find(self, name: str) -> tuple[str, int, int]:
        found = self._members.get(name)
        if found is None:
            raise NotFound("document-unknown")
        return found


def _places(listed: JsonValue, offset: int) -> dict[str, tuple[str, int, int]]:
    """Return name -> (media type, size, offset) of each member."""
    if not isinstance(listed, list):
        raise TypeError
    found = {}
    for one in listed:
        if not isinstance(one, dict):
            raise TypeError
        size = one["size"]
        if not isinstance(size, int) or size < 0:
            raise ValueError
        found[str(one["name"])] = (str(one["type"]), size, offset)
        offset += size
    return found
