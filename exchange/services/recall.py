"""Recall a pack: it went to the wrong school, or the destination changed.

What was not handed over is simply not sent. What was, cannot be fetched back: the recipient is
asked, by a signed recall, to destroy it and to confirm; the sender is told so honestly.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from exchange.domain.transfer import Event, State, after
from exchange.errors import DestinationRefused, TrustError
from exchange.ports import Actor, Transfer, UnitOfWork
from exchange.services.inside import Inside
from exchange.services.links.revoke import end_in, links_of_pack
from exchange.services.queue_bundle import Order, queue_bundle
from schemas.statement import BundleKind


def recall(inside: Inside, org_id: str, bundle_id: str, actor: Actor) -> Transfer:
    """Recall one transfer; recalling it twice changes nothing.

    :returns: the transfer, in state ``recalled``; with ``attention`` where its recipient could not
        be asked to destroy it.
    :raises NotFound: ``transfer-unknown``.
    :raises Conflict: ``transition-forbidden``: rejected, expired or destroyed already.
    """
    now = inside.clock.now()
    with inside.store.unit(org_id) as unit:
        current = unit.transfers.get(bundle_id)
        if current.state is State.RECALLED:
            return current
        gone = recall_in(unit, current, actor, now)
        unit.commit()
    for name in gone:
        inside.blobs.delete(org_id, name)
    follow_up(inside, org_id, current, actor)
    with inside.store.reading(org_id) as unit:
        return unit.transfers.get(bundle_id)


def recall_in(unit: UnitOfWork, current: Transfer, actor: Actor, now: datetime) -> list[str]:
    """Recall one transfer within a unit of work; the caller commits, then removes its blob.

    The link of a pack that is picked up ends in the same commit: a process that dies just after it
    leaves no way to read what was recalled.

    Enough for one that waits to leave: if its bytes are on their way at this moment, the worker
    asks the recipient to destroy them. Of one that left, :func:`follow_up` asks at once.

    :returns: what the link showed, to be removed after the commit.
    :raises Conflict: ``transition-forbidden``: rejected, expired or destroyed already.
    """
    moved = replace(current, state=after(current.state, Event.RECALL), updated_at=now)
    unit.transfers.update(moved)
    # The worker goes on asking for receipts: bytes may have gone unnoticed, see send_notice.
    unit.transfers.schedule(current.bundle_id, now, 0)
    unit.audit.record(actor, "transfer.recalled", "transfer", current.bundle_id)
    return end_in(unit, links_of_pack(unit, current), actor, now, why="recalled")


def follow_up(inside: Inside, org_id: str, before: Transfer, actor: Actor) -> None:
    """Do what follows on the commit of a recall; where it fails, the worker asks the recipient.

    :param before: as it was before :func:`recall_in`.
    """
    inside.blobs.delete(org_id, before.blob)
    if before.state is not State.QUEUED:
        send_notice(inside, org_id, before.bundle_id, actor)


def send_notice(inside: Inside, org_id: str, bundle_id: str, actor: Actor) -> None:
    """Ask the recipient to destroy a recalled pack; asking twice sends one notice.

    Where nothing can be sealed to it any more (it closed, its keys ran out) a person is told by
    the transfer's ``attention``, and must ask by other ways.
    """
    with inside.store.reading(org_id) as unit:
        by_link = unit.transfers.get(bundle_id).transport == "pick-up"
    if by_link:  # who has no software cannot be sent anything: somebody must ring them
        _unsent(inside, org_id, bundle_id, "recall-by-telephone", actor)
        return
    try:
        _send_notice(inside, org_id, bundle_id, actor)
    except (DestinationRefused, TrustError) as error:
        _unsent(inside, org_id, bundle_id, error.code, actor)


def _unsent(inside: Inside, org_id: str, bundle_id: str, code: str, actor: Actor) -> None:
    with inside.store.unit(org_id) as unit:
        current = unit.transfers.get(bundle_id)
        if current.attention == code:
            return
        unit.transfers.update(replace(current, attention=code, updated_at=inside.clock.now()))
        unit.audit.record(
            actor, "transfer.recall-noticed", "transfer", bundle_id, "refused", {"code": code}
        )
        unit.commit()


def _send_notice(inside: Inside, org_id: str, bundle_id: str, actor: Actor) -> None:
    with inside.store.reading(org_id) as unit:
        transfer = unit.transfers.get(bundle_id)
        if _notices(unit, bundle_id):
            return
    notice = queue_bundle(
        inside,
        org_id,
        transfer.recipient,
        transfer.inbox,
        transfer.pupil_id or transfer.release_id,  # a request for advice is no pupil's row
        (),
        Order(
            kind=BundleKind.RECALL,
            purpose="correspondence",
            transport=transfer.transport,
            target=transfer.target,
            release_id=transfer.release_id,
            in_reply_to=bundle_id,
        ),
    )
    with inside.store.unit(org_id) as unit:
        first = not _notices(unit, bundle_id)
        if first:
            unit.transfers.add(notice)
            unit.audit.record(
                actor,
                "transfer.recall-noticed",
                "transfer",
                bundle_id,
                detail={"notice": notice.bundle_id},
            )
            unit.commit()
    if not first:
        inside.blobs.delete(org_id, notice.blob)


def _notices(unit: UnitOfWork, bundle_id: str) -> bool:
    return any(one.kind == BundleKind.RECALL.value for one in unit.transfers.answering(bundle_id))
