"""What the people who know of a protected move do: choose where it goes, and send it.

From safeguarding lead to safeguarding lead, sealed to the lead's own key; or to the local
authority, which passes it on. Over the wire alone: never into a folder, onto a stick, into a mail.
"""

from __future__ import annotations

from dataclasses import replace

from exchange.domain.clocks import london_day
from exchange.domain.protection import Protection, SafeDestination, way_for
from exchange.errors import Conflict, DestinationRefused, NotFound, Refused
from exchange.ports import Actor, Destination, UnitOfWork
from exchange.services.choose_destination import confirmed_with, found_at, live_transfers
from exchange.services.inside import Inside
from exchange.services.protect import keep, protection_of
from exchange.services.queue_bundle import Order
from exchange.services.send import Sent, send
from exchange.services.trust import recipient_keys


def choose_safe_destination(
    inside: Inside,
    org_id: str,
    pupil_id: str,
    identifier: str,
    confirmation: str,
    person: str,
    actor: Actor,
) -> SafeDestination:
    """Set where a protected pack goes.

    :param identifier: URN, DfE number, UKPRN or LA code.
    :param confirmation: the name, or another number than the one used to find it.
    :param person: id of the account of who does it; ``actor`` is for the book.
    :raises Refused: ``not-one-of-the-two``; ``protected-way``: neither school nor council.
    :raises DestinationRefused: as :func:`exchange.services.choose_destination.choose_destination`;
        ``destination-no-key``: that school has no inbox of a safeguarding lead.
    :raises Conflict: ``destination-in-use``: a pack is with somebody else; recall it first.
    """
    now = inside.clock.now()
    with inside.store.reading(org_id) as unit:
        require_one_of_the_two(unit, pupil_id, person)
    found = found_at(inside, identifier, "general", now)
    way = way_for(found.kind)
    chosen = SafeDestination(
        org_id=found.org_id,
        name=found.name,
        way=way,
        confirmed_by=actor.name,
        confirmed_with=confirmed_with(found, identifier, confirmation, london_day(now)),
        confirmed_at=now,
    )
    recipient_keys(found, chosen.inbox, now)
    with inside.store.unit(org_id) as unit:
        before = require_one_of_the_two(unit, pupil_id, person)
        if _is_elsewhere(unit, pupil_id, found.org_id):
            raise Conflict(
                "destination-in-use", "/to", "A pack is with somebody else. Recall it first."
            )
        changed = replace(before, destination=chosen)
        keep(unit, changed, actor, "protection.destination-chosen", now)
        unit.commit()
    return chosen


def send_protected(
    inside: Inside,
    org_id: str,
    pupil_id: str,
    order: Order,
    person: str,
    actor: Actor,
    *,
    update: bool = False,
    leave_undecided: bool = False,
) -> Sent:
    """Send a protected pack to the one recipient that was chosen.

    :param order: by HTTPS; of either kind.
    :param person: id of the account of who does it; ``actor`` is for the book.
    :raises Refused: ``not-one-of-the-two``; ``protected-way``: a folder.
    :raises DestinationRefused: ``destination-missing``.
    :raises Wrapped: ``compartment-locked``: to a safeguarding lead only a safeguarding lead sends.
    """
    if order.transport != "https":
        hint = "A protected move never goes by folder or stick. Send it over the wire."
        raise Refused("protected-way", "/folder", hint)
    with inside.store.reading(org_id) as unit:
        known = require_one_of_the_two(unit, pupil_id, person)
    to = safe_destination(known)
    return send(
        inside,
        org_id,
        pupil_id,
        order,
        actor,
        update=update,
        leave_undecided=leave_undecided,
        to=to,
    )


def _is_elsewhere(unit: UnitOfWork, pupil_id: str, org_id: str) -> bool:
    """Return whether any other organisation has a pack, a second school too."""
    return any(one.recipient != org_id for one in live_transfers(unit, pupil_id, second=None))


def safe_destination(known: Protection) -> Destination:
    """Return where a protected pack goes, as sending wants it.

    :raises DestinationRefused: ``destination-missing``.
    """
    one = known.destination
    if one is None:
        hint = "One of the two named people chooses and confirms it first."
        raise DestinationRefused("destination-missing", "/to", hint)
    with_ = one.confirmed_with
    return Destination(
        org_id=one.org_id,
        inbox=one.inbox,
        confirmed_by=one.confirmed_by,
        confirmed_with="name" if with_ == "name" else "urn" if with_ == "urn" else "laestab",
        confirmed_at=one.confirmed_at,
    )


def require_one_of_the_two(unit: UnitOfWork, pupil_id: str, person: str) -> Protection:
    """Return the protection, to one of the two who know.

    :raises NotFound: ``protection-unknown``.
    :raises Refused: ``not-one-of-the-two``.
    """
    known = protection_of(unit, pupil_id)
    if known is None:
        raise NotFound("protection-unknown", "/pupil", "This move is not protected.")
    if not known.is_known_to(person):
        raise Refused("not-one-of-the-two", "/person", "Only one of the two named people may.")
    return known
