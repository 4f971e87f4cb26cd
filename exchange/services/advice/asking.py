"""Ask a body for advice: by a sealed pack where it has joined, else by a link."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import timedelta

from exchange.domain.clocks import london_day
from exchange.errors import Conflict, NotFound, SettingsError
from exchange.ports import Actor, StoredDocument, Transfer, UnitOfWork
from exchange.services.advice.carrying import Carried, carry_by_link, carry_by_pack
from exchange.services.advice.contents import (
    PUBLIC_TASK,
    choose,
    offered,
    purpose_of,
    recipient_of,
    why_shared,
)
from exchange.services.advice.model import (
    KIND,
    OVER,
    AdviceOrder,
    AdviceRequest,
    State,
    changed,
    request_from,
    to_item,
)
from exchange.services.advice.ordering import check_order, named_body
from exchange.services.inside import Inside
from exchange.services.links.making import checked_person
from exchange.services.links.model import KIND as LINK
from exchange.services.links.model import Inviter, Link, Person, link_of
from exchange.services.links.pick_up import Means
from exchange.services.links.revoke import end_in
from exchange.services.protect import require_ordinary
from exchange.services.twins import require_no_doubt
from schemas.advice import AdvicePurpose

__all__ = ["Asked", "Means", "ask_advice", "ask_again", "asked_by_link", "still_shared"]

REFERRAL_WEEKS = 8


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that went out.

    :param address: the link, for a person who is to hand it over; empty where there is none.
    """

    request: AdviceRequest
    address: str = ""


def ask_advice(
    inside: Inside,
    org_id: str,
    order: AdviceOrder,
    actor: Actor,
    *,
    means: Means | None = None,
    inviter: Inviter | None = None,
) -> AdviceRequest:
    """Ask a body for advice about a pupil.

    What the body is to see is decided by disclosure; what may not go is refused, not left out
    silently.

    :param means: where the pages for people with a link are; needed where the body has no node.
    :param inviter: who asks, told by mail of what comes back; None: nobody is.
    :raises NotFound: ``pupil-unknown``, ``document-unknown``.
    :raises DisclosureRefused: ``advice-withheld``: something chosen may not go there.
    :raises DestinationRefused: the body is closed or has no valid key.
    :raises UsageError: ``question-missing``, ``text-too-long``, ``day-unclear``,
        ``date-unlikely``, ``consent-missing``; ``name-unclear``: a body that joined has another
        name; as ``links.making`` says of a person.
    :raises Refused: ``protected-move``; ``twin-check-open``: a chosen document may be about
        another pupil.
    :raises SettingsError: ``share-url-missing``.
    """
    return asked_by_link(inside, org_id, order, actor, means=means, inviter=inviter).request


def asked_by_link(
    inside: Inside,
    org_id: str,
    order: AdviceOrder,
    actor: Actor,
    *,
    means: Means | None = None,
    inviter: Inviter | None = None,
) -> Asked:
    """Ask as :func:`ask_advice`; return the link's address too, which is kept nowhere."""
    request, chosen = _decided(inside, org_id, order, actor, inviter)
    if request.body.org_id is not None:
        carried = carry_by_pack(inside, org_id, request, chosen, order.lawful_basis)
    else:
        person = checked_person(_person(request))
        carried = carry_by_link(
            inside, org_id, request, chosen, _means(means), person, _inviter(request)
        )
    try:
        stored = _store(inside, org_id, request, order, chosen, carried, actor)
    except BaseException:
        for name in carried.blobs:
            inside.blobs.delete(org_id, name)
        raise
    return Asked(stored, carried.address)


def ask_again(
    inside: Inside, org_id: str, request_id: str, actor: Actor, *, means: Means, inviter: Inviter
) -> Asked:
    """Send a new link for a request: the old one was lost, ran out, or is locked, and ends.

    :raises NotFound: ``item-unknown``; ``link-unknown``: it went by a pack.
    :raises Conflict: ``advice-over``: nothing is awaited any more.
    :raises Refused: ``protected-move``; ``twin-check-open``.
    """
    with inside.store.reading(org_id) as unit:
        request = request_from(unit.items.get(KIND, request_id))
        require_ordinary(unit, request.pupil_id)
        if not request.by_link:
            raise NotFound("link-unknown")
        if request.state in OVER and request.state is not State.FILED:
            raise Conflict("advice-over", "/advice", "It is over. Ask anew.")
        order = _order_of(request)
        chosen = still_shared(inside, unit, request)
        require_no_doubt(inside, unit, request.pupil_id, {one.document_id for one in chosen})
    carried = carry_by_link(
        inside, org_id, request, chosen, means, checked_person(_person(request)), inviter
    )
    now = inside.clock.now()
    try:
        with inside.store.unit(org_id) as unit:
            newest = request_from(unit.items.get(KIND, request_id))
            require_ordinary(unit, newest.pupil_id)  # protected while it was being sealed
            gone = end_in(unit, _links(unit, newest), actor, now, why="superseded")
            told = replace(newest, disclosed=why_shared(inside, unit, newest, chosen))
            stored = _keep(unit, told, order, carried, actor, inside)
            unit.commit()
    except BaseException:
        for name in carried.blobs:
            inside.blobs.delete(org_id, name)
        raise
    for name in gone:
        inside.blobs.delete(org_id, name)
    return Asked(stored, carried.address)


