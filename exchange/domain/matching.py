"""Match all children expected with all packs here, and keep that matched while both change.

What one row says depends on few others: on those who share a sign, and on who else claims the same
pack. A change therefore has only these compared again. Matching from scratch is one large change,
so that there is one set of rules.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TypeVar

from exchange.domain.feeder import (
    Arrived,
    Expected,
    FeederRow,
    Likeness,
    Standing,
    Who,
    fold,
    likeness,
)

Place = tuple[bool, str]
"""Which row: (True, reference of a child expected) or (False, key of a child who was not)."""

_NOBODY: frozenset[str] = frozenset()


def match(
    expected: Sequence[Expected],
    arrived: Sequence[Arrived],
    today: date,
    wanted_by: date | None = None,
) -> tuple[FeederRow, ...]:
    """Return a row for each child expected and for each child who was not; attention first.

    :param wanted_by: the same for all whose own day is not known.
    """
    packs: dict[str, list[Arrived]] = defaultdict(list)
    for pack in arrived:
        packs[pack.child].append(pack)
    matching = Matching(today, wanted_by)
    matching.change(
        {one.ref: one for one in expected}, {child: tuple(some) for child, some in packs.items()}
    )
    places = [(True, one.ref) for one in expected] + [(False, child) for child in packs]
    rows = [matching.rows[place] for place in places if place in matching.rows]
    return tuple(sorted(rows, key=lambda row: row.standing.rank))


class Matching:
    """Rows of children expected and packs here, on one day; ``rows`` are as of the last change.

    :param wanted_by: the same for all whose own day is not known.
    """

    def __init__(self, today: date, wanted_by: date | None = None) -> None:
        self.rows: dict[Place, FeederRow] = {}
        self._today = today
        self._wanted_by = wanted_by
        self._expected: dict[str, Expected] = {}
        self._packs: dict[str, tuple[Arrived, ...]] = {}
        self._listed = _Index()
        self._here = _Index()
        self._settled: dict[str, set[str]] = {}
        self._same: dict[str, frozenset[str]] = {}
        self._perhaps: dict[str, frozenset[str]] = {}
        self._shown: dict[str, frozenset[str]] = {}
        self._claims: dict[str, set[str]] = {}
        self._asking: dict[str, set[str]] = {}
        self._showing: dict[str, set[str]] = {}

    def change(
        self,
        expected: Mapping[str, Expected | None],
        packs: Mapping[str, tuple[Arrived, ...]],
    ) -> set[Place]:
        """Take in what changed; return which rows were made again, or ended.

        :param expected: by reference; None: expected no more.
        :param packs: all packs of a child by the child's key, the newest last; none: gone.
        """
        dirty = set(expected) | self._around(expected, packs)
        for ref, one in expected.items():
            self._list(ref, one)
        for child, some in packs.items():
            self._keep(child, some)
        dirty |= self._around(expected, packs)
        children = set(packs)
        for ref in dirty:
            children |= self._compare(ref)
        dirty.update(ref for child in children for ref in self._asking.get(child, ()))
        for ref in dirty:
            children |= self._show(ref)
        for child in children:
            self._leave_over(child)
        return {(True, ref) for ref in dirty} | {(False, child) for child in children}

    def _list(self, ref: str, one: Expected | None) -> None:
        before = self._expected.pop(ref, None)
        if before is not None and before.settled:
            _unlink(self._settled, before.settled, ref)
        if one is not None:
            self._expected[ref] = one
            if one.settled:
                self._settled.setdefault(one.settled, set()).add(ref)
        self._listed.put(ref, one.who if one else None)

    def _keep(self, child: str, packs: tuple[Arrived, ...]) -> None:
        self._packs.pop(child, None)
        if packs:
            self._packs[child] = packs
        # Of several packs, the newest says who it is.
        self._here.put(child, packs[-1].who if packs else None)

    def _around(self, refs: Iterable[str], children: Iterable[str]) -> set[str]:
        """Return whom to compare again, where these come, go or change."""
        found: set[str] = set()
        watched = set(children)
        for ref in refs:
            one = self._expected.get(ref)
            if one is not None:
                found |= self._listed.alike(one.who)
                watched.add(one.settled)
        for child in watched:
            found |= self._settled.get(child, _NOBODY)
            who = self._here.who.get(child)
            for other in self._here.alike(who) if who else ():
                found |= self._listed.near(self._here.who[other])
        return found

    def _compare(self, ref: str) -> frozenset[str]:
        """Compare one with all packs near; return all children whom it is, was or may be."""
        before = self._same.pop(ref, _NOBODY) | self._perhaps.pop(ref, _NOBODY)
        for child in before:
            _unlink(self._claims, child, ref)
            _unlink(self._asking, child, ref)
        one = self._expected.get(ref)
        if one is None:
            return before
        same, perhaps = self._found(one)
        self._same[ref], self._perhaps[ref] = same, perhaps
        for child in same:
            self._claims.setdefault(child, set()).add(ref)
        for child in same | perhaps:
            self._asking.setdefault(child, set()).add(ref)
        return before | same | perhaps

    def _found(self, one: Expected) -> tuple[frozenset[str], frozenset[str]]:
        """Return the children whose packs are of this one, and those whose packs may be."""
        if one.settled in self._packs:
            return frozenset({one.settled}), _NOBODY
        found: dict[Likeness, set[str]] = {kind: set() for kind in Likeness}
        for child in self._here.near(one.who) - one.apart:
            if child not in self._settled:
                found[self._likeness(one, self._here.who[child])].add(child)
        return frozenset(found[Likeness.SAME]), frozenset(found[Likeness.PERHAPS])

    def _likeness(self, one: Expected, there: Who) -> Likeness:
        found = likeness(one.who, there)
        if found is not Likeness.SAME or one.who.upn == there.upn != "":
            return found
        # Without a UPN, names and birthday tell only if nobody else has them.
        alike = max(len(self._here.alike(there)), len(self._listed.alike(one.who)))
        return Likeness.PERHAPS if alike > 1 else Likeness.SAME

    def _show(self, ref: str) -> frozenset[str]:
        """Make the row of one; return all children whose packs it shows, or showed."""
        before = self._shown.pop(ref, _NOBODY)
        for child in before:
            _unlink(self._showing, child, ref)
        one = self._expected.get(ref)
        if one is None:
            self.rows.pop((True, ref), None)
            return before
        shown, row = self._row(one)
        self.rows[True, ref] = row
        self._shown[ref] = shown
        for child in shown:
            self._showing.setdefault(child, set()).add(ref)
        return before | shown

    def _row(self, one: Expected) -> tuple[frozenset[str], FeederRow]:
        mine = self._same[one.ref]
        if any(len(self._claims[child]) > 1 for child in mine):
            return mine, FeederRow(Standing.UNCLEAR, one.ref, (), self._refs(mine))
        if mine:
            standing = Standing.DUPLICATE if len(mine) > 1 else Standing.ARRIVED
            return mine, FeederRow(standing, one.ref, self._refs(mine))
        free = frozenset(child for child in self._perhaps[one.ref] if child not in self._claims)
        if free:
            return free, FeederRow(Standing.UNCLEAR, one.ref, (), self._refs(free))
        return free, FeederRow(_waiting(one, self._today, self._wanted_by), one.ref)

    def _leave_over(self, child: str) -> None:
        """Make or end the row of a child whom no other row shows."""
        self.rows.pop((False, child), None)
        if child in self._packs and child not in self._showing:
            self.rows[False, child] = FeederRow(Standing.UNEXPECTED, None, self._refs({child}))

    def _refs(self, children: Iterable[str]) -> tuple[str, ...]:
        return tuple(pack.ref for child in sorted(children) for pack in self._packs[child])


def _waiting(one: Expected, today: date, wanted_by: date | None) -> Standing:
    if one.starts is not None and one.starts <= today:
        return Standing.MISSING
    due = one.wanted_by or wanted_by
    if due is not None and due < today:
        return Standing.LATE
    return Standing.EXPECTED


_Key = tuple[str, object]
K = TypeVar("K")


class _Index:
    """People by their signs."""

    def __init__(self) -> None:
        self.who: dict[str, Who] = {}
        self._by: dict[_Key, set[str]] = {}

    def put(self, ref: str, who: Who | None) -> None:
        """Note who somebody is now; None: nobody any more."""
        before = self.who.pop(ref, None)
        if before is not None:
            for key in (*_keys(before), _whole(before)):
                _unlink(self._by, key, ref)
        if who is not None:
            self.who[ref] = who
            for key in (*_keys(who), _whole(who)):
                self._by.setdefault(key, set()).add(ref)

    def near(self, who: Who) -> set[str]:
        """Return all who share what two descriptions must share to be compared at all."""
        return {ref for key in _keys(who) for ref in self._by.get(key, ())}

    def alike(self, who: Who) -> set[str]:
        """Return all with the same names and birthday."""
        return self._by.get(_whole(who), set())


def _unlink(links: dict[K, set[str]], key: K, ref: str) -> None:
    """Take one away; who has none left is not there at all."""
    some = links.get(key)
    if some is not None:
        some.discard(ref)
        if not some:
            del links[key]


def _keys(who: Who) -> set[_Key]:
    keys: set[_Key] = {("upn", who.upn)} if who.upn else set()
    keys |= {("surname-born", (name, who.date_of_birth)) for name in who.surnames}
    keys |= {("forename-born", (name, who.date_of_birth)) for name in who.forenames}
    keys |= {("names", (last, first)) for last in who.surnames for first in who.forenames}
    return keys


def _whole(who: Who) -> _Key:
    return "whole", (fold(who.surname), fold(who.forename), who.date_of_birth)
