"""A pack that is read through a link: its documents, one by one, with nothing but the token.

The pack is an ordinary one, sealed to the link instead of to a school's keys. What is read here was
sealed by this very node; packs from others are opened by exchange.bundle.opening alone.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import BinaryIO

from exchange.bundle.outer import read_outer
from exchange.bundle.zipreader import ZipReader
from exchange.errors import BundleError, NotFound, TrustError
from keys.age import SeekableReader
from keys.errors import KeysError
from keys.links import LinkSecret

_BLOCK = 256 * 1024


class OpenPack:
    """A pack opened by its link; documents are read from it while its source is open."""

    def __init__(self, source: BinaryIO, secret: LinkSecret) -> None:
        """:raises TrustError: ``share-damaged``: sealed to another link, or altered."""
        self._source = source
        try:
            plain = secret.open(read_outer(source).payload)  # type: ignore[arg-type]
            self._reader = ZipReader(_Plain(plain), deflate=True)
        except (BundleError, KeysError):
            raise TrustError("share-damaged", "/share") from None

    def __enter__(self) -> OpenPack:
        return self

    def __exit__(self, *_: object) -> None:
        self._source.close()

    def read(self, path: str) -> Iterator[bytes]:
        """Yield a document's bytes, block by block.

        :param path: as the share's view names it.
        :raises NotFound: ``document-unknown``.
        :raises TrustError: ``share-damaged``.
        """
        if path not in self._reader.names:
            raise NotFound("document-unknown")
        try:
            with self._reader.open(self._reader.entry(path)) as member:
                while block := member.read(_BLOCK):
                    yield block
        except (BundleError, KeysError):
            raise TrustError("share-damaged", "/share") from None


class _Plain(io.RawIOBase):
    """The plain container as its reader wants it."""

    def __init__(self, source: SeekableReader) -> None:
        super().__init__()
        self._source = source

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        return self._source.seek(offset, whence)

    def tell(self) -> int:
        return self._source.tell()

    def read(self, size: int | None = -1, /) -> bytes:
        return self._source.read(-1 if size is None else size)

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        return self._source.readinto(buffer)
