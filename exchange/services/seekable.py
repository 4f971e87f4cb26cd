"""A document of an opened pack to walk about in, as scanners and inspectors do."""

from __future__ import annotations

import io
from typing import BinaryIO, cast

from exchange.bundle.opening import OpenedBundle
from schemas.statement import FileEntry

_IN_MEMORY = 32 * 1024 * 1024


def seekable(opened: OpenedBundle, file: FileEntry) -> BinaryIO:
    """Return a document to walk about in: small ones in memory, large ones read again and again."""
    if file.size <= _IN_MEMORY:
        return io.BytesIO(opened.open_file(file).readall())
    return cast(BinaryIO, io.BufferedReader(_Reread(opened, file), 1024 * 1024))


class _Reread(io.RawIOBase):
    """A document whose beginning is read again to go back; nothing of it lies on disk."""

    def __init__(self, opened: OpenedBundle, file: FileEntry) -> None:
        super().__init__()
        self._opened, self._file = opened, file
        self._stream = opened.open_file(file)
        self._at = 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """Return the position in bytes."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Move to ``offset``."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._file.size}[whence]
        target = min(max(0, base + offset), self._file.size)
        if target < self._at:
            self._stream, self._at = self._opened.open_file(self._file), 0
        while self._at < target:
            self._at += len(self._stream.read(min(1024 * 1024, target - self._at)))
        return self._at

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        """Read into ``buffer``; return how many bytes."""
        part = self._stream.read(len(buffer))
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)
