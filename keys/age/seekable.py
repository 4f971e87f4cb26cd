"""Random access: one document out of a large file, without opening what stands before it."""

from __future__ import annotations

import io
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from keys.age.chunks import CHUNK, SEALED_CHUNK, ChunkOpener, chunk_count, plain_size
from keys.age.header import Header
from keys.age.sources import SeekableReadable, read_fully
from keys.age.stream import BATCH, unlock
from keys.errors import AgePayloadInvalid
from keys.interfaces import Identity

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class SeekableReader(io.RawIOBase):
    """The plaintext with random access; each chunk is authenticated before it is returned.

    The final chunk is authenticated when the reader is made, so that the size is certain and a
    file cut short is refused before anything is read (C2SP age, "Payload"). The source stays
    open. Not for two threads at once.
    """

    def __init__(self, source: SeekableReadable, opener: ChunkOpener) -> None:
        """:raises AgePayloadInvalid: length or final chunk are not those of a whole file."""
        self._source = source
        self._opener = opener
        self._size = plain_size(source.seek(0, os.SEEK_END) - opener.header.payload_offset)
        self._chunks = chunk_count(self._size)
        self._sealed = memoryview(bytearray(BATCH * SEALED_CHUNK))
        self._plain = memoryview(bytearray(CHUNK))
        self._cached = -1
        self._position = 0
        self._load(self._chunks - 1)

    @property
    def header(self) -> Header:
        """Return the header, authenticated."""
        return self._opener.header

    @property
    def size(self) -> int:
        """Return the size of the plaintext in bytes."""
        return self._size

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """Return the position in bytes."""
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        """Move to ``offset`` from the start, the position or the end; return the new position.

        :raises ValueError: before the start, or another ``whence``.
        """
        origins = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size}
        if whence not in origins or origins[whence] + offset < 0:
            raise ValueError("no such place in the file")
        self._position = origins[whence] + offset
        return self._position

    def read(self, size: int | None = -1, /) -> bytes:
        """Return ``size`` bytes, fewer only at the end; all that is left if negative or None."""
        left = max(0, self._size - self._position)
        buffer = bytearray(left if size is None or size < 0 else min(size, left))
        self.readinto(buffer)
        return bytes(buffer)

    def readall(self) -> bytes:
        """Return all that is left."""
        return self.read()

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Fill ``buffer``; return how many bytes, fewer than it holds only at the end.

        :raises AgePayloadInvalid: a chunk was altered.
        """
        view = memoryview(buffer).cast("B")
        view = view[: max(0, self._size - self._position)]
        filled = 0
        while filled < len(view):
            count = self._read_some(view[filled:])
            filled += count
            self._position += count
        return filled

    def _read_some(self, view: memoryview) -> int:
        """Fill the start of ``view``: whole chunks at once where they fit, else from one chunk."""
        index, offset = divmod(self._position, CHUNK)
        whole = min(len(view) // CHUNK, BATCH)
        if whole and not offset:
            return self._open(index, whole, view)
        if index != self._cached:
            self._load(index)
        data = self._plain[offset : offset + len(view)]
        view[: len(data)] = data
        return len(data)

    def _load(self, index: int) -> None:
        self._cached = -1
        self._open(index, 1, self._plain)
        self._cached = index

    def _open(self, index: int, count: int, target: memoryview) -> int:
        last = index + count == self._chunks
        self._source.seek(self.header.payload_offset + index * SEALED_CHUNK)
        sealed = self._sealed[: count * SEALED_CHUNK]
        size = read_fully(self._source, sealed)
        if size < len(sealed) and not last:
            raise AgePayloadInvalid("age-payload-cut-short", f"payload.chunk[{index}]")
        return self._opener.open_into(sealed[:size], target, index=index, last=last)


def open_seekable(source: SeekableReadable, identities: Sequence[Identity]) -> SeekableReader:
    """Open the age file that ``source`` is from its first byte to its last, for random access.

    :raises AgeError: see :func:`keys.age.unlock`; cut short or altered at its end.
    """
    source.seek(0)
    return SeekableReader(source, unlock(source, identities))
