"""A school's calendar: kept, frozen into the value that clocks count with, and looked at."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from adapters.bank_holidays import PackagedHolidays
from exchange.domain.clocks import Term, due
from exchange.errors import Conflict, UsageError
from exchange.services.boards import LeaversBoard
from exchange.services.calendars import (
    SchoolCalendar,
    calendar_of,
    frozen,
    keep_calendar,
    kept_calendar,
    missing_year,
    years_of,
)
from exchange.services.inside import Inside
from exchange.services.keep_pupil import keep_record
from schemas.base import dump_bytes
from schemas.sen import TransitionPlan
from tests.exchange.domain.clocks.school_years import TERMS
from tests.exchange.services.town import PRIMARY, SENCO, Town

OCTOBER = date(2026, 10, 15)
INSET = Term(date(2026, 11, 2), date(2026, 11, 2), "INSET")


@pytest.fixture
def inside(town: Town) -> Inside:
    return replace(town.primary.inside, holidays=PackagedHolidays())


def test_the_packaged_bank_holidays_know_easter_and_say_how_far_they_reach() -> None:
    table = PackagedHolidays().england()
    assert {date(2026, 12, 25), date(2027, 3, 26), date(2027, 3, 29)} <= table.days
    assert date(2026, 12, 24) not in table.days
    assert table.until is not None
    assert table.until >= date(2027, 12, 31)


def test_what_was_entered_is_what_clocks_count_with(inside: Inside) -> None:
    keep_calendar(inside, PRIMARY, TERMS, [INSET], SENCO, based_on=0)
    with inside.store.reading(PRIMARY) as unit:
        kept, calendar = kept_calendar(unit), calendar_of(inside, unit)
    assert (kept.terms, kept.closed, kept.version) == (TERMS, (INSET,), 1)
    # Half term, the INSET day after it, then three weeks.
    assert due("record-transfer", date(2026, 10, 23), calendar) == date(2026, 11, 23)
    assert not calendar.is_school_day(date(2027, 3, 26))  # Good Friday, though nobody entered it


def test_of_two_who_change_it_at_once_the_second_is_told(inside: Inside) -> None:
    keep_calendar(inside, PRIMARY, TERMS, [], SENCO, based_on=0)
    keep_calendar(inside, PRIMARY, TERMS[:2], [], SENCO, based_on=1)
    with pytest.raises(Conflict) as refused:
        keep_calendar(inside, PRIMARY, TERMS, [], SENCO, based_on=1)
    assert refused.value.code == "item-changed"


@pytest.mark.parametrize(
    ("terms", "closed", "code"),
    [
        ([], [], "terms-missing"),
        ([TERMS[0], Term(date(2026, 10, 20), date(2026, 12, 1))], [], "terms-overlap"),
        (TERMS, [Term(date(2026, 9, 1), date(2026, 12, 1))], "closure-too-long"),
    ],
)
def test_a_calendar_without_sense_is_refused(
    inside: Inside, terms: list[Term], closed: list[Term], code: str
) -> None:
    with pytest.raises(UsageError) as refused:
        keep_calendar(inside, PRIMARY, terms, closed, SENCO, based_on=0)
    assert refused.value.code == code


def test_a_year_in_which_half_terms_were_left_out_looks_odd(inside: Inside) -> None:
    whole = frozen(inside, SchoolCalendar(TERMS))
    (this, next_) = years_of(whole, OCTOBER)
    assert (this.begins, this.odd) == (2026, False)
    assert 185 <= this.days <= 195
    assert (next_.begins, next_.odd) == (2027, True)  # only its autumn is there
    three = tuple(
        Term(date.fromisoformat(a), date.fromisoformat(b))
        for a, b in [
            ("2026-09-01", "2026-12-18"),
            ("2027-01-04", "2027-03-25"),
            ("2027-04-12", "2027-07-21"),
        ]
    )
    (bare,) = years_of(frozen(inside, SchoolCalendar(three)), OCTOBER)
    assert bare.odd or bare.days > this.days


def test_a_year_that_is_wanted_and_missing_is_named(inside: Inside) -> None:
    assert missing_year(frozen(inside, SchoolCalendar()), OCTOBER) == 2026
    this = frozen(inside, SchoolCalendar(TERMS[:6]))
    assert missing_year(this, OCTOBER) is None
    assert missing_year(this, date(2027, 5, 1)) == 2027  # the clocks of the summer reach it
    assert missing_year(frozen(inside, SchoolCalendar(TERMS)), date(2027, 5, 1)) is None


def test_a_board_counts_anew_once_the_terms_are_entered(town: Town, inside: Inside) -> None:
    pupil_id = town.leaver(1)
    plan = TransitionPlan(subject=pupil_id, written=OCTOBER, moves_on=date(2026, 10, 23))
    keep_record(inside, PRIMARY, pupil_id, dump_bytes(plan), SENCO)
    board = LeaversBoard(inside)

    def shown() -> date | None:
        (row,) = board.rows(PRIMARY)
        return next(one.day for one in row.deadlines if one.code == "record-and-ctf")

    assert shown() == date(2026, 11, 13)
    keep_calendar(inside, PRIMARY, TERMS, [], SENCO, based_on=0)
    assert shown() == date(2026, 11, 20)
