"""The plain bytes of a bag in order: headers from memory, documents from their sources, checked."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Protocol

from isal import isal_zlib

from exchange.bundle.contents import Readable, Source
from exchange.errors import SealingError

_HINT = "The file is not what it was when it was added. Add it again, then send."


class _Part(Protocol):
    def readinto(self, view: memoryview) -> int:
        """Fill the start of ``view``; return how many bytes, 0 at the checked end."""

    def close(self) -> None:
        """Let go of what is open."""


class Feed:
    """Fills buffers with the parts, one behind the other.

    :param parts: bytes, or a source with its place (for errors).
    """

    def __init__(self, parts: Iterable[bytes | tuple[Source, str]]) -> None:
        self._parts = iter(parts)
        self._part: _Part = _Bytes(b"")

    def fill(self, view: memoryview) -> None:
        """Fill the whole of ``view``.

        :raises SealingError: ``source-differs``, ``source-unreadable``.
        """
        while len(view):
            count = self._part.readinto(view)
            if not count:
                self._part.close()
                part = next(self._parts)
                self._part = _Bytes(part) if isinstance(part, bytes) else CheckedSource(*part)
            view = view[count:]

    def close(self) -> None:
        """Let go of the source that is open, if the work ended before its end."""
        self._part.close()


class _Bytes:
    def __init__(self, data: bytes) -> None:
        self._data = memoryview(data)

    def readinto(self, view: memoryview) -> int:
        part = self._data[: len(view)]
        view[: len(part)] = part
        self._data = self._data[len(part) :]
        return len(part)

    def close(self) -> None:
        self._data = self._data[:0]


class CheckedSource:
    """A source's bytes; the end is only reached if size, SHA-256 and CRC-32 are as promised.

    :param path: of the source, for errors.
    :raises SealingError: ``source-unreadable``.
    """

    def __init__(self, source: Source, path: str) -> None:
        self._source = source
        self._path = path
        self._digest = hashlib.sha256()
        self._crc32 = 0
        self._left = source.size
        try:
            self._stream: Readable = source.open()
        except OSError:
            raise self._unreadable() from None

    def readinto(self, view: memoryview) -> int:
        """Fill the start of ``view``; return how many bytes, 0 at the checked end.

        :raises SealingError: ``source-differs``, ``source-unreadable``.
        """
        if not self._left:
            self._check_end()
            return 0
        part = view[: self._left]
        count = self._take(part)
        if not count:
            raise self._differs()
        part = part[:count]
        self._digest.update(part)
        self._crc32 = isal_zlib.crc32(part, self._crc32)
        self._left -= count
        return count

    def close(self) -> None:
        """Close the source."""
        self._stream.close()

    def _take(self, view: memoryview) -> int:
        readinto = getattr(self._stream, "readinto", None)
        try:
            if readinto is not None:
                return readinto(view) or 0
            data = self._stream.read(len(view))
        except OSError:
            raise self._unreadable() from None
        view[: len(data)] = data
        return len(data)

    def _check_end(self) -> None:
        more = self._take(memoryview(bytearray(1)))
        known = (self._source.sha256, self._source.crc32)
        if more or (self._digest.hexdigest(), self._crc32) != known:
            raise self._differs()

    def _differs(self) -> SealingError:
        return SealingError("source-differs", self._path, _HINT)

    def _unreadable(self) -> SealingError:
        return SealingError("source-unreadable", self._path)


def read_source(source: Source, path: str) -> bytes:
    """Return the whole of a small source, checked.

    :raises SealingError: as :class:`CheckedSource`.
    """
    part = CheckedSource(source, path)
    content = memoryview(bytearray(source.size))
    try:
        view = content
        while count := part.readinto(view):
            view = view[count:]
    finally:
        part.close()
    return bytes(content)
