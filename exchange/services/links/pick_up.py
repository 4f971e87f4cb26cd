"""Send a pack to a school that has not joined: it is picked up through a link.

What may go is decided as for any school. The pack is an ordinary one, sealed to the link instead
of to a school's keys; beside it lies a share with what the page shows and one readable PDF. Pack,
link, message and audit entries are one commit.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace

from exchange.errors import Conflict, DestinationRefused, NotFound, Refused
from exchange.ports import Actor, Transfer
from exchange.services.inside import Inside
from exchange.services.links.link_way import LinkWay, Means
from exchange.services.links.making import address
from exchange.services.links.model import (
    KIND,
    LIFE,
    Inviter,
    Link,
    Person,
    Purpose,
    link_of,
)
from exchange.services.links.revoke import links_of_pack
from exchange.services.places import is_outside, place
from exchange.services.protect import require_ordinary
from exchange.services.queue_bundle import Order
from exchange.services.recall import recall
from exchange.services.send import Sent, SpecialWay, send
from keys.directory import Organisation
from keys.links import LinkSecret
from schemas.base import load_bytes
from schemas.statement import BundleKind, Statement

__all__ = ["Means", "PickedUp", "link_of_pack", "send_by_link", "send_new_link"]


@dataclass(frozen=True, slots=True)
class PickedUp:
    """What became of a wish to send by link.

    :param address: the link, for a person who is to hand it over; it is nowhere else but in the
        message. None where nothing was sent anew.
    """

    sent: Sent
    link: Link | None
    address: str | None


def send_by_link(
    inside: Inside,
    org_id: str,
    pupil_id: str,
    person: Person,
    inviter: Inviter,
    means: Means,
    actor: Actor,
    order: Order | None = None,
    *,
    update: bool = False,
    leave_undecided: bool = False,
) -> PickedUp:
    """Send a pupil's pack to be picked up by the named SENCO of a school that has not joined.

    An update goes by a link of its own; the earlier link ends.

    :raises UsageError: see :func:`exchange.services.links.making.checked_person`.
    :raises DestinationRefused: ``destination-joined``: it has keys; and as in ``send``.
    :raises Refused: ``protected-move``; ``cp-never-by-link``. Else as in ``send``.
    """
    told = replace(order or Order(), transport="pick-up", target="", keep=LIFE)
    if told.kind is BundleKind.CP_FILE:
        hint = "A child-protection file goes from lead to lead, and never through a link."
        raise Refused("cp-never-by-link", "/kind", hint)
    school = _school(inside, org_id, pupil_id)
    secret = LinkSecret.new()
    where = address(means.share_url, secret)
    way = LinkWay(inside, org_id, school, secret, where, person, inviter, means, actor)
    try:
        sent = send(
            inside,
            org_id,
            pupil_id,
            told,
            actor,
            update=update,
            leave_undecided=leave_undecided,
            way=SpecialWay(way.seal, way.store),
        )
    except BaseException:
        way.undo()
        raise
    if sent.outcome == "unchanged":
        return PickedUp(sent, link_of_pack(inside, org_id, sent.transfer), None)
    way.tidy()
    return PickedUp(sent, way.link, where)


def send_new_link(
    inside: Inside,
    org_id: str,
    link_id: str,
    person: Person,
    inviter: Inviter,
    means: Means,
    actor: Actor,
    *,
    seen: str = "",
) -> PickedUp:
    """Send a pack again by a new link: the old one was lost, ran out, or is locked.

    It is shared for what the pack before was shared for, on the same basis. That pack is recalled,
    for nobody keeps what could be sealed anew.

    :param seen: as in :class:`exchange.services.queue_bundle.Order`.
    :raises NotFound: ``item-unknown``.
    """
    with inside.store.reading(org_id) as unit:
        before = link_of(unit.items.get(KIND, link_id))
        if before.purpose is not Purpose.PICK_UP:
            raise NotFound("link-unknown")
        pack = unit.transfers.get(before.marks.pack)
    signed = load_bytes(Statement, pack.statement)
    order = Order(purpose=signed.purpose, lawful_basis=signed.lawful_basis, seen=seen)
    with suppress(Conflict):  # expired or rejected: it is over as it is
        recall(inside, org_id, before.marks.pack, actor)
    return send_by_link(
        inside, org_id, before.pupil_id, person, inviter, means, actor, order, leave_undecided=True
    )


def link_of_pack(inside: Inside, org_id: str, transfer: Transfer) -> Link | None:
    """Return the newest link of a pack, or None."""
    with inside.store.reading(org_id) as unit:
        ours = links_of_pack(unit, transfer)
    return ours[-1] if ours else None


def _school(inside: Inside, org_id: str, pupil_id: str) -> Organisation:
    now = inside.clock.now()
    with inside.store.reading(org_id) as unit:
        require_ordinary(unit, pupil_id)
        going = unit.pupils.get(pupil_id).destination
        if going is None:
            hint = "Choose and confirm the destination first."
            raise DestinationRefused("destination-missing", "/to", hint)
        if not is_outside(unit, going.org_id):
            hint = "It has joined: send the pack to it."
            raise DestinationRefused("destination-joined", "/to", hint)
        return place(inside, unit, going.org_id, now)
