"""What was on time and what was late in a school year, for governors and inspectors: no names.

Two tables, each drawn as a plot as well: the dates of the law that ended in this school year, and
packs to the next school by the month in which they were due. Small numbers are hidden, and so is
what would give them away (exchange.domain.small_numbers).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from exchange.domain.clocks import (
    Calendar,
    Clock,
    Standing,
    clock,
    london_day,
    rule,
    standing,
    transfer_year,
)
from exchange.domain.small_numbers import suppressed
from exchange.domain.transfer import State
from exchange.ports import Glance, UnitOfWork
from exchange.services.boards import LeaverRow
from exchange.services.calendars import calendar_of
from exchange.services.cases import cases
from exchange.services.cases.timing import OURS
from exchange.services.cases.timing import clocks_of as clocks_of_case
from exchange.services.inside import Inside
from exchange.services.reviews.due import PLAN_REVIEW
from exchange.services.reviews.keeping import reviews
from exchange.services.reviews.model import ReviewState
from exchange.services.reviews.plan_dates import plan_dates
from exchange.services.reviews.reports import all_received
from exchange.services.reviews.timing import clocks_of as clocks_of_review
from exchange.services.reviews.undelivered import undelivered

ON_TIME, LATE, EXCEPTED = "On time", "Late", "Late, with an exception"
_GONE = frozenset({State.RECALLED, State.DESTROYED, State.REJECTED})
_MONTHS = (9, 10, 11, 12, 1, 2, 3, 4, 5, 6, 7, 8)


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table.

    :param numbers: None: not shown, as it would point at somebody.
    """

    label: str
    numbers: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Numbers that belong together; without totals, which would give hidden ones away."""

    title: str
    columns: tuple[str, ...]
    lines: tuple[Line, ...]

    @property
    def is_empty(self) -> bool:
        """Return whether there is nothing to count yet."""
        return not any(number != 0 for line in self.lines for number in line.numbers)

    @property
    def hides(self) -> bool:
        """Return whether some of it is not shown."""
        return any(number is None for line in self.lines for number in line.numbers)


@dataclass(frozen=True, slots=True)
class Summary:
    """A school year.

    :param begins: the calendar year of its September.
    """

    begins: int
    dates: Table
    packs: Table


def summary(
    inside: Inside,
    unit: UnitOfWork,
    pupils: Mapping[str, LeaverRow],
    begins: int | None = None,
) -> Summary:
    """Return the numbers of a school year; of the present one where none is named.

    :param pupils: by id, as the leavers' board keeps them.
    """
    today = london_day(inside.clock.now())
    year = transfer_year(today) - 1 if begins is None else begins
    calendar = calendar_of(inside, unit)
    return Summary(
        begins=year,
        dates=_dates(_clocks(unit, pupils, today), year, today),
        packs=_packs(unit, pupils, year, calendar, today),
    )


def _clocks(unit: UnitOfWork, pupils: Mapping[str, LeaverRow], today: date) -> Iterator[Clock]:
    """Yield the clocks: of a school's plans and reviews, of an authority's cases and reports."""
    held = [one for one in reviews(unit) if one.state is not ReviewState.CANCELLED]
    missing = undelivered(unit, held, today)
    for review in held:
        lost = review.review_id in missing
        found = clocks_of_review(review, today, undelivered=lost)
        yield from _of_review(one.clock for one in found)
    yield from plan_dates(pupils, held, today)
    for received in all_received(unit):
        yield from (one.clock for one in received.clocks(today))
    for case in cases(unit):
        yield from (one.clock for one in clocks_of_case(case) if one.code in OURS)


def _of_review(clocks: Iterable[Clock]) -> Iterable[Clock]:
    """Return one clock of each rule: what has two steps is kept once the last of them is done."""
    last: dict[str, Clock] = {}
    for one in clocks:
        known = last.get(one.rule.code)
        if known is None or (known.met is not None and (one.met is None or one.met > known.met)):
            last[one.rule.code] = one
    return last.values()


def _dates(clocks: Iterable[Clock], year: int, today: date) -> Table:
    """Count the clocks that ended in a school year: kept, not kept, excepted."""
    found: dict[str, Counter[str]] = {}
    for one in clocks:
        how = _how(one, today)
        if how and (_of_year(one.due, year) or _hangs_over(one, year)):
            found.setdefault(one.rule.code, Counter())[how] += 1
    codes = sorted(found, key=lambda code: rule(code).number)
    columns = (ON_TIME, LATE, EXCEPTED)
    numbers = [[found[code][column] for column in columns] for code in codes]
    return _table("The dates of the law", columns, [rule(one).label for one in codes], numbers)


def _how(one: Clock, today: date) -> str:
    """Return how a clock ended; empty: it still runs."""
    stands = standing(one, today)
    if stands is Standing.MET:
        return ON_TIME
    if stands is Standing.LATE or stands is Standing.MET_LATE:
        return EXCEPTED if one.excepted else LATE
    return EXCEPTED if stands is Standing.EXCEPTED and today > one.due else ""


def _of_year(day: date, year: int) -> bool:
    return date(year, 9, 1) <= day < date(year + 1, 9, 1)


def _hangs_over(one: Clock, year: int) -> bool:
    """Return whether a review of a plan was overdue when a school year began.

    It is late in each of them until it is held: else what was never reviewed is soon in no number.
    """
    begins = date(year, 9, 1)
    is_over = one.rule.code == PLAN_REVIEW and one.due < begins
    return is_over and (one.met is None or one.met >= begins)


def _packs(
    unit: UnitOfWork,
    pupils: Mapping[str, LeaverRow],
    year: int,
    calendar: Calendar,
    today: date,
) -> Table:
    """Count pupils by the month in which their record was due, and whether a pack went in time."""
    found: dict[int, Counter[str]] = {month: Counter() for month in _MONTHS}
    leaving = {
        key: one.leaves
        for key, one in pupils.items()
        if one.leaves is not None and _near(one.leaves, year)
    }
    packs = unit.transfers.glances(leaving)
    for pupil_id, leaves in leaving.items():
        one = clock("record-transfer", leaves, calendar, met=_sent(packs[pupil_id]))
        how = _how(one, today)
        if how and _of_year(one.due, year):
            found[one.due.month][how] += 1
    columns = (ON_TIME, LATE)
    numbers = [[found[month][column] for column in columns] for month in _MONTHS]
    labels = [date(2000, month, 1).strftime("%B") for month in _MONTHS]
    return _table("Packs to the next school", columns, labels, numbers)


def _near(leaves: date, year: int) -> bool:
    """Return whether a record may be due in a school year; a mistyped day is due in none."""
    return date(year - 1, 9, 1) <= leaves < date(year + 2, 9, 1)


def _sent(packs: Sequence[Glance]) -> date | None:
    """Return the day on which the first pack went that was not called back."""
    days = [
        london_day(one.created_at)
        for one in packs
        if one.kind == "transfer" and one.state not in _GONE
    ]
    return min(days, default=None)


def _table(
    title: str, columns: tuple[str, ...], labels: Sequence[str], numbers: Sequence[Sequence[int]]
) -> Table:
    shown = suppressed(numbers)
    lines = (Line(label, tuple(row)) for label, row in zip(labels, shown, strict=True))
    return Table(title, columns, tuple(lines))


def years(inside: Inside, back: int = 2) -> Mapping[int, str]:
    """Return the school years that can be looked at, the present one first."""
    now = transfer_year(london_day(inside.clock.now())) - 1
    return {year: f"{year} to {year + 1}" for year in range(now, now - back - 1, -1)}
