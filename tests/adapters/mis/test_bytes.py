"""Encodings, delimiters, headings: the same list comes out, whatever wrote the bytes."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.errors import ExchangeError, FormatError
from exchange.ports.imports import Plan
from tests.adapters.mis.lists import (
    HEADS,
    NO_UPN,
    OAK,
    READER,
    book,
    changed,
    look,
    one,
    rows,
    taken,
    text,
    told,
)
from tests.adapters.mis.lists import given as given_files

ZOE = ("Ångström-Nuñez", "Zoë", "2015-03-09", "F")
WEST = ("D’Arcy–Łuk", "Zoë", "2015-03-09", "F")


@pytest.mark.parametrize(
    ("encoding", "read_as"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("cp1252", "cp1252"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
    ],
)
@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_every_encoding_and_delimiter_gives_the_same_pupil(
    encoding: str, read_as: str, mark: str
) -> None:
    data = text(HEADS, ZOE, mark=mark, encoding=encoding)
    assert told(one(data))[:2] == ZOE[:2]
    assert look(data).sheets[0].encoding == read_as


def test_windows_quotation_marks_and_dashes_are_read() -> None:
    names = ("D’Arcy–Smith", "Zoë", "2015-03-09", "F")
    assert told(one(text(HEADS, names, encoding="cp1252")))[0] == "D’Arcy–Smith"


def test_what_might_be_another_encoding_is_said_and_decides_nothing() -> None:
    many = [(f"Kovač{n}", "Žiga Ćiro Đuro Šime", "2015-03-09", "F") for n in range(40)]
    sheet = look(text(HEADS, *many, encoding="iso8859_2")).sheets[0]
    assert sheet.encoding == "cp1252"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "list-empty"),
        (b"  \r\n ", "list-empty"),
        (b"\xff\xfe", "list-empty"),
        (b"\xff\xfe\x00\x00a\x00\x00\x00", "list-encoding"),
        (b"a,b\r\n\x81\x8d,\x90", "list-encoding"),
        (b"%PDF-1.4\x00\x01\x02", "list-not-text"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "list-old-workbook"),
        (b"PK\x03\x04" + bytes(60), "list-workbook-broken"),
        (b'a,b\r\n"never closed' + b"x" * 9000, "list-quote-open"),
        (b",".join([b"a"] * 400), "list-too-large"),
    ],
)
def test_what_is_no_list_is_refused_with_a_hint(data: bytes, code: str) -> None:
    with pytest.raises(FormatError) as caught:
        look(data)
    assert caught.value.code == code
    assert caught.value.hint


def test_a_title_above_the_headings_and_empty_rows_do_not_matter() -> None:
    data = text(("Leavers 2026",), ("",), HEADS, ("", "", ""), OAK)
    row = one(data)
    assert told(row)[:2] == ("Oak", "Ann")
    assert look(data).sheets[0].rows == 1


def test_the_row_of_an_error_is_the_one_that_a_spreadsheet_shows() -> None:
    data = text(("Leavers 2026",), HEADS, OAK, ("Elm", "Bo", "2015-13-09", "M"))
    errors = [e.path for row in rows(data) for e in getattr(row, "errors", ())]
    assert errors == ["/1/4/C"]


def test_a_list_without_headings_is_read_by_what_is_in_it() -> None:
    data = text(('"Oak, Ann"', "09/03/2015", "F"), ('"Elm, Bo"', "31/03/2015", "M"))
    found = look(data)
    assert not found.sheets[0].headed
    assert [told(row)[1] for row in taken(data)] == ["Ann", "Bo"]


def test_line_breaks_and_quotes_inside_cells() -> None:
    data = b'Surname,Forename,DOB,Sex,SEN notes\r\nOak,"Ann ""Nan""",2015-03-09,F,"two\r\nlines"'
    assert told(one(data))[1] == 'Ann "Nan"'


def test_the_first_line_of_excel_names_the_delimiter() -> None:
    assert told(one(b"sep=;\r\n" + text(HEADS, OAK, mark=";")))[0] == "Oak"


