"""The year group in which children of an age usually are in England. Pure: no clock.

A year group that somebody entered does not roll on by itself in September, and not every child is
taught with their age: what is told by the date of birth is a hint, and never put in its place.
"""

from __future__ import annotations

from datetime import date

from exchange.domain.clocks import transfer_year

_UNSAID = frozenset({"", "M", "X"})
"""Year groups that tell no year: none entered, a mixed class, the curriculum not followed."""
_RECEPTION_AT, _OLDEST = 5, 14


def usual_year(born: date, today: date) -> str:
    """Return the year group by age; empty before Reception and after Year 14."""
    school_year = transfer_year(today)
    turns = school_year - transfer_year(born)  # the age that is reached in this school year
    number = turns - _RECEPTION_AT
    if not 0 <= number <= _OLDEST:
        return ""
    return str(number) if number else "R"


def may_be_in(year: str, entered: str, born: date, today: date) -> bool:
    """Return whether somebody is perhaps in a year, though another was entered, or none.

    So it is where their age says so, and what was entered is the year before, or tells no year.
    """
    before = str(int(year) - 1)
    return usual_year(born, today) == year and (entered in _UNSAID or entered == before)
