"""The lines of the arrivals board, matched as far as something changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import TypeVar

from exchange.domain.feeder import Arrived, FeederRow, Standing
from exchange.domain.matching import Matching, Place
from exchange.domain.transfer import State
from exchange.services.boards.feeder_rows import ArrivedPack, FeederLine
from exchange.services.expected import ExpectedChild

R = TypeVar("R")
Key = Place | str
"""A line is of a place in the matching, or of a pack that could not be opened."""


class FeederLines:
    """The lines of one organisation on one day; not safe for threads.

    :param has_list: whether children are expected at all: without a list nobody is unexpected.
    """

    def __init__(self, today: date, *, has_list: bool) -> None:
        self.today = today
        self.has_list = has_list
        self._matching = Matching(today)
        self._packs: Mapping[str, ArrivedPack] = {}
        self._expected: Mapping[str, ExpectedChild] = {}
        self._of_child: dict[str, set[str]] = {}
        self._lines: Mapping[Key, FeederLine] = {}

    def follow(
        self, packs: Mapping[str, ArrivedPack], expected: Mapping[str, ExpectedChild]
    ) -> Mapping[Key, FeederLine]:
        """Return a line for each child: the same mapping as long as nothing changed.

        :param packs: by a key that no other pack has.
        """
        moved, listed = _changed(self._packs, packs), _changed(self._expected, expected)
        if not moved and not listed:
            return self._lines
        children = {
            child for key in moved for child in (_child(self._packs, key), _child(packs, key))
        }
        for key in moved:
            self._move(key, _child(self._packs, key), _child(packs, key))
        self._packs, self._expected = packs, expected
        places = self._matching.change(
            {key: expected[key].for_matching() if key in expected else None for key in listed},
            {child: self._arrived(child) for child in children if child},
        )
        made: dict[Key, FeederLine | None] = {place: self._line(place) for place in places}
        made |= {key: self._unopened(key) for key in moved}
        self._put(made)
        return self._lines

    def _move(self, key: str, before: str, after: str) -> None:
        if before:
            self._of_child[before].discard(key)
        if after:
            self._of_child.setdefault(after, set()).add(key)

    def _arrived(self, child: str) -> tuple[Arrived, ...]:
        """Return the packs of a child, the newest last."""
        some = [(key, self._packs[key]) for key in self._of_child[child]]
        some.sort(key=lambda one: (one[1].arrived_at, one[0]))
        return tuple(Arrived(key, child, one.card.who) for key, one in some if one.card)

    def _line(self, place: Place) -> FeederLine | None:
        row = self._matching.rows.get(place)
        if row is None:
            return None
        if not self.has_list:
            row = replace(row, standing=Standing.ARRIVED)
        return _made(row, self._expected.get(row.expected or ""), self._packs)

    def _unopened(self, key: str) -> FeederLine | None:
        """Return the line of a pack that could not be opened: nobody knows whom it is about."""
        pack = self._packs.get(key)
        if pack is None or pack.card is not None or not pack.attention:
            return None
        return FeederLine(
            key=key,
            standing=Standing.UNEXPECTED,
            name="",
            sort=("", ""),
            school=pack.sender,
            school_named="",
            starts=None,
            expected=None,
            packs=(pack,),
            candidates=(),
        )

    def _put(self, made: Mapping[Key, FeederLine | None]) -> None:
        lines = dict(self._lines)  # others may hold the mapping: it is never changed itself
        for place, line in made.items():
            lines.pop(place, None)
            if line is not None:
                lines[place] = line
        self._lines = lines


def _changed(before: Mapping[str, R], after: Mapping[str, R]) -> set[str]:
    if before is after:
        return set()
    changed = {
        key for key, one in after.items() if (known := before.get(key)) is not one and known != one
    }
    return changed | (before.keys() - after.keys())


def _child(packs: Mapping[str, ArrivedPack], key: str) -> str:
    """Return whom a pack is about, as far as it is known and the pack was not sent back."""
    pack = packs.get(key)
    known = pack is not None and pack.card is not None and pack.state is not State.REJECTED
    return pack.card.child if known and pack and pack.card else ""


def _made(
    row: FeederRow, child: ExpectedChild | None, known: Mapping[str, ArrivedPack]
) -> FeederLine:
    packs = _of(row.packs, known)
    card = packs[-1].card if packs else None
    name = card.name if card else child.name if child else ""
    sort = card.sort if card else (child.who.surname.casefold() if child else "", name.casefold())
    return FeederLine(
        key=row.expected or row.packs[0],
        standing=row.standing,
        name=name,
        sort=sort,
        school=card.sender if card else child.who.school if child else "",
        school_named=child.school if child else "",
        starts=child.starts if child else None,
        expected=child,
        packs=packs,
        candidates=_of(row.candidates, known),
    )


def _of(refs: Iterable[str], known: Mapping[str, ArrivedPack]) -> tuple[ArrivedPack, ...]:
    return tuple(known[one] for one in refs)
