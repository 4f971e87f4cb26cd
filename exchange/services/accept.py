"""A person accepts or rejects what arrived, or confirms that it was destroyed.

Each is a signed receipt to the sender. Rejections carry a code, never free text: what a school
wants to say in words goes as a message of its own.
"""

from __future__ import annotations

from dataclasses import replace

from exchange.domain.transfer import Event, State, after
from exchange.errors import Conflict, NotFound, UsageError
from exchange.ports import Actor, Arrival, UnitOfWork
from exchange.services.arrival_card import drop_card
from exchange.services.give_receipt import give_receipt, signer_for
from exchange.services.inside import Inside
from exchange.services.reviews.reports import drop_report, refuse_report
from schemas.receipt import ReceiptKind, RejectionCode

BY_A_PERSON = frozenset(
    {
        RejectionCode.NOT_OUR_PUPIL,
        RejectionCode.WRONG_INBOX,
        RejectionCode.NOT_WANTED,
        RejectionCode.CANNOT_OPEN,
    }
)
"""The codes that a person may reject with; the others are for machines alone."""


def accept(
    inside: Inside, org_id: str, bundle_id: str, actor: Actor, sender: str | None = None
) -> Arrival:
    """Accept a verified arrival; accepting it twice changes nothing.

    :param sender: whose bundle; needed where two senders used the id.
    :raises NotFound: ``arrival-unknown``.
    :raises Conflict: ``transition-forbidden``: it is not verified (yet), or was rejected.
    """
    with inside.store.unit(org_id) as unit:
        arrival = arrival_of(unit, sender, bundle_id)
        if arrival.state in (State.ACCEPTED, State.IMPORTED):
            return arrival
        moved = give_receipt(
            unit, inside.vault, arrival, ReceiptKind.ACCEPTED, inside.clock.now(), actor
        )
        unit.commit()
    return moved


def reject(
    inside: Inside,
    org_id: str,
    bundle_id: str,
    code: str,
    actor: Actor,
    sender: str | None = None,
) -> Arrival:
    """Reject a verified arrival with a code; its contents are removed here.

    :param sender: whose bundle; needed where two senders used the id.
    :raises UsageError: ``rejection-code-unknown``.
    :raises NotFound: ``arrival-unknown``.
    :raises Conflict: ``transition-forbidden``.
    """
    try:
        why = RejectionCode(code)
    except ValueError:
        why = None
    if why not in BY_A_PERSON:
        codes = ", ".join(sorted(one.value for one in BY_A_PERSON))
        raise UsageError("rejection-code-unknown", "/code", f"Choose one of: {codes}.")
    with inside.store.unit(org_id) as unit:
        arrival = arrival_of(unit, sender, bundle_id)
        moved = give_receipt(
            unit,
            inside.vault,
            arrival,
            ReceiptKind.REJECTED,
            inside.clock.now(),
            actor,
            code=why,
        )
        drop_card(unit, arrival)
        refuse_report(unit, arrival, why)
        unit.commit()
    inside.blobs.delete(org_id, arrival.blob)
    return moved


def destroy(
    inside: Inside,
    org_id: str,
    sender: str,
    bundle_id: str,
    actor: Actor,
    *,
    copies_gone: bool = False,
) -> Arrival:
    """Destroy the contents of an arrival and tell the sender so; row and receipts stay.

    :param copies_gone: what was loaded of it was removed first (services.let_go).
    :raises KeyringError: ``key-expired``: there is nothing to sign with; nothing was destroyed.
    :raises NotFound: ``arrival-unknown``.
    :raises Conflict: ``transition-forbidden``.
    """
    with inside.store.reading(org_id) as unit:
        arrival = _require(unit, sender, bundle_id)
    if arrival.state is State.DESTROYED:
        return arrival
    if arrival.state is State.IMPORTED and not copies_gone:
        raise Conflict(
            "loaded-copies-remain",
            "/state",
            "What was loaded is part of this school's record now: a receipt that all was "
            "destroyed would not be true. Answer the sender in a message.",
        )
    after(arrival.state, Event.DESTROYED)
    signer_for(inside.vault, org_id, ReceiptKind.DESTROYED, inside.clock.now())  # able to sign?
    # First the bytes, then the word: a receipt must never run ahead of the deed.
    inside.blobs.delete(org_id, arrival.blob)
    with inside.store.unit(org_id) as unit:
        arrival = _require(unit, sender, bundle_id)
        moved = give_receipt(
            unit,
            inside.vault,
            replace(arrival, attention=None),
            ReceiptKind.DESTROYED,
            inside.clock.now(),
            actor,
        )
        drop_card(unit, arrival)
        drop_report(unit, arrival)
        unit.commit()
    return moved


def arrival_of(unit: UnitOfWork, sender: str | None, bundle_id: str) -> Arrival:
    """Return an arrival; whose it is must be said where two senders used the id.

    :raises NotFound: ``arrival-unknown``.
    :raises Conflict: ``arrival-ambiguous``.
    """
    if sender is None:
        return unit.arrivals.by_bundle(bundle_id)
    return _require(unit, sender, bundle_id)


def _require(unit: UnitOfWork, sender: str, bundle_id: str) -> Arrival:
    arrival = unit.arrivals.find(sender, bundle_id)
    if arrival is None:
        raise NotFound("arrival-unknown")
    return arrival
