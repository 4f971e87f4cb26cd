"""Change what is said of a document: its type, title, author and day; or whose it is."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import date

from exchange.domain.clocks import london_day
from exchange.domain.disclosure import is_cp
from exchange.errors import Conflict, NotFound, Refused, UsageError, Wrapped
from exchange.ports import Actor, StoredDocument, UnitOfWork
from exchange.services.inside import Inside
from schemas import strict_json
from schemas.codes import code_set
from schemas.errors import CodeSetError

_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Details:
    """What a person says of a document."""

    type: str
    title: str
    author: str
    authored: date | None


def details_version(document: StoredDocument) -> str:
    """Return what changes with the details alone."""
    told = [document.type, document.title, document.author, str(document.authored)]
    return hashlib.sha256(strict_json.dumps(list(told))).hexdigest()[:32]


def document_of(unit: UnitOfWork, pupil_id: str, document_id: str) -> StoredDocument:
    """Return a document of this pupil that is no child-protection document.

    :raises NotFound: ``document-unknown``: none, another pupil's, or one of the DSL's.
    """
    found = unit.documents.get(document_id)
    if found.pupil_id != pupil_id or found.compartment == "cp":
        raise NotFound("document-unknown")
    return found


def documents_of(unit: UnitOfWork, pupil_id: str) -> tuple[StoredDocument, ...]:
    """Return the pupil's documents without those of child protection, newest first."""
    found = [one for one in unit.documents.of_pupil(pupil_id) if one.compartment == "general"]
    return tuple(reversed(found))


def edit_document(
    inside: Inside,
    org_id: str,
    pupil_id: str,
    document_id: str,
    details: Details,
    based_on: str,
    actor: Actor,
) -> StoredDocument:
    """Replace the details of a document; nothing changed is nothing written.

    :raises NotFound: ``document-unknown``.
    :raises Conflict: ``record-changed``: somebody else changed them meanwhile.
    :raises Wrapped: ``code-unknown``: no such type.
    :raises Refused: ``document-compartment``: a child-protection type is for the DSL's area alone.
    :raises UsageError: ``line-unclear``, ``day-unclear``.
    """
    today = london_day(inside.clock.now())
    told = _checked(details, today)
    with inside.store.unit(org_id) as unit:
        found = document_of(unit, pupil_id, document_id)
        changed = replace(
            found,
            type=told.type,
            title=told.title,
            author=told.author,
            authored=told.authored,
        )
        if changed == found:
            return found
        if details_version(found) != based_on:
            hint = "Somebody else changed this while you were writing. Look, then save."
            raise Conflict("record-changed", "/document", hint)
        unit.documents.update(changed)
        unit.audit.record(actor, "document.described", "document", document_id)
        unit.commit()
    return changed


def _checked(details: Details, today: date) -> Details:
    try:
        kind = code_set("document-type").lookup(details.type, on=today, path="/type")
    except CodeSetError as error:
        raise Wrapped.of(error) from None
    if is_cp(details.type, today):
        hint = "A child-protection file is added in the safeguarding area, by the DSL."
        raise Refused("document-compartment", "/type", hint)
    if details.authored is not None and details.authored > today:
        raise UsageError("day-unclear", "/authored", "Give the day on which it was written.")
    return Details(
        details.type,
        _line(details.title, "/title") or kind.label,
        _line(details.author, "/author"),
        details.authored,
    )


def _line(text: str, path: str) -> str:
    told = " ".join(text.split())
    if len(told) > _LONGEST or not told.isprintable():
        raise UsageError("line-unclear", path, "Write it on one line of at most 200 characters.")
    return told
