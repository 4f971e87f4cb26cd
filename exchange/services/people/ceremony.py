"""What must be remembered for a few minutes between two steps of signing in or setting up.

A challenge, a departure to a provider, a new authenticator app that was not confirmed yet: sealed
here, found by the hash of a token that only this browser has, and gone when it was used or is old.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from exchange.audit import NODE
from exchange.errors import Refused
from exchange.ports import Item
from exchange.services.inside import Inside

KIND = "ceremony"
LASTS = timedelta(minutes=10)
_TOKEN_BYTES = 32
_PRUNE = 50


def remember(
    inside: Inside, purpose: str, content: Mapping[str, Any], lasts: timedelta = LASTS
) -> str:
    """Keep something for a while and return the token that finds it."""
    now = inside.clock.now()
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    item = Item(
        KIND,
        str(uuid.uuid4()),
        "waiting",
        dict(content),
        created_at=now,
        updated_at=now,
        due_at=now + lasts,
        lookup=_lookup(purpose, token),
    )
    with inside.store.unit(NODE) as unit:
        for old in unit.items.due(KIND, now, _PRUNE):
            unit.items.remove(KIND, old, quiet=True)
        unit.items.add(item, quiet=True)
        unit.commit()
    return token


def look(inside: Inside, purpose: str, token: str) -> dict[str, Any]:
    """Return what was kept, and keep it.

    :raises Refused: ``step-too-late``: used, too old, or never there.
    """
    now = inside.clock.now()
    with inside.store.reading(NODE) as unit:
        item = unit.items.find(KIND, _lookup(purpose, token))
    if item is None or item.due_at is None or now >= item.due_at or item.content is None:
        raise too_late()
    return dict(item.content)


def take(inside: Inside, purpose: str, token: str) -> dict[str, Any]:
    """Return what was kept, for this one time.

    :raises Refused: ``step-too-late``.
    """
    now = inside.clock.now()
    with inside.store.unit(NODE) as unit:
        item = unit.items.find(KIND, _lookup(purpose, token))
        if item is not None:
            unit.items.remove(KIND, item.item_id, quiet=True)
            unit.commit()
    if item is None or item.due_at is None or now >= item.due_at or item.content is None:
        raise too_late()
    return dict(item.content)


def too_late() -> Refused:
    """Return the error for a step that was left for too long, or taken twice."""
    return Refused("step-too-late", hint="That took too long, or was done already. Start again.")


def _lookup(purpose: str, token: str) -> str:
    said = f"{purpose}\0{token}".encode("utf-8", "replace")
    return hashlib.sha256(b"senx ceremony\0" + said).hexdigest()
