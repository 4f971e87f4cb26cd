"""Write CSV that a spreadsheet program opens, and in which no cell is a formula.

A name may be typed by anybody, and a cell that begins with ``=`` is run by the program that opens
the file. Each cell is quoted; what could begin a formula, at the start, after quotes or spaces, or
where a careless reader would begin a new cell, gets an apostrophe before it; control characters
become spaces. Excel wants the byte order mark to read UTF-8.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import BinaryIO

_STARTS = "=+\\-@|%\uff1d\uff0b\uff0d\uff20\u2212\ufe62\ufe63\ufe66\ufe6b"
_BEFORE = "\"'`\u2018\u2019\u201c\u201d,;"
_RISKY_START = re.compile(f"^[\\s{_BEFORE}]*[{_STARTS}]")
_RISKY_INSIDE = re.compile(f'(?<=[",;|])(\\s*[\'"]*\\s*)(?=[{_STARTS}])')
_GUARDED = re.compile(f"^'(?=[\\s{_BEFORE}]*[{_STARTS}])")
_UNSEEN = frozenset({"Cc", "Cf", "Zl", "Zp", "Cs", "Co", "Cn"})


class GuardedCsv:
    """exchange.ports.export.TableWriter as CSV (RFC 4180, UTF-8 with its mark)."""

    def write(self, out: BinaryIO, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Write headings and rows, guarded."""
        text = io.TextIOWrapper(out, "utf-8-sig", newline="", write_through=True)
        writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        writer.writerow([guarded(cell) for cell in heads])
        for row in rows:
            writer.writerow([guarded(cell) for cell in row])
        text.detach()


def guarded(cell: str) -> str:
    """Return a cell in which nothing acts."""
    plain = "".join(" " if unicodedata.category(one) in _UNSEEN else one for one in cell)
    plain = _RISKY_INSIDE.sub(r"\1'", plain)
    return f"'{plain}" if _RISKY_START.match(plain) else plain


def unguarded(cell: str) -> str:
    """Return what a cell said before it was guarded at its start, as our own exports are."""
    return _GUARDED.sub("", cell)
