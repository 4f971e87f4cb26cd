"""A school's two years and the bank holidays round them, as the tests of the clocks use them.

2026: 25 December is a Friday; Boxing Day falls on a Saturday, so Monday the 28th is its substitute.
2027: Easter Sunday is 28 March (Good Friday the 26th, Easter Monday the 29th); Christmas Day is a
Saturday and Boxing Day a Sunday, so Monday the 27th and Tuesday the 28th are the substitutes.
"""

from __future__ import annotations

from datetime import date

from exchange.domain.clocks import Calendar, Term

_DAYS = (
    "2026-01-01 2026-04-03 2026-04-06 2026-05-04 2026-05-25 2026-08-31 2026-12-25 2026-12-28"
    " 2027-01-01 2027-03-26 2027-03-29 2027-05-03 2027-05-31 2027-08-30 2027-12-27 2027-12-28"
)
BANK_HOLIDAYS = frozenset(date.fromisoformat(one) for one in _DAYS.split())


def term(first: str, last: str) -> Term:
    return Term(date.fromisoformat(first), date.fromisoformat(last))


TERMS = (
    term("2026-09-02", "2026-10-23"),
    term("2026-11-02", "2026-12-18"),
    term("2027-01-04", "2027-02-12"),
    term("2027-02-22", "2027-03-25"),
    term("2027-04-12", "2027-05-28"),
    term("2027-06-07", "2027-07-21"),
    term("2027-09-02", "2027-10-22"),
    term("2027-11-01", "2027-12-17"),
)

SCHOOL = Calendar(TERMS, frozenset(), BANK_HOLIDAYS, date(2027, 12, 31))
ENGLAND = Calendar(bank_holidays=BANK_HOLIDAYS, bank_holidays_until=date(2027, 12, 31))
