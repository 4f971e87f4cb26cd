"""Rooms: child protection unlocked for one session, and locked again when it is left alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

from exchange.errors import ExchangeError, Wrapped
from exchange.ports import Actor
from exchange.services.inside import Inside

IDLE = timedelta(minutes=15)
"""How long an unlocked area may be left alone."""


class Rooms(Protocol):
    """Unlocked areas by session. Other sessions, other pages and the worker never get one."""

    def unlock(self, session_id: str, org_id: str, passphrase: str) -> None:
        """Unlock the organisation's area for a session.

        :raises Wrapped: ``passphrase-wrong``; ``compartment-unknown``: the organisation has no
            safeguarding lead.
        :raises Refused: ``too-many-tries``.
        """

    def enter(self, session_id: str, org_id: str) -> Inside | None:
        """Return the area, or None: it was never unlocked, or was left alone for too long."""

    def lock(self, session_id: str) -> None:
        """Lock it again; locking what is locked is no error."""


def unlock(
    inside: Inside, rooms: Rooms, session_id: str, org_id: str, passphrase: str, actor: Actor
) -> None:
    """Unlock the area for a session, and note it: also where the passphrase was wrong.

    :raises Wrapped: as :meth:`Rooms.unlock`. :raises Refused: likewise.
    """
    try:
        rooms.unlock(session_id, org_id, passphrase)
    except ExchangeError as error:
        _note(inside, org_id, actor, "refused", {"code": error.code})
        raise
    _note(inside, org_id, actor, "done", {})


def room(rooms: Rooms, session_id: str, org_id: str) -> Inside:
    """Return the unlocked area of a session.

    :raises Wrapped: ``compartment-locked``.
    """
    found = rooms.enter(session_id, org_id)
    if found is None:
        raise Wrapped(
            "compartment-locked", "/passphrase", "Unlock the safeguarding area with its passphrase."
        )
    return found


def _note(inside: Inside, org_id: str, actor: Actor, outcome: str, detail: dict[str, str]) -> None:
    with inside.store.unit(org_id) as unit:
        unit.audit.record(actor, "safeguarding.unlocked", "organisation", org_id, outcome, detail)
        unit.commit()
