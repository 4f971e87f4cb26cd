"""Reading ahead: one thread fills slots in order while the caller works on the ones before."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from types import TracebackType
from typing import Protocol

from exchange.bundle.limits import KIB
from exchange.errors import ContainerError

_SLOT = 512 * KIB
_SLOTS = 4

_Free = SimpleQueue[memoryview | None]
_Full = SimpleQueue[tuple[memoryview, int] | None]


class Source(Protocol):
    """What is read from its start to its end."""

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Move to ``offset``."""

    def readinto(self, buffer: memoryview, /) -> int:
        """Fill the start of ``buffer``; return how many bytes, 0 at the end."""


class ReadAhead:
    """The bytes of a source in order. Leaving the block stops the thread.

    While the block runs, nothing else may read from the source.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._free: _Free = SimpleQueue()
        self._full: _Full = SimpleQueue()
        for _ in range(_SLOTS):
            self._free.put(memoryview(bytearray(_SLOT)))
        self._pool = ThreadPoolExecutor(1, "reading")
        self._reading = self._pool.submit(self._read)
        self._slot: memoryview | None = None
        self._left = memoryview(b"")

    def __enter__(self) -> ReadAhead:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._free.put(None)
        self._pool.shutdown(wait=True)

    def take(self, size: int) -> Iterator[memoryview]:
        """Yield the next ``size`` bytes piece by piece; a piece is good until the next one.

        :raises ContainerError: ``container-truncated``; or whatever the source raised.
        """
        while size:
            if not len(self._left):
                self._next_slot()
            piece = self._left[:size]
            self._left = self._left[len(piece) :]
            size -= len(piece)
            yield piece

    def _next_slot(self) -> None:
        if self._slot is not None:
            self._free.put(self._slot)
            self._slot = None
        full = self._full.get()
        if full is None:
            self._reading.result()
            raise ContainerError("container-truncated", "/members")
        self._slot, count = full
        self._left = self._slot[:count]

    def _read(self) -> None:
        try:
            self._source.seek(0)
            while (slot := self._free.get()) is not None:
                count = self._source.readinto(slot)
                if not count:
                    return
                self._full.put((slot, count))
        finally:
            self._full.put(None)
