"""What a pack says of a pupil, beside what stands here: nobody's work is replaced unasked.

A record that stands as an earlier pack of the same sender brought it gives way to a newer one. One
that was written or changed here stays: of lists of facts (the pupil's own record, the register,
attendance, attainment) what we do not have is added; a whole text (a profile, a plan) stays as it
is, as two halves of two plans are none. What stayed is noted, and a person may take it. What tells
of an event (a request, a decision, a review) is no edit of ours: the newest stands, as it came.
What is said of a file that we had already (a specialist's report) is said by our own record of it.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from exchange.domain.comparing import Difference
from exchange.errors import Wrapped
from exchange.ports import Item, ReadPupil, StoredPupil, UnitOfWork
from exchange.services.imports.difference import compare, merge, records_here
from exchange.services.inside import Inside
from exchange.services.keep_pupil import keep_pupil_record, keep_records, slot_of
from schemas.base import SubjectRecord, dump_bytes
from schemas.errors import SchemaError
from schemas.pupil import Pupil
from schemas.strict_json import JsonValue

KIND = "loaded-pack"
MERGED: Final = frozenset({"pupil", "sen-register", "attendance", "attainment"})
"""Slots whose records are facts side by side: what is new is added to what stands."""

WRITTEN_HERE: Final = MERGED | {
    "one-page-profile",
    "sen-support-plan",
    "transition-plan",
    "ehc-plan",
}
"""Slots whose records people of ours write; and those of reports, each by its file."""
_REPORT_OF: Final = "specialist-report-"


@dataclass(frozen=True, slots=True)
class Brought:
    """What a pack brings, about our pupil.

    :param origin: sender and child; ``bundle_id`` of the pack.
    :param theirs: slots in which a person said that the pack is right.
    :param ids: our id of each document by the sender's; the records name ours.
    """

    pupil: Pupil
    records: tuple[SubjectRecord, ...]
    origin: str
    bundle_id: str
    theirs: frozenset[str] = frozenset()
    ids: Mapping[str, str] = field(default_factory=dict)

    @property
    def by_slot(self) -> dict[str, SubjectRecord]:
        """Return all of it, the pupil's own record first."""
        return {"pupil": self.pupil, **{slot_of(one): one for one in self.records}}


def load_records(
    inside: Inside, unit: UnitOfWork, known: StoredPupil | None, brought: Brought
) -> bool:
    """Keep what a pack brings, in the caller's unit of work; return whether anything changed.

    :raises Wrapped: a record breaks its schema.
    """
    note = _Note(unit, brought.origin)
    known = _with_own_slots(unit, known, brought, note.given)
    here = _digests(unit, known)
    taken: dict[str, SubjectRecord] = {}
    stays: list[str] = []
    for slot, one in brought.by_slot.items():
        mine = here.get(slot)
        free = mine is None or not _is_ours(slot) or slot in brought.theirs
        if free or mine in (note.given.get(slot), digest(one)):
            taken[slot], note.given[slot] = one, digest(one)
        else:
            stays.append(slot)
    if known is not None and stays:
        more, stays = _added(unit, known.pupil_id, brought, stays)
        taken |= more
    pupil = taken.pop("pupil", None)
    changed = False
    if isinstance(pupil, Pupil):
        origin = known.origin if known else brought.origin
        changed = keep_pupil_record(inside, unit, known, pupil, origin)
    changed = keep_records(inside, unit, brought.pupil.subject, [*taken.values()]) or changed
    return note.keep(inside, brought, stays) or changed


def _with_own_slots(
    unit: UnitOfWork, known: StoredPupil | None, brought: Brought, given: Mapping[str, str]
) -> StoredPupil | None:
    """Let a report that lay by its sender's id give way to the one by ours; what was said stays."""
    if known is None:
        return None
    here, said = _digests(unit, known), dict(known.said)
    papers = {one.document_id for one in unit.documents.of_pupil(known.pupil_id)}
    for theirs, ours in brought.ids.items():
        old, new = f"{_REPORT_OF}{theirs}", f"{_REPORT_OF}{ours}"
        untouched = old in here and here[old] == given.get(old)
        if theirs not in papers and new in brought.by_slot and untouched:
            unit.records.remove(known.pupil_id, old)
            said = {key.replace(old, new, 1): one for key, one in said.items()}
    if said == known.said:
        return known
    moved = replace(known, said=said)
    unit.pupils.update(moved)
    return moved


def _is_ours(slot: str) -> bool:
    return slot in WRITTEN_HERE or slot.startswith(_REPORT_OF)


