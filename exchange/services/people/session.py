"""Sessions: opened at sign-in, listed for their person, ended at once when they must."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from exchange.audit import NODE
from exchange.domain.access import Role
from exchange.errors import NotFound
from exchange.ports import Actor, Item, UnitOfWork
from exchange.services.inside import Inside
from exchange.services.people.account import Account, get_account
from exchange.services.people.standing import suspended

KIND = "session"
TOKEN_BYTES = 32
_PRUNE = 50


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a session lasts."""

    idle: timedelta = timedelta(minutes=30)
    absolute: timedelta = timedelta(hours=12)


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class OwnSession:
    """One of a person's sessions, as they see it.

    :param agent: browser and system, in words.
    """

    session_id: str
    began_at: datetime
    seen_at: datetime
    agent: str
    strong: bool


def open_session(
    inside: Inside,
    account: Account,
    *,
    strong: bool,
    org_id: str | None = None,
    agent: str = "",
    how: str = "account",
    limits: Limits = DEFAULT_LIMITS,
) -> str:
    """Begin a session and return its token, which stands in the cookie and is kept nowhere.

    :param org_id: where the person works; None: where they worked last, if that is known.
    :param strong: a second factor was shown.
    :param agent: browser and system, for the person's own list.
    :param how: what was shown, as a code, for the book.
    """
    now = inside.clock.now()
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with inside.store.unit(NODE) as unit:
        where = usable_organisations(unit, account, now)
        wanted = [org_id] if org_id else _last_places(unit, account)
        chosen = next((one for one in (*wanted, *where) if one in where), None)
        _prune(unit, now)
        unit.items.add(
            Item(
                KIND,
                str(uuid.uuid4()),
                "open",
                {
                    "account": account.account_id,
                    "org": chosen,
                    "role": None,
                    "strong": strong,
                    "agent": agent,
                },
                created_at=now,
                updated_at=now,
                due_at=now + limits.absolute,
                lookup=lookup_of(token),
                about=account.account_id,
            )
        )
        actor = Actor(account.name, "account")
        detail = {"how": how, "second-factor": "yes" if strong else "no"}
        unit.audit.record(
            actor, "session.opened", "account", account.account_id, "done", detail=detail
        )
        unit.commit()
    return token


def _last_places(unit: UnitOfWork, account: Account) -> list[str | None]:
    """Return where the person worked in sessions that are remembered still, the last first."""
    known = sorted(
        unit.items.about(KIND, account.account_id), key=lambda one: one.updated_at, reverse=True
    )
    return [one.content.get("org") for one in known if isinstance(one.content, dict)]


def lookup_of(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(b"senx session\0" + token.encode("utf-8", "replace")).hexdigest()


def usable_organisations(
    unit: UnitOfWork, account: Account, at: datetime
) -> tuple[str | None, ...]:
    """Return where the person may act: posts held now, in organisations that are not suspended."""
    shut = suspended(unit)
    return tuple(one for one in account.organisations_at(at) if one is None or one not in shut)


def end_session(inside: Inside, token: str, actor: Actor) -> None:
    """End a session; ending one that is none changes nothing."""
    with inside.store.unit(NODE) as unit:
        item = unit.items.find(KIND, lookup_of(token))
        if item is not None:
            _end(unit, [item], actor)
            unit.commit()


def end_one(inside: Inside, account_id: str, session_id: str, actor: Actor) -> None:
    """End one of a person's own sessions.

    :raises NotFound: ``item-unknown``: it is not theirs.
    """
    with inside.store.unit(NODE) as unit:
        item = unit.items.get(KIND, session_id)
        if not isinstance(item.content, dict) or item.content.get("account") != account_id:
            raise NotFound("item-unknown")
        _end(unit, [item], actor)
        unit.commit()


def end_all_of(unit: UnitOfWork, account_id: str, actor: Actor, but: str = "") -> int:
    """End all sessions of an account in a unit of the node; return how many there were.

    :param but: the id of one that stays.
    """
    own = [item for item in unit.items.about(KIND, account_id) if item.item_id != but]
    _end(unit, own, actor)
    return len(own)


def sessions_of(
    inside: Inside, account_id: str, *, limits: Limits = DEFAULT_LIMITS
) -> Sequence[OwnSession]:
    """Return where a person is signed in, the newest first."""
    now = inside.clock.now()
    with inside.store.reading(NODE) as unit:
        items = [one for one in unit.items.about(KIND, account_id) if lasts(one, now, limits)]
    return [_own(item) for item in reversed(items)]


def choose(inside: Inside, token: str, org_id: str | None, role: Role | None) -> None:
    """Say in whose name, and in which role, the person acts from now on.

    :raises NotFound: ``item-unknown``: no such session; ``post-unknown``: no post there.
    """
    now = inside.clock.now()
    with inside.store.unit(NODE) as unit:
        item = unit.items.find(KIND, lookup_of(token))
        if item is None:
            raise NotFound("item-unknown")
        account = account_of(unit, item)
        if account is None or org_id not in usable_organisations(unit, account, now):
            raise NotFound("post-unknown", "/organisation")
        held = role is not None and role in account.roles_at(org_id, now)
        content = {
            **(item.content or {}),
            "org": org_id,
            "role": role.value if held and role is not None else None,
        }
        unit.items.update(replace(item, content=content, updated_at=now), quiet=True)
        unit.commit()


def lasts(item: Item, now: datetime, limits: Limits) -> bool:
    """Return whether a session counts still, if its person does."""
    if item.due_at is None or now >= item.due_at:
        return False
    return item.state == "open" and now - item.updated_at < limits.idle


def _prune(unit: UnitOfWork, now: datetime) -> None:
    """Remove sessions that are over by their absolute limit."""
    for session_id in unit.items.due(KIND, now, _PRUNE):
        unit.items.remove(KIND, session_id, quiet=True)


def _end(unit: UnitOfWork, items: Iterable[Item], actor: Actor) -> None:
    for item in items:
        unit.items.remove(KIND, item.item_id)
        unit.audit.record(actor, "session.ended", "session", item.item_id)


def account_of(unit: UnitOfWork, item: Item) -> Account | None:
    """Return whose session it is, or None where there is no such person any more."""
    content: Any = item.content or {}
    try:
        return get_account(unit, str(content.get("account")))
    except NotFound:
        return None


def _own(item: Item) -> OwnSession:
    content: Any = item.content or {}
    return OwnSession(
        item.item_id,
        item.created_at,
        item.updated_at,
        str(content.get("agent") or ""),
        bool(content.get("strong")),
    )
