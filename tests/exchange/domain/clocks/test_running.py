"""How a clock stands from day to day, what excepts it, and what the data says of itself."""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime, timedelta

import pytest

from exchange.domain.clocks import (
    Doubt,
    Exception_,
    Standing,
    book,
    clock,
    days_left,
    exception_label,
    exceptions_for,
    london_day,
    rule,
    rules,
    standing,
)
from exchange.errors import NotFound, UsageError

from .school_years import ENGLAND, SCHOOL

REACHED = date(2027, 1, 4)
LAST = date(2027, 2, 15)
AWAY = Exception_("absence", "Letter from the parent of 12 January", date(2027, 1, 14), "A Casey")


@pytest.mark.parametrize(
    ("today", "expected", "left"),
    [
        (date(2027, 1, 4), Standing.RUNNING, 42),
        (date(2027, 2, 13), Standing.RUNNING, 2),
        (date(2027, 2, 14), Standing.AMBER, 1),
        (date(2027, 2, 15), Standing.DUE_TODAY, 0),
        (date(2027, 2, 16), Standing.LATE, -1),
    ],
)
def test_a_clock_is_amber_one_day_early_and_late_one_day_after(
    today: date, expected: Standing, left: int
) -> None:
    found = clock("decide-assess", REACHED)
    assert (standing(found, today), days_left(found, today)) == (expected, left)


def test_what_was_done_on_the_last_day_was_in_time() -> None:
    after = LAST + timedelta(days=30)
    assert standing(clock("decide-assess", REACHED, met=LAST), after) is Standing.MET
    late = clock("decide-assess", REACHED, met=LAST + timedelta(days=1))
    assert standing(late, after) is Standing.MET_LATE


def test_an_exception_moves_no_date_and_hides_none() -> None:
    plain, excepted = (clock("decide-assess", REACHED, excepted=one) for one in ((), [AWAY]))
    assert excepted.due == plain.due == LAST
    for today in (REACHED, LAST, LAST + timedelta(days=9)):
        assert standing(excepted, today) is Standing.EXCEPTED
        assert days_left(excepted, today) == days_left(plain, today)


def test_a_clock_that_was_met_says_so_whatever_was_excepted() -> None:
    met = clock("decide-assess", REACHED, met=LAST, excepted=[AWAY])
    assert standing(met, LAST) is Standing.MET


def test_only_the_clocks_of_an_assessment_know_exceptions() -> None:
    excepting = {one.code for one in rules() if exceptions_for(one.code)}
    assessment = {"decide-assess", "advice-back", "no-plan", "final-plan"}
    assert excepting == assessment | {"reassessment"}
    for one in excepting:
        for reason in exceptions_for(one):
            assert reason.regulations[one].startswith("SEND Regulations 2014, reg ")
            assert exception_label(reason.code) == reason.label
    with pytest.raises(NotFound):
        exception_label("because")


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 6, 30, 22, 59, tzinfo=UTC), date(2026, 6, 30)),
        (datetime(2026, 6, 30, 23, 0, tzinfo=UTC), date(2026, 7, 1)),  # summer time
        (datetime(2026, 12, 31, 23, 59, tzinfo=UTC), date(2026, 12, 31)),
        (datetime(2027, 3, 27, 23, 59, tzinfo=UTC), date(2027, 3, 27)),  # clocks change at night
        (datetime(2027, 3, 28, 23, 0, tzinfo=UTC), date(2027, 3, 29)),
    ],
)
def test_a_day_is_the_day_in_london(moment: datetime, day: date) -> None:
    assert london_day(moment) == day


def test_a_clock_says_why_it_may_be_early() -> None:
    off_roll = date(2026, 11, 6)
    assert clock("record-transfer", off_roll, SCHOOL).doubts == ()
    assert clock("record-transfer", off_roll, ENGLAND).doubts == (Doubt.NO_TERM_DATES,)
    late = clock("record-transfer", date(2027, 12, 10), SCHOOL)
    assert late.doubts == (Doubt.TERM_DATES_MISSING, Doubt.BANK_HOLIDAYS_MISSING)
    assert clock("plan-moved", off_roll, also=off_roll).doubts == (Doubt.BANK_HOLIDAYS_MISSING,)
    assert clock("decide-assess", off_roll).doubts == ()  # weeks need no calendar


def test_every_rule_quotes_its_regulation_and_says_from_what_it_counts() -> None:
    for one in rules():
        assert len(one.text) > 15, one.code
        assert len(one.regulation) > 15, one.code
        assert all(count.start.startswith("The ") for count in one.counts), one.code


def test_what_nobody_has_compared_with_its_source_is_marked() -> None:
    phases = {"last-safe-review", "last-safe-review-post-16"}
    others = {"consultation-answer", "reassess-decision", "plan-moved-review"}
    second_hand = {"plan-review", "record-transfer", "cp-file", "cp-file-new-term"}
    unconfirmed = phases | others | second_hand
    assert {one.code for one in rules() if one.check} == unconfirmed


def test_a_missed_appointment_excuses_the_body_that_made_it_and_nobody_else() -> None:
    """Reg 8(2)(c); reg 13(3) has the grounds of reg 10(4)(a) to (d) alone, and it is none."""
    excused = {one.code for one in rules() if "missed-appointment" in reasons(one.code)}
    assert excused == {"advice-back"}
    assert reasons("no-plan") == reasons("final-plan") == reasons("reassessment")
    assert reasons("no-plan") == {"school-closed", "exceptional-circumstances", "absence"}


def reasons(code: str) -> set[str]:
    return {one.code for one in exceptions_for(code)}


def test_a_rule_is_asked_for_by_the_day_on_which_it_held() -> None:
    assert rule("final-plan", date(2026, 1, 1)) == rule("final-plan")
    with pytest.raises(UsageError) as before:
        rule("final-plan", date(2014, 8, 31))
    assert before.value.code == "rule-not-in-force"
    with pytest.raises(NotFound) as unknown:
        rule("no-such-clock")
    assert unknown.value.code == "rule-unknown"


def test_of_two_wordings_a_clock_takes_that_of_its_own_day(monkeypatch: pytest.MonkeyPatch) -> None:
    text = """
        [[rule]]
        code = "answer"
        number = 1
        label = "Answer"
        [[rule.version]]
        in_force_from = 2014-09-01
        in_force_until = 2026-08-31
        regulation = "An old regulation"
        text = "Within six weeks."
        [[rule.version.count]]
        from = "The day of the question"
        unit = "days"
        count = 42
        [[rule.version]]
        in_force_from = 2026-09-01
        regulation = "A new regulation"
        text = "Within four weeks."
        [[rule.version.count]]
        from = "The day of the question"
        unit = "days"
        count = 28
    """
    monkeypatch.setattr(book, "_files", lambda: iter([tomllib.loads(text)]))
    monkeypatch.setattr(book, "_book", book._book.__wrapped__)
    before, after = (clock("answer", date(2026, *day)) for day in ((8, 31), (9, 1)))
    assert (before.due, before.rule.regulation) == (date(2026, 10, 12), "An old regulation")
    assert (after.due, after.rule.regulation) == (date(2026, 9, 29), "A new regulation")
    assert [one.regulation for one in rules()] == ["A new regulation"]
    with pytest.raises(UsageError, match="rule-not-in-force"):
        clock("answer", date(2014, 8, 31))


@pytest.mark.parametrize("year", [26, 1899, 9999])
def test_a_mistyped_year_is_said_and_counts_nothing(year: int) -> None:
    with pytest.raises(UsageError) as error:
        clock("cp-file", date(year, 6, 1))
    assert error.value.code == "date-unlikely"
