"""The clocks against a second implementation that walks from day to day and knows no arithmetic.

It has its own list of what each clock counts, written from the table of the law and not read from
the rules, so that a wrong number in the data is found here too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.domain.clocks import Calendar, Term, due, rules
from exchange.domain.clocks.calendar import HOLIDAY, SUMMER

from .school_years import BANK_HOLIDAYS, SCHOOL

DAY = timedelta(days=1)

DAYS = {
    "decide-assess": 6 * 7,
    "advice-back": 6 * 7,
    "no-plan": 16 * 7,
    "final-plan": 20 * 7,
    "consultation-answer": 15,
    "review-papers": -14,
    "review-report": 14,
    "review-decision": 28,
    "review-amended": 8 * 7,
    "plan-moved": 0,
    "plan-moved-told": 6 * 7,
    "reassess-decision": 15,
    "reassessment": 14 * 7,
}
BEGINNING_WITH = {"draft-comments": 15, "complaint": 30}
MONTHS = {
    "post-16-move": -5,
    "appeal": 2,
    "subject-access": 1,
}
MONTHS_BEGINNING_WITH = {"plan-review": 12, "plan-moved-review": 3}
BEFORE = {
    "phase-transfer": (2, 15, 1),
    "post-16-transfer": (3, 31, 1),
    "last-safe-review": (2, 15, 84),
    "last-safe-review-post-16": (3, 31, 84),
}
SCHOOL_DAYS = {"record-transfer": 15, "dual-registration": 15, "record-access": 15, "cp-file": 5}
FIRST_SCHOOL_DAYS = {"cp-file-new-term": 5}
ALSO: dict[str, tuple[Callable[[date, Calendar], date], Callable[[date, date], date]]] = {
    "review-amended": (lambda day, _: walk(day, 12 * 7), min),
    "plan-moved": (lambda day, school: nth(day, 15, lambda one: works(one, school)), max),
    "plan-moved-review": (lambda day, _: period(day, 12), max),
    "appeal": (lambda day, _: months(day, 1), max),
}


def walk(day: date, count: int) -> date:
    for _ in range(abs(count)):
        day = day + DAY if count > 0 else day - DAY
    return day


def months(day: date, count: int) -> date:
    """Walk until the month has changed so often, then to the same number or the month's end."""
    found, left = day, abs(count)
    step = DAY if count > 0 else -DAY
    while left:
        before = found
        found += step
        left -= before.month != found.month
    # In the month that is wanted: to its first day, then on to the number.
    while found.day != 1:
        found -= DAY
    while found.day != day.day and (found + DAY).month == found.month:
        found += DAY
    return found


def period(day: date, count: int) -> date:
    """Walk to the day before the next period begins; it may end with a month that is too short."""
    found = day
    while True:
        found += DAY
        short = found.day < day.day and (found + DAY).day == 1
        count -= found.day == day.day or short
        if not count:
            return found if short else found - DAY


def back_from(year: int, month: int, day: int, count: int) -> date:
    found = date(year, 12, 31)
    while (found.month, found.day) != (month, day):
        found -= DAY
    return walk(found, -count)


def works(day: date, school: Calendar) -> bool:
    return day.strftime("%a") not in ("Sat", "Sun") and day not in school.bank_holidays


def meets(day: date, school: Calendar) -> bool:
    if not works(day, school) or day in school.closed:
        return False
    if any(one.first <= day <= one.last for one in school.terms):
        return True
    return not between_terms(day, school)


def between_terms(day: date, school: Calendar) -> bool:
    """Whether a holiday lies round a day, with a term on either side, and is no longer than one."""

    def side(step: timedelta) -> Iterator[date]:
        one = day + step
        for _ in range(SUMMER + 1):
            if any(term.first <= one <= term.last for term in school.terms):
                return
            yield one
            one += step

    days = [*side(-DAY), day, *side(DAY)]
    summer = any((one.month, one.day) == (8, 1) for one in days)
    return len(days) <= (SUMMER if summer else HOLIDAY)


