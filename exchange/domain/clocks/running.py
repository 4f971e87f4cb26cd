"""A clock that runs: when it is due, and how it stands on a day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from exchange.domain.clocks.book import rule as rule_of
from exchange.domain.clocks.calendar import NO_SCHOOL, Calendar
from exchange.domain.clocks.counting import due
from exchange.domain.clocks.model import Clock, Excepted, Standing, Unit

_AMBER = timedelta(days=1)
_CALENDAR_UNITS = frozenset({Unit.SCHOOL_DAYS, Unit.WORKING_DAYS})


def clock(
    rule: str,
    starts: date,
    calendar: Calendar = NO_SCHOOL,
    *,
    on: date | None = None,
    also: date | None = None,
    met: date | None = None,
    excepted: Iterable[Excepted] = (),
) -> Clock:
    """Return a clock with its date; the parameters are those of :func:`due`.

    :param met: when it was done.
    :param excepted: exceptions that somebody recorded; they move nothing.
    :raises NotFound: ``rule-unknown``.
    :raises UsageError: ``rule-not-in-force``, ``date-unlikely``.
    """
    last = due(rule, starts, calendar, on=on, also=also)
    held = rule_of(rule, on or starts)
    units = {one.unit for one in held.counts} & _CALENDAR_UNITS
    school = Unit.SCHOOL_DAYS in units
    doubts = calendar.doubts(starts, last, school=school) if units else ()
    return Clock(held, starts, last, met, tuple(excepted), doubts)


def standing(clock: Clock, today: date) -> Standing:
    """Return how a clock stands on a day; amber on the day before the last."""
    if clock.met is not None:
        return Standing.MET if clock.met <= clock.due else Standing.MET_LATE
    if clock.excepted:
        return Standing.EXCEPTED
    if today > clock.due:
        return Standing.LATE
    if today == clock.due:
        return Standing.DUE_TODAY
    return Standing.AMBER if today >= clock.due - _AMBER else Standing.RUNNING


def days_left(clock: Clock, today: date) -> int:
    """Return how many days are left after today; negative: how many days late it is."""
    return (clock.due - today).days
