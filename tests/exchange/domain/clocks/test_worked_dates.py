"""Every clock against dates that were counted by hand; the working stands beside each.

A working "27 Jan, 15 Feb" reads: 27 days take it to the end of January, 15 more into February.
"""

from __future__ import annotations

from datetime import date

import pytest

from exchange.domain.clocks import Calendar, Doubt, clock, due, rules

from .school_years import BANK_HOLIDAYS, ENGLAND, SCHOOL, TERMS

WORKED = [
    # rule, trigger, the other trigger, last day, working
    ("decide-assess", "2027-01-04", "", "2027-02-15", "42: 27 Jan, 15 Feb"),
    ("decide-assess", "2027-01-20", "", "2027-03-03", "42: 11 Jan, 28 Feb, 3 Mar"),
    ("decide-assess", "2028-01-20", "", "2028-03-02", "leap year: 11 Jan, 29 Feb, 2 Mar"),
    ("decide-assess", "2026-07-20", "", "2026-08-31", "summer: 11 Jul, 31 Aug; a bank holiday"),
    ("decide-assess", "2026-08-01", "", "2026-09-12", "30 Aug, 12 Sep; a Saturday stays one"),
    ("advice-back", "2026-12-18", "", "2027-01-29", "over Christmas: 13 Dec, 29 Jan"),
    ("no-plan", "2027-01-04", "", "2027-04-26", "112: 27 Jan, 28 Feb, 31 Mar, 26 Apr"),
    ("final-plan", "2027-01-04", "", "2027-05-24", "140: 27 + 28 + 31 + 30 Apr, 24 May"),
    ("final-plan", "2028-01-04", "", "2028-05-23", "leap year: 27 + 29 + 31 + 30, 23 May"),
    ("draft-comments", "2027-03-01", "", "2027-03-15", "the 1st is day 1, so the 15th is day 15"),
    ("draft-comments", "2027-02-20", "", "2027-03-06", "the 28th is day 9; day 15 is 6 more"),
    ("draft-comments", "2028-02-20", "", "2028-03-05", "leap year: the 29th is day 10"),
    ("consultation-answer", "2027-03-01", "", "2027-03-16", "the 1st is not counted"),
    ("review-papers", "2026-10-12", "", "2026-09-28", "12 back to 30 Sep, 2 more"),
    ("review-papers", "2028-03-10", "", "2028-02-25", "leap year: 10 back to 29 Feb, 4 more"),
    ("review-report", "2026-12-18", "", "2027-01-01", "13 Dec, 1 Jan; a bank holiday"),
    ("review-decision", "2026-11-23", "", "2026-12-21", "28: 7 Nov, 21 Dec"),
    ("review-amended", "2026-12-21", "", "2027-02-15", "56: 10 Dec, 31 Jan, 15 Feb"),
    ("review-amended", "2026-12-21", "2026-11-23", "2027-02-15", "meeting + 84 is the same day"),
    ("review-amended", "2027-01-04", "2026-11-23", "2027-02-15", "notice late: 1 Mar is too late"),
    ("review-amended", "2026-12-01", "2026-11-23", "2027-01-26", "notice early: 30 Dec, 26 Jan"),
    ("phase-transfer", "2027-09-01", "", "2027-02-14", "before the 15th"),
    ("post-16-transfer", "2028-09-04", "", "2028-03-30", "before the 31st"),
    ("post-16-move", "2027-09-01", "", "2027-04-01", "Aug, Jul, Jun, May, Apr"),
    ("post-16-move", "2027-07-31", "", "2027-02-28", "no 31 February: its last day"),
    ("post-16-move", "2028-07-31", "", "2028-02-29", "leap year"),
    ("last-safe-review", "2027-09-01", "", "2026-11-23", "84: 15 Feb, 31 Jan, 31 Dec, 7 of Nov"),
    ("last-safe-review", "2028-09-01", "", "2027-11-23", "29 February lies behind it"),
    ("last-safe-review-post-16", "2027-09-01", "", "2027-01-06", "84: 31 Mar, 28 Feb, 25 of Jan"),
    ("last-safe-review-post-16", "2028-09-01", "", "2028-01-07", "leap: 31 Mar, 29 Feb, 24 of Jan"),
    ("plan-review", "2026-04-01", "", "2027-03-31", "the 12 months begin with 1 April"),
    ("plan-review", "2027-03-01", "", "2028-02-29", "leap year: the day before 1 March"),
    ("plan-review", "2027-02-28", "", "2028-02-27", "leap year: the next begins on the 28th"),
    ("plan-review", "2028-02-29", "", "2029-02-28", "2029 has no 29 February"),
    ("plan-moved", "2027-01-05", "", "2027-01-05", "the day itself"),
    ("plan-moved", "2027-01-05", "2027-03-22", "2027-04-13", "4 + 2 round Easter, 2, 5, 2 = 15"),
    ("plan-moved", "2027-01-05", "2027-03-20", "2027-04-13", "a Saturday is no first working day"),
    ("plan-moved", "2026-12-01", "2026-12-21", "2027-01-13", "4, then 29 to 31 Dec = 7, 5, 3"),
    ("plan-moved-told", "2027-01-05", "", "2027-02-16", "42: 26 Jan, 16 Feb"),
    ("plan-moved-review", "2027-01-05", "2026-03-10", "2027-04-04", "3 months are the later"),
    ("plan-moved-review", "2027-01-05", "2026-10-10", "2027-10-09", "12 months are the later"),
    ("plan-moved-review", "2026-11-30", "2025-12-01", "2027-02-28", "no 30 February"),
    ("reassess-decision", "2027-02-20", "", "2027-03-07", "8 Feb, 7 Mar"),
    ("reassessment", "2026-06-01", "", "2026-09-07", "98: 29 Jun, 31 Jul, 31 Aug, 7 Sep"),
    ("record-transfer", "2027-07-21", "", "2027-09-22", "summer: 2 + 5 + 5 + 3 from 2 Sep"),
    ("record-transfer", "2026-10-23", "", "2026-11-20", "half term: three weeks from 2 Nov"),
    ("record-transfer", "2027-03-19", "", "2027-04-26", "Easter: 4, then 5 + 5 + 1 from 12 Apr"),
    ("record-transfer", "2027-04-23", "", "2027-05-17", "May Day: 5 + 4 + 5 + 1"),
    ("record-transfer", "2027-08-14", "", "2027-09-22", "off roll in the holidays: 2 + 5 + 5 + 3"),
    (
        "dual-registration",
        "2026-12-07",
        "",
        "2027-01-11",
        "Christmas: 4 + 5; 5 + 1 from 4 Jan",
    ),
    ("record-access", "2027-07-14", "", "2027-09-15", "2 + 3, then 2 + 5 + 3 from 2 Sep"),
    ("cp-file", "2027-02-11", "", "2027-02-25", "1, half term, then 4 from the 22nd"),
    ("cp-file-new-term", "2027-09-02", "", "2027-09-08", "the first day is day 1: 2 + 3"),
    ("cp-file-new-term", "2027-08-31", "", "2027-09-08", "no school day before the 2nd"),
    ("appeal", "2026-12-31", "", "2027-02-28", "2 months; no 31 February"),
    ("appeal", "2027-12-31", "", "2028-02-29", "leap year"),
    ("appeal", "2026-12-31", "2027-02-10", "2027-03-10", "1 month from the certificate is later"),
    ("appeal", "2026-12-31", "2027-01-10", "2027-02-28", "2 months from the letter are later"),
    ("subject-access", "2027-01-31", "", "2027-02-28", "1 month; no 31 February"),
    ("subject-access", "2026-11-15", "", "2026-12-15", "1 month"),
    ("complaint", "2026-06-15", "", "2026-07-14", "the 15th is day 1: 16 in June, 14 Jul"),
]


