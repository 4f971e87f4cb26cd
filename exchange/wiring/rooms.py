"""Rooms of safeguarding leads: each session's own vault, with one area open in it, in memory alone.

A room has a vault and a store of its own, made from the keyring when it is unlocked. The vault
that pages and worker share is never unlocked, so no mistake of a page opens what it must not.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from exchange.errors import Refused, Wrapped
from exchange.services.inside import Inside
from exchange.services.safeguarding.rooms import IDLE
from exchange.store.sql import SqlStore
from exchange.wiring.inner import Node
from keys.errors import KeysError

TRIES = 5
PAUSE = timedelta(minutes=15)
_MOST_ROOMS = 64


@dataclass(slots=True)
class _Room:
    org_id: str
    inside: Inside
    used: datetime


@dataclass(slots=True)
class _Tries:
    wrong: list[datetime] = field(default_factory=list)


class KeyringRooms:
    """exchange.services.safeguarding.rooms.Rooms over a node's keyring."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._rooms: dict[str, _Room] = {}
        self._tries: dict[str, _Tries] = {}
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"<KeyringRooms {len(self._rooms)} unlocked>"

    def unlock(self, session_id: str, org_id: str, passphrase: str) -> None:
        """Unlock the organisation's area for a session."""
        node, now = self._node, self._now()
        self._require_tries_left(org_id, now)
        try:
            vault = node.keyring.vault(node.inside.clock.now)
            vault.unlock_cp(org_id, passphrase)
        except KeysError as error:
            if error.code == "passphrase-wrong":
                with self._lock:
                    self._tries.setdefault(org_id, _Tries()).wrong.append(now)
            raise Wrapped.of(error, "/passphrase") from None
        store = SqlStore(node.engine, vault, node.inside.clock)
        made = replace(node.inside, vault=vault, store=store)
        with self._lock:
            self._forget_idle(now)
            if len(self._rooms) >= _MOST_ROOMS:
                oldest = min(self._rooms, key=lambda one: self._rooms[one].used)
                del self._rooms[oldest]
            self._rooms[session_id] = _Room(org_id, made, now)

    def enter(self, session_id: str, org_id: str) -> Inside | None:
        """Return the area, or None: it was never unlocked, or was left alone for too long."""
        now = self._now()
        with self._lock:
            self._forget_idle(now)
            found = self._rooms.get(session_id)
            if found is None or found.org_id != org_id:
                return None
            found.used = now
            return found.inside

    def lock(self, session_id: str) -> None:
        """Lock it again; locking what is locked is no error."""
        with self._lock:
            self._rooms.pop(session_id, None)

    def _now(self) -> datetime:
        return self._node.inside.clock.now()

    def _forget_idle(self, now: datetime) -> None:
        for one in [key for key, room in self._rooms.items() if now - room.used >= IDLE]:
            del self._rooms[one]

    def _require_tries_left(self, org_id: str, now: datetime) -> None:
        with self._lock:
            tries = self._tries.setdefault(org_id, _Tries())
            tries.wrong = [one for one in tries.wrong if now - one < PAUSE]
            if len(tries.wrong) >= TRIES:
                hint = "The passphrase was wrong five times. Wait a quarter of an hour."
                raise Refused("too-many-tries", "/passphrase", hint)
