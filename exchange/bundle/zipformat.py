"""The one encoding of a ZIP that this project writes and reads (APPNOTE 6.3.10, a narrow part).

Every header byte is a function of a member's name, method, CRC-32, sizes and offset. The writer
makes headers with these functions, the reader makes them again and compares, so there is nothing
in a container that could differ without being refused. docs/bundle-format.md has it in prose.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

STORED = 0
DEFLATED = 8

U16 = 0xFFFF
U32 = 0xFFFFFFFF

LOCAL = struct.Struct("<4s5H3I2H")
CENTRAL = struct.Struct("<4s6H3I5H2I")
END = struct.Struct("<4s4H2IH")
END64 = struct.Struct("<4sQ2H2I4Q")
LOCATOR64 = struct.Struct("<4sIQI")

LOCAL_MAGIC = b"PK\x03\x04"
CENTRAL_MAGIC = b"PK\x01\x02"
END_MAGIC = b"PK\x05\x06"
END64_MAGIC = b"PK\x06\x06"
LOCATOR64_MAGIC = b"PK\x06\x07"

VERSION = 20
VERSION_ZIP64 = 45
MADE_BY = 45
"""Host 0 (FAT) and version 4.5: no Unix mode, so that no unpacker sets one or makes a link."""

FLAGS = 0
TIME = 0
DATE = 0x0021
"""1980-01-01, the first day that the field can hold: a bundle's times are in its statement."""

ZIP64_EXTRA_ID = 0x0001


@dataclass(frozen=True, slots=True)
class Entry:
    """One member: all that its headers say.

    :param name: ASCII, checked by :mod:`exchange.bundle.paths`.
    :param method: ``STORED`` or ``DEFLATED``.
    :param compressed_size: bytes in the container.
    :param size: bytes when read.
    :param offset: of the local header, from the start of the container.
    """

    name: str
    method: int
    crc32: int
    compressed_size: int
    size: int
    offset: int

    @property
    def is_large(self) -> bool:
        """Return whether the sizes need Zip64."""
        return self.size >= U32 or self.compressed_size >= U32

    @property
    def data_offset(self) -> int:
        """Return where the member's bytes begin."""
        return self.offset + local_header_size(self.name, large=self.is_large)

    @property
    def end(self) -> int:
        """Return where the next member's local header begins."""
        return self.data_offset + self.compressed_size


def local_header_size(name: str, *, large: bool) -> int:
    """Return the length in bytes of a local header."""
    return LOCAL.size + len(name) + (20 if large else 0)


def local_header(entry: Entry) -> bytes:
    """Return the local header (APPNOTE 4.3.7); Zip64 holds both sizes if either needs it."""
    extra = b""
    sizes = (entry.compressed_size, entry.size)
    if entry.is_large:
        extra = struct.pack("<2H2Q", ZIP64_EXTRA_ID, 16, entry.size, entry.compressed_size)
        sizes = (U32, U32)
    name = entry.name.encode("ascii")
    fixed = LOCAL.pack(
        LOCAL_MAGIC,
        VERSION_ZIP64 if entry.is_large else VERSION,
        FLAGS,
        entry.method,
        TIME,
        DATE,
        entry.crc32,
        *sizes,
        len(name),
        len(extra),
    )
    return fixed + name + extra


def central_header(entry: Entry) -> bytes:
    """Return the central directory's header (APPNOTE 4.3.12).

    Zip64 holds both sizes if either needs it, then the offset if that needs it.
    """
    fields: list[int] = []
    sizes, offset = (entry.compressed_size, entry.size), entry.offset
    if entry.is_large:
        fields += [entry.size, entry.compressed_size]
        sizes = (U32, U32)
    if entry.offset >= U32:
        fields.append(entry.offset)
        offset = U32
    extra = b""
    if fields:
        count = len(fields)
        extra = struct.pack(f"<2H{count}Q", ZIP64_EXTRA_ID, 8 * count, *fields)
    name = entry.name.encode("ascii")
    fixed = CENTRAL.pack(
        CENTRAL_MAGIC,
        MADE_BY,
        VERSION_ZIP64 if fields else VERSION,
        FLAGS,
        entry.method,
        TIME,
        DATE,
        entry.crc32,
        *sizes,
        len(name),
        len(extra),
        0,  # comment
        0,  # disk
        0,  # internal attributes
        0,  # external attributes
        offset,
    )
    return fixed + name + extra


def end_records(count: int, directory_size: int, directory_offset: int) -> bytes:
    """Return what follows the central directory (APPNOTE 4.3.14 to 4.3.16).

    The two Zip64 records are there if a number does not fit; then only the fields that do not
    fit are saturated in the last record.
    """
    records = b""
    if count >= U16 or directory_size >= U32 or directory_offset >= U32:
        records = END64.pack(
            END64_MAGIC,
            END64.size - 12,
            MADE_BY,
            VERSION_ZIP64,
            0,
            0,
            count,
            count,
            directory_size,
            directory_offset,
        ) + LOCATOR64.pack(LOCATOR64_MAGIC, 0, directory_offset + directory_size, 1)
    short = min(count, U16)
    return records + END.pack(
        END_MAGIC,
        0,
        0,
        short,
        short,
        min(directory_size, U32),
        min(directory_offset, U32),
        0,
    )


def directory(entries: Sequence[Entry]) -> bytes:
    """Return the central directory and the end records that follow ``entries``."""
    headers = b"".join(map(central_header, entries))
    offset = entries[-1].end if entries else 0
    return headers + end_records(len(entries), len(headers), offset)


def lay_out(members: Iterable[tuple[str, int, int, int, int]]) -> tuple[Entry, ...]:
    """Return entries one behind the other from offset 0.

    :param members: name, method, crc32, compressed size, size of each.
    """
    entries: list[Entry] = []
    offset = 0
    for member in members:
        entry = Entry(*member, offset)
        entries.append(entry)
        offset = entry.end
    return tuple(entries)