@pytest.mark.parametrize(("rule", "starts", "also", "last", "working"), WORKED)
def test_a_clock_ends_on_the_day_counted_by_hand(
    rule: str, starts: str, also: str, last: str, working: str
) -> None:
    other = date.fromisoformat(also) if also else None
    found = due(rule, date.fromisoformat(starts), SCHOOL, also=other)
    assert found == date.fromisoformat(last), working


def test_no_clock_is_without_a_worked_date() -> None:
    assert {one.code for one in rules()} == {row[0] for row in WORKED}


def test_all_25_clocks_are_there() -> None:
    assert {one.number for one in rules()} == set(range(1, 26))


def test_an_inset_day_is_no_school_day() -> None:
    inset = Calendar(TERMS, frozenset({date(2026, 11, 2)}), BANK_HOLIDAYS)
    assert due("record-transfer", date(2026, 10, 23), inset) == date(2026, 11, 23)


def test_without_term_dates_the_holidays_are_counted_and_the_clock_ends_too_early() -> None:
    july = date(2027, 7, 21)
    # 22, 23 July, then three weeks less two days.
    assert due("record-transfer", july, ENGLAND) == date(2027, 8, 11)
    assert due("record-transfer", july, ENGLAND) < due("record-transfer", july, SCHOOL)


def test_the_term_dates_of_the_next_year_are_missing_so_the_summer_is_counted() -> None:
    one_year = Calendar(TERMS[:6], frozenset(), BANK_HOLIDAYS)
    assert due("record-transfer", date(2027, 7, 21), one_year) == date(2027, 8, 11)


def test_half_a_term_that_nobody_entered_is_no_holiday() -> None:
    # Left out: 22 February to 25 March 2027. Its weekdays count all the same.
    holes = Calendar((*TERMS[:3], *TERMS[4:]), frozenset(), BANK_HOLIDAYS, date(2027, 12, 31))
    made = clock("record-transfer", date(2027, 2, 12), holes)
    assert made.due == date(2027, 3, 5)
    assert made.due <= due("record-transfer", date(2027, 2, 12), SCHOOL)
    assert Doubt.TERM_DATES_MISSING in made.doubts


def test_a_year_that_nobody_entered_is_no_holiday() -> None:
    holes = Calendar((TERMS[0], TERMS[-1]), frozenset(), BANK_HOLIDAYS)
    # The autumn of 2026 and that of 2027 are known; what lies between is not.
    assert due("record-transfer", date(2027, 3, 5), holes) == date(2027, 3, 30)
