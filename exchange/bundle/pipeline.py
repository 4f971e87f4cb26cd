"""Three ordered stages on three threads: fill a slot, seal it, write it; then use it again.

Reading with SHA-256, the cipher, and writing with SHA-256 all let go of the interpreter lock, so
two cores work at once. The slots bound the memory. A stage that fails wakes the others, which
then end; its error is what the caller sees.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue

from keys.age import CHUNK, SEALED_CHUNK

SLOT_CHUNKS = 8
"""512 KiB: the cost of handing a slot on no longer shows."""

SLOTS = 4

Fill = Callable[[memoryview], None]
"""Fills the whole of a buffer with the next plain bytes."""

Seal = Callable[[memoryview, memoryview, bool], int]
"""Seals plain bytes into a buffer; told whether they are the last. Returns the bytes sealed."""

Write = Callable[[memoryview], None]
"""Takes sealed bytes; the buffer is used again afterwards."""


class _Slot:
    """Two buffers that travel together from stage to stage."""

    __slots__ = ("last", "plain", "sealed", "sealed_size", "size")

    def __init__(self) -> None:
        self.plain = memoryview(bytearray(SLOT_CHUNKS * CHUNK))
        self.sealed = memoryview(bytearray(SLOT_CHUNKS * SEALED_CHUNK))
        self.size = self.sealed_size = 0
        self.last = False


_Lane = SimpleQueue[_Slot | None]
"""Slots on their way from one stage to the next; None says that the other side has ended."""


def run(total: int, fill: Fill, seal: Seal, write: Write) -> None:
    """Move ``total`` plain bytes (at least one) through the stages.

    ``write`` is called on the caller's thread, ``fill`` and ``seal`` each on one of their own.
    Whatever one of them raises is raised here, after all three have stopped.
    """
    free: _Lane = SimpleQueue()
    filled: _Lane = SimpleQueue()
    sealed: _Lane = SimpleQueue()
    for _ in range(SLOTS):
        free.put(_Slot())
    with ThreadPoolExecutor(2, "sealing") as pool:
        reading = pool.submit(_read, total, fill, free, filled)
        ciphering = pool.submit(_cipher, seal, filled, sealed, free)
        _write(write, sealed, free, filled)
    reading.result()
    ciphering.result()


def _read(total: int, fill: Fill, free: _Lane, filled: _Lane) -> None:
    left = total
    try:
        while left and (slot := free.get()) is not None:
            slot.size = min(left, len(slot.plain))
            left -= slot.size
            slot.last = not left
            fill(slot.plain[: slot.size])
            filled.put(slot)
    finally:
        filled.put(None)


def _cipher(seal: Seal, filled: _Lane, sealed: _Lane, free: _Lane) -> None:
    try:
        while (slot := filled.get()) is not None:
            slot.sealed_size = seal(slot.plain[: slot.size], slot.sealed, slot.last)
            sealed.put(slot)
    finally:
        sealed.put(None)
        free.put(None)


def _write(write: Write, sealed: _Lane, free: _Lane, filled: _Lane) -> None:
    try:
        while (slot := sealed.get()) is not None:
            write(slot.sealed[: slot.sealed_size])
            free.put(slot)
    finally:
        free.put(None)
        filled.put(None)
