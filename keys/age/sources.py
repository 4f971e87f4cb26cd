"""What the codec reads from and writes to, and how it copes with short reads and writes."""

from __future__ import annotations

from typing import Protocol

Bytes = bytes | bytearray | memoryview


class Readable(Protocol):
    """A binary source: any file, socket file or ``io.BufferedReader``."""

    def read(self, size: int, /) -> bytes | None:
        """Return up to ``size`` bytes; none only at the end."""

    def readline(self, limit: int, /) -> bytes:
        """Return one line, with its line feed, of at most ``limit`` bytes."""


class SeekableReadable(Readable, Protocol):
    """A binary source with random access."""

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Move to ``offset``."""


class Writable(Protocol):
    """A binary sink. It must not keep the view that it is handed: the buffer is used again."""

    def write(self, data: memoryview, /) -> int | None:
        """Take ``data``; return how many bytes were taken, or None for all."""


def read_fully(source: Readable, target: memoryview) -> int:
    """Fill ``target`` from ``source``; return how many bytes came before the end of it."""
    readinto = getattr(source, "readinto", None)
    filled = 0
    while filled < len(target):
        if readinto is not None:
            count = readinto(target[filled:]) or 0
        else:
            data = source.read(len(target) - filled) or b""
            count = len(data)
            target[filled : filled + count] = data
        if not count:
            break
        filled += count
    return filled


def write_fully(sink: Writable, data: Bytes) -> None:
    """Write all of ``data``; sinks may take less at a time, or answer None when they took all."""
    view = memoryview(data)
    while len(view):
        count = sink.write(view)
        if count is None or count >= len(view):
            return
        view = view[count:]
