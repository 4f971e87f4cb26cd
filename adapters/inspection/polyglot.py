"""Files that are two things at once: one to a scanner, another to the program that opens them.

``document-polyglot``   a PDF begins inside its first kilobyte, or a ZIP ends at its end

PDF readers look for ``%PDF-`` in the first 1024 bytes; ZIP readers look for a directory from the
end. Both therefore see what others put before or behind.
"""

from __future__ import annotations

import struct
from typing import BinaryIO

CODE = "document-polyglot"

_PDF = b"%PDF-"
_ZIP = b"PK\x03\x04"
_END = struct.Struct("<4s4H2LH")
_END_MAGIC = b"PK\x05\x06"
_DIRECTORY_MAGIC = b"PK\x01\x02"
_HEAD = 1024
_TAIL = 65_535 + _END.size  # the longest comment that a ZIP can end with
_ZIP64 = 0xFFFFFFFF


def is_polyglot(source: BinaryIO) -> bool:
    """Return whether a file whose first bytes say one thing is another thing too."""
    source.seek(0)
    head = source.read(_HEAD)
    if not head.startswith(_PDF) and _PDF in head:
        return True
    return not head.startswith(_ZIP) and _ends_as_zip(source)


def _ends_as_zip(source: BinaryIO) -> bool:
    size = source.seek(0, 2)
    begin = max(0, size - _TAIL)
    source.seek(begin)
    tail = source.read()
    at = tail.find(_END_MAGIC)
    while at >= 0:
        if _is_directory(source, tail[at : at + _END.size], begin + at):
            return True
        at = tail.find(_END_MAGIC, at + 1)
    return False


def _is_directory(source: BinaryIO, record: bytes, at: int) -> bool:
    """Return whether a directory lies where an end record says, with anything before it."""
    if len(record) < _END.size:
        return False
    _, _, _, _, total, length, offset, _ = _END.unpack(record)
    if _ZIP64 in (length, offset):
        return True
    source.seek(max(0, at - length))
    return bool(total) and source.read(4) == _DIRECTORY_MAGIC
