"""Tables in workbooks (XLSX): every sheet that is shown, as values; formulas stay text.

openpyxl reads row by row and writes no file. What it is handed was checked first: a sane ZIP
within limits, and no part of it declares an entity. Nothing is computed: a formula's own text is
what the cell says, and no name or date is one.
"""

from __future__ import annotations

import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO

from adapters.formats.mis.bounds import check_part, is_utf_16
from adapters.formats.mis.guessing import heads_of
from adapters.formats.mis.limits import (
    LONGEST_CELL,
    MOST_BYTES,
    MOST_COLUMNS,
    MOST_RATIO,
    MOST_ROWS,
    MOST_TABLES,
    MOST_UNPACKED,
    too_large,
)
from adapters.formats.mis.table import Row, Table, filled
from adapters.inspection.office import check_directory, check_entries
from exchange.errors import FormatError

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

MAGIC = b"PK\x03\x04"
_LOOK_AT = 60
_EPOCH_1904 = 1904
_SMALL = 1024 * 1024
_DECLARES = re.compile(rb"<\x00?!\x00?(?:D\x00?O\x00?C\x00?T|E\x00?N\x00?T)")
_STRICT = b"purl.oclc.org/ooxml"
_PROLOG = 64 * 1024
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    NotImplementedError,  # what zipfile raises for a way of packing that it does not know
    RuntimeError,  # and for a part with a password
    SyntaxError,  # what the standard library's XML parser raises
    AssertionError,
    OverflowError,
)


def read_workbook(source: BinaryIO, name: str) -> list[Table]:
    """Return a table for each sheet in which something stands.

    :param source: stays open as long as the tables are walked.
    :raises FormatError: ``list-workbook-broken``, ``list-workbook-strict``, ``list-too-large``,
        ``list-empty``.
    """
    _check(source)
    book = _opened(source)
    from_1904 = book.epoch.year == _EPOCH_1904
    tables = []
    for number, sheet in enumerate(_sheets(book)):
        if number >= MOST_TABLES:
            raise too_large()
        first = list(islice(filled(_rows(source, number)), _LOOK_AT))
        if not first:
            continue
        at, heads, headed = heads_of(first)
        below = _below(source, number, at)
        tables.append(Table(f"{name}: {sheet}", heads, below, headed, from_1904=from_1904))
    if not tables:
        raise FormatError("list-empty", "/file", "The workbook has no rows. Export it again.")
    return tables


class _below:  # noqa: N801  (a function with its data)
    """The rows of a sheet below its headings."""

    def __init__(self, source: BinaryIO, number: int, at: int) -> None:
        self._source, self._number, self._at = source, number, at

    def __call__(self) -> Iterator[Row]:
        return (row for row in filled(_rows(self._source, self._number)) if row[0] > self._at)


def _check(source: BinaryIO) -> None:
    if source.seek(0, 2) > MOST_BYTES:
        raise too_large()
    try:
        check_directory(source)
        with zipfile.ZipFile(source) as container:
            entries = container.infolist()
            check_entries(entries)
            _check_sizes(entries)
            if "xl/workbook.xml" not in container.namelist():
                raise _broken()
            if _STRICT in container.read("xl/workbook.xml"):
                hint = "Save it as an Excel workbook (.xlsx), not as Strict Open XML."
                raise FormatError("list-workbook-strict", "/file", hint)
            for entry in entries:
                with container.open(entry) as part:
                    beginning = part.read(_PROLOG)
                    if _DECLARES.search(beginning) or is_utf_16(beginning):
                        raise _broken()
                    part.seek(0)
                    check_part(part)
    except FormatError as error:
        raise (error if error.code.startswith("list-") else _broken()) from None
    except _BROKEN:
        raise _broken() from None


def _check_sizes(entries: Iterable[zipfile.ZipInfo]) -> None:
    total = 0
    for entry in entries:
        if entry.flag_bits & 0x1:
            raise _broken()
        total += entry.file_size
        bomb = entry.file_size > MOST_RATIO * max(entry.compress_size, 1)
        if total > MOST_UNPACKED or (entry.file_size > _SMALL and bomb):
            raise too_large()


def _opened(source: BinaryIO) -> Workbook:
    from openpyxl import load_workbook  # slow to load, and only wanted for workbooks

    # Its warnings name sheets, and go to standard error.
    warnings.filterwarnings("ignore", module="openpyxl")
    source.seek(0)
    try:
        return load_workbook(source, read_only=True, data_only=False, keep_links=False)
    except _BROKEN:
        raise _broken() from None


def _sheets(book: Workbook) -> list[str]:
    return [one.title for one in book.worksheets if one.sheet_state == "visible"]


def _rows(source: BinaryIO, number: int) -> Iterator[Row]:
    book = _opened(source)
    try:
        shown = [one for one in book.worksheets if one.sheet_state == "visible"]
        sheet = shown[number]
        sheet.reset_dimensions()  # what a sheet says of its size is often wrong
        for at, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
            if at > MOST_ROWS:
                raise too_large()
            told = tuple(_said(cell) for cell in cells)
            while told and not told[-1]:
                told = told[:-1]
            if len(told) > MOST_COLUMNS or any(len(cell) > LONGEST_CELL for cell in told):
                raise too_large()
            yield at, told
    except FormatError:
        raise
    except _BROKEN:
        raise _broken() from None
    finally:
        book.close()


def _said(cell: object) -> str:
    """Return a cell's value as text; days as ISO has them, whole numbers without a point."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, time | timedelta):
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    formula = getattr(cell, "text", None)  # an array formula is an object of its own
    return str(formula if formula is not None else cell)


def _broken() -> FormatError:
    hint = "Open the workbook, save it without a password as .xlsx, and choose it again."
    return FormatError("list-workbook-broken", "/file", hint)
