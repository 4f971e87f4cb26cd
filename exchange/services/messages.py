"""Messages between organisations: sealed, sent and filed like packs, and kept to be read again.

A message is a bundle of kind ``message`` with one record. What we sent and what we got is kept as
an item about the pack or request that it belongs to; the worker files what comes, and only if it
comes from the organisation that the pack went to, or that was asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from exchange.bundle.opening import OpenedBundle
from exchange.errors import NotFound
from exchange.ports import Actor, Arrival, Item, Transfer, UnitOfWork
from exchange.services.inside import Inside
from exchange.services.queue_bundle import Order, queue_bundle
from exchange.services.record_source import record_source
from schemas.base import dump, load
from schemas.message import Message, MessageKind
from schemas.records import RECORDS
from schemas.statement import BundleKind

KIND = "message"
OPEN, ANSWERED, DONE, STRAY = "open", "answered", "done", "stray"
QUIETLY = "protected"
"""State of a request about a protected move: nobody's list shows it."""

_ASKS = frozenset({MessageKind.QUESTION, MessageKind.RECORDS_REQUEST})


@dataclass(frozen=True, slots=True)
class Told:
    """A message, sent or received.

    :param message_id: id of its bundle; ``about`` is the pack or the message that it answers.
    :param thread: what all messages of one exchange share: the pack's id, or the request's.
    :param other: the other organisation.
    :param state: ``open``: it waits for an answer of ours (received) or theirs (sent).
    """

    message_id: str
    about: str | None
    thread: str
    other: str
    direction: Literal["sent", "received"]
    state: str
    at: datetime
    message: Message
    version: int = 1


def send_message(
    inside: Inside,
    org_id: str,
    to: str,
    message: Message,
    thread: str,
    in_reply_to: str | None,
    actor: Actor,
) -> Told:
    """Seal a message to the general inbox of an organisation, queue it and keep a copy.

    :param thread: empty: the message begins one, called by its own id.
    :raises DestinationRefused: the organisation is closed or has no valid key.
    :raises TrustError: ``organisation-unknown``.
    :raises Wrapped: the message breaks its schema.
    """
    transfer = _queued(inside, org_id, to, message, in_reply_to)
    told = Told(
        message_id=transfer.bundle_id,
        about=in_reply_to,
        thread=thread or transfer.bundle_id,
        other=to,
        direction="sent",
        state=OPEN if message.kind in _ASKS else DONE,
        at=transfer.created_at,
        message=message,
    )
    try:
        with inside.store.unit(org_id) as unit:
            unit.transfers.add(transfer)
            unit.items.add(_item(told))
            unit.audit.record(
                actor,
                "message.queued",
                "transfer",
                transfer.bundle_id,
                detail={"kind": message.kind.value, "recipient": to},
            )
            unit.commit()
    except BaseException:
        inside.blobs.delete(org_id, transfer.blob)
        raise
    return told


def _queued(
    inside: Inside, org_id: str, to: str, message: Message, in_reply_to: str | None
) -> Transfer:
    source = record_source(message, "message")
    order = Order(kind=BundleKind.MESSAGE, purpose="correspondence", in_reply_to=in_reply_to)
    transfer = queue_bundle(inside, org_id, to, "general", message.subject, [source], order)
    return replace(transfer, pupil_id=None)  # the subject of a message is no pupil of ours


def file_message(unit: UnitOfWork, arrival: Arrival, opened: OpenedBundle) -> Told | None:
    """Keep a message that came, in the caller's unit of work; filing it twice changes nothing.

    What belongs to nothing of ours is kept as ``stray``, and shown nowhere.
    """
    found = next((one for _, one in opened.records(RECORDS) if isinstance(one, Message)), None)
    if found is None or told_of(unit, arrival.bundle_id) is not None:
        return None
    thread = _thread(unit, arrival, found)
    told = Told(
        message_id=arrival.bundle_id,
        about=arrival.in_reply_to,
        thread=thread or arrival.bundle_id,
        other=arrival.sender,
        direction="received",
        state=STRAY if thread is None else OPEN if found.kind in _ASKS else DONE,
        at=arrival.arrived_at,
        message=found,
    )
    unit.items.add(_item(told))
    if told.state == DONE and told.about:
        settle(unit, told.about)
    return told


def _thread(unit: UnitOfWork, arrival: Arrival, message: Message) -> str | None:
    """Return what a message belongs to, or None where its sender has no business with it."""
    if message.kind is MessageKind.RECORDS_REQUEST:
        return arrival.bundle_id
    if arrival.in_reply_to is None:
        return None
    if message.kind is MessageKind.QUESTION:
        try:
            pack = unit.transfers.get(arrival.in_reply_to)
        except NotFound:
            return None
        return pack.bundle_id if pack.recipient == arrival.sender else None
    asked = told_of(unit, arrival.in_reply_to)
    if asked is None or asked.direction != "sent" or asked.other != arrival.sender:
        return None
    return asked.thread


def settle(unit: UnitOfWork, message_id: str, state: str = ANSWERED) -> None:
    """Note that a message was answered, in the caller's unit of work."""
    item = unit.items.get(KIND, message_id)
    if item.state != state:
        unit.items.update(replace(item, state=state))


def told_of(unit: UnitOfWork, message_id: str) -> Told | None:
    """Return one message, or None."""
    try:
        return _read(unit.items.get(KIND, message_id))
    except NotFound:
        return None


def thread_of(unit: UnitOfWork, thread: str) -> Sequence[Told]:
    """Return the messages of one exchange, oldest first, without strays."""
    found = [_read(one) for one in unit.items.about(KIND, thread)]
    return sorted((one for one in found if one.state != STRAY), key=lambda one: one.at)


def waiting(unit: UnitOfWork, kind: MessageKind) -> Sequence[Told]:
    """Return the messages of a kind that wait for our answer, oldest first."""
    found = (_read(one) for one in unit.items.all(KIND, OPEN))
    return [one for one in found if one.direction == "received" and one.message.kind is kind]


def _item(told: Told) -> Item:
    return Item(
        kind=KIND,
        item_id=told.message_id,
        state=told.state,
        content={"message": dump(told.message)},
        clear={
            "about": told.about,
            "thread": told.thread,
            "other": told.other,
            "direction": told.direction,
        },
        created_at=told.at,
        updated_at=told.at,
        about=told.thread,
    )


def _read(item: Item) -> Told:
    clear, about = item.clear, item.clear["about"]
    message = load(Message, (item.content or {})["message"])
    return Told(
        message_id=item.item_id,
        about=None if about is None else str(about),
        thread=str(clear["thread"]),
        other=str(clear["other"]),
        direction="sent" if clear["direction"] == "sent" else "received",
        state=item.state,
        at=item.created_at,
        message=message,
        version=item.version,
    )
