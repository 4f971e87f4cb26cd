"""One suite over every format in which lists of pupils come in, and every table that goes out."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from adapters.formats.csv_export import GuardedCsv
from adapters.formats.mis.pupil_lists import PupilLists
from adapters.formats.pupils_ctf import CtfPupils
from adapters.formats.xlsx_export import GuardedWorkbook
from exchange.errors import ExchangeError
from exchange.ports.documents import ReadPupil, UnreadPupil
from exchange.ports.export import TableWriter
from exchange.ports.imports import Given, Plan, settled
from tests.adapters.ctf_cases import SUBJECT, ctf
from tests.adapters.mis.lists import book, text

MARKER = "Zebedee"
HEADS = ("UPN", "Surname", "Forename", "Date of birth", "Sex", "SEN status")
Row = tuple[str, str, str, str, str, str]
ANN: Row = ("L801200015001", "Oak", "Ann", "2015-03-09", "F", "K")
BEN: Row = ("A801200015002", "Ash", "Ben", "2015-04-13", "M", "E")
BROKEN: Row = ("L801200015001", MARKER, "Cleo", "not a day", "F", "K")
TODAY = date(2026, 7, 1)
LISTS = PupilLists(CtfPupils, subject=lambda: SUBJECT, today=lambda: TODAY)


def as_ctf(rows: Sequence[Row]) -> bytes:
    tags = ("UPN", "Surname", "Forename", "DOB", "Sex")
    return ctf(
        *(
            "".join(f"<{tag}>{told}</{tag}>" for tag, told in zip(tags, row, strict=False))
            + f"<SENhistory><SEN><SENprovision>{row[5]}</SENprovision></SEN></SENhistory>"
            for row in rows
        )
    )


def as_csv(rows: Sequence[Row]) -> bytes:
    return text(HEADS, *rows)


def as_xlsx(rows: Sequence[Row]) -> bytes:
    return book([HEADS, *rows])


Make = Callable[[Sequence[Row]], bytes]
FORMATS: dict[str, Make] = {"ctf": as_ctf, "csv": as_csv, "xlsx": as_xlsx}
each_format = pytest.mark.parametrize("kind", FORMATS)
WRITERS: dict[str, TableWriter] = {"csv": GuardedCsv(), "xlsx": GuardedWorkbook()}
each_writer = pytest.mark.parametrize("kind", WRITERS)


def read(kind: str, content: bytes) -> list[ReadPupil | UnreadPupil]:
    files = [Given(f"list.{kind}", lambda: io.BytesIO(content))]
    plan = settled(LISTS.look(files, Plan(), {}), Plan(no_upn="UN3"))
    return list(LISTS.read(files, plan))


def tried(kind: str, content: bytes) -> tuple[list[ReadPupil | UnreadPupil], ExchangeError | None]:
    """Return what was read, or how it was refused; any other fault fails the test."""
    try:
        return read(kind, content), None
    except ExchangeError as error:
        return [], error


def said(rows: Sequence[ReadPupil | UnreadPupil]) -> list[tuple[str, str, date, str]]:
    return [
        (
            one.pupil.names.surname,
            one.pupil.names.forename,
            one.pupil.date_of_birth,
            one.records[0].provision,  # type: ignore[attr-defined]
        )
        for one in rows
        if isinstance(one, ReadPupil)
    ]


@each_format
def test_the_same_children_come_out_of_every_format(kind: str) -> None:
    assert said(read(kind, FORMATS[kind]([ANN, BEN]))) == [
        ("Oak", "Ann", date(2015, 3, 9), "K"),
        ("Ash", "Ben", date(2015, 4, 13), "E"),
    ]


@each_format
def test_a_file_that_is_read_twice_says_the_same(kind: str) -> None:
    content = FORMATS[kind]([ANN, BEN])
    first, again = read(kind, content), read(kind, content)
    assert said(first) == said(again)
    assert [type(one) for one in first] == [type(one) for one in again]


@each_format
def test_a_wrong_row_stops_only_its_pupil_and_is_told_without_its_words(kind: str) -> None:
    rows = read(kind, FORMATS[kind]([ANN, BROKEN, BEN]))
    assert {one[0] for one in said(rows)} >= {"Oak", "Ash"}
    (wrong,) = [one for one in rows if isinstance(one, UnreadPupil)]
    assert wrong.errors
    assert all(error.code and error.path for error in wrong.errors)
    assert MARKER not in repr(wrong)
    assert "not a day" not in repr(wrong)


@each_format
def test_a_list_of_nobody_is_read_or_refused_with_a_code(kind: str) -> None:
    rows, refusal = tried(kind, FORMATS[kind]([]))
    assert said(rows) == []
    if refusal is not None:
        assert refusal.code
        assert refusal.hint


@each_format
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(place=st.floats(0, 1), cut=st.booleans(), noise=st.binary(min_size=1, max_size=8))
def test_a_spoilt_file_gives_rows_or_a_typed_refusal(
    kind: str, place: float, cut: bool, noise: bytes
) -> None:
    whole = FORMATS[kind]([ANN, BROKEN, BEN])
    at = int(place * len(whole))
    spoilt = whole[:at] if cut else whole[:at] + noise + whole[at + len(noise) :]
    _, refusal = tried(kind, spoilt)
    if refusal is not None:
        assert refusal.code
        assert MARKER not in f"{refusal} {refusal.path} {refusal.hint}"


def cells(kind: str, content: bytes) -> list[list[str]]:
    if kind == "csv":
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    sheet = load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "inlineStr", "n"}
    return [["" if cell.value is None else str(cell.value) for cell in row] for row in sheet.rows]


@each_writer
@pytest.mark.parametrize("rows", [0, 1, 51, 1000])
def test_as_many_rows_come_out_as_went_in(kind: str, rows: int) -> None:
    out = io.BytesIO()
    told = [(f"Surname {number}", "Ann") for number in range(rows)]
    WRITERS[kind].write(out, ("Surname", "Forename"), told)
    assert [tuple(row) for row in cells(kind, out.getvalue())] == [("Surname", "Forename"), *told]


@each_writer
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(max_size=40), st.sampled_from(["", "=", "+", "-", "@", "\t=", "=cmd|'/c calc'!A0"]))
def test_no_cell_that_a_person_typed_acts(kind: str, typed: str, start: str) -> None:
    out = io.BytesIO()
    WRITERS[kind].write(out, ("Name",), [(start + typed,)])
    found = cells(kind, out.getvalue())
    if kind == "csv":
        assert not any(cell.lstrip().startswith(("=", "+", "-", "@")) for cell in found[-1])
