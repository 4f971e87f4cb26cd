"""Seal an edition of a plan for one school, and queue it; once, however often it is asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from exchange.domain.disclosure import Outcome
from exchange.errors import Conflict, DecisionNeeded, DestinationRefused
from exchange.ports import Actor, Transfer, UnitOfWork
from exchange.services.cases import Case, case
from exchange.services.choose_destination import live_transfers
from exchange.services.inside import Inside
from exchange.services.places import is_outside
from exchange.services.plans.editions import BASIS, Edition, EditionKind, edition
from exchange.services.plans.model import consultations_about
from exchange.services.queue_bundle import Order, queue_bundle
from exchange.services.twins import TwinDoubt, require_no_doubt, unconfirmed

Beside = Callable[[UnitOfWork, Case, Transfer], None]
"""Stores what belongs to the pack in the same commit, and writes its line in the book."""


def send_edition(
    inside: Inside,
    org_id: str,
    case_id: str,
    to: str,
    kind: EditionKind,
    seen: str,
    actor: Actor,
    beside: Beside | None = None,
) -> Transfer:
    """Send a plan, or its consultation edition, to a school that has joined.

    :param seen: the mark of the edition that the caseworker looked at.
    :raises Conflict: ``preview-changed``: it is not that edition any more.
    :raises DecisionNeeded: somebody must decide about something first.
    :raises DestinationRefused: ``destination-by-link``: it has not joined; ``key-expired``.
    :raises Refused: ``twin-check-open``: a document may be about another pupil.
    :raises NotFound, Refused, DisclosureRefused: see :func:`edition`.
    """
    made, before = _seen(inside, org_id, case_id, to, kind, seen)
    order = Order(
        purpose=kind.purpose, lawful_basis=BASIS, supersedes=before.bundle_id if before else None
    )
    queued = queue_bundle(
        inside, org_id, to, "general", made.pupil_id, made.contents.sources, order
    )
    transfer = replace(queued, disclosed=made.contents.disclosed)
    try:
        with inside.store.unit(org_id) as unit:
            held = case(unit, case_id)
            _require_seen(edition(inside, unit, held, to, kind), seen)
            unit.transfers.add(transfer)
            detail = {"case": case_id, "edition": kind.value, "recipient": to}
            unit.audit.record(
                actor, "transfer.queued", "transfer", transfer.bundle_id, detail=detail
            )
            if beside is not None:
                beside(unit, held, transfer)
            unit.commit()
    except BaseException:
        inside.blobs.delete(org_id, transfer.blob)
        raise
    return transfer


def doubts_about(inside: Inside, unit: UnitOfWork, made: Edition) -> tuple[TwinDoubt, ...]:
    """Return the documents of an edition of which a person must still say whom they are about."""
    return unconfirmed(inside, unit, made.pupil_id, made.contents.going)


def _seen(
    inside: Inside, org_id: str, case_id: str, to: str, kind: EditionKind, seen: str
) -> tuple[Edition, Transfer | None]:
    """Return the edition that was looked at, and the pack that it replaces at that school."""
    with inside.store.reading(org_id) as unit:
        held = case(unit, case_id)
        if is_outside(unit, to):
            hint = "This school has not joined. Keep the PDF and hand it over your own way."
            raise DestinationRefused("destination-by-link", "/to", hint)
        made = edition(inside, unit, held, to, kind)
        before = _before(unit, made)
        require_no_doubt(inside, unit, made.pupil_id, made.contents.going)
    _require_seen(made, seen)
    return made, before


def _require_seen(made: Edition, seen: str) -> None:
    waiting = made.of(Outcome.NEEDS_DECISION)
    if waiting:
        raise DecisionNeeded.about((one.ref, one.decision.by) for one in waiting)
    if made.mark != seen:
        hint = "What goes was changed since you looked. Look again, then send."
        raise Conflict("preview-changed", "/seen", hint)
    if made.plan is None:
        hint = "The rules keep the whole plan here. See why beside each section."
        raise Conflict("nothing-to-send", "/plan", hint)


def editions_sent(unit: UnitOfWork, pupil_id: str) -> list[tuple[Transfer, EditionKind]]:
    """Return the packs of a pupil's plan that are on their way or with a school, oldest first."""
    asked = {one.bundle_id for one in consultations_about(unit, pupil_id)}
    return [
        (one, EditionKind.CONSULTATION if one.bundle_id in asked else EditionKind.PLAN)
        for one in live_transfers(unit, pupil_id, second=None)
        if one.kind == "transfer"
    ]


def _before(unit: UnitOfWork, made: Edition) -> Transfer | None:
    """Return the same edition as that school has it, which this one replaces."""
    same = [
        one
        for one, kind in editions_sent(unit, made.pupil_id)
        if one.recipient == made.recipient.org_id and kind is made.kind
    ]
    return same[-1] if same else None
