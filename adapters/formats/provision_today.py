"""Which SEN provision holds today, or begins soon, of a history that another system wrote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from exchange.domain.clocks import london_day
from exchange.domain.provision_standing import MOST_AHEAD

_NONE = "N"


@dataclass(frozen=True, slots=True)
class Held:
    """The provision of a day.

    :ivar starts: its first day, as ISO writes it; empty: not told.
    :ivar at: which period of the history it is; None: all are over, and nothing followed.
    """

    provision: str
    starts: str
    at: int | None


def today_in_london() -> date:
    """Return the legal day of this instant, by the computer's clock."""
    return london_day(datetime.now(UTC))


def held_on(day: date, history: Sequence[Mapping[str, Any]]) -> Held | None:
    """Return what holds on a day; None where every period begins later.

    A period holds from its first day to its last, both included (as ``sen.sen-register`` has it):
    of several the latest start counts, and an undated one as oldest. Where all are over there is
    no SEN provision since the day after the last of them.

    :param history: periods with ``provision`` and perhaps ``starts`` and ``ends``, as ISO writes
        days.
    """
    on = day.isoformat()
    begun = [at for at, one in enumerate(history) if _starts(one) <= on]
    if not begun:
        return None
    lasting = [at for at in begun if str(history[at].get("ends", on)) >= on]
    if lasting:
        at = max(lasting, key=lambda at: (_starts(history[at]), at))
        return Held(history[at]["provision"], _starts(history[at]), at)
    last = date.fromisoformat(max(str(history[at]["ends"]) for at in begun))
    return Held(_NONE, (last + timedelta(days=1)).isoformat(), None)


def coming_after(day: date, history: Sequence[Mapping[str, Any]]) -> Held | None:
    """Return what begins first after a day; None where that is too far away to be believed.

    A provision that was agreed for next term stands in July's export as it does in September's: a
    day up to :data:`MOST_AHEAD` on is one, a later one is mistyped.

    :param history: as for :func:`held_on`, which says what holds already.
    """
    on, last = day.isoformat(), (day + MOST_AHEAD).isoformat()
    coming = [at for at, one in enumerate(history) if on < _starts(one) <= last]
    if not coming:
        return None
    at = min(coming, key=lambda at: (_starts(history[at]), -at))
    return Held(history[at]["provision"], _starts(history[at]), at)


def _starts(period: Mapping[str, Any]) -> str:
    return str(period.get("starts", ""))
