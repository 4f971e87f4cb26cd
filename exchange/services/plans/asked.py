"""The school's side: a council asks whether we can meet a child's needs; we answer, once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from exchange.bundle.opening import OpenedBundle
from exchange.domain.clocks import due, london_day
from exchange.domain.disclosure import CONSULTATION
from exchange.errors import Conflict, NotFound, UsageError
from exchange.ports import Actor, Arrival, Transfer, UnitOfWork
from exchange.services.inside import Inside
from exchange.services.kept_statement import as_signed
from exchange.services.plans.consulting import CLOCK
from exchange.services.plans.model import ANSWERED, ASKED, OPEN, Asked, asked_of, asked_to_item
from exchange.services.queue_bundle import Order, queue_bundle
from exchange.services.record_source import record_source
from schemas.base import load_bytes
from schemas.consultation import CanMeet, ConsultationAnswer
from schemas.people import Person
from schemas.statement import BundleKind, Statement


def file_consultation(unit: UnitOfWork, arrival: Arrival, opened: OpenedBundle) -> None:
    """Note that a pack asks us, in the caller's unit of work; again changes nothing.

    The days run from when its bytes reached us, opened by a person or not.
    """
    statement = opened.statement
    if statement.purpose != CONSULTATION or statement.kind is not BundleKind.TRANSFER:
        return
    if asked(unit, arrival.bundle_id) is not None:
        return
    reached = london_day(arrival.reached_at)
    made = Asked(arrival.bundle_id, arrival.sender, OPEN, reached, due(CLOCK, reached))
    unit.items.add(asked_to_item(made, arrival.updated_at))
    if statement.supersedes:
        _close_older(unit, arrival.sender, statement.supersedes)


def _close_older(unit: UnitOfWork, sender: str, bundle_id: str) -> None:
    """The newer edition is the one to answer, if it comes from who asked."""
    older = asked(unit, bundle_id)
    if older is not None and older.state == OPEN and older.sender == sender:
        unit.items.remove(ASKED, bundle_id)


def asked(unit: UnitOfWork, bundle_id: str) -> Asked | None:
    """Return what a pack asks us, or None."""
    try:
        return asked_of(unit.items.get(ASKED, bundle_id))
    except NotFound:
        return None


def all_asked(unit: UnitOfWork) -> Sequence[Asked]:
    """Return what we were asked, what is due first before what was answered."""
    found = [asked_of(one) for one in unit.items.all(ASKED)]
    return sorted(found, key=lambda one: (one.state != OPEN, one.due_on, one.bundle_id))


def answer(
    inside: Inside, org_id: str, bundle_id: str, says: CanMeet, text: str, actor: Actor
) -> Transfer:
    """Answer the council that asked, by a pack.

    :raises NotFound: ``consultation-unknown``.
    :raises Conflict: ``answered-already``.
    :raises UsageError: ``text-missing``: all but a plain yes says why.
    :raises DestinationRefused: the council is closed or has no valid key.
    """
    said = text.strip()
    if says is not CanMeet.YES and not said:
        raise UsageError("text-missing", "/text", "Write why, or what would have to change.")
    with inside.store.reading(org_id) as unit:
        _require_open(unit, bundle_id)
        arrival = unit.arrivals.by_bundle(bundle_id)
    record = ConsultationAnswer(
        subject=_subject(inside, org_id, arrival),
        answer=says,
        written=london_day(inside.clock.now()),
        written_by=Person(name=actor.name, role=actor.role),
        text=said or None,
    )
    transfer = _queued(inside, org_id, arrival, record)
    try:
        _keep(inside, org_id, record, transfer, actor)
    except BaseException:
        inside.blobs.delete(org_id, transfer.blob)
        raise
    return transfer


def _queued(inside: Inside, org_id: str, arrival: Arrival, record: ConsultationAnswer) -> Transfer:
    order = Order(
        kind=BundleKind.MESSAGE,
        purpose="ehc-needs-assessment",
        lawful_basis="legal-obligation",
        in_reply_to=arrival.bundle_id,
    )
    to, sources = arrival.sender, [record_source(record, "consultation-answer")]
    queued = queue_bundle(inside, org_id, to, "general", record.subject, sources, order)
    return replace(queued, pupil_id=None)  # the subject is the council's, no pupil of ours


def _keep(
    inside: Inside, org_id: str, record: ConsultationAnswer, transfer: Transfer, actor: Actor
) -> None:
    """Keep the answer with its pack, unless somebody answered meanwhile."""
    with inside.store.unit(org_id) as unit:
        before = _require_open(unit, transfer.in_reply_to or "")
        made = replace(before, state=ANSWERED, answer=record.answer, answered_on=record.written)
        unit.items.update(asked_to_item(made, inside.clock.now()))
        unit.transfers.add(transfer)
        detail = {"kind": "consultation-answer", "recipient": transfer.recipient}
        unit.audit.record(actor, "message.queued", "transfer", transfer.bundle_id, detail=detail)
        unit.commit()


def _require_open(unit: UnitOfWork, bundle_id: str) -> Asked:
    found = asked(unit, bundle_id)
    if found is None:
        raise NotFound("consultation-unknown")
    if found.state != OPEN:
        raise Conflict("answered-already", "/state", "Somebody has answered already.")
    return found


def _subject(inside: Inside, org_id: str, arrival: Arrival) -> str:
    return load_bytes(Statement, as_signed(inside, org_id, arrival.statement)).subject
