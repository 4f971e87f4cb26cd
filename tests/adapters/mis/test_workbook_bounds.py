"""A small file that unpacks to a great deal is refused before any of it is in memory."""

from __future__ import annotations

import io
import random
import tracemalloc
import zipfile
from collections.abc import Iterable

import pytest
from openpyxl import Workbook

from adapters.formats.mis import bounds
from adapters.formats.mis.workbooks import read_workbook
from exchange.errors import FormatError

SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
NS = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
HEAD, FOOT = b"<worksheet " + NS + b"><sheetData>", b"</sheetData></worksheet>"
WORDS = [bytes(random.Random(one).choices(b"abcdefghij", k=8)) for one in range(2_000)]


def workbook(part: str, content: Iterable[bytes]) -> io.BytesIO:
    """Return a workbook of which one part is this."""
    plain, made = io.BytesIO(), io.BytesIO()
    book = Workbook()
    book.active.append(["Surname", "Forename"])  # type: ignore[union-attr]
    book.save(plain)
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as to:
        for name in source.namelist():
            if name != part:
                to.writestr(name, source.read(name))
        with to.open(part, "w") as entry:
            for block in content:
                entry.write(block)
    made.seek(0)
    return made


def one_row() -> Iterable[bytes]:
    cells = b"".join(b'<c t="str"><v>' + one + b"</v></c>" for one in WORDS)
    yield HEAD + b'<row r="1">'
    yield from (cells for _ in range(500))
    yield b"</row>" + FOOT


def many_rows() -> Iterable[bytes]:
    yield HEAD
    yield from (b'<row r="%d"><c><v>%d</v></c></row>' % (one, one) for one in range(1, 20_001))
    yield FOOT


def many_strings() -> Iterable[bytes]:
    strings = b"".join(b"<si><t>" + one + b"</t></si>" for one in WORDS)
    yield b"<sst " + NS + b">"
    yield from (strings for _ in range(30))
    yield b"</sst>"


def one_long_cell() -> Iterable[bytes]:
    yield HEAD + b'<row r="1"><c t="str"><v>'
    yield from (b"".join(WORDS) for _ in range(500))
    yield b"</v></c></row>" + FOOT


def junk(between: bytes) -> Iterable[bytes]:
    """Tags that a parser keeps; between them what would have us count anew, if we believed it."""
    block = b"".join(b"<x>%d</x>" % one for one in range(2_000)) + between
    yield HEAD
    yield from (block for _ in range(200))
    yield b'<row r="1"><c><v>1</v></c></row>' + FOOT


@pytest.mark.parametrize(
    ("part", "content"),
    [
        (SHEET, one_row()),
        (SHEET, many_rows()),
        (STRINGS, many_strings()),
        (SHEET, one_long_cell()),
        (SHEET, junk(b"")),
        (SHEET, junk(b"<!--<row >-->")),
        (SHEET, junk(b"<![CDATA[<row >]]>")),
        ("xl/styles.xml", junk(b"")),
        ("xl/anything.bin", junk(b"")),
    ],
    ids=["row", "rows", "strings", "cell", "junk", "comments", "cdata", "styles", "elsewhere"],
)
def test_it_is_refused_with_little_in_memory(
    monkeypatch: pytest.MonkeyPatch, part: str, content: Iterable[bytes]
) -> None:
    monkeypatch.setattr(bounds, "MOST_STRINGS", 30_000)  # lower, for the time of a test
    monkeypatch.setattr(bounds, "MOST_ROW_TAGS", 10_000)
    source = workbook(part, content)
    tracemalloc.start()
    try:
        with pytest.raises(FormatError) as refused:
            read_workbook(source, "list.xlsx")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert refused.value.code == "list-too-large"
    assert peak < 8 * 1024 * 1024


def test_a_part_in_another_encoding_hides_nothing() -> None:
    wide = ("<?xml version='1.0' encoding='UTF-16'?>" + HEAD.decode() + FOOT.decode()).encode(
        "utf-16"
    )
    with pytest.raises(FormatError) as refused:
        read_workbook(workbook(SHEET, [wide]), "list.xlsx")
    assert refused.value.code == "list-workbook-broken"


def test_tags_that_are_cut_by_a_block_count_once() -> None:
    """Rows at every place of a block's edge: as many come out as were written."""
    content = HEAD + b"".join(
        b'<row r="%d"><c t="str"><v>%s</v></c></row>' % (one, b"n" * (one % 97))
        for one in range(1, 12_001)
    )
    (table,) = read_workbook(workbook(SHEET, [content + FOOT]), "list.xlsx")
    assert 11_000 < sum(1 for _ in table.rows()) <= 12_000