def test_a_markup_file_is_a_transfer_file_and_comes_alone() -> None:
    assert look(b"<CTfile/>").kind == "ctf"
    with pytest.raises(FormatError) as caught:
        look(b"<CTfile/>", text(HEADS, OAK))
    assert caught.value.code == "list-mixed"


def test_limits_on_rows_and_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    many = text(HEADS, *[OAK] * 60_000)
    with pytest.raises(FormatError) as caught:
        look(many)
    assert caught.value.code == "list-too-large"
    monkeypatch.setattr("adapters.formats.mis.texts.MOST_BYTES", 100)
    with pytest.raises(FormatError):
        look(text(HEADS, *[OAK] * 60))


def test_days_numbers_and_formulas_of_a_workbook() -> None:
    from datetime import datetime

    born = datetime(2015, 3, 9)  # noqa: DTZ001  (as Excel has it)
    heads = (*HEADS, "Year", "SEN notes")
    data = book([heads, ("Oak", "Ann", born, "F", 6.0, "x"), ("Elm", "Bo", 42072, "M", 6, "x")])
    found = taken(data)
    assert [told(row)[2].isoformat() for row in found] == ["2015-03-09", "2015-03-09"]
    assert [row.pupil.nc_year for row in found] == ["6", "6"]


def test_a_formula_is_text_and_no_name() -> None:
    data = book([HEADS, ("=A1&B1", "Ann", "2015-03-09", "F")])
    assert [e.code for row in rows(data) for e in getattr(row, "errors", ())] == ["cell-formula"]


def test_a_hidden_sheet_is_not_read() -> None:
    data = book([HEADS, OAK], [HEADS, ("Secret", "Sid", "2015-03-09", "M")], hidden=True)
    assert [told(row)[0] for row in taken(data)] == ["Oak"]


@pytest.mark.parametrize(
    "part", [b"<!DOCTYPE a [<!ENTITY b 'c'>]>", "<!DOCTYPE a>".encode("utf-16-le"), b"<!ENTITY"]
)
def test_a_workbook_that_declares_entities_is_refused(part: bytes) -> None:
    data = changed(book([HEADS, OAK]), "xl/worksheets/sheet1.xml", b"<?xml version='1.0'?>" + part)
    with pytest.raises(FormatError) as caught:
        look(data)
    assert caught.value.code == "list-workbook-broken"


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = changed(book([HEADS, OAK]), "xl/worksheets/sheet1.xml", bytes(64 * 1024 * 1024))
    assert len(bomb) < 200_000
    tracemalloc.start()
    with pytest.raises(FormatError) as caught:
        look(bomb)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert caught.value.code == "list-too-large"
    assert peak < 8 * 1024 * 1024


def test_a_bomb_that_lies_about_its_size_is_refused() -> None:
    size = 32 * 1024 * 1024
    bomb = bytearray(changed(book([HEADS, OAK]), "xl/worksheets/sheet1.xml", b" " * size))
    real, told = size.to_bytes(4, "little"), (1000).to_bytes(4, "little")
    assert bomb.count(real) == 2, "in the part's own header, and in the directory"
    with pytest.raises(FormatError) as caught:
        look(bytes(bomb.replace(real, told)))
    assert caught.value.code == "list-workbook-broken"


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_give_a_look_or_a_typed_refusal(data: bytes) -> None:
    try:
        found = READER.look(given_files(data), Plan(), {})
        if found.kind == "table":
            list(READER.read(given_files(data), NO_UPN))
    except ExchangeError as error:
        refusal = error
    else:
        return
    assert refusal.code
    assert refusal.hint


cells = st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn"]), max_size=12)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(cells, min_size=1, max_size=5), min_size=1, max_size=6))
def test_any_table_gives_rows_or_typed_refusals(table: list[list[str]]) -> None:
    import csv
    import io

    out = io.StringIO()
    csv.writer(out).writerows([[*HEADS, "SEN status"], *table])
    for row in rows(out.getvalue().encode()):
        for error in getattr(row, "errors", ()):
            assert error.path.startswith("/1/")
