"""What a workbook's parts hold, counted as they unpack, before any parser sees them.

openpyxl builds a whole row, and whole lists of strings and styles, in memory before it hands over
anything. A few kilobytes can unpack to one row of millions of cells. Here the tags are counted
between two rows (or two strings) and no tree is built: what is within these bounds is parsed in
bounded memory. Office programs write neither comments nor CDATA, which could hide tags from us.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO, Final

from adapters.formats.mis.limits import MOST_ROWS, too_large

MOST_BETWEEN: Final = 100_000
"""Tags between two rows, or two strings: six for each of the most columns that Excel has."""
MOST_ROW_TAGS: Final = MOST_ROWS
"""Of one part; sheets that nobody reads count too."""
MOST_STRINGS: Final = 300_000
LONGEST_GAP: Final = 1024 * 1024
"""Bytes between two tags."""
MOST_HIDING: Final = 10
"""Comments and the like in one part."""

_BLOCK = 256 * 1024
_KEPT = 128
"""Bytes of a block that are looked at again with the next, as a tag may be cut in two."""
_TAG = re.compile(rb"<(?:(!)|(?:[A-Za-z_][\w.-]{0,40}:)?([A-Za-z]{1,40})(?=[\s>/]))")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")


def is_utf_16(beginning: bytes) -> bool:
    """Return whether a part begins as XML in an encoding that hides tags from us."""
    return beginning.startswith(_UTF_16)


def check_part(part: IO[bytes]) -> None:
    """Refuse a part that no parser could take in bounded memory; what is no XML is left alone.

    :raises FormatError: ``list-too-large``.
    """
    counted = _Counted()
    for block, offset in _blocks(part):
        for found in _TAG.finditer(block):
            if found.start() >= counted.upto - offset:
                counted.tag(found, offset)
        if offset + len(block) - counted.last > LONGEST_GAP:
            raise too_large()


def _blocks(part: IO[bytes]) -> Iterator[tuple[bytes, int]]:
    """Yield blocks that overlap, each with its place; nothing of what is no XML."""
    kept, offset = b"", 0
    while more := part.read(_BLOCK):
        block = kept + more
        if offset == 0 and not kept and not block.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
            return
        yield block, offset
        kept = block[-_KEPT:]
        offset += len(block) - len(kept)


class _Counted:
    def __init__(self) -> None:
        self.upto = self.last = 0
        self._between = self._rows = self._strings = self._hiding = 0

    def tag(self, found: re.Match[bytes], offset: int) -> None:
        at = offset + found.start()
        if at - self.last > LONGEST_GAP:
            raise too_large()
        self.last, self.upto = at, at + 1
        name = found[2]
        self._between += 1
        if name == b"row":
            self._rows, self._between = self._rows + 1, 0
        elif name == b"si":
            self._strings, self._between = self._strings + 1, 0
        elif name is None:
            self._hiding += 1
        if (
            self._between > MOST_BETWEEN
            or self._rows > MOST_ROW_TAGS
            or self._strings > MOST_STRINGS
            or self._hiding > MOST_HIDING
        ):
            raise too_large()
