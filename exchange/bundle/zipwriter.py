"""Writes a container in its one encoding: members one behind the other, then the directory."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from isal import isal_zlib

from exchange.bundle import zipformat
from exchange.bundle.limits import DEFLATE_LIMIT, DEFLATE_RATIO
from exchange.bundle.paths import check_names
from exchange.bundle.zipformat import DEFLATED, STORED, Entry
from exchange.errors import SealingError


class SeekableOutput(Protocol):
    """What a container is written to."""

    def write(self, data: bytes | memoryview, /) -> int:
        """Write ``data`` (a raw stream may write less)."""

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Move to ``offset``."""

    def tell(self) -> int:
        """Return the position in bytes."""


@dataclass(frozen=True, slots=True)
class Member:
    """A member before it has a place in a container.

    :param data: the bytes as they stand in the container, or None where they are streamed.
    """

    name: str
    method: int
    crc32: int
    compressed_size: int
    size: int
    data: bytes | None

    @classmethod
    def of(cls, name: str, content: bytes, *, compress: bool = False) -> Member:
        """Return a member of ``content`` held in memory; deflated if asked, small and worth it."""
        crc32 = isal_zlib.crc32(content)
        packed = deflate(content) if compress else None
        if packed is not None:
            return cls(name, DEFLATED, crc32, len(packed), len(content), packed)
        return cls(name, STORED, crc32, len(content), len(content), content)

    @classmethod
    def streamed(cls, name: str, crc32: int, size: int) -> Member:
        """Return a stored member whose bytes come later."""
        return cls(name, STORED, crc32, size, size, None)


def deflate(content: bytes) -> bytes | None:
    """Return ``content`` deflated, or None where a reader would refuse it or nothing is gained."""
    if len(content) > DEFLATE_LIMIT:
        return None
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = packer.compress(content) + packer.flush()
    too_dense = len(content) > DEFLATE_RATIO * len(packed)
    return None if too_dense or len(packed) >= len(content) else packed


def place(members: Iterable[Member]) -> tuple[Entry, ...]:
    """Return the entries of ``members`` one behind the other from offset 0, names checked.

    :raises ContainerError: ``name-*``.
    """
    members = tuple(members)
    check_names(member.name for member in members)
    return zipformat.lay_out(
        (member.name, member.method, member.crc32, member.compressed_size, member.size)
        for member in members
    )


class ZipWriter:
    """Writes stored members to a seekable stream, from where the stream stands.

    A member whose CRC-32 is not known beforehand is begun with its size alone; its header is
    patched when it ends.

    :param out: seekable; :meth:`write_all` copes with short writes of a raw stream.
    """

    def __init__(self, out: SeekableOutput) -> None:
        self._out = out
        self._base = out.tell()
        self._entries: list[Entry] = []

    @property
    def position(self) -> int:
        """Return the offset in the container at which the next header goes."""
        return self._entries[-1].end if self._entries else 0

    def add(self, name: str, content: bytes) -> Entry:
        """Write one stored member held in memory."""
        entry = self._place(Member.of(name, content))
        write_all(self._out, zipformat.local_header(entry))
        write_all(self._out, content)
        return entry

    def begin(self, name: str, size: int) -> Entry:
        """Write the header of a stored member of ``size`` bytes; the caller writes these next."""
        entry = self._place(Member.streamed(name, 0, size))
        write_all(self._out, zipformat.local_header(entry))
        return entry

    def end(self, crc32: int) -> Entry:
        """Patch the header of the member begun last, now that its bytes are written.

        :raises SealingError: ``size-mismatch``: not as many bytes were written as announced.
        """
        last = self._entries[-1]
        if self._out.tell() != self._base + last.end:
            raise SealingError("size-mismatch", f"/members/{len(self._entries) - 1}")
        entry = Entry(last.name, STORED, crc32, last.size, last.size, last.offset)
        self._entries[-1] = entry
        self._out.seek(self._base + entry.offset)
        write_all(self._out, zipformat.local_header(entry))
        self._out.seek(self._base + entry.end)
        return entry

    def finish(self) -> int:
        """Write the directory; return the size of the container in bytes."""
        tail = zipformat.directory(self._entries)
        write_all(self._out, tail)
        return self.position + len(tail)

    def _place(self, member: Member) -> Entry:
        entry = Entry(
            member.name,
            member.method,
            member.crc32,
            member.compressed_size,
            member.size,
            self.position,
        )
        check_names([*(placed.name for placed in self._entries), member.name])
        self._entries.append(entry)
        return entry


def write_all(out: SeekableOutput, data: bytes | memoryview) -> None:
    """Write all of ``data``, also to a raw stream that writes less at a time."""
    view = memoryview(data)
    while view:
        view = view[out.write(view) :]