def _added(
    unit: UnitOfWork, pupil_id: str, brought: Brought, stays: Sequence[str]
) -> tuple[dict[str, SubjectRecord], list[str]]:
    """Return our records with what is new in theirs, and the slots that still say otherwise."""
    ours = records_here(unit, pupil_id)
    found = _differences(ours, brought, stays)
    new = [one for one in found if one.adds]
    otherwise = {one.slot for one in found if not one.adds} | (set(stays) - MERGED)
    try:
        pupil, others = merge(ours, new, pupil_id)
    except Wrapped:  # together they break a rule: a person looks
        return {}, [*stays]
    made: dict[str, SubjectRecord] = {slot_of(one): one for one in others}
    if any(one.slot == "pupil" for one in new):
        made["pupil"] = pupil
    return made, [one for one in stays if one in otherwise]


def _differences(
    ours: dict[str, dict[str, Any]], brought: Brought, slots: Collection[str]
) -> list[Difference]:
    row = ReadPupil(1, brought.pupil, tuple(one for one in brought.records))
    merged = MERGED & set(slots)
    return [one for one in compare(ours, row) if one.slot in merged]


def ids_of(unit: UnitOfWork, origin: str) -> dict[str, str]:
    """Return our id of each document that a sender's packs of one child named, by the sender's."""
    return _Note(unit, origin).ids


def left_of(unit: UnitOfWork, bundle_id: str) -> tuple[str, tuple[str, ...]]:
    """Return into whose records a pack was loaded, and the slots of which something stayed ours."""
    for item in unit.items.all(KIND):
        told: Any = item.content or {}
        if left := told["left"].get(bundle_id):
            return str(told["pupil"]), tuple(left)
    return "", ()


def loaded_into(unit: UnitOfWork, bundle_id: str) -> str:
    """Return into whose records a pack was loaded, or nothing."""
    for item in unit.items.all(KIND):
        told: Any = item.content or {}
        if bundle_id in told["left"]:
            return str(told["pupil"])
    return ""


def packs_of(note: Item) -> tuple[str, ...]:
    """Return the ids of the packs that a note of this module tells of."""
    told: Any = note.content or {}
    return tuple(told.get("left", ()))


def contested(
    unit: UnitOfWork, pupil_id: str, pupil: Pupil, records: Sequence[SubjectRecord]
) -> list[Difference]:
    """Return what a pack says otherwise than our lists of facts do.

    :raises NotFound: ``pupil-unknown``.
    :raises Wrapped: a record breaks its schema.
    """
    brought = Brought(pupil, tuple(records), "", "")
    found = _differences(records_here(unit, pupil_id), brought, MERGED)
    return [one for one in found if not one.adds]


class _Note:
    """What a sender's packs brought of one child, by slot, and what stayed ours, by pack."""

    def __init__(self, unit: UnitOfWork, origin: str) -> None:
        self._unit = unit
        self._lookup = f"{KIND}:{hashlib.sha256(origin.encode()).hexdigest()}"
        self._item = unit.items.find(KIND, self._lookup)
        told: Any = (self._item.content if self._item else None) or {"given": {}, "left": {}}
        self.given: dict[str, str] = dict(told["given"])
        self._left: dict[str, list[str]] = dict(told["left"])
        self.ids: dict[str, str] = dict(told.get("ids", {}))  # notes of before have none

    def keep(self, inside: Inside, brought: Brought, stays: Sequence[str]) -> bool:
        """Store it, in the unit of work in which it was read; return whether it says more."""
        now = inside.clock.now()
        self._left[brought.bundle_id] = [*stays]
        content: dict[str, JsonValue] = {
            "pupil": brought.pupil.subject,
            "given": dict(self.given),
            "left": {bundle: [*slots] for bundle, slots in self._left.items()},
            "ids": {**self.ids, **brought.ids},
        }
        if self._item is None:
            made = Item(
                KIND,
                str(uuid.uuid4()),
                "loaded",
                content,
                created_at=now,
                updated_at=now,
                lookup=self._lookup,
                about=brought.pupil.subject,
            )
            self._unit.items.add(made)
            return True
        if self._item.content == content:
            return False
        self._unit.items.update(replace(self._item, content=content, updated_at=now))
        return True


def _digests(unit: UnitOfWork, known: StoredPupil | None) -> dict[str, str]:
    if known is None:
        return {}
    found = {one.slot: one.record for one in unit.records.of_pupil(known.pupil_id)}
    return {slot: _sha(one) for slot, one in {**found, "pupil": known.record}.items()}


def digest(record: SubjectRecord) -> str:
    """Return what tells a record from any other.

    :raises Wrapped: it breaks its schema.
    """
    try:
        return _sha(dump_bytes(record))
    except SchemaError as error:
        raise Wrapped.of(error) from None


def _sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
