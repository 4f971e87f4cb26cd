"""Counts and dates for governors and inspectors: no name, and no number small enough to be one.

A number from 1 to 5 is shown as "fewer than 6". Where one number of a breakdown is hidden, its
total is not told either: the difference would give it away.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain

from exchange.domain.clocks import london_day
from exchange.domain.feeder import Standing
from exchange.domain.small_numbers import SMALL, hidden
from exchange.domain.transfer import State
from exchange.ports import UnitOfWork
from exchange.services.boards import LeaverRow
from schemas.codes import code_set
from schemas.errors import CodeSetError


@dataclass(frozen=True, slots=True)
class Count:
    """One number: ``shown`` is what may be read."""

    label: str
    shown: str


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Numbers that belong together.

    :param total: what may be read; None: it would give a hidden number away.
    """

    title: str
    counts: tuple[Count, ...]
    total: str | None


@dataclass(frozen=True, slots=True)
class Counts:
    """All that the page shows.

    :param first: the day of the first pack here, ``last`` of the newest; None where there are few.
    """

    breakdowns: tuple[Breakdown, ...]
    first: date | None
    last: date | None


_SENT: Mapping[str, str] = {
    State.QUEUED: "On the way",
    State.DELIVERED: "On the way",
    State.COLLECTED: "Arrived there",
    State.VERIFIED: "Arrived there",
    State.ACCEPTED: "Accepted there",
    State.IMPORTED: "Accepted there",
    State.REJECTED: "Not accepted",
    State.EXPIRED: "Not collected",
}
_CAME: Mapping[str, str] = {
    State.VERIFIED: "Not accepted yet",
    State.ACCEPTED: "Accepted",
    State.IMPORTED: "Accepted",
    State.REJECTED: "Sent back",
}
_STANDS: Mapping[str, str] = {
    Standing.ARRIVED: "Pack is here",
    Standing.DUPLICATE: "Pack is here",
    Standing.UNCLEAR: "Being looked at",
    Standing.EXPECTED: "Still expected",
    Standing.LATE: "Late",
    Standing.MISSING: "Started without a pack",
}


def counts(
    unit: UnitOfWork, standings: Iterable[Standing], leavers: Mapping[str, LeaverRow]
) -> Counts:
    """Return the counts of an organisation; nothing sealed is opened for them.

    :param standings: where each child expected stands, as the arrivals board has it.
    :param leavers: the pupils by id, as the leavers' board keeps them.
    """
    arrivals = [one for one in unit.arrivals.outlines() if one.kind == "transfer"]
    sent = chain.from_iterable(unit.transfers.glances(leavers).values())
    transfers = [one for one in sent if one.kind == "transfer"]
    provision = Counter(_provision(one.provision) for one in leavers.values())
    first, last = _span([one.arrived_at for one in arrivals])
    return Counts(
        breakdowns=(
            _broken("Children with special educational needs here", provision),
            _broken("Packs sent", _by(_SENT, (one.state for one in transfers))),
            _broken("Packs received", _by(_CAME, (one.state for one in arrivals))),
            _broken("Children expected", _by(_STANDS, standings)),
        ),
        first=first,
        last=last,
    )


def _by(labels: Mapping[str, str], found: Iterable[str]) -> Counter[str]:
    named: Counter[str] = Counter(dict.fromkeys(labels.values(), 0))
    named.update(labels[one] for one in found if one in labels)
    return named


def _broken(title: str, numbers: Mapping[str, int]) -> Breakdown:
    total = sum(numbers.values())
    safe = all(number == 0 or number >= SMALL for number in numbers.values())
    listed = tuple(Count(label, hidden(number)) for label, number in numbers.items())
    return Breakdown(title, listed, hidden(total) if safe else None)


def _span(moments: Sequence[datetime]) -> tuple[date | None, date | None]:
    if len(moments) < SMALL:
        return None, None
    return london_day(min(moments)), london_day(max(moments))


def _provision(code: str) -> str:
    try:
        return code_set("sen-provision").lookup(code, importing=True).label
    except CodeSetError:
        return "Other"
