"""Decide, for one order, everything of a pupil's pack; nothing is sealed and no document read.

The preview, the sending and its last check before the commit all come through here.
"""

from __future__ import annotations

from exchange.domain.disclosure import Purpose
from exchange.errors import DestinationRefused, DisclosureRefused, Wrapped
from exchange.ports import Destination, StoredPupil, UnitOfWork
from exchange.services.inside import Inside
from exchange.services.pack_contents import Contents, gather, why_unfit
from exchange.services.queue_bundle import Order
from exchange.services.trust import organisation
from keys.errors import KeysError
from schemas.errors import SchemaError
from schemas.statement import BundleKind


def contents_of(
    inside: Inside, unit: UnitOfWork, pupil_id: str, order: Order
) -> tuple[Destination, Contents]:
    """Return the pupil's destination and what would go there now.

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
    destination, now = _destination(pupil), inside.clock.now()
    to = organisation(inside.directory(), destination.org_id, now)
    purpose = _purpose(order)
    try:
        misfit = why_unfit(to, purpose, now.date())
    except SchemaError as error:
        raise Wrapped.of(error) from None
    if misfit:
        hint = "Choose the purpose and the lawful basis that fit this recipient."
        raise DisclosureRefused(misfit, "/purpose", hint)
    try:
        made = gather(inside, unit.org_id, pupil, records, documents, to, purpose)
    except SchemaError as error:
        raise Wrapped.of(error, "/documents") from None
    return destination, made


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


def _destination(pupil: StoredPupil) -> Destination:
    if pupil.destination is None:
        raise DestinationRefused(
            "destination-missing", "/to", "Choose and confirm the destination first."
        )
    return pupil.destination
