"""The children of an organisation by all their names, read from their records.

Thousands of sealed values take seconds to open, so that a roster stays in memory and is brought
up to date from the book, as the boards are (exchange.services.boards.kept).
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, cast
from weakref import WeakKeyDictionary

from exchange.domain.roster import Child, Roster
from exchange.errors import NotFound
from exchange.ports import AuditEntry, Store, StoredPupil, UnitOfWork
from exchange.services.boards.kept import KeptRows
from exchange.services.inside import Inside
from schemas.strict_json import loads

_FORENAMES = ("forename", "known_as", "former_forename")
_SURNAMES = ("surname", "preferred_surname", "former_surname")


def roster_of(inside: Inside, unit: UnitOfWork) -> Roster:
    """Return all children of the unit's organisation, as the unit sees them."""
    with _lock:
        kept = _kept.setdefault(inside.store, {}).setdefault(unit.org_id, _KeptRoster())
    return kept.roster(unit)


def child_of(pupil: StoredPupil) -> Child:
    """Return one child; of the record, which was checked when it was kept, a few fields are read.

    Loading thousands of records by their schema would take seconds.
    """
    record = cast(dict[str, Any], loads(pupil.record))
    names = record["names"]
    called = names.get("known_as") or names["forename"]
    return Child.of(
        pupil.pupil_id,
        f"{called} {names.get('preferred_surname') or names['surname']}",
        [names.get(key) for key in _FORENAMES],
        [names.get(key) for key in _SURNAMES],
        date.fromisoformat(record["date_of_birth"]),
        pupil.upn or "",
    )


class _Children:
    """exchange.services.boards.kept.Source of children."""

    def everything(self, unit: UnitOfWork, today: date) -> Mapping[str, Child]:
        return {one.pupil_id: child_of(one) for one in unit.pupils.all()}

    def row(self, unit: UnitOfWork, key: str, today: date) -> Child | None:
        try:
            return child_of(unit.pupils.get(key))
        except NotFound:
            return None

    def touched(self, unit: UnitOfWork, entry: AuditEntry) -> Iterable[str]:
        """Return the pupil whom an entry is about: every change of a record is one about them."""
        return (entry.object_id.partition("/")[0],) if entry.object_kind == "pupil" else ()


class _KeptRoster:
    """One organisation's roster; its index is made anew only when a child changed."""

    def __init__(self) -> None:
        self._rows = KeptRows(_Children())
        self._lock = threading.Lock()
        self._made_of: tuple[Child, ...] = ()
        self._roster = Roster.of(())

    def roster(self, unit: UnitOfWork) -> Roster:
        with self._lock:
            if not self._rows.is_read:
                self._rows.read_all(unit, date.min)
            rows = self._rows.rows(unit)
            if len(rows) != len(self._made_of) or any(map(_differ, rows, self._made_of)):
                self._made_of, self._roster = rows, Roster.of(rows)
            return self._roster


def _differ(one: Child, other: Child) -> bool:
    return one is not other


_lock = threading.Lock()
_kept: WeakKeyDictionary[Store, dict[str, _KeptRoster]] = WeakKeyDictionary()
