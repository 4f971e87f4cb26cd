"""Whom a session stands for: asked at each request, and again while something takes long."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from exchange.audit import NODE
from exchange.domain.access import Role, Visitor
from exchange.errors import NotFound
from exchange.ports import Item, UnitOfWork
from exchange.services.inside import Inside
from exchange.services.people.account import get_account
from exchange.services.people.session import (
    DEFAULT_LIMITS,
    KIND,
    Limits,
    account_of,
    lasts,
    lookup_of,
    usable_organisations,
)

REMEMBERED = timedelta(hours=12)
"""For so long after it was last used, a session that lapsed is still known as somebody's."""
_TOUCH = timedelta(seconds=60)


def visitor_of(
    inside: Inside, token: str, *, limits: Limits = DEFAULT_LIMITS, touch: bool = True
) -> Visitor | None:
    """Return whose session it is now, or None: none, ended, idle for too long, or suspended."""
    now = inside.clock.now()
    with inside.store.reading(NODE) as unit:
        item = unit.items.find(KIND, lookup_of(token))
        found = None if item is None else _present(unit, item, now, limits)
    if item is None or found is None:
        return None
    if touch and now - item.updated_at >= _TOUCH:
        _touch(inside, item, now)
    return found


def lapsed_visitor(inside: Inside, token: str) -> Visitor | None:
    """Return whose session has lasted too long, with the roles they have now; else None.

    A session that somebody ended is none, nor is one that has not been used for half a day, one
    of a person who was suspended, or of an organisation that was.
    """
    now = inside.clock.now()
    with inside.store.reading(NODE) as unit:
        item = unit.items.find(KIND, lookup_of(token)) if token else None
        if item is None or item.state != "open" or now - item.updated_at > REMEMBERED:
            return None
        return _stands_for(unit, item, now)


def visitor_at(inside: Inside, visitor: Visitor, org_id: str | None) -> Visitor | None:
    """Return a visitor as they would be at another organisation, or None: they are not there."""
    now = inside.clock.now()
    with inside.store.reading(NODE) as unit:
        account = get_account(unit, visitor.account_id)
        if org_id not in usable_organisations(unit, account, now):
            return None
    return replace(visitor, org_id=org_id, roles=account.roles_at(org_id, now), chosen=None)


def still_valid(inside: Inside, visitor: Visitor, *, limits: Limits = DEFAULT_LIMITS) -> bool:
    """Return whether a visitor may go on with what they began.

    For what takes long (an upload asks before each chunk): the session has not ended, neither
    the person nor the organisation was suspended, and the roles they had are still theirs.
    """
    now = inside.clock.now()
    with inside.store.reading(NODE) as unit:
        try:
            item = unit.items.get(KIND, visitor.session_id)
        except NotFound:
            return False
        found = _present(unit, item, now, limits)
        account = account_of(unit, item)
        # Another tab may have changed to another organisation: what counts is that this one is
        # open to the person still.
        usable = () if account is None else usable_organisations(unit, account, now)
    if found is None or account is None or account.account_id != visitor.account_id:
        return False
    if now - item.updated_at >= _TOUCH:
        _touch(inside, item, now)  # who is uploading is not idle
    roles = account.roles_at(visitor.org_id, now)
    return found.strong >= visitor.strong and visitor.org_id in usable and visitor.roles <= roles


def _touch(inside: Inside, item: Item, now: datetime) -> None:
    with inside.store.unit(NODE) as unit:
        newest = unit.items.find(KIND, item.lookup or "")
        if newest is not None:  # it may have ended meanwhile, and must stay so
            unit.items.update(replace(newest, content=None, updated_at=now), quiet=True)
            unit.commit()


def _present(unit: UnitOfWork, item: Item, now: datetime, limits: Limits) -> Visitor | None:
    """Return whom the session stands for at this moment, or None where it counts no more."""
    return _stands_for(unit, item, now) if lasts(item, now, limits) else None


def _stands_for(unit: UnitOfWork, item: Item, now: datetime) -> Visitor | None:
    account = account_of(unit, item)
    if account is None or account.state != "active":
        return None
    content: Any = item.content or {}
    usable = usable_organisations(unit, account, now)
    if not usable:
        return None  # every organisation that the person is at was suspended, or has let them go
    org_id = content.get("org")
    if org_id not in usable:
        org_id = next(iter(usable), None)
    role = content.get("role")
    return Visitor(
        account_id=account.account_id,
        name=account.name,
        org_id=org_id,
        roles=account.roles_at(org_id, now),
        session_id=item.item_id,
        chosen=Role(role) if role else None,
        strong=bool(content.get("strong")),
    )
