"""What a designated teacher reads of the children whom a council looks after: PEP and plans."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from exchange.domain.access import Role, may_see
from exchange.errors import NotFound
from exchange.ports import StoredDocument, UnitOfWork
from exchange.services.class_sheet import looked_after
from exchange.services.edit_document import documents_of
from schemas.base import load_bytes
from schemas.pupil import Pupil


@dataclass(frozen=True, slots=True)
class InCare:
    """One child, and the papers that may be read."""

    pupil_id: str
    name: str
    papers: tuple[StoredDocument, ...]


def children_in_care(unit: UnitOfWork, on: date) -> list[InCare]:
    """Return the looked-after children by name, each with what may be read of them."""
    found = [
        InCare(
            pupil_id,
            load_bytes(Pupil, unit.pupils.get(pupil_id).record).names.display,
            tuple(one for one in documents_of(unit, pupil_id) if _may_read(one, on)),
        )
        for pupil_id in looked_after(unit).pupils
    ]
    return sorted(found, key=lambda one: (one.name.casefold(), one.pupil_id))


def paper_in_care(unit: UnitOfWork, pupil_id: str, document_id: str, on: date) -> StoredDocument:
    """Return one of these papers.

    :raises NotFound: ``document-unknown``.
    """
    for child in children_in_care(unit, on):
        for one in child.papers:
            if (child.pupil_id, one.document_id) == (pupil_id, document_id):
                return one
    raise NotFound("document-unknown")


def _may_read(one: StoredDocument, on: date) -> bool:
    return one.compartment == "general" and may_see(Role.DESIGNATED_TEACHER, one.type, on)
