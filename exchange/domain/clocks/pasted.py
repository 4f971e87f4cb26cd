"""Term dates as people paste them: a line for each term, in whatever way a school writes dates.

``Autumn term 1: 2 September 2026 to 23 October 2026`` and ``02/09/2026 - 23/10/2026`` are read
alike. A year may be left out of the first day. Nothing is guessed: a line that cannot be read is
named by its number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from exchange.domain.clocks.calendar import Term

MOST_LINES = 400
_LONGEST = 130
"""Days that one line may cover: longer than any term, shorter than two."""

_MONTHS = {
    name: number
    for number, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1
    )
}
_DAY = re.compile(
    r"(?P<iso>\b\d{4}-\d{2}-\d{2}\b)"
    r"|(?P<slashed>\b\d{1,2}[/.]\d{1,2}[/.]\d{4}\b)"
    r"|\b(?P<day>\d{1,2})(?:st|nd|rd|th)?\s+(?:of\s+)?"
    r"(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?,?"
    r"(?:\s+(?P<year>\d{4}))?\b",
    re.IGNORECASE,
)
_SAME_MONTH = re.compile(
    r"\b(\d{1,2})(?:st|nd|rd|th)?\s*(?:to|until|-|–|—)\s*"
    r"(?=\d{1,2}(?:st|nd|rd|th)?\s+(?:of\s+)?"
    r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec))",
    re.IGNORECASE,
)
"""``26 to 30 October``."""


@dataclass(frozen=True, slots=True)
class Pasted:
    """What was read.

    :param wrong: numbers of the lines that could not be read, from 1.
    """

    terms: tuple[Term, ...]
    wrong: tuple[int, ...]


def read_terms(text: str, *, single_days: bool = False) -> Pasted:
    """Read one stretch of days from each line that is not empty.

    :param single_days: a line with one day alone is that day (closures).
    """
    found, wrong = [], []
    for number, line in enumerate(text.splitlines()[:MOST_LINES], start=1):
        if not line.strip():
            continue
        term = _term(line, single_days=single_days)
        if term is None:
            wrong.append(number)
        else:
            found.append(term)
    return Pasted(tuple(sorted(found)), tuple(wrong))


def _term(line: str, *, single_days: bool) -> Term | None:
    marks = list(_DAY.finditer(line))
    if len(marks) == 1:
        line = _SAME_MONTH.sub(r"\1 \2 to ", line)
        marks = list(_DAY.finditer(line))
    days = _days(marks)
    if days is None or not 1 <= len(days) <= 2 or (len(days) == 1 and not single_days):
        return None
    first, last = days[0], days[-1]
    if not 0 <= (last - first).days <= _LONGEST:
        return None
    return Term(first, last, _name(line, marks))


def _name(line: str, marks: list[re.Match[str]]) -> str:
    before = line[: marks[0].start()]
    plain = re.sub(r"\b(mon|tue|wed|thu|fri|sat|sun)[a-z]*\b", "", before, flags=re.IGNORECASE)
    return " ".join(plain.split()).strip(" :,-–—")[:60]


def _days(marks: list[re.Match[str]]) -> list[date] | None:
    """Return the days of a line; a year that was left out is that of the day behind it."""
    found: list[date] = []
    year: int | None = None
    for mark in reversed(marks):
        made = _day(mark, year)
        if made is None:
            return None
        if not mark["iso"] and not mark["slashed"] and not mark["year"] and found:
            made = made if made <= found[-1] else _earlier(made)
        year = made.year
        found.append(made)
    return found[::-1]


def _earlier(day: date) -> date:
    return day.replace(year=day.year - 1) if (day.month, day.day) != (2, 29) else day


def _day(mark: re.Match[str], year: int | None) -> date | None:
    try:
        if mark["iso"]:
            return date.fromisoformat(mark["iso"])
        if mark["slashed"]:
            day, month, told = re.split(r"[/.]", mark["slashed"])
            return date(int(told), int(month), int(day))
        told_year = int(mark["year"]) if mark["year"] else year
        if told_year is None:
            return None
        return date(told_year, _MONTHS[mark["month"][:3].lower()], int(mark["day"]))
    except ValueError:
        return None


def written(terms: Iterator[Term] | tuple[Term, ...]) -> str:
    """Return stretches as text that :func:`read_terms` reads again."""
    return "\n".join(_line(one) for one in terms)


def _line(term: Term) -> str:
    days = _words(term.first)
    if term.last != term.first:
        days = f"{days} to {_words(term.last)}"
    return f"{term.name}: {days}" if term.name else days


def _words(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
