"""Reads a container, and refuses all that is not in its one encoding.

The directory at the exact end is read, made again from its own numbers, and compared; so is every
local header. Members follow each other from offset 0 without gap or overlap. What is left to be
altered is the members' bytes, which carry a CRC-32 here and a signed SHA-256 one floor above.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from typing import Protocol

from isal import isal_zlib

from exchange.bundle import zipformat
from exchange.bundle.limits import DEFAULT_LIMITS, Limits
from exchange.bundle.paths import MAX_NAME, check_names
from exchange.bundle.zipformat import DEFLATED, STORED, U16, U32, Entry
from exchange.errors import ContainerError

_LARGEST_HEADER = zipformat.CENTRAL.size + MAX_NAME + 28
_END_ROOM = zipformat.END.size + zipformat.END64.size + zipformat.LOCATOR64.size


class SeekableInput(Protocol):
    """What a container is read from."""

    def read(self, size: int = -1, /) -> bytes:
        """Return up to ``size`` bytes; empty only at the end."""

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Move to ``offset``."""

    def tell(self) -> int:
        """Return the position in bytes."""


def read_exactly(stream: SeekableInput, offset: int, size: int, path: str = "") -> bytes:
    """Return ``size`` bytes at ``offset``.

    :raises ContainerError: ``container-truncated``.
    """
    stream.seek(offset)
    parts: list[bytes] = []
    left = size
    while left:
        part = stream.read(left)
        if not part:
            raise ContainerError("container-truncated", path)
        parts.append(part)
        left -= len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


class ZipReader:
    """The members of one container, checked header by header before anything is read.

    Holds the directory alone in memory. Not for use by several threads at once: the stream's
    position is shared.

    :param stream: readable and seekable; the container is all of it.
    :param limits: bounds on number and sizes.
    :param deflate: whether members may be deflated (inside) or are stored only (outside).
    :raises ContainerError: the code says what is wrong; the path which member, by number.
    """

    def __init__(
        self, stream: SeekableInput, limits: Limits = DEFAULT_LIMITS, *, deflate: bool = False
    ) -> None:
        self._stream = stream
        self._limits = limits
        self._size = stream.seek(0, io.SEEK_END)
        count, size, offset = self._read_end()
        raw = read_exactly(stream, offset, self._size - offset, "/directory")
        self._entries = tuple(_parse_directory(raw, count, size))
        self._check_places(offset)
        if zipformat.directory(self._entries) != raw:
            raise ContainerError("directory-not-canonical", "/directory")
        check_names(entry.name for entry in self._entries)
        self._numbers = {entry.name: index for index, entry in enumerate(self._entries)}
        self._check_sizes(deflate=deflate)
        for index in range(len(self._entries)):
            self._check_local(index)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Return every member, in the order of the container."""
        return self._entries

    @property
    def names(self) -> tuple[str, ...]:
        """Return every member's name, in the order of the container."""
        return tuple(entry.name for entry in self._entries)

    def entry(self, name: str) -> Entry:
        """Return the member called ``name``.

        :raises ContainerError: ``member-missing``.
        """
        number = self._numbers.get(name)
        if number is None:
            raise ContainerError("member-missing", "/members")
        return self._entries[number]

    def read(self, entry: Entry, most: int) -> bytes:
        """Return the whole of a small member, its CRC-32 checked.

        :param most: refuse a member larger than this, in bytes.
        :raises ContainerError: ``member-too-large``, ``crc-mismatch``, ``deflate-invalid``.
        """
        if entry.size > most:
            raise ContainerError("member-too-large", self._path(entry))
        with self.open(entry) as stream:
            return stream.read()

    def open(self, entry: Entry) -> MemberReader:
        """Return the member's plain bytes as a stream; its end checks size and CRC-32."""
        path = self._path(entry)
        if entry.method == STORED:
            return MemberReader(self._stream, entry, path)
        raw = read_exactly(self._stream, entry.data_offset, entry.compressed_size, path)
        return MemberReader(io.BytesIO(inflate(raw, entry.size, path)), entry, path, start=0)

    def _path(self, entry: Entry) -> str:
        return f"/members/{self._numbers[entry.name]}"

    def _read_end(self) -> tuple[int, int, int]:
        """Return count, size and offset of the directory, from the very end of the stream."""
        room = min(self._size, _END_ROOM)
        tail = read_exactly(self._stream, self._size - room, room, "/end")
        if len(tail) < zipformat.END.size:
            raise ContainerError("container-truncated", "/end")
        end = zipformat.END.unpack_from(tail, len(tail) - zipformat.END.size)
        if end[0] != zipformat.END_MAGIC:
            raise ContainerError("end-missing", "/end")
        count, size, offset = end[4:7]
        end_room = zipformat.END.size
        if count == U16 or size == U32 or offset == U32:
            count, size, offset = _zip64_end(tail)
            end_room = _END_ROOM
        if self._size > self._limits.container_size:
            raise ContainerError("container-too-large", "/end")
        if count > self._limits.members or size > count * _LARGEST_HEADER:
            raise ContainerError("too-many-members", "/end")
        if offset + size + end_room != self._size:
            raise ContainerError("directory-misplaced", "/end")
        return count, size, offset

    def _check_places(self, end: int) -> None:
        """Check that members touch each other, from the first byte to the directory."""
        position = 0
        for index, entry in enumerate(self._entries):
            if entry.offset != position:
                raise ContainerError("member-misplaced", f"/members/{index}")
            position = entry.end
        if position != end:
            raise ContainerError("directory-misplaced", "/directory")

    def _check_sizes(self, *, deflate: bool) -> None:
        """Check every declared size before a byte is read."""
        total = 0
        for index, entry in enumerate(self._entries):
            path = f"/members/{index}"
            self._check_method(entry, path, deflate=deflate)
            if entry.size > self._limits.member_size:
                raise ContainerError("member-too-large", path)
            total += entry.size
        if total > self._limits.total_size:
            raise ContainerError("container-too-large", "/members")

    def _check_method(self, entry: Entry, path: str, *, deflate: bool) -> None:
        if entry.method == STORED:
            if entry.compressed_size != entry.size:
                raise ContainerError("size-mismatch", path)
            return
        if entry.method != DEFLATED or not deflate:
            raise ContainerError("method-refused", path)
        limits = self._limits
        if entry.size > limits.deflated_size:
            raise ContainerError("member-too-large", path)
        if entry.compressed_size >= entry.size:
            raise ContainerError("method-refused", path)
        if entry.size > limits.deflate_ratio * entry.compressed_size:
            raise ContainerError("deflate-ratio", path)

    def _check_local(self, index: int) -> None:
        expected = zipformat.local_header(self._entries[index])
        path = f"/members/{index}"
        found = read_exactly(self._stream, self._entries[index].offset, len(expected), path)
        if found != expected:
            raise ContainerError("local-header-differs", path)


