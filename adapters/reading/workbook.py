"""The cells of a workbook, row by row; days are written as days, not as Excel counts them."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import BinaryIO, cast

from adapters import xml
from adapters.reading.collected import Collected

_SHEET = re.compile(r"(?i)^xl/worksheets/[^/]+\.xml$")
_STRINGS, _STYLES, _BOOK = "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml"
_MOST_STRINGS = 500_000
# Built-in number formats that show a day (ECMA-376, 18.8.30), and letters that only days have.
_DAYS = frozenset({*range(14, 18), 22, *range(27, 37), *range(50, 59)})
_DAY_FORMAT = re.compile(r"[dDyY]")
_LITERAL = re.compile(r"\"[^\"]*\"|\[[^\]]*\]|\\.")
_EPOCH = date(1899, 12, 30)  # Excel believes that 1900 was a leap year


def read_workbook(container: zipfile.ZipFile, into: Collected, limits: xml.XmlLimits) -> None:
    """Collect the cells of all sheets, and the sheets' names."""
    names = set(container.namelist())
    strings = list(_strings(container, limits)) if _STRINGS in names else []
    days = _day_styles(container, limits) if _STYLES in names else frozenset()
    for _, sheet in _records(container, _BOOK, "sheet", limits):
        into.add(str(sheet.get("name", "")))
    for name in sorted(filter(_SHEET.match, names)):
        for _, row in _records(container, name, "row", limits):
            into.add("\t".join(_cells(row, strings, days)))
            if into.full:
                return


def _records(
    container: zipfile.ZipFile, name: str, wanted: str, limits: xml.XmlLimits
) -> Iterator[tuple[xml.Path, xml.Element]]:
    with container.open(name) as part:
        source = cast(BinaryIO, part)
        yield from xml.iter_records(source, lambda path: _local(path[-1]) == wanted, limits=limits)


def _strings(container: zipfile.ZipFile, limits: xml.XmlLimits) -> Iterator[str]:
    for number, (_, one) in enumerate(_records(container, _STRINGS, "si", limits)):
        if number == _MOST_STRINGS:
            return
        # What is under rPh is how it is read aloud, in Japanese.
        yield "".join(str(t.text or "") for t in one.iter() if _local(str(t.tag)) == "t")


def _day_styles(container: zipfile.ZipFile, limits: xml.XmlLimits) -> frozenset[int]:
    """Return which cell styles show a day."""
    days = set(_DAYS)
    for _, one in _records(container, _STYLES, "numFmt", limits):
        shown = _LITERAL.sub("", str(one.get("formatCode", "")))
        if _DAY_FORMAT.search(shown):
            days.add(int(str(one.get("numFmtId", "-1"))))
    found: set[int] = set()
    for _, styles in _records(container, _STYLES, "cellXfs", limits):
        for number, one in enumerate(styles):
            if int(str(one.get("numFmtId", "0"))) in days:
                found.add(number)
    return frozenset(found)


def _cells(row: xml.Element, strings: Sequence[str], days: frozenset[int]) -> Iterator[str]:
    for cell in row:
        kind, style = cell.get("t", "n"), str(cell.get("s", "0"))
        said = "".join(
            str(one.text or "") for one in cell.iter() if _local(str(one.tag)) in ("v", "t")
        )
        if kind == "s" and said.isdecimal() and int(said) < len(strings):
            yield strings[int(said)]
        elif kind == "n" and style.isdecimal() and int(style) in days:
            yield _day(said)
        else:
            yield said


def _day(number: str) -> str:
    try:
        return (_EPOCH + timedelta(days=int(float(number)))).isoformat()
    except (ValueError, OverflowError):
        return number


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
