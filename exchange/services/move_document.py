"""Take a document from a pupil whose it is not: to the pupil whose it is, or away for good.

What a report says is also a record of that pupil: it goes the same way as its file.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime

from exchange.domain.disclosure import AUTHOR, Said
from exchange.errors import NotFound, Refused
from exchange.ports import Actor, StoredDocument, UnitOfWork
from exchange.services import twins
from exchange.services.advice.filing import report_record
from exchange.services.document_texts import drop_text, keep_text, kept_text
from exchange.services.inside import Inside
from exchange.services.keep_pupil import keep_records, slot_of
from exchange.services.past_documents import note_past
from schemas.report import SpecialistReport


def move_document(
    inside: Inside, org_id: str, pupil_id: str, document_id: str, to: str, actor: Actor
) -> StoredDocument:
    """Make it another pupil's document, under a new id; what was decided for this one is not kept.

    For whom its author wrote it not to be goes with it: that is true of the paper.

    :raises NotFound: ``document-unknown``: none of this pupil's; ``pupil-unknown``.
    :raises Refused: ``too-many-documents``; ``document-same-pupil``.
    """
    if to == pupil_id:
        raise Refused("document-same-pupil", "/to", "Choose the pupil whose it is.")
    with inside.store.unit(org_id) as unit:
        found = _document(unit, pupil_id, document_id)
        unit.pupils.get(to)
        listed = unit.documents.of_pupil(to)
        if len(listed) >= inside.limits.documents_per_pupil:
            hint = "Remove documents that are out of date."
            raise Refused("too-many-documents", "/document", hint)
        moved = replace(
            found,
            document_id=str(uuid.uuid4()),
            pupil_id=to,
            created_at=inside.clock.now(),
            said=_of_the_author(found.said),
        )
        read, told = kept_text(unit, document_id), report_record(unit, pupil_id, document_id)
        _forget(unit, found, inside.clock.now())
        unit.documents.add(moved)
        if told is not None:
            here = {one.document_id for one in listed}
            keep_records(inside, unit, to, [_about(told, moved, here)])
        if read is not None:
            keep_text(inside, unit, moved.document_id, read, moved.compartment)
        detail = {"pupil": pupil_id, "to": to, "as": moved.document_id}
        unit.audit.record(actor, "document.moved", "document", document_id, detail=detail)
        unit.commit()
    return moved


def remove_document(
    inside: Inside, org_id: str, pupil_id: str, document_id: str, actor: Actor
) -> None:
    """Remove it for good; packs that were sent keep what they held.

    :raises NotFound: ``document-unknown``: none of this pupil's.
    """
    with inside.store.unit(org_id) as unit:
        found = _document(unit, pupil_id, document_id)
        _forget(unit, found, inside.clock.now())
        detail = {"pupil": pupil_id}
        unit.audit.record(actor, "document.removed", "document", document_id, detail=detail)
        unit.commit()
    inside.blobs.delete(org_id, found.blob)


def _document(unit: UnitOfWork, pupil_id: str, document_id: str) -> StoredDocument:
    found = unit.documents.get(document_id)
    if found.pupil_id != pupil_id:
        raise NotFound("document-unknown")
    return found


def _of_the_author(said: Said) -> Said:
    return Said(marks=tuple(one for one in said.marks if one.role == AUTHOR))


def _about(told: SpecialistReport, moved: StoredDocument, here: set[str]) -> SpecialistReport:
    """Return what a report says as a record of the pupil whose it is: it names no other's file."""
    older = told.replaces if told.replaces in here else None
    return replace(told, subject=moved.pupil_id, document=moved.document_id, replaces=older)


def _forget(unit: UnitOfWork, document: StoredDocument, now: datetime) -> None:
    note_past(unit, document, now)
    told = report_record(unit, document.pupil_id, document.document_id)
    if told is not None:
        _forget_record(unit, document.pupil_id, slot_of(told))
    unit.documents.remove(document.document_id)
    drop_text(unit, document.document_id)
    unit.items.remove(twins.KIND, document.document_id)


def _forget_record(unit: UnitOfWork, pupil_id: str, slot: str) -> None:
    """Remove a record and what was decided of it."""
    unit.records.remove(pupil_id, slot)
    pupil = unit.pupils.get(pupil_id)
    said = {key: one for key, one in pupil.said.items() if key.partition("/")[0] != slot}
    if said != pupil.said:
        unit.pupils.update(replace(pupil, said=said))
