"""A school's own days, and the bank holidays of England, frozen into one value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

HOLIDAY = 35
"""Days without term that are still a holiday. A longer gap means term dates that nobody entered:
half a term, the shortest that can be forgotten, leaves one of seven weeks and more."""

SUMMER = 70
"""The same for the holiday round the first of August."""

_FRIDAY = 4
_AUGUST = (8, 1)


class Doubt(StrEnum):
    """Why a count of days may end earlier than the law's; it never ends later."""

    NO_TERM_DATES = "no-term-dates"
    """The school has entered none: every weekday was counted."""
    TERM_DATES_MISSING = "term-dates-missing"
    """The term dates do not cover all the days of the count."""
    BANK_HOLIDAYS_MISSING = "bank-holidays-missing"
    """The bank holidays do not reach that far."""


@dataclass(frozen=True, slots=True, order=True)
class Term:
    """One stretch in which the school meets: a term, or half of one.

    :param last: the last day, not before ``first``.
    """

    first: date
    last: date
    name: str = ""

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days of one school.

    Days about which nothing was entered count as school days where they are weekdays. So a clock
    ends too early, and says so, rather than too late.

    :param terms: in any order; may overlap.
    :param closed: days within a term on which the school does not meet: half terms, INSET days,
        and days on which it had to close.
    :param bank_holidays: of England.
    :param bank_holidays_until: the last day for which they are known; None: none are known.
    """

    terms: tuple[Term, ...] = ()
    closed: frozenset[date] = frozenset()
    bank_holidays: frozenset[date] = frozenset()
    bank_holidays_until: date | None = None

    def is_working_day(self, day: date) -> bool:
        """Return whether it is no Saturday, no Sunday and no bank holiday."""
        return day.weekday() <= _FRIDAY and day not in self.bank_holidays

    def is_school_day(self, day: date) -> bool:
        """Return whether the school meets on that day, as far as anybody entered."""
        if not self.is_working_day(day) or day in self.closed:
            return False
        return any(day in term for term in self.terms) or not self._holiday(day)

    def covers(self, day: date) -> bool:
        """Return whether the term dates tell about that day."""
        return any(day in term for term in self.terms) or self._holiday(day)

    def doubts(self, first: date, last: date, *, school: bool) -> tuple[Doubt, ...]:
        """Return why a count from ``first`` to ``last`` may have ended too early."""
        found = []
        if school and not self.terms:
            found.append(Doubt.NO_TERM_DATES)
        elif school and not all(self.covers(day) for day in _days(first, last)):
            found.append(Doubt.TERM_DATES_MISSING)
        if self.bank_holidays_until is None or self.bank_holidays_until < last:
            found.append(Doubt.BANK_HOLIDAYS_MISSING)
        return tuple(found)

    def _holiday(self, day: date) -> bool:
        """Return whether a day without term lies in a holiday between two known terms."""
        before = max((one.last for one in self.terms if one.last < day), default=None)
        after = min((one.first for one in self.terms if one.first > day), default=None)
        if before is None or after is None:
            return False
        summer = any(before < date(year, *_AUGUST) < after for year in (before.year, after.year))
        return (after - before).days - 1 <= (SUMMER if summer else HOLIDAY)


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


NO_SCHOOL = Calendar()
"""Nothing is known: every weekday counts."""
