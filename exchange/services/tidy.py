"""What ends by itself is removed: drafts, sessions, half-done sign-ins, counts of wrong guesses.

Each is refused by its own service from the moment it is over; this only keeps it from lying about.
"""

from __future__ import annotations

from exchange.audit import NODE
from exchange.services.inside import Inside

ENDS_BY_ITSELF = frozenset({"ceremony", "draft", "session", "share-session", "throttle"})
"""Kinds whose ``due_at`` is their end; all are quiet (exchange.ports.items)."""

_AT_ONCE = 500


def remove_what_is_over(inside: Inside) -> int:
    """Remove what is over at all organisations and the node; return how much it was."""
    now = inside.clock.now()
    removed = 0
    for org_id in (*inside.store.organisations(), NODE):
        for kind in sorted(ENDS_BY_ITSELF):
            with inside.store.unit(org_id) as unit:
                over = unit.items.due(kind, now, _AT_ONCE)
                for item_id in over:
                    unit.items.remove(kind, item_id, quiet=True)
                unit.commit()
            removed += len(over)
    return removed