def nth(day: date, count: int, counts: Callable[[date], bool]) -> date:
    """The count-th day that counts, the first day included where it does."""
    while True:
        count -= counts(day)
        if not count:
            return day
        day += DAY


def naive(rule: str, starts: date, school: Calendar) -> date:
    if rule in DAYS:
        return walk(starts, DAYS[rule])
    if rule in BEGINNING_WITH:
        return nth(starts, BEGINNING_WITH[rule], lambda _: True)
    if rule in MONTHS_BEGINNING_WITH:
        return period(starts, MONTHS_BEGINNING_WITH[rule])
    if rule in MONTHS:
        return months(starts, MONTHS[rule])
    if rule in BEFORE:
        return back_from(starts.year, *BEFORE[rule])
    if rule in SCHOOL_DAYS:
        return nth(starts + DAY, SCHOOL_DAYS[rule], lambda day: meets(day, school))
    return nth(starts, FIRST_SCHOOL_DAYS[rule], lambda day: meets(day, school))


RULES = st.sampled_from([one.code for one in rules()])
STARTS = st.dates(date(2019, 1, 1), date(2045, 12, 31))


@st.composite
def schools(draw: st.DrawFn) -> Calendar:
    """Terms and holidays of any length in turn, some of them missing, some days closed."""
    day = draw(st.dates(date(2026, 1, 1), date(2026, 12, 31)))
    terms = []
    for _ in range(draw(st.integers(0, 8))):
        last = day + draw(st.integers(0, 60)) * DAY
        terms.append(Term(day, last))
        day = last + draw(st.integers(1, 100)) * DAY
    near = st.dates(date(2026, 1, 1), date(2028, 12, 31))
    closed = draw(st.frozensets(near, max_size=12))
    order = draw(st.permutations(terms))
    return Calendar(tuple(order), closed, BANK_HOLIDAYS, date(2027, 12, 31))


@given(rule=RULES, starts=STARTS)
@settings(max_examples=400, deadline=None)
def test_every_clock_ends_where_walking_ends(rule: str, starts: date) -> None:
    assert due(rule, starts, SCHOOL) == naive(rule, starts, SCHOOL)


@given(
    rule=st.sampled_from([*SCHOOL_DAYS, *FIRST_SCHOOL_DAYS]),
    starts=st.dates(date(2026, 1, 1), date(2028, 12, 31)),
    school=schools(),
)
@settings(max_examples=300, deadline=None)
def test_school_days_end_where_walking_ends(rule: str, starts: date, school: Calendar) -> None:
    assert due(rule, starts, school) == naive(rule, starts, school)


@given(rule=st.sampled_from([*ALSO]), starts=STARTS, also=STARTS)
@settings(max_examples=200, deadline=None)
def test_of_two_counts_the_right_one_holds(rule: str, starts: date, also: date) -> None:
    second, pick = ALSO[rule]
    expected = pick(naive(rule, starts, SCHOOL), second(also, SCHOOL))
    assert due(rule, starts, SCHOOL, also=also) == expected


@given(rule=RULES, starts=STARTS, later=st.integers(0, 400))
@settings(max_examples=200, deadline=None)
def test_a_later_trigger_never_ends_earlier(rule: str, starts: date, later: int) -> None:
    assert due(rule, starts, SCHOOL) <= due(rule, starts + later * DAY, SCHOOL)


def test_the_list_here_names_every_clock() -> None:
    named = [DAYS, BEGINNING_WITH, MONTHS, MONTHS_BEGINNING_WITH]
    named += [BEFORE, SCHOOL_DAYS, FIRST_SCHOOL_DAYS]
    assert {code for one in named for code in one} == {one.code for one in rules()}
    assert {one.code for one in rules() if len(one.counts) > 1} == set(ALSO)
