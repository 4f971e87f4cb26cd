"""Whom this school expects: the admissions list, checked first, then taken in one piece.

A list waits as a sealed draft until a person has seen what of it can be read; then all of that
goes into one commit, or nothing. A child who is listed already is brought up to date.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from exchange.domain.admissions import ListedChild, read_list
from exchange.domain.clocks import london_day
from exchange.domain.feeder import Who, fold
from exchange.domain.school_names import parse_query
from exchange.errors import DestinationRefused, ExchangeError, UsageError
from exchange.ports import Actor, Item, UnitOfWork
from exchange.services.expected import KIND as EXPECTED
from exchange.services.expected import ExpectedChild, expected_children, put_expected
from exchange.services.inside import Inside
from exchange.services.trust import find_organisation

LIST = "admissions-list"
LIST_KEPT = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class CheckedList:
    """A list that waits for a person's yes.

    :param leaves: children listed now whom no row names that could be read.
    """

    list_id: str
    good: tuple[ListedChild, ...]
    wrong: tuple[ListedChild, ...]
    new: int
    known: int
    leaves: int


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a list."""

    added: int
    updated: int
    removed: int


def draft_list(inside: Inside, org_id: str, text: str, actor: Actor) -> str:
    """Keep a list to be checked; return its reference.

    :raises FormatError: ``list-empty``, ``list-too-long``, ``list-columns``.
    """
    now = inside.clock.now()
    read_list(text, london_day(now))
    list_id = str(uuid.uuid4())
    with inside.store.unit(org_id) as unit:
        for old in unit.items.due(LIST, now, 50):
            unit.items.remove(LIST, old)
        unit.items.add(
            Item(LIST, list_id, "draft", {"text": text}, now, now, due_at=now + LIST_KEPT)
        )
        unit.audit.record(actor, "admissions.drafted", "list", list_id)
        unit.commit()
    return list_id


def check_list(inside: Inside, unit: UnitOfWork, list_id: str) -> CheckedList:
    """Return what of a list can be taken, and what is wrong with the rest.

    :raises NotFound: ``item-unknown``: taken already, or too old.
    """
    rows = _rows(inside, unit, list_id)
    good = tuple(row for row in rows if row.who is not None)
    known = _Known(expected_children(unit))
    matches = [known.find(row.who) for row in good if row.who]
    there = sum(1 for one in matches if one)
    leaves = len(known.all) - len({one.expected_id for one in matches if one})
    wrong = tuple(row for row in rows if row.who is None)
    return CheckedList(list_id, good, wrong, len(good) - there, there, leaves)


def take_list(
    inside: Inside, org_id: str, list_id: str, actor: Actor, *, whole: bool = False
) -> Taken:
    """Take all that can be read of a list into what is expected, in one commit.

    :param whole: it is the whole list: children whom it does not name are expected no more.
    :raises NotFound: ``item-unknown``: taken already, or too old.
    :raises UsageError: ``list-empty``: no row of it can be read; ``rows-unread``: some cannot, and
        whom they name would be taken off a whole list.
    """
    with inside.store.reading(org_id) as unit:
        names = {row.school for row in _rows(inside, unit, list_id)}
    schools = {name: school_of(inside, name) for name in names}
    with inside.store.unit(org_id) as unit:
        listed = _rows(inside, unit, list_id)
        rows = [row for row in listed if row.who]
        if not rows:
            raise UsageError("list-empty", "/list", "No row can be read. Mend the list first.")
        if whole and len(rows) < len(listed):
            hint = "Mend the rows that cannot be read first: their children would be taken off."
            raise UsageError("rows-unread", "/list", hint)
        taken = _take(inside, unit, rows, schools, whole=whole)
        unit.items.remove(LIST, list_id)
        counts = {"added": taken.added, "updated": taken.updated, "removed": taken.removed}
        detail = {name: str(number) for name, number in counts.items()}
        unit.audit.record(actor, "admissions.taken", "list", list_id, detail=detail)
        unit.commit()
    return taken


def _take(
    inside: Inside,
    unit: UnitOfWork,
    rows: Iterable[ListedChild],
    schools: Mapping[str, str],
    *,
    whole: bool,
) -> Taken:
    known = _Known(expected_children(unit))
    added, updated, named = 0, 0, set[str]()
    for row in rows:
        if row.who is None:
            continue
        who = replace(row.who, school=schools.get(row.school, ""))
        before = known.find(row.who)
        if before is None:
            fresh = ExpectedChild(str(uuid.uuid4()), who, row.school, row.starts, row.group)
            put_expected(inside, unit, fresh, None)
            added += 1
            continue
        named.add(before.expected_id)
        after = replace(
            before,
            who=who,
            school=row.school or before.school,
            starts=row.starts or before.starts,
            group=row.group or before.group,
        )
        if after != before:
            put_expected(inside, unit, after, before)
            updated += 1
    gone = [one for one in known.all if whole and one.expected_id not in named]
    for one in gone:
        unit.items.remove(EXPECTED, one.expected_id)
    return Taken(added, updated, len(gone))


def _rows(inside: Inside, unit: UnitOfWork, list_id: str) -> tuple[ListedChild, ...]:
    text = (unit.items.get(LIST, list_id).content or {})["text"]
    return read_list(str(text), london_day(inside.clock.now()))


class _Known:
    """The children listed now, to be found by UPN, else by names and birthday together."""

    def __init__(self, children: Iterator[ExpectedChild]) -> None:
        self.all = tuple(children)
        self._by_upn = {one.who.upn: one for one in self.all if one.who.upn}
        self._by_names = {_names(one.who): one for one in self.all}

    def find(self, who: Who | None) -> ExpectedChild | None:
        if who is None:
            return None
        found = self._by_upn.get(who.upn) or self._by_names.get(_names(who))
        if found is None or (found.who.upn and who.upn and found.who.upn != who.upn):
            return None
        return found


def _names(who: Who) -> tuple[str, str, date]:
    return fold(who.surname), fold(who.forename), who.date_of_birth


def school_of(inside: Inside, named: str) -> str:
    """Return the org_id of a school that a list names by number or exact name, or nothing.

    Only a school that has joined is found; a name that two schools share finds none.
    """
    found = _joined(inside, named.strip())
    if found or inside.register is None or not named.strip():
        return found
    try:
        hits = inside.register.search(parse_query(named), 5)
    except ExchangeError:
        return ""
    same = [one for one in hits if fold(one.name) == fold(named) and one.status.takes_pupils]
    return _joined(inside, same[0].urn) if len(same) == 1 else ""


def _joined(inside: Inside, identifier: str) -> str:
    if not identifier:
        return ""
    try:
        return find_organisation(inside.directory(), identifier.replace("/", "")).org_id
    except (DestinationRefused, ExchangeError):
        return ""