def _zip64_end(tail: bytes) -> tuple[int, int, int]:
    """Return count, size and offset of the directory from the Zip64 record before the end."""
    if len(tail) < _END_ROOM or not tail.startswith(zipformat.END64_MAGIC):
        raise ContainerError("end-missing", "/end")
    fields = zipformat.END64.unpack_from(tail)
    return fields[7], fields[8], fields[9]


def _parse_directory(raw: bytes, count: int, size: int) -> Iterator[Entry]:
    """Yield the entries of a central directory.

    Only what is needed to make the directory again is taken from it; the comparison that follows
    finds everything else.
    """
    position = 0
    for index in range(count):
        path = f"/members/{index}"
        if position + zipformat.CENTRAL.size > size:
            raise ContainerError("directory-truncated", path)
        fields = zipformat.CENTRAL.unpack_from(raw, position)
        magic, method, crc32, packed, plain = fields[0], fields[4], *fields[7:10]
        name_size, extra_size, offset = fields[10], fields[11], fields[16]
        start = position + zipformat.CENTRAL.size
        position = start + name_size + extra_size
        if magic != zipformat.CENTRAL_MAGIC or position > size:
            raise ContainerError("directory-not-canonical", path)
        name = raw[start : start + name_size]
        extra = raw[start + name_size : position]
        sizes = _zip64(extra, (plain, packed, offset), path)
        if not name.isascii():
            raise ContainerError("name-character", path)
        yield Entry(name.decode("ascii"), method, crc32, sizes[1], sizes[0], sizes[2])


def _zip64(extra: bytes, short: tuple[int, int, int], path: str) -> tuple[int, int, int]:
    """Return plain size, packed size and offset, those that are saturated from the Zip64 field."""
    plain, packed, offset = short
    if not extra:
        return short
    wanted = (2 if plain == packed == U32 else 0) + (1 if offset == U32 else 0)
    if not wanted or len(extra) != 4 + 8 * wanted:
        raise ContainerError("extra-refused", path)
    values = list(struct.unpack_from(f"<{wanted}Q", extra, 4))
    if wanted >= 2:
        plain, packed = values.pop(0), values.pop(0)
    if values:
        offset = values.pop(0)
    return plain, packed, offset


def inflate(raw: bytes, size: int, path: str) -> bytes:
    """Return ``raw`` inflated, which must give exactly ``size`` bytes and use all of ``raw``.

    :raises ContainerError: ``deflate-invalid``.
    """
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        plain = inflater.decompress(raw, size + 1)
    except zlib.error:
        raise ContainerError("deflate-invalid", path) from None
    if len(plain) != size or not inflater.eof or inflater.unused_data or inflater.unconsumed_tail:
        raise ContainerError("deflate-invalid", path)
    return plain


class MemberReader(io.RawIOBase):
    """One member's bytes in order; the end raises if size or CRC-32 do not hold.

    :param start: where the bytes begin in ``stream``, if not where ``entry`` says.
    """

    def __init__(
        self, stream: SeekableInput, entry: Entry, path: str, *, start: int | None = None
    ) -> None:
        super().__init__()
        self._stream = stream
        self._entry = entry
        self._path = path
        self._start = entry.data_offset if start is None else start
        self._done = 0
        self._crc32 = 0
        if not entry.size:
            self._check_end()

    def readable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """Return how many bytes were read."""
        return self._done

    def read(self, size: int = -1, /) -> bytes:
        """Return up to ``size`` bytes, all that is left if negative; empty at the end.

        :raises ContainerError: ``container-truncated``, ``crc-mismatch``.
        """
        if size < 0:
            return self.readall()
        return self._read(size)

    def readall(self) -> bytes:
        """Return all that is left."""
        parts = list(iter(lambda: self._read(1 << 20), b""))
        return b"".join(parts)

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        """Read into ``buffer``; return how many bytes."""
        part = self._read(len(buffer))
        buffer[: len(part)] = part
        return len(part)

    def _read(self, size: int) -> bytes:
        size = min(size, self._entry.size - self._done)
        if not size:
            return b""
        self._stream.seek(self._start + self._done)
        part = self._stream.read(size)
        if not part:
            raise ContainerError("container-truncated", self._path)
        self._done += len(part)
        self._crc32 = isal_zlib.crc32(part, self._crc32)
        if self._done == self._entry.size:
            self._check_end()
        return part

    def _check_end(self) -> None:
        if self._crc32 != self._entry.crc32:
            raise ContainerError("crc-mismatch", self._path)
