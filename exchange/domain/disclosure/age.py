"""When the young person takes the parent's place."""

from __future__ import annotations

from datetime import date, timedelta

_FRIDAY = 4


def end_of_compulsory_school_age(born: date) -> date:
    """Return the last Friday in June of the school year in which somebody turns 16.

    Education Act 1996, s.8, and the Education (School Leaving Date) Order 1997. A school year
    begins on 1 September.
    """
    year = born.year + 16 + (born.month >= 9)
    last = date(year, 6, 30)
    return last - timedelta(days=(last.weekday() - _FRIDAY) % 7)


def speaks_alone(born: date, on: date) -> bool:
    """Return whether the young person has taken the parent's place (CFA 2014, s.83)."""
    return on > end_of_compulsory_school_age(born)
