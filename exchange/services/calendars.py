"""A school's own calendar: its terms, and the days within them on which it does not meet.

Kept as one item of the organisation and changed on a page. Every count of school days asks here
for the frozen value (:func:`calendar_of`), which brings the bank holidays along.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from exchange.domain.clocks import Calendar, Term, transfer_year
from exchange.errors import Conflict, NotFound, UsageError
from exchange.ports import Actor, Item, UnitOfWork
from exchange.services.inside import Inside
from schemas.strict_json import JsonValue

KIND = "school-calendar"
_THE_ONE = "0" * 32
"""An organisation has one calendar, so that its id need not be random."""
FEWEST, MOST = 175, 205
"""School days in a year outside of which something was probably left out: 190 are usual."""
_LONGEST_CLOSURE = 60


@dataclass(frozen=True, slots=True)
class SchoolCalendar:
    """What a school entered.

    :param closed: half terms, INSET days and other closures within the terms.
    :param version: of the item; 0: nothing was entered yet.
    """

    terms: tuple[Term, ...] = ()
    closed: tuple[Term, ...] = ()
    version: int = 0


@dataclass(frozen=True, slots=True)
class YearOfSchool:
    """One school year as entered.

    :param begins: the calendar year of its September.
    :param days: on which the school meets.
    :param odd: that is so far from 190 that something was probably left out.
    """

    begins: int
    days: int
    odd: bool


def calendar_of(inside: Inside, unit: UnitOfWork) -> Calendar:
    """Return the calendar of the unit's organisation, with the bank holidays of England."""
    return frozen(inside, kept_calendar(unit))


def frozen(inside: Inside, kept: SchoolCalendar) -> Calendar:
    """Return what was entered as the value that clocks count with."""
    bank = inside.holidays.england() if inside.holidays else None
    return Calendar(
        terms=kept.terms,
        closed=frozenset(day for one in kept.closed for day in _days(one)),
        bank_holidays=bank.days if bank else frozenset(),
        bank_holidays_until=bank.until if bank else None,
    )


def kept_calendar(unit: UnitOfWork) -> SchoolCalendar:
    """Return what the organisation entered; nothing, where it entered nothing."""
    try:
        item = unit.items.get(KIND, _THE_ONE)
    except NotFound:
        return SchoolCalendar()
    told = item.content or {}
    return SchoolCalendar(_read(told.get("terms")), _read(told.get("closed")), item.version)


def keep_calendar(
    inside: Inside,
    org_id: str,
    terms: Sequence[Term],
    closed: Sequence[Term],
    actor: Actor,
    *,
    based_on: int,
) -> SchoolCalendar:
    """Keep a calendar in place of the one that its writer saw.

    :param based_on: the version that the writer saw.
    :raises UsageError: ``terms-missing``, ``terms-overlap``, ``closure-too-long``.
    :raises Conflict: ``item-changed``: somebody else changed it meanwhile.
    """
    made = SchoolCalendar(tuple(sorted(terms)), tuple(sorted(closed)))
    _require_sense(made)
    now = inside.clock.now()
    content: dict[str, JsonValue] = {"terms": _plain(made.terms), "closed": _plain(made.closed)}
    item = Item(KIND, _THE_ONE, "kept", content, now, now)
    with inside.store.unit(org_id) as unit:
        before = kept_calendar(unit)
        if before.version != based_on:
            raise Conflict("item-changed", "/terms", "Somebody else changed it. Look at it again.")
        if before.version:
            created = unit.items.get(KIND, _THE_ONE).created_at
            stored = unit.items.update(replace(item, created_at=created, version=based_on))
        else:
            unit.items.add(item)
            stored = item
        unit.audit.record(actor, "calendar.kept", "calendar", _THE_ONE)
        unit.commit()
    return replace(made, version=stored.version)


def years_of(calendar: Calendar, today: date) -> tuple[YearOfSchool, ...]:
    """Return the school years entered, from this one on, each with its number of school days."""
    begins = {_year(one.first) for one in calendar.terms} | {
        _year(one.last) for one in calendar.terms
    }
    return tuple(_counted(calendar, one) for one in sorted(begins) if one >= _year(today))


def missing_year(calendar: Calendar, today: date) -> int | None:
    """Return the September of the first school year that is wanted now and was not entered.

    That is this year; and from May on the next one, because the clocks of the summer reach it.
    """
    wanted = [_year(today), *([_year(today) + 1] if 5 <= today.month <= 8 else [])]
    entered = {_year(one.first) for one in calendar.terms}
    return next((one for one in wanted if one not in entered), None)


def _counted(calendar: Calendar, begins: int) -> YearOfSchool:
    within = Term(date(begins, 9, 1), date(begins + 1, 8, 31))
    terms = calendar.terms
    met = sum(
        any(day in term for term in terms) and calendar.is_school_day(day) for day in _days(within)
    )
    return YearOfSchool(begins, met, not FEWEST <= met <= MOST)


def _year(day: date) -> int:
    return transfer_year(day) - 1


def _require_sense(made: SchoolCalendar) -> None:
    if not made.terms:
        raise UsageError("terms-missing", "/terms", "Enter at least one term.")
    for one, other in zip(made.terms, made.terms[1:], strict=False):
        if other.first <= one.last:
            raise UsageError("terms-overlap", "/terms", "Two terms overlap. Check their days.")
    if any((one.last - one.first).days > _LONGEST_CLOSURE for one in made.closed):
        hint = "A closure is longer than 60 days. Check its days, or end the term there."
        raise UsageError("closure-too-long", "/closed", hint)


def _days(term: Term) -> list[date]:
    return [term.first + timedelta(days=n) for n in range((term.last - term.first).days + 1)]


def _plain(terms: Sequence[Term]) -> list[JsonValue]:
    return [[one.first.isoformat(), one.last.isoformat(), one.name] for one in terms]


def _read(value: JsonValue) -> tuple[Term, ...]:
    rows = value if isinstance(value, list) else []
    return tuple(
        Term(date.fromisoformat(str(one[0])), date.fromisoformat(str(one[1])), str(one[2]))
        for one in rows
        if isinstance(one, list)
    )
