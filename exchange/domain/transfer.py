"""States of a transfer and the one table of transitions.

A transfer is one bundle on its way to one recipient organisation. Both ends keep a state and use
the same table: the sender moves on receipts that it pulled and verified, the recipient on receipts
that it signed. Only a receipt moves a transfer past ``delivered`` (a 2xx says no more than that
the bytes went over). The table is drawn in docs/states.md and a test holds the two together.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType

from exchange.errors import Conflict


class State(StrEnum):
    """Where a transfer stands."""

    QUEUED = "queued"
    DELIVERED = "delivered"
    COLLECTED = "collected"
    VERIFIED = "verified"
    ACCEPTED = "accepted"
    IMPORTED = "imported"
    REJECTED = "rejected"
    RECALLED = "recalled"
    EXPIRED = "expired"
    DESTROYED = "destroyed"


class Event(StrEnum):
    """What happened to it. Those named as receipt kinds happen by a signed receipt only."""

    DELIVERED = "delivered"
    COLLECTED = "collected"
    VERIFIED = "verified"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    IMPORTED = "imported"
    DESTROYED = "destroyed"
    RECALL = "recall"
    EXPIRE = "expire"


RECEIPT_EVENTS = frozenset(
    {
        Event.COLLECTED,
        Event.VERIFIED,
        Event.ACCEPTED,
        Event.REJECTED,
        Event.IMPORTED,
        Event.DESTROYED,
    }
)
"""The events that a receipt alone can cause."""

_S, _E = State, Event

TRANSITIONS = MappingProxyType(
    {
        (_S.QUEUED, _E.DELIVERED): _S.DELIVERED,
        # The 2xx was lost, or a folder was carried over: the receipt is the first we hear.
        (_S.QUEUED, _E.COLLECTED): _S.COLLECTED,
        (_S.DELIVERED, _E.COLLECTED): _S.COLLECTED,
        (_S.COLLECTED, _E.VERIFIED): _S.VERIFIED,
        (_S.COLLECTED, _E.REJECTED): _S.REJECTED,
        (_S.VERIFIED, _E.ACCEPTED): _S.ACCEPTED,
        (_S.VERIFIED, _E.REJECTED): _S.REJECTED,
        (_S.ACCEPTED, _E.IMPORTED): _S.IMPORTED,
        # An imported receipt is re-issued when its exceptions change.
        (_S.IMPORTED, _E.IMPORTED): _S.IMPORTED,
        (_S.QUEUED, _E.RECALL): _S.RECALLED,
        (_S.DELIVERED, _E.RECALL): _S.RECALLED,
        (_S.COLLECTED, _E.RECALL): _S.RECALLED,
        (_S.VERIFIED, _E.RECALL): _S.RECALLED,
        (_S.ACCEPTED, _E.RECALL): _S.RECALLED,
        (_S.IMPORTED, _E.RECALL): _S.RECALLED,
        # Receipts signed before the recall was heard of are kept but no longer move it.
        (_S.RECALLED, _E.COLLECTED): _S.RECALLED,
        (_S.RECALLED, _E.VERIFIED): _S.RECALLED,
        (_S.RECALLED, _E.ACCEPTED): _S.RECALLED,
        (_S.RECALLED, _E.REJECTED): _S.RECALLED,
        (_S.RECALLED, _E.IMPORTED): _S.RECALLED,
        (_S.RECALLED, _E.DESTROYED): _S.DESTROYED,
        (_S.QUEUED, _E.EXPIRE): _S.EXPIRED,
        (_S.DELIVERED, _E.EXPIRE): _S.EXPIRED,
        # It expired here while it lay, unheard of, at the recipient: the receipt is the truth.
        (_S.EXPIRED, _E.COLLECTED): _S.COLLECTED,
        (_S.COLLECTED, _E.DESTROYED): _S.DESTROYED,
        (_S.VERIFIED, _E.DESTROYED): _S.DESTROYED,
        (_S.ACCEPTED, _E.DESTROYED): _S.DESTROYED,
        (_S.IMPORTED, _E.DESTROYED): _S.DESTROYED,
        (_S.REJECTED, _E.DESTROYED): _S.DESTROYED,
    }
)
"""``(state, event) -> state``; a pair that is not here is refused."""

SETTLED = frozenset({State.ACCEPTED, State.IMPORTED, State.REJECTED, State.EXPIRED})
"""States in which the sender waits for nothing in particular, but may still hear more."""

EMPTIED_HERE = frozenset({State.REJECTED, State.DESTROYED})
"""States in which a recipient holds no contents any more."""

EMPTIED_THERE = EMPTIED_HERE | {State.RECALLED, State.EXPIRED}
"""States in which a sender holds no sealed copy any more."""

FINAL = frozenset({State.DESTROYED})
"""States that nothing leaves."""


def after(state: State, event: Event) -> State:
    """Return the state that ``event`` leads to from ``state``.

    :raises Conflict: ``transition-forbidden``: the table has no such pair.
    """
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise Conflict(
            "transition-forbidden",
            f"/state/{state.value}/{event.value}",
            "Look at the present state of this transfer; it does not allow this step.",
        ) from None


def allows(state: State, event: Event) -> bool:
    """Return whether the table has this step."""
    return (state, event) in TRANSITIONS
