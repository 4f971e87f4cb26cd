"""CSV extracts of the register: read by header name, row by row, in constant memory.

Windows-1252 as they are published, UTF-8 with or without a mark as people save them again. Each
line stands for itself: a quote that is never closed spoils its own row and none after it.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Generic, Literal, TypeVar

from exchange.errors import FormatError
from exchange.ports.schools import UnreadRow

T = TypeVar("T")
Cells = list[str]

LONGEST_LINE = 128 * 1024
_MOST_LINES = 4
"""Lines of the file that one row may span, by line breaks inside quotes."""
_BLOCK = 1024 * 1024
_WHOLE = "Download the register file again and do not edit it."
_ROW = "Correct this row in the file, or leave it: all others are taken."


@dataclass(frozen=True, slots=True)
class Extract(Generic[T]):
    """One file of the register as it is read.

    :param sha256: of the file's bytes, hex.
    :param rows: yields once, reading as it goes; every row of the file gives one item.
    """

    sha256: str
    rows: Iterator[T | UnreadRow]


@dataclass(frozen=True, slots=True)
class Table:
    """The header and the rows behind it.

    :param columns: folded header name -> place of the cell.
    :param rows: (line, cells); every row has ``width`` cells and an empty one behind them.
    """

    sha256: str
    columns: Mapping[str, int]
    width: int
    rows: Iterator[tuple[int, Cells] | UnreadRow]

    def place(self, *names: str) -> int:
        """Return the place of the first column that is there; -1, an empty cell, for none."""
        found = (self.columns[name] for each in names if (name := fold(each)) in self.columns)
        return next(found, -1)


def fold(header: str) -> str:
    """Return a header name without spaces, brackets and case: ``LA (code)`` -> ``lacode``."""
    return "".join(one for one in header.casefold() if one.isalnum())


def open_table(source: BinaryIO, needed: Sequence[str], what: str) -> Table:
    """Read the header of an extract.

    :param source: seekable; read once for its hash and encoding, and once for its rows.
    :param needed: columns without which the file is something else.
    :param what: code of the error in that case.
    :raises FormatError: ``what``, ``gias-zipped``, ``gias-encoding``.
    """
    sha256, encoding = _examine(source)
    # An undefined byte spoils its own cell, not the file; Windows-1252 leaves five undefined.
    text = io.TextIOWrapper(source, encoding=encoding, errors="replace", newline="")
    lines = _Lines(text)
    header = next((row for row in _rows(lines) if not isinstance(row, UnreadRow)), (0, []))[1]
    while header and not header[-1].strip():
        header.pop()
    columns: dict[str, int] = {}
    for place, name in enumerate(header):
        columns.setdefault(fold(name), place)
    if any(fold(name) not in columns for name in needed):
        text.detach()
        raise FormatError(what, "/header", f"Its first line must name {', '.join(needed)}.")
    return Table(sha256, columns, len(header), _shaped(text, lines, len(header)))


def unread(line: int, path: str, code: str, hint: str = _ROW) -> UnreadRow:
    """Return a row that could not be taken; its error names line and column, never a value."""
    return UnreadRow(line, FormatError(code, f"/{line}{path}", hint))


def _examine(source: BinaryIO) -> tuple[str, str]:
    """Return SHA-256 and encoding of a file, and go back to its start."""
    source.seek(0)
    digest = hashlib.sha256()
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_utf8, first = True, b""
    while block := source.read(_BLOCK):
        first = first or block[:4]
        digest.update(block)
        if is_utf8:
            is_utf8 = _decodes(decoder, block)
    is_utf8 = is_utf8 and _decodes(decoder, b"", final=True)
    source.seek(0)
    if first.startswith(b"PK\x03\x04"):
        raise FormatError("gias-zipped", "/", "Unpack the download first.")
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise FormatError("gias-encoding", "/", _WHOLE)
    if first.startswith(codecs.BOM_UTF8):
        return digest.hexdigest(), "utf-8-sig"
    return digest.hexdigest(), "utf-8" if is_utf8 else "cp1252"


def _decodes(decoder: codecs.IncrementalDecoder, block: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(block, final)
    except UnicodeDecodeError:
        return False
    return True


class _Lines:
    """Lines with their numbers; some can be put back. An endless one is None."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self._next = 1
        self._back: deque[tuple[int, str | None]] = deque()

    def take(self) -> tuple[int, str | None] | None:
        if self._back:
            return self._back.popleft()
        line = self._text.readline(LONGEST_LINE)
        if not line:
            return None
        number, self._next = self._next, self._next + 1
        if len(line) < LONGEST_LINE or line.endswith(("\n", "\r")):
            return number, line
        while line and not line.endswith(("\n", "\r")):
            line = self._text.readline(LONGEST_LINE)
        return number, None

    def put_back(self, taken: Sequence[tuple[int, str | None]]) -> None:
        self._back.extendleft(reversed(taken))


def _rows(lines: _Lines) -> Iterator[tuple[int, Cells] | UnreadRow]:
    while (first := lines.take()) is not None:
        number, line = first
        cells = _cells([line]) if line is not None else "bad"
        if cells == "open" and line is not None:
            cells = _spanning(lines, line)
        if isinstance(cells, str):
            yield unread(number, "", "gias-row-malformed")
        elif cells:
            yield number, cells


def _cells(lines: list[str]) -> Cells | Literal["open", "bad"]:
    """Return the cells of a row; ``open`` where a quote is still to be closed."""
    reader = csv.reader(iter(lines), strict=True)
    try:
        row = next(reader, [])
        return row if next(reader, None) is None else "bad"
    except csv.Error as error:
        return "open" if "unexpected end of data" in str(error) else "bad"


def _spanning(lines: _Lines, first: str) -> Cells | Literal["bad"]:
    """Read a row that goes on over line breaks; put the other lines back where it is none."""
    taken: list[tuple[int, str | None]] = []
    texts = [first]
    while len(texts) < _MOST_LINES and (following := lines.take()) is not None:
        taken.append(following)
        if following[1] is None:
            break
        texts.append(following[1])
        cells = _cells(texts)
        if not isinstance(cells, str):
            return cells
        if cells == "bad":
            break
    lines.put_back(taken)
    return "bad"


def _shaped(
    text: io.TextIOWrapper, lines: _Lines, width: int
) -> Iterator[tuple[int, Cells] | UnreadRow]:
    """Yield rows as wide as the header; one with more in it has its cells in wrong columns.

    A shorter row is filled up: spreadsheets leave empty cells at the end of a row out.
    """
    try:
        for row in _rows(lines):
            if isinstance(row, UnreadRow):
                yield row
                continue
            number, cells = row
            if len(cells) > width and any(map(str.strip, cells[width:])):
                yield unread(number, "", "gias-row-shape")
            elif any(cells):
                yield number, [*cells[:width], *[""] * (width + 1 - len(cells[:width]))]
    finally:
        text.detach()  # the file belongs to whoever opened it
