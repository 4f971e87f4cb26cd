"""Admissions lists as schools have them: headings in any order, dates as written here, bad rows."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.domain.admissions import read_list
from exchange.errors import FormatError

TODAY = date(2026, 6, 30)
UPN = "B801200005001"


def only(text: str) -> tuple[str, ...]:
    (row,) = read_list(text, TODAY)
    return row.problems


def test_a_csv_file_with_headings_in_any_order() -> None:
    text = (
        '\ufeffUPN,"Date of Birth",Legal Surname,Forename,Known as,Current School,Tutor group\r\n'
        f'{UPN},09/03/2015,"O\'Brien",Aoife,Effie,"Elm Grove, Larkhill",7B\r\n'
    )
    (row,) = read_list(text, TODAY)
    assert row.who is not None
    assert (row.who.surname, row.who.forename, row.who.known_as) == ("O'Brien", "Aoife", "Effie")
    assert (row.who.date_of_birth, row.who.upn) == (date(2015, 3, 9), UPN)
    assert (row.school, row.group, row.line) == ("Elm Grove, Larkhill", "7B", 2)


def test_rows_pasted_from_a_spreadsheet() -> None:
    text = f"Ann Smith\t9 March 2015\t{UPN}\tElm Grove\nSmith, Bea\t2015-03-09\t\t\n"
    first, second = read_list(text, TODAY)
    assert first.who is not None
    assert second.who is not None
    assert (first.who.forename, first.who.surname, first.school) == ("Ann", "Smith", "Elm Grove")
    assert (second.who.forename, second.who.surname) == ("Bea", "Smith")


@pytest.mark.parametrize(
    "written", ["9/3/2015", "09-03-2015", "2015-03-09", "9 Mar 2015", "09/03/15", "9-Mar-15",
                "09/03/2015 00:00:00", "9.3.2015"]
)  # fmt: skip
def test_dates_have_the_day_first(written: str) -> None:
    (row,) = read_list(f"name,dob\nAnn Smith,{written}", TODAY)
    assert row.who is not None
    assert row.who.date_of_birth == date(2015, 3, 9)


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ("Ann,09/03/2015,", "name-missing"),
        ("Ann Smith,,", "born-missing"),
        ("Ann Smith,31/02/2015,", "born-unreadable"),
        ("Ann Smith,2015,", "born-unreadable"),
        ("Ann Smith,09/03/1955,", "born-unlikely"),
        ("Ann Smith,09/03/2027,", "born-unlikely"),
        ("Ann Smith,09/03/2015,B801200005002", "upn-invalid"),
        (f"Ann {'x' * 201},09/03/2015,", "name-too-long"),
    ],
)
def test_what_is_wrong_with_a_row_is_a_code(cells: str, problem: str) -> None:
    assert only(f"name,date of birth,UPN\n{cells}") == (problem,)


def test_a_start_date_that_cannot_be_read_is_told() -> None:
    assert only("name,dob,start date\nAnn Smith,9/3/2015,September") == ("starts-unreadable",)


def test_rows_that_repeat_one_another_are_both_refused() -> None:
    text = f"name,dob,upn\nAnn Smith,9/3/2015,{UPN}\nBea Smith,9/3/2015,{UPN}\n"
    assert [row.problems for row in read_list(text, TODAY)] == [("upn-repeated",)] * 2
    text = "name,dob\nAnn Smith,9/3/2015\nann smith,09/03/2015\n"
    assert [row.problems for row in read_list(text, TODAY)] == [("listed-twice",)] * 2


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "list-empty"),
        (" \n,,\n", "list-empty"),
        ("Ann Smith\nBea Smith\n", "list-columns"),
        ("surname,dob\nSmith,9/3/2015", "list-columns"),
        ("name,dob\n" + "Ann Smith,9/3/2015\n" * 5_001, "list-too-long"),
        ("x" * 1_000_001, "list-too-long"),
    ],
)
def test_a_text_that_is_no_list(text: str, code: str) -> None:
    with pytest.raises(FormatError) as raised:
        read_list(text, TODAY)
    assert raised.value.code == code


@given(st.text(max_size=300))
def test_no_text_breaks_it(text: str) -> None:
    for start in ("", "name,dob\n", "surname\tforename\tdate of birth\tupn\n"):
        with suppress(FormatError):
            rows = read_list(start + text, TODAY)
            assert all((row.who is None) == bool(row.problems) for row in rows)
