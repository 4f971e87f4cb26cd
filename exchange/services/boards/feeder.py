"""The feeder board: children expected and packs arrived, matched; what needs a person first."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from exchange.domain.clocks import london_day
from exchange.domain.transfer import State
from exchange.errors import Conflict, NotFound
from exchange.ports import Arrival, AuditEntry, UnitOfWork
from exchange.services.arrival_card import Card, card_of, cards
from exchange.services.boards.feeder_lines import FeederLines, Key
from exchange.services.boards.feeder_rows import ArrivedPack, FeederLine
from exchange.services.boards.kept import Board
from exchange.services.expected import ExpectedChild, expected_child, expected_children
from exchange.services.inside import Inside

__all__ = ["ArrivedPack", "FeederBoard", "FeederLine"]

_GONE = frozenset({State.DESTROYED, State.QUEUED, State.DELIVERED})


class FeederBoard:
    """The feeder boards of every organisation of this node; one instance a process."""

    def __init__(self, inside: Inside) -> None:
        self._inside = inside
        self._packs: Board[ArrivedPack] = Board(inside, lambda _: _Packs())
        self._expected: Board[ExpectedChild] = Board(inside, lambda _: _Expected())
        self._lock = threading.Lock()
        self._lines: dict[str, FeederLines] = {}

    def is_ready(self, org_id: str) -> bool:
        """Return whether the rows are at hand; if not, they are being read from now on."""
        return self._expected.is_ready(org_id) and self._packs.is_ready(org_id)

    def rows(self, org_id: str) -> Sequence[FeederLine]:
        """Return all lines of an organisation: what needs attention first, then by surname.

        :raises NotFound: ``organisation-not-hosted``.
        """
        return tuple(sorted(self.by_key(org_id).values(), key=lambda line: line.order))

    def by_key(self, org_id: str) -> Mapping[Key, FeederLine]:
        """Return the same lines in no order: the same mapping as long as none of them changes.

        :raises NotFound: ``organisation-not-hosted``.
        """
        packs, expected = self._packs.by_key(org_id), self._expected.by_key(org_id)
        today, has_list = london_day(self._inside.clock.now()), bool(expected)
        with self._lock:
            kept = self._lines.pop(org_id, None)
            if kept is None or (kept.today, kept.has_list) != (today, has_list):
                kept = FeederLines(today, has_list=has_list)
            lines = kept.follow(packs, expected)
            self._lines[org_id] = kept  # only now: what failed half-way is begun anew
            return lines


class _Packs:
    """Packs of the general inbox, by sender and bundle id."""

    def everything(self, unit: UnitOfWork, today: date) -> Mapping[str, ArrivedPack]:
        """Return all rows."""
        known = {(one.sender, one.bundle_id): one for one in cards(unit)}
        made = (
            (f"{one.sender}/{one.bundle_id}", _pack(one, known.get((one.sender, one.bundle_id))))
            for one in unit.arrivals.outlines()
        )
        return {key: one for key, one in made if one is not None}

    def row(self, unit: UnitOfWork, key: str, today: date) -> ArrivedPack | None:
        """Return one row."""
        sender, _, bundle_id = key.partition("/")
        arrival = unit.arrivals.find(sender, bundle_id)
        return None if arrival is None else _pack(arrival, card_of(unit, sender, bundle_id))

    def touched(self, unit: UnitOfWork, entry: AuditEntry) -> Iterable[str] | None:
        """Return which pack an entry touches."""
        if entry.object_kind != "arrival":
            return ()
        if "sender" in entry.detail:
            return (f"{entry.detail['sender']}/{entry.object_id}",)
        try:
            return (f"{unit.arrivals.by_bundle(entry.object_id).sender}/{entry.object_id}",)
        except NotFound:
            return ()
        except Conflict:  # two senders used the id
            return None


class _Expected:
    """The children of the admissions list, by id."""

    def everything(self, unit: UnitOfWork, today: date) -> Mapping[str, ExpectedChild]:
        """Return all rows."""
        return {one.expected_id: one for one in expected_children(unit)}

    def row(self, unit: UnitOfWork, key: str, today: date) -> ExpectedChild | None:
        """Return one row."""
        try:
            return expected_child(unit, key)
        except NotFound:
            return None

    def touched(self, unit: UnitOfWork, entry: AuditEntry) -> Iterable[str] | None:
        """Return which child an entry touches; a list that was taken touches all."""
        if entry.object_kind == "expected":
            return (entry.object_id,)
        return None if entry.action == "admissions.taken" else ()


def _pack(arrival: Arrival, card: Card | None) -> ArrivedPack | None:
    """Return the row of an arrival; of a pack for the safeguarding lead there is none."""
    held = arrival.attention or (arrival.code if arrival.state is State.REJECTED else "")
    if arrival.state in _GONE or (card is None and not _is_held(arrival)):
        return None
    return ArrivedPack(
        bundle_id=arrival.bundle_id,
        sender=arrival.sender,
        state=arrival.state,
        arrived_at=arrival.arrived_at,
        is_update=arrival.supersedes is not None,
        attention=held or "",
        card=card,
    )


def _is_held(arrival: Arrival) -> bool:
    """Return whether a machine could not open a pack: its kind was never learnt."""
    return arrival.kind is None and (arrival.attention is not None or arrival.code is not None)
