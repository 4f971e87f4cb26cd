"""When to try again: exponential back-off with a ceiling, spread by a given share of chance.

The chance is handed in (0 <= chance < 1) so that this stays pure and tests stay exact.
"""

from __future__ import annotations

from datetime import datetime, timedelta

DELIVERY_CEILING = timedelta(hours=1)
RECEIPT_CEILING = timedelta(minutes=15)
SETTLED_CEILING = timedelta(hours=6)
_FIRST = timedelta(seconds=1)
_LARGEST_EXPONENT = 20


def next_try(now: datetime, attempts: int, chance: float, ceiling: timedelta) -> datetime:
    """Return when to try for the ``attempts + 1``-th time.

    The wait doubles from one second up to ``ceiling`` and is then shortened by up to a half,
    so that many nodes that lost the same peer do not return in step.
    """
    doublings: int = min(attempts, _LARGEST_EXPONENT)
    wait = min(_FIRST * (1 << doublings), ceiling)
    return now + wait * (1 - chance / 2)
