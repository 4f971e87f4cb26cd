"""The arithmetic of the clocks: a day, a count, and the last day on which it is in time."""

from __future__ import annotations

import calendar as months
from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from exchange.domain.clocks.book import rule as rule_of
from exchange.domain.clocks.calendar import NO_SCHOOL, Calendar
from exchange.domain.clocks.model import Count, Pick, Rule, Unit
from exchange.errors import UsageError

_LONDON = ZoneInfo("Europe/London")
_DAY = timedelta(days=1)
_EARLIEST, _LATEST = 1900, 2200
_SCHOOL_YEAR_BEGINS = 9


def london_day(moment: datetime) -> date:
    """Return the legal day of a moment: the one that it was in London."""
    return moment.astimezone(_LONDON).date()


def due(
    rule: str,
    starts: date,
    calendar: Calendar = NO_SCHOOL,
    *,
    on: date | None = None,
    also: date | None = None,
) -> date:
    """Return the last day on which it is in time.

    :param starts: the day of the trigger. For "before 15 February", "before 31 March" and the
        review that must be held before them, the day of the move: its calendar year counts.
    :param calendar: of the school whose days are counted; with the bank holidays.
    :param on: the day whose version of the rule holds; the day of the trigger where not said.
    :param also: the day from which a second count runs, where the rule has one: the last review
        (``plan-moved-review``), becoming aware (``plan-moved``), the mediation certificate
        (``appeal``), the meeting (``review-amended``).
    :raises NotFound: ``rule-unknown``.
    :raises UsageError: ``rule-not-in-force``, ``date-unlikely``.
    """
    for day in (starts, also or starts):
        if not _EARLIEST <= day.year <= _LATEST:
            raise UsageError("date-unlikely", "/starts", "Check the year.")
    return last_day(rule_of(rule, on or starts), starts, calendar, also)


def require_likely(rule: str, starts: date, path: str) -> None:
    """Refuse a day from which a rule cannot run: a year mistyped, which no list could show.

    :param path: of the field that it was typed into.
    :raises UsageError: ``date-unlikely``.
    """
    try:
        due(rule, starts)
    except UsageError:
        raise UsageError("date-unlikely", path, "Check the year.") from None


def last_day(rule: Rule, starts: date, calendar: Calendar, also: date | None) -> date:
    """Return the last day by one version of a rule."""
    found = [_counted(rule.counts[0], starts, calendar)]
    if also is not None and len(rule.counts) > 1:
        found.append(_counted(rule.counts[1], also, calendar))
    return max(found) if rule.pick is Pick.LATER else min(found)


def months_after(day: date, count: int) -> date:
    """Return the same day of another month; the last of the month where it has no such day."""
    years, month = divmod(day.month - 1 + count, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, months.monthrange(year, month)[1]))


def school_day_after(day: date, count: int, calendar: Calendar = NO_SCHOOL) -> date:
    """Return the ``count``-th school day after a day."""
    return _nth(day, count, calendar.is_school_day)


def transfer_year(today: date) -> int:
    """Return the calendar year in which this school year's leavers move."""
    return today.year + 1 if today.month >= _SCHOOL_YEAR_BEGINS else today.year


def _counted(count: Count, starts: date, calendar: Calendar) -> date:
    number = count.count
    if count.before is not None:
        month, day = count.before
        # "Before 15 February" is over on the 15th. What is counted back from it is counted from
        # the 15th itself, as the guidance does.
        return date(starts.year, month, day) - timedelta(days=number or 1)
    if count.unit is Unit.DAYS:
        return starts + timedelta(days=number - 1 if count.beginning_with else number)
    if count.unit is Unit.MONTHS:
        found = months_after(starts, number)
        # A period that begins with the 1st ends before the next 1st. One that begins with the 31st
        # ends with a month that has none: there is no such day which it ends before.
        return found - _DAY if count.beginning_with and found.day == starts.day else found
    counts = calendar.is_school_day
    if count.unit is Unit.WORKING_DAYS:
        counts = calendar.is_working_day
    return _nth(starts - _DAY if count.beginning_with else starts, number, counts)


def _nth(day: date, count: int, counts: Callable[[date], bool]) -> date:
    """Return the ``count``-th day after ``day`` that counts."""
    while count:
        day += _DAY
        if counts(day):
            count -= 1
    return day
