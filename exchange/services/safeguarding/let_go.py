"""Delete what came for the safeguarding lead and was called back; its sender hears that it is gone.

Of a child-protection file goes exactly what it brought: not what another pack brought as well, or
a person of this school. A child who is here because of that file alone goes, too. A protected pack
is let go of as every transfer pack (:mod:`exchange.services.let_go`), unless a child-protection
file of that child is here, which the SENCO's side does not see and this side must not sweep away.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from exchange.domain.transfer import State
from exchange.errors import Conflict, NotFound
from exchange.ports import Actor, Arrival, StoredDocument, UnitOfWork
from exchange.services import let_go as packs
from exchange.services import loaded_records
from exchange.services.accept import destroy
from exchange.services.inside import Inside
from exchange.services.kept_statement import as_signed
from exchange.services.loaded_records import loaded_into
from schemas.base import load_bytes
from schemas.statement import FileRole, Statement

_KINDS = frozenset({"cp-file", "transfer"})


@dataclass(frozen=True, slots=True)
class Held:
    """What is here because of a pack for the lead.

    :param pupil_id: in whose records it is kept, or empty.
    :param documents: those that go with it.
    :param child: whether the child's record goes with it.
    :param why_not: the code of what keeps a machine from deleting it, or empty.
    """

    pupil_id: str = ""
    documents: int = 0
    child: bool = False
    why_not: str = ""


def is_called_back(arrival: Arrival) -> bool:
    """Return whether a pack for the lead was called back after it was accepted here."""
    return arrival.attention == packs.ASKED and arrival.kind in _KINDS


def require_not_called_back(arrival: Arrival) -> None:
    """Refuse to accept, keep or send back what its sender wants deleted.

    :raises Conflict: ``recall-asked``.
    """
    if is_called_back(arrival):
        hint = "The school that sent it has called it back. It can only be deleted here."
        raise Conflict(packs.ASKED, "/bundle", hint)


def held_of(room: Inside, unit: UnitOfWork, arrival: Arrival) -> Held:
    """Return what goes if this pack is let go of, seen through the lead's unlocked area."""
    if arrival.kind == "transfer":
        return _held_of_pack(unit, arrival)
    pupil_id = _kept_for(unit, arrival)
    if not pupil_id:
        return Held()
    going = _came_by(room, unit, arrival, pupil_id)
    alone = _is_all_there_is(unit, arrival, pupil_id, len(going))
    return Held(pupil_id, len(going), alone)


def let_go(room: Inside, org_id: str, arrival: Arrival, actor: Actor) -> Arrival:
    """Delete a pack for the lead that was called back, with what was kept of it; tell its sender.

    Broken off in the middle it can be done again: the word never runs ahead of the deed.

    :raises Conflict: ``recall-missing``: nobody called it back; ``copies-mixed``,
        ``documents-remain``: of a protected pack, a person must tell apart what goes.
    """
    if not is_called_back(arrival):
        hint = "The school that sent it has not called it back."
        raise Conflict("recall-missing", "/bundle", hint)
    if arrival.kind == "transfer":
        with room.store.reading(org_id) as unit:
            _require_no_file(unit, _kept_for(unit, arrival))
        return packs.let_go(room, org_id, arrival, actor)
    with room.store.unit(org_id) as unit:
        pupil_id = _kept_for(unit, arrival)
        going = _came_by(room, unit, arrival, pupil_id) if pupil_id else []
        alone = bool(pupil_id) and _is_all_there_is(unit, arrival, pupil_id, len(going))
        for one in going:
            _remove(unit, one, actor)
        if alone:
            packs.remove_child(room, unit, pupil_id, actor)
        if going or alone:
            unit.commit()
    for one in going:
        room.blobs.delete(org_id, one.blob)
    return destroy(room, org_id, arrival.sender, arrival.bundle_id, actor, copies_gone=True)


def _held_of_pack(unit: UnitOfWork, arrival: Arrival) -> Held:
    held = packs.held_of(unit, arrival)
    pupil_id, why_not = held.pupil_id or "", held.why_not
    if not why_not and _files(unit, pupil_id):
        why_not = "documents-remain"
    return Held(pupil_id, held.documents, bool(pupil_id), why_not)


def _require_no_file(unit: UnitOfWork, pupil_id: str) -> None:
    if _files(unit, pupil_id):
        hint = "A child protection file of this child is here. If it was called back, delete it."
        raise Conflict("documents-remain", "/bundle", hint)


def _files(unit: UnitOfWork, pupil_id: str) -> list[StoredDocument]:
    return [one for one in unit.documents.of_pupil(pupil_id) if one.compartment == "cp"]


def _kept_for(unit: UnitOfWork, arrival: Arrival) -> str:
    """Return in whose records a pack was kept and still is, or nothing."""
    pupil_id = loaded_into(unit, arrival.bundle_id) if arrival.state is State.IMPORTED else ""
    try:
        return unit.pupils.get(pupil_id).pupil_id
    except NotFound:
        return ""


def _came_by(
    room: Inside, unit: UnitOfWork, arrival: Arrival, pupil_id: str
) -> list[StoredDocument]:
    """Return the child's documents that came by this pack and by nothing else."""
    brought = set(_documents_in(room, unit.org_id, arrival))
    for other in _others(unit, arrival, pupil_id):
        brought.difference_update(_documents_in(room, unit.org_id, other))
    return [
        one
        for one in unit.documents.of_pupil(pupil_id)
        if (one.type, one.sha256) in brought and not _was_added_here(unit, one)
    ]


def _documents_in(room: Inside, org_id: str, arrival: Arrival) -> Iterator[tuple[str, str]]:
    signed = load_bytes(Statement, as_signed(room, org_id, arrival.statement))
    for one in signed.files:
        if one.role is FileRole.DOCUMENT:
            yield one.type, one.sha256


def _others(unit: UnitOfWork, arrival: Arrival, pupil_id: str) -> Iterator[Arrival]:
    """Yield the other packs that are part of this child's record."""
    loaded: set[str] = set()
    for item in unit.items.about(loaded_records.KIND, pupil_id):
        told: Any = item.content or {}
        loaded |= set(told["left"])
    for outline in unit.arrivals.outlines():
        mine = (outline.sender, outline.bundle_id) == (arrival.sender, arrival.bundle_id)
        if not mine and outline.bundle_id in loaded and outline.state is State.IMPORTED:
            found = unit.arrivals.find(outline.sender, outline.bundle_id)
            if found is not None:
                yield found


def _was_added_here(unit: UnitOfWork, document: StoredDocument) -> bool:
    """Return whether a person brought it as well: the same bytes are kept once."""
    return any(one.action in packs.ADDED_HERE for one in unit.audit.about({document.document_id}))


def _is_all_there_is(unit: UnitOfWork, arrival: Arrival, pupil_id: str, going: int) -> bool:
    """Return whether nothing but this file brought the child, and nobody wrote a record since."""
    if packs.held_of(unit, arrival).why_not or unit.records.of_pupil(pupil_id):
        return False
    others = next(_others(unit, arrival, pupil_id), None) is not None
    return not others and len(unit.documents.of_pupil(pupil_id)) == going


def _remove(unit: UnitOfWork, document: StoredDocument, actor: Actor) -> None:
    packs.forget_document(unit, document)
    detail = {"pupil": document.pupil_id}
    unit.audit.record(actor, "document.removed", "document", document.document_id, detail=detail)
