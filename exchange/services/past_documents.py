"""Documents that a pupil had: removed, or moved to the child they are about.

The book knows a document by its id alone, so that the id is kept beside the pupil; with what kind
of document it was, and nothing that it said.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from exchange.ports import StoredDocument, UnitOfWork
from exchange.ports.items import Item

KIND = "past-document"


def note_past(unit: UnitOfWork, document: StoredDocument, now: datetime) -> None:
    """Note within a unit of work that a pupil has a document no more; its entry is the caller's."""
    unit.items.add(
        Item(
            kind=KIND,
            item_id=document.document_id,
            state="past",
            content={"document": document.document_id, "type": document.type},
            created_at=now,
            updated_at=now,
            about=document.pupil_id,
        )
    )


def past_documents(unit: UnitOfWork, pupil_id: str) -> Mapping[str, str]:
    """Return the type of each document that a pupil had, by its id."""
    told = (one.content or {} for one in unit.items.about(KIND, pupil_id))
    return {str(one["document"]): str(one["type"]) for one in told if "document" in one}
