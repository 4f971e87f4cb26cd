"""Decide, for one order, everything of a pupil's pack; nothing is sealed and no document read.

The preview, the sending and its last check before the commit all come through here.
"""

from __future__ import annotations

import hashlib

from exchange.domain.clocks import london_day
from exchange.domain.disclosure import Purpose
from exchange.errors import Conflict, DestinationRefused, DisclosureRefused, Wrapped
from exchange.ports import Destination, StoredPupil, UnitOfWork
from exchange.services.elsewhere import elsewhere
from exchange.services.inside import Inside
from exchange.services.pack_contents import Contents, gather, why_unfit
from exchange.services.places import place
from exchange.services.protect import require_ordinary
from exchange.services.queue_bundle import Order
from exchange.services.second_registration import PURPOSE as SECOND_PURPOSE
from exchange.services.second_registration import second_of
from keys.errors import KeysError
from schemas.errors import SchemaError
from schemas.statement import BundleKind


def contents_of(
    inside: Inside, unit: UnitOfWork, pupil_id: str, order: Order, to: Destination | None = None
) -> tuple[Destination, Contents]:
    """Return the pupil's destination and what would go there now.

    :param to: of a protected move, which has no destination that others could see.
    :raises Refused: ``protected-move``: it is one, and ``to`` was not given.
    :raises DestinationRefused: ``destination-missing``.
    :raises DisclosureRefused: ``purpose-unfit``, ``basis-unfit``.
    :raises TrustError: ``organisation-unknown``.
    :raises Wrapped: ``compartment-locked``: a CP pack, and the DSL has not unlocked; a document's
        type, the purpose or the basis is none any more.
    """
    if order.kind is BundleKind.CP_FILE:
        _require_unlocked(inside, unit.org_id)  # else CP documents are not seen, and left out
    pupil = unit.pupils.get(pupil_id)
    records, documents = unit.records.of_pupil(pupil_id), unit.documents.of_pupil(pupil_id)
    destination, now = to or _destination(unit, pupil, order), inside.clock.now()
    recipient = place(inside, unit, destination.org_id, now)
    purpose = _purpose(order)
    try:
        misfit = why_unfit(recipient, purpose, london_day(now))
    except SchemaError as error:
        raise Wrapped.of(error) from None
    if misfit:
        hint = "Choose the purpose and the lawful basis that fit this recipient."
        raise DisclosureRefused(misfit, "/purpose", hint)
    try:
        made = gather(inside, unit.org_id, pupil, records, documents, recipient, purpose)
    except SchemaError as error:
        raise Wrapped.of(error, "/documents") from None
    return destination, made


def mark_of(destination: Destination, contents: Contents) -> str:
    """Return what tells whether a pack is still the one that its sender looked at."""
    told = [destination.org_id, destination.inbox]
    for type_, sha256 in sorted(contents.fingerprint):
        told += [type_, sha256]
    return hashlib.sha256("\0".join(told).encode()).hexdigest()


def require_seen(order: Order, destination: Destination, contents: Contents) -> None:
    """Refuse a pack that is not the one that its sender looked at.

    :raises Conflict: ``preview-changed``.
    """
    if order.seen and order.seen != mark_of(destination, contents):
        hint = "Where it goes or what goes was changed since you looked. Look again, then send."
        raise Conflict("preview-changed", "/seen", hint)


def _purpose(order: Order) -> Purpose:
    cp = order.kind is BundleKind.CP_FILE
    return Purpose(
        code=order.purpose, lawful_basis=order.lawful_basis, kind="cp-file" if cp else "transfer"
    )


def _require_unlocked(inside: Inside, org_id: str) -> None:
    try:
        inside.vault.compartment(org_id, "cp")
    except KeysError as error:
        raise Wrapped.of(error) from None


def chosen_for(unit: UnitOfWork, pupil: StoredPupil, order: Order) -> Destination | None:
    """Return where an order goes: the pupil's destination, or the second school; None: nowhere."""
    if not order.second:
        return pupil.destination or elsewhere(unit, pupil.pupil_id)
    second = second_of(unit, pupil.pupil_id)
    return second.destination if second else None


def _destination(unit: UnitOfWork, pupil: StoredPupil, order: Order) -> Destination:
    require_ordinary(unit, pupil.pupil_id)
    if order.second and order.purpose != SECOND_PURPOSE:
        hint = "To the second school a pack goes for dual registration."
        raise DisclosureRefused("purpose-unfit", "/purpose", hint)
    found = chosen_for(unit, pupil, order)
    if found is None:
        raise DestinationRefused(
            "destination-missing", "/to", "Choose and confirm the destination first."
        )
    return found
