"""What a recipient would get and why, before anything is sealed; and, later, why it was so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from exchange.domain.disclosure import Disclosed
from exchange.errors import NotFound
from exchange.ports import Destination
from exchange.services.decide_pack import contents_of, mark_of
from exchange.services.inside import Inside
from exchange.services.kept_statement import as_signed
from exchange.services.places import place
from exchange.services.protect import require_shown
from exchange.services.queue_bundle import Order
from schemas.base import load_bytes
from schemas.statement import Statement


@dataclass(frozen=True, slots=True)
class Preview:
    """What would go, stay or wait.

    :param recipient: organisation id; ``recipient_name`` as the directory has it.
    :param mark: tells at the sending whether it is still this pack (Order.seen).
    """

    pupil_id: str
    recipient: str
    recipient_name: str
    purpose: str
    lawful_basis: str
    disclosed: tuple[Disclosed, ...]
    mark: str = ""


def preview(
    inside: Inside, org_id: str, pupil_id: str, order: Order, safe: Destination | None = None
) -> Preview:
    """Return what :func:`exchange.services.send.send` would do now, and do nothing.

    :param safe: where a protected pack goes, for one of the two who know.
    :raises Refused: ``protected-move``.
    :raises DestinationRefused: ``destination-missing``.
    :raises DisclosureRefused: ``purpose-unfit``, ``basis-unfit``.
    :raises Wrapped: ``compartment-locked``: a CP pack, and the DSL has not unlocked.
    """
    with inside.store.reading(org_id) as unit:
        to, contents = contents_of(inside, unit, pupil_id, order, safe)
        name = place(inside, unit, to.org_id, inside.clock.now()).name
    return Preview(
        pupil_id,
        to.org_id,
        name,
        order.purpose,
        order.lawful_basis,
        contents.disclosed,
        mark_of(to, contents),
    )


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why each document went or stayed when a pack was sent.

    :param went: ids of the files that the signed statement lists.
    """

    bundle_id: str
    recipient: str
    sent_at: datetime
    purpose: str
    lawful_basis: str
    disclosed: tuple[Disclosed, ...]
    went: frozenset[str]


def explain(inside: Inside, org_id: str, bundle_id: str, person: str = "") -> Explanation:
    """Tell what was decided when a pack was sent, from what was kept then.

    Later marks, decisions and rules change nothing of it.

    :param person: account of who asks: a protected pack is there for two people only.

    :raises NotFound: ``transfer-unknown``; ``not-explained``: no pack about a pupil, or sent
        before decisions were kept.
    :raises Wrapped: ``compartment-locked``: a DSL's pack, and the DSL has not unlocked.
    """
    with inside.store.reading(org_id) as unit:
        transfer = unit.transfers.get(bundle_id)
        require_shown(unit, transfer, person)
    if not transfer.disclosed:
        hint = "It is no pack about a pupil, or was sent before decisions were kept."
        raise NotFound("not-explained", "/transfer", hint)
    statement = load_bytes(Statement, as_signed(inside, org_id, transfer.statement))
    return Explanation(
        bundle_id=bundle_id,
        recipient=transfer.recipient,
        sent_at=transfer.created_at,
        purpose=statement.purpose,
        lawful_basis=statement.lawful_basis,
        disclosed=transfer.disclosed,
        went=frozenset(one.id for one in statement.files),
    )
