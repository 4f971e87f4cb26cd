"""How days are written: 03/04/2015, 2015-04-03, 3 Apr 15, 42097; and when only a person can say.

The order of day and month is a column's, never a cell's: cells that can only be read one way
decide for all. Where none does, too few do, or they contradict each other, a person is asked.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Order = Literal["dmy", "mdy", "ymd"]

_TIME = re.compile(r"[t ]\s*[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?\s*(?:z|[+-][0-9:]+)?$")
_NUMBERS = re.compile(r"([0-9]{1,4})[-/. ]([0-9]{1,2})[-/. ]([0-9]{1,4})")
_RUN = re.compile(r"(?:19|20)[0-9]{6}")
_DAY_FIRST = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th)?[-/. ,]*([a-z]{3,9})\.?[-/. ,]*([0-9]{2,4})")
_MONTH_FIRST = re.compile(r"([a-z]{3,9})\.?[-/. ]*([0-9]{1,2})(?:st|nd|rd|th)?[-/. ,]+([0-9]{2,4})")
_YEAR_FIRST = re.compile(r"([0-9]{4})[-/. ]([a-z]{3,9})[-/. ]([0-9]{1,2})")
_SERIAL = re.compile(r"([0-9]{5})(?:\.[0-9]+)?")
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_LONG_MONTHS = [
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
]
_EPOCH = date(1899, 12, 30)  # Excel believes that 1900 was a leap year
_SERIALS = range(14_610, 73_051)  # 1940 to 2100
_FEW = 5
"""One cell that decides is too few for so many that could be read either way: in a column of
birthdays more than half decide."""
_FROM_1904 = 1_462  # days between the two beginnings of Excel
_TURN = 40
"""Two digits of a year up to this many years from 2000 are of this century."""


@dataclass(frozen=True, slots=True)
class Parts:
    """A day in figures whose order is not known: the first and second number, and the year."""

    first: int
    second: int
    year: int

    def read(self, order: str) -> date | None:
        """Return the day in this order, or None where there is none."""
        day, month = (self.second, self.first) if order == "mdy" else (self.first, self.second)
        return _date(self.year, month, day)


def to_day(text: str, order: str) -> date | None:
    """Return the day that a cell says, or None.

    :param order: of its column: ``dmy`` or ``mdy``; of no account where a month has its name or
        the year comes first.
    """
    found = _read(text)
    return found.read(order) if isinstance(found, Parts) else found


def since_1900(text: str) -> str:
    """Return a number of days since 1904 as one since 1900; any other cell as it is."""
    if not (serial := _SERIAL.fullmatch(text.strip())):
        return text
    return str(int(serial[1]) + _FROM_1904)


def could_be_day(text: str) -> bool:
    """Return whether a cell looks like a day; a bare number does not."""
    plain = text.strip()
    if _SERIAL.fullmatch(plain) or _RUN.fullmatch(plain):
        return False
    return to_day(plain, "dmy") is not None or to_day(plain, "mdy") is not None


@dataclass(slots=True)
class _Seen:
    """How many cells of a column make sense in one order alone, and how many in either."""

    dmy: int = 0
    mdy: int = 0
    either: int = 0

    @property
    def order(self) -> str:
        if self.dmy and self.mdy:
            return "ask"
        if self.dmy or self.mdy:
            return "dmy" if self.dmy else "mdy"
        return "ask" if self.either else "ymd"


def order_of(cells: Iterable[str]) -> str:
    """Return the order of a column that stands alone, as :func:`orders_of` does."""
    return orders_of({0: cells})[0]


def orders_of(columns: Mapping[int, Iterable[str]]) -> dict[int, str]:
    """Return the order of each column of a table: ``dmy``, ``mdy``, ``ymd``, or ``ask``.

    Columns that can be read two ways are read as the others, where these agree; where they do
    not, or a few cells alone decide for many, a mistyped one may be among them: a person says.
    ``ymd`` stands for days that can be read one way only, whatever their order.
    """
    seen = {at: _seen(cells) for at, cells in columns.items()}
    orders = {at: one.order for at, one in seen.items()}
    sure = {one for one in orders.values() if one in ("dmy", "mdy")}
    if not sure:
        return orders
    agreeing = [one for one in seen.values() if not (one.dmy and one.mdy)]
    deciding = sum(one.dmy + one.mdy for one in agreeing)
    if len(sure) > 1 or deciding * _FEW <= sum(one.either for one in agreeing):
        return {at: one if one == "ymd" else "ask" for at, one in orders.items()}
    undecided = {at for at, one in seen.items() if not (one.dmy or one.mdy) and one.either}
    return {at: min(sure) if at in undecided else one for at, one in orders.items()}


def _seen(cells: Iterable[str]) -> _Seen:
    seen = _Seen()
    for cell, times in Counter(cells).items():
        found = _read(cell)
        if not isinstance(found, Parts):
            continue
        day_first, month_first = found.read("dmy"), found.read("mdy")
        if day_first and month_first:
            seen.either += times * (day_first != month_first)
        else:
            seen.dmy += times * (day_first is not None)
            seen.mdy += times * (month_first is not None)
    return seen


def _read(text: str) -> date | Parts | None:
    plain = _TIME.sub("", text.strip().lower()).strip()
    if numbers := _NUMBERS.fullmatch(plain):
        return _figures(*numbers.groups())
    if _RUN.fullmatch(plain):
        return _date(int(plain[:4]), int(plain[4:6]), int(plain[6:]))
    if serial := _SERIAL.fullmatch(plain):
        number = int(serial[1])
        return _EPOCH + timedelta(days=number) if number in _SERIALS else None
    return _named(plain)


def _figures(first: str, second: str, third: str) -> date | Parts | None:
    if len(first) == 4:
        return _date(int(first), int(second), int(third)) if len(third) <= 2 else None
    if len(first) > 2 or len(third) not in (2, 4):
        return None
    return Parts(int(first), int(second), _year(third))


def _named(plain: str) -> date | None:
    if found := _DAY_FIRST.fullmatch(plain):
        day, month, year = found.groups()
    elif found := _MONTH_FIRST.fullmatch(plain):
        month, day, year = found.groups()
    elif found := _YEAR_FIRST.fullmatch(plain):
        year, month, day = found.groups()
    else:
        return None
    for names in (_MONTHS, _LONG_MONTHS):
        if month in names:
            return _date(_year(year), names.index(month) + 1, int(day))
    if month == "sept":
        return _date(_year(year), 9, int(day))
    return None


def _year(digits: str) -> int:
    number = int(digits)
    if len(digits) > 2:
        return number
    return number + (2000 if number <= _TURN else 1900)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return found if 1900 <= found.year <= 2100 else None
