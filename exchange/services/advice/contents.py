"""What a body that is asked for advice may see: each document decided, the pupil told in short.

A person chooses document by document. What the table gives to nobody of the body's kind needs
just that choice; marks, objections, serious harm and sections hold as for any pack. Records do
not go: a question and its documents are the minimum.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from exchange.domain.clocks import london_day
from exchange.domain.disclosure import (
    Decision,
    Disclosed,
    Judgement,
    Outcome,
    Purpose,
    Recipient,
    class_of,
    is_cp,
)
from exchange.errors import DisclosureRefused, NotFound, Wrapped
from exchange.ports import Actor, StoredDocument, StoredPupil, UnitOfWork
from exchange.services.advice.model import AdviceRequest, Body
from exchange.services.inside import Inside
from exchange.services.weigh import recipient_for, weigh
from schemas.advice import AdvicePurpose
from schemas.base import load_bytes
from schemas.errors import SchemaError
from schemas.message import AskedChild
from schemas.pupil import Pupil

CHOSEN = "chosen-for-advice"
"""The reason by which a person lets a body see a document that its kind does not get of itself."""

PUBLIC_TASK = "public-task"
"""The lawful basis where nobody said another."""

_ROLES = {
    "ep-report": "ep",
    "slt-report": "slt",
    "ot-report": "ot",
    "physio-report": "physio",
    "camhs-report": "camhs",
    "paediatric-report": "paediatrics",
    "social-care-advice": "social-worker",
}
"""In which role somebody is asked, by the type of the report."""

_PURPOSES = {
    AdvicePurpose.REFERRAL: "specialist-advice",
    AdvicePurpose.EHC_ASSESSMENT: "ehc-needs-assessment",
}


@dataclass(frozen=True, slots=True)
class Offered:
    """One document with whether it may be chosen, and why not.

    :param may: a person may choose it; ``decision`` is what stands in the way, or lets it go.
    """

    document: StoredDocument
    decision: Decision
    may: bool


def purpose_of(purpose: AdvicePurpose, lawful_basis: str = PUBLIC_TASK) -> Purpose:
    """Return the purpose of disclosure."""
    return Purpose(code=_PURPOSES[purpose], lawful_basis=lawful_basis)


def role_for(wanted_type: str) -> str | None:
    """Return in which role somebody is asked for a report of this type."""
    return _ROLES.get(wanted_type)


def recipient_of(
    inside: Inside, unit: UnitOfWork, pupil_id: str, body: Body, request_id: str, wanted_type: str
) -> Recipient:
    """Return the body as disclosure judges it: by its own id, or by that of the one request.

    :raises exchange.errors.TrustError: ``organisation-unknown``.
    """
    role = role_for(wanted_type)
    if body.org_id is None:
        return Recipient(org_id=request_id, kind=body.kind, role=role, asked=True)
    now = inside.clock.now()
    found = inside.directory().get(body.org_id, now)
    records = unit.records.of_pupil(pupil_id)
    made = recipient_for(found, purpose_of(AdvicePurpose.REFERRAL), records, london_day(now))
    return replace(made, role=role, asked=True)


def offered(
    inside: Inside, unit: UnitOfWork, pupil_id: str, recipient: Recipient, purpose: Purpose
) -> list[Offered]:
    """Return the pupil's documents with whether each may be chosen, newest first.

    :raises NotFound: ``pupil-unknown``.
    :raises Wrapped: a type, purpose or basis is none any more.
    """
    today = london_day(inside.clock.now())
    documents = [one for one in unit.documents.of_pupil(pupil_id) if not is_cp(one.type, today)]
    decided = _decided(unit.pupils.get(pupil_id), documents, recipient, purpose, inside)
    made = [
        Offered(one, found, found.allowed or found.code == "not-chosen")
        for one in documents
        for found in (decided[one.document_id],)
    ]
    return sorted(made, key=lambda one: one.document.created_at, reverse=True)


def choose(
    inside: Inside,
    unit: UnitOfWork,
    pupil_id: str,
    wanted: Sequence[str],
    recipient: Recipient,
    purpose: Purpose,
    actor: Actor,
) -> list[StoredDocument]:
    """Return the chosen documents, with the choice recorded in what was said of each.

    :raises NotFound: ``document-unknown``: none of this pupil's.
    :raises DisclosureRefused: ``advice-withheld``: one may not go there; it says which and why.
    """
    known = {
        one.document.document_id: one for one in offered(inside, unit, pupil_id, recipient, purpose)
    }
    if not known.keys() >= set(wanted):
        raise NotFound("document-unknown", "/shared")
    now = inside.clock.now()
    chosen = [_released(known[one], recipient, actor, now) for one in dict.fromkeys(wanted)]
    beside = unit.documents.of_pupil(pupil_id)
    decided = _decided(unit.pupils.get(pupil_id), chosen, recipient, purpose, inside, beside)
    held = [one for one in chosen if not decided[one.document_id].allowed]
    if held:
        code = decided[held[0].document_id].code
        hint = "Something that you chose may not go to this body. Take it out, or have it decided."
        raise DisclosureRefused("advice-withheld", f"/shared/{code}", hint)
    return chosen


def _released(one: Offered, recipient: Recipient, actor: Actor, now: datetime) -> StoredDocument:
    document = one.document
    if one.decision.outcome is not Outcome.NEEDS_DECISION or one.decision.code != "not-chosen":
        return document
    chosen = Judgement(
        reason=CHOSEN,
        audience=recipient.org_id,
        by=actor.name,
        day=london_day(now),
        recorded_by=actor.name,
        role=actor.role,
        at=now,
    )
    said = replace(document.said, judgements=(*document.said.judgements, chosen))
    return replace(document, said=said)


def _decided(
    pupil: StoredPupil,
    documents: Sequence[StoredDocument],
    recipient: Recipient,
    purpose: Purpose,
    inside: Inside,
    beside: Sequence[StoredDocument] = (),
) -> dict[str, Decision]:
    found = _disclosed(pupil, documents, recipient, purpose, inside, beside)
    return {one.ref: one.decision for one in found}


def _disclosed(
    pupil: StoredPupil,
    documents: Sequence[StoredDocument],
    recipient: Recipient,
    purpose: Purpose,
    inside: Inside,
    beside: Sequence[StoredDocument] = (),
) -> tuple[Disclosed, ...]:
    today = london_day(inside.clock.now())
    try:
        weighed = weigh(pupil, (), documents, recipient, purpose, today, beside=beside)
        for one in documents:
            class_of(one.type, today)  # a type that is none any more is said here, not later
    except SchemaError as error:
        raise Wrapped.of(error, "/documents") from None
    return tuple(one for one in weighed.disclosed if one.what == "document")


def why_shared(
    inside: Inside, unit: UnitOfWork, request: AdviceRequest, chosen: Sequence[StoredDocument]
) -> tuple[Disclosed, ...]:
    """Return why each document that is shared with a request may go, to be kept with it."""
    pupil_id, body = request.pupil_id, request.body
    to = recipient_of(inside, unit, pupil_id, body, request.request_id, request.wanted_type)
    purpose = purpose_of(request.purpose, request.lawful_basis or PUBLIC_TASK)
    beside = unit.documents.of_pupil(pupil_id)
    return _disclosed(unit.pupils.get(pupil_id), chosen, to, purpose, inside, beside)


def told_child(stored: StoredPupil) -> AskedChild:
    """Return who the pupil is, for somebody who need not know more: names and day of birth."""
    whole = load_bytes(Pupil, stored.record)
    names = whole.names
    return AskedChild(
        surname=names.preferred_surname or names.surname,
        forename=names.forename,
        known_as=names.known_as,
        date_of_birth=whole.date_of_birth,
    )
