"""Tables in text: commas, semicolons, tabs or bars; with or without headings."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from adapters.formats.mis.guessing import heads_of
from adapters.formats.mis.limits import LONGEST_CELL, MOST_COLUMNS, MOST_ROWS, too_large
from adapters.formats.mis.table import Row, Table, filled
from adapters.formats.mis.texts import Text
from exchange.errors import FormatError

DELIMITERS = (",", "\t", ";", "|")
_LOOK_AT = 60
_WRONG = 0.01


def read_delimited(text: Text, name: str) -> Table:
    """Return the table in a text.

    :raises FormatError: ``list-empty``, ``list-too-large``, ``list-quote-open``,
        ``list-unreadable``.
    """
    content, mark = _said(text.content)
    mark = mark or _delimiter(content)
    first = list(islice(filled(_rows(content, mark)), _LOOK_AT))
    if not first:
        raise FormatError("list-empty", "/file", "The file has no rows. Export it again.")
    at, heads, headed = heads_of(first)

    def rows() -> Iterator[Row]:
        for number, cells in filled(_rows(content, mark)):
            if number > at:
                yield number, cells

    return Table(name, heads, rows, headed, text.encoding, text.hint)


def _said(content: str) -> tuple[str, str]:
    """Return the text, and the delimiter that Excel's first line names."""
    head, gap, _ = content.partition("\n")
    told = head.strip().strip('"').lower()
    if gap and told.startswith("sep=") and len(told) == 5:
        return "\n" + content[len(head) + 1 :], told[-1]
    return content, ""


def _delimiter(content: str) -> str:
    """Return the delimiter by which most rows have the same number of cells, and most cells."""
    return max(DELIMITERS, key=lambda one: _fit(content, one))


def _fit(content: str, mark: str) -> tuple[float, int]:
    try:
        rows = [cells for _, cells in islice(filled(_rows(content, mark)), _LOOK_AT)]
    except FormatError:
        return (_WRONG, 0)  # better a delimiter that says what is wrong than one that finds none
    lengths = Counter(len(cells) for cells in rows)
    if not lengths:
        return (0.0, 0)
    common, times = max(lengths.items(), key=lambda one: (one[1], one[0]))
    return (times / len(rows) if common > 1 else 0.0, common)


def _rows(content: str, mark: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=mark, skipinitialspace=True)
    number = 0
    while True:
        try:
            cells = next(reader, None)
        except csv.Error:
            hint = "Save it as CSV again, or paste the rows."
            raise FormatError("list-unreadable", f"/row/{number + 1}", hint) from None
        if cells is None:
            return
        number += 1
        if number > MOST_ROWS or len(cells) > MOST_COLUMNS:
            raise too_large()
        if any(len(cell) > LONGEST_CELL for cell in cells):
            hint = "A quotation mark is opened and not closed, or a cell is too long."
            raise FormatError("list-quote-open", f"/row/{number}", hint)
        yield number, tuple(cells)