def still_shared(inside: Inside, unit: UnitOfWork, request: AdviceRequest) -> list[StoredDocument]:
    """Return what was chosen and may still go: what was marked or removed since is left out."""
    recipient = recipient_of(
        inside, unit, request.pupil_id, request.body, request.request_id, request.wanted_type
    )
    listed = offered(inside, unit, request.pupil_id, recipient, purpose_of(request.purpose))
    known = {one.document.document_id: one for one in listed if one.decision.allowed}
    return [known[one].document for one in request.shared if one in known]


def _links(unit: UnitOfWork, request: AdviceRequest) -> list[Link]:
    return [link_of(unit.items.get(LINK, one)) for one in request.links]


def _decided(
    inside: Inside, org_id: str, order: AdviceOrder, actor: Actor, inviter: Inviter | None
) -> tuple[AdviceRequest, list[StoredDocument]]:
    """Check the order and decide what goes; nothing is sealed or stored yet."""
    now = inside.clock.now()
    today = london_day(now)
    check_order(order, today)
    body = named_body(inside, order.body)
    request_id = str(uuid.uuid4())
    with inside.store.reading(org_id) as unit:
        require_ordinary(unit, order.pupil_id)
        recipient = recipient_of(inside, unit, order.pupil_id, body, request_id, order.wanted_type)
        purpose = purpose_of(order.purpose, order.lawful_basis)
        chosen = choose(inside, unit, order.pupil_id, order.shared, recipient, purpose, actor)
        require_no_doubt(inside, unit, order.pupil_id, {one.document_id for one in chosen})
    referral = order.purpose is AdvicePurpose.REFERRAL
    due = order.due_on or (today + timedelta(weeks=REFERRAL_WEEKS) if referral else None)
    request = AdviceRequest(
        request_id=request_id,
        state=State.SENT,
        pupil_id=order.pupil_id,
        body=body,
        purpose=order.purpose,
        question=order.question.replace("\r\n", "\n").strip(),
        wanted_type=order.wanted_type,
        shared=tuple(one.document_id for one in chosen),
        consent=order.consent,
        asked_on=today,
        asked_by=inviter.name if inviter else actor.name,
        asked_role=inviter.role if inviter else actor.role,
        asker_mail=inviter.mail if inviter else "",
        created_at=now,
        updated_at=now,
        case_id=order.case_id,
        due_on=due,
        lawful_basis=order.lawful_basis,
    )
    return request, chosen


def _store(
    inside: Inside,
    org_id: str,
    request: AdviceRequest,
    order: AdviceOrder,
    chosen: list[StoredDocument],
    carried: Carried,
    actor: Actor,
) -> AdviceRequest:
    purpose = purpose_of(order.purpose, order.lawful_basis)
    with inside.store.unit(org_id) as unit:
        # Decided again: somebody may have marked something while it was being sealed.
        require_ordinary(unit, request.pupil_id)
        recipient = recipient_of(
            inside, unit, request.pupil_id, request.body, request.request_id, request.wanted_type
        )
        again = choose(inside, unit, request.pupil_id, request.shared, recipient, purpose, actor)
        if [one.sha256 for one in again] != [one.sha256 for one in chosen]:
            raise Conflict("decided-meanwhile", "/shared", "Look at it again, then ask.")
        for one in again:
            if unit.documents.get(one.document_id).said != one.said:
                unit.documents.update(one)
                detail = {"reason": "chosen-for-advice", "for": recipient.org_id}
                unit.audit.record(
                    actor, "document.decided-to-release", "document", one.document_id, detail=detail
                )
        told = replace(request, disclosed=why_shared(inside, unit, request, again))
        stored = _keep(unit, told, order, carried, actor, inside)
        unit.commit()
    return stored


def _keep(
    unit: UnitOfWork,
    request: AdviceRequest,
    order: AdviceOrder,
    carried: Carried,
    actor: Actor,
    inside: Inside,
) -> AdviceRequest:
    transfer: Transfer | None = carried.transfer
    if transfer is not None:
        unit.transfers.add(transfer)
        request = replace(request, bundle_id=transfer.bundle_id)
    if carried.store is not None and carried.link is not None:
        carried.store(unit, actor)
        request = replace(request, links=(*request.links, carried.link.link_id))
    if request.item is None:
        unit.items.add(to_item(request))
    else:
        unit.items.update(changed(request, inside.clock.now()))
    way = "pack" if transfer is not None else "link"
    detail = {"by": way, "purpose": order.purpose.value, "documents": str(len(request.shared))}
    unit.audit.record(actor, "advice.asked", "advice", request.request_id, detail=detail)
    return request_from(unit.items.get(KIND, request.request_id))


def _order_of(request: AdviceRequest) -> AdviceOrder:
    return AdviceOrder(
        pupil_id=request.pupil_id,
        body=request.body,
        question=request.question,
        wanted_type=request.wanted_type,
        consent=request.consent,
        purpose=request.purpose,
        lawful_basis=request.lawful_basis or PUBLIC_TASK,
    )


def _person(request: AdviceRequest) -> Person:
    body = request.body
    return Person(
        name=body.person or body.name,
        role=body.role or body.name,
        mail=body.mail,
        phone=body.phone,
        channel=body.channel,
        code_mail=body.code_mail,
        confirmed=body.confirmed,
    )


def _inviter(request: AdviceRequest) -> Inviter:
    return Inviter(request.asked_by, request.asked_role, request.asker_mail)


def _means(means: Means | None) -> Means:
    if means is None:
        hint = "Set share_url, and start the node again."
        raise SettingsError("share-url-missing", "/share_url", hint)
    return means
