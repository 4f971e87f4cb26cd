"""Let go of a pack that its sender called back: delete it here, with what was taken from it.

The sender hears that all was destroyed only where that is true. A child who is here because of
that school's packs alone goes as a whole, once all of them were called back. Where one still
stands, or this school knew the child before, or has papers of its own or has worked with the record
since, no machine can tell apart what must go: a person answers in words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from exchange.domain.transfer import State
from exchange.errors import Conflict, NotFound
from exchange.ports import Actor, Arrival, StoredDocument, UnitOfWork
from exchange.services import kept_choice, loaded_records, past_documents, twins
from exchange.services.accept import destroy
from exchange.services.class_sheet import leave_groups
from exchange.services.document_texts import drop_text
from exchange.services.inside import Inside
from exchange.services.loaded_records import loaded_into, packs_of

ASKED = "recall-asked"
_GO_TOO = (loaded_records.KIND, past_documents.KIND, kept_choice.KIND)
_OWN_WORK = (
    "advice-request",
    "approval",
    "by-hand",
    "data-complaint",
    "ehc-request",
    "emergency",
    "family-member",
    "guest-copy",
    "link",
    "plan-move",
    "printed-copy",
    "protection",
    "review",
    "second-registration",
    "subject-access",
    "upload",
)
"""Kinds of items that a school makes of its own pupils."""
ADDED_HERE = frozenset({"document.attached", "upload.was-there"})
"""Entries of the book that say that a person brought a document as well."""


@dataclass(frozen=True, slots=True)
class Held:
    """What is here because of a pack.

    :param pupil_id: of the child whose record goes too; None: nothing was taken from the pack.
    :param documents: how many documents go with it.
    :param why_not: the code of what keeps a machine from deleting it, or empty.
    """

    pupil_id: str | None = None
    documents: int = 0
    why_not: str = ""


def is_asked(arrival: Arrival) -> bool:
    """Return whether a transfer pack was called back after it was accepted here."""
    return arrival.attention == ASKED and arrival.kind == "transfer"


def held_of(unit: UnitOfWork, arrival: Arrival) -> Held:
    """Return what is here because of a pack, and whether it can be deleted as a whole."""
    pupil_id = loaded_into(unit, arrival.bundle_id) if arrival.state is State.IMPORTED else ""
    try:
        stored = unit.pupils.get(pupil_id)
    except NotFound:  # nothing was loaded, or it was removed already
        return Held()
    papers = unit.documents.of_pupil(pupil_id)
    if not stored.origin.startswith(f"bundle:{arrival.sender}:"):
        return Held(pupil_id, len(papers), "known-before")
    begun = any(unit.items.about(kind, pupil_id) for kind in _OWN_WORK)
    sent = next(iter(unit.transfers.all(pupil_id)), None) is not None
    rests = begun or sent or _another_stands(unit, arrival, pupil_id) or _has_own(unit, papers)
    return Held(pupil_id, len(papers), "work-begun" if rests else "")


def _another_stands(unit: UnitOfWork, arrival: Arrival, pupil_id: str) -> bool:
    """Return whether the record rests on a pack that was not called back, whoever sent it."""
    notes = unit.items.about(loaded_records.KIND, pupil_id)
    if len(notes) > 1:
        return True
    packs = {bundle_id for one in notes for bundle_id in packs_of(one)} - {arrival.bundle_id}
    found = (unit.arrivals.find(arrival.sender, bundle_id) for bundle_id in packs)
    return any(one is not None and _stands(one) for one in found)


def _stands(other: Arrival) -> bool:
    # A child-protection file is asked of by itself: the store lets go of no child who has one.
    taken = other.state is State.IMPORTED and other.kind != "cp-file"
    return taken and other.attention != ASKED


def _has_own(unit: UnitOfWork, papers: Sequence[StoredDocument]) -> bool:
    """Return whether a document is here that no pack brought, or that a person brought as well."""
    ids = {one.document_id for one in papers if one.compartment == "general"}
    said: dict[str, set[str]] = {one: set() for one in ids}
    for entry in unit.audit.about(ids):
        said[entry.object_id].add(entry.action)
    return any("document.loaded" not in did or did & ADDED_HERE for did in said.values())


def let_go(inside: Inside, org_id: str, arrival: Arrival, actor: Actor) -> Arrival:
    """Delete a pack that was called back and all that was taken from it; tell its sender so.

    Broken off in the middle it can be done again: the word never runs ahead of the deed.

    :raises Conflict: ``recall-missing``: nobody called it back; ``copies-mixed``: a person must
        tell apart what goes; ``documents-remain``: the safeguarding lead keeps a file.
    """
    with inside.store.unit(org_id) as unit:
        arrival = _asked_still(unit, arrival)
        held = held_of(unit, arrival)
        if held.why_not:
            hint = "Other work here rests on this child's record. Answer the school in words."
            raise Conflict("copies-mixed", "/bundle", hint)
        blobs = [*_remove(inside, unit, held.pupil_id, actor)] if held.pupil_id else []
        if held.pupil_id:
            unit.commit()
    for name in blobs:
        inside.blobs.delete(org_id, name)
    return destroy(inside, org_id, arrival.sender, arrival.bundle_id, actor, copies_gone=True)


def _asked_still(unit: UnitOfWork, arrival: Arrival) -> Arrival:
    """Return an arrival as it is now: its page was open for a while."""
    current = unit.arrivals.find(arrival.sender, arrival.bundle_id)
    if current is None or not is_asked(current):
        hint = "The school that sent it has not called it back."
        raise Conflict("recall-missing", "/bundle", hint)
    return current


def _remove(inside: Inside, unit: UnitOfWork, pupil_id: str, actor: Actor) -> Iterator[str]:
    """Remove a child's record; yield the names of blobs to delete after the commit."""
    for document in unit.documents.of_pupil(pupil_id):
        forget_document(unit, document)
        yield document.blob
    remove_child(inside, unit, pupil_id, actor)


def remove_child(inside: Inside, unit: UnitOfWork, pupil_id: str, actor: Actor) -> None:
    """Remove a child who has no documents here any more, with all that rests on the record."""
    for kind in _GO_TOO:
        for item in unit.items.about(kind, pupil_id):
            unit.items.remove(kind, item.item_id)
    leave_groups(inside, unit, pupil_id)
    unit.pupils.remove(pupil_id)
    unit.audit.record(actor, "pupil.removed", "pupil", pupil_id)


def forget_document(unit: UnitOfWork, document: StoredDocument) -> None:
    """Remove a document's row, its text and what was said of its likeness; not its blob."""
    unit.documents.remove(document.document_id)
    drop_text(unit, document.document_id)
    unit.items.remove(twins.KIND, document.document_id)
