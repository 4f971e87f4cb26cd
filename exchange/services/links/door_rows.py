"""The rows that the door for outsiders reads and writes: links, codes that wait, and sessions."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime

from exchange.audit import NODE
from exchange.errors import NotFound
from exchange.ports import Actor, Store, UnitOfWork
from exchange.ports.items import Item
from exchange.services.links.model import (
    IDLE,
    KIND,
    SESSION,
    SESSION_LIFE,
    WRONG_CODES,
    LinkState,
    Marks,
    marks_of,
)
from exchange.services.links.visiting import ended
from keys.links import LinkSecret

FACE = Actor("share", "face")
_STANDING = "organisation-standing"
"""Kind of exchange.services.people.standing, which is of the inner process."""


def require_active(store: Store, org_id: str) -> None:
    """Demand that somebody may act in an organisation's name now (people.standing).

    :raises NotFound: ``link-ended``: it is suspended.
    """
    with store.reading(NODE) as unit:
        try:
            suspended = unit.items.get(_STANDING, org_id).state == "suspended"
        except NotFound:
            return
    if suspended:
        raise ended()


def open_link(unit: UnitOfWork, link_id: str, now: datetime) -> tuple[Item, Marks]:
    """Return a link that opens something now.

    :raises NotFound: ``link-ended``.
    """
    try:
        item = unit.items.get(KIND, link_id)
    except NotFound:
        raise ended() from None
    if item.state != LinkState.OPEN or item.due_at is None or item.due_at <= now:
        raise ended()
    return item, marks_of(item)


def keep(unit: UnitOfWork, item: Item, marks: Marks, now: datetime) -> None:
    """Keep what changed about a link."""
    unit.items.update(replace(item, clear=marks.as_json(), content=None, updated_at=now))


def came_in(marks: Marks) -> Marks:
    """Return the marks of a link whose code was right: it is used up."""
    return replace(marks, check="", check_until=None, used=marks.check, entered=marks.entered + 1)


def count_wrong(unit: UnitOfWork, item: Item, marks: Marks, now: datetime) -> bool:
    """Count a wrong code; return whether it locked the link."""
    told = replace(marks, wrong=marks.wrong + 1)
    locks = told.wrong >= WRONG_CODES
    if locks:
        # Due at once: the worker tells the inviter.
        told = replace(told, check="", check_until=None)
        item = replace(item, state=LinkState.LOCKED.value, due_at=now)
    keep(unit, item, told, now)
    action = "link.locked" if locks else "link.entered"
    unit.audit.record(FACE, action, "link", item.item_id, "refused", {"code": "code-wrong"})
    return locks


def sealed_item(kind: str, blob: str, link_id: str, what: str, now: datetime) -> Item:
    """Return what waits sealed for the inner worker."""
    return Item(
        kind=kind,
        item_id=str(uuid.uuid4()),
        state="new",
        content=None,
        created_at=now,
        updated_at=now,
        clear={"link": link_id, "what": what, "blob": blob},
        due_at=now,
    )


def new_session(key: LinkSecret, link_id: str, now: datetime) -> Item:
    """Return a session that begins now."""
    return Item(
        kind=SESSION,
        item_id=str(uuid.uuid4()),
        state="open",
        content=None,
        created_at=now,
        updated_at=now,
        clear={"link": link_id},
        due_at=now + SESSION_LIFE,
        lookup=key.lookup,
    )


def is_over(session: Item, now: datetime) -> bool:
    """Return whether a session has lasted or idled for too long."""
    return session.due_at is None or session.due_at <= now or session.updated_at + IDLE <= now
