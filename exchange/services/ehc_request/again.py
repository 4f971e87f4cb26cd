"""Whether a request may go again though nothing in it was changed."""

from __future__ import annotations

from typing import Literal

from exchange.domain.transfer import State
from exchange.errors import NotFound
from exchange.ports import UnitOfWork
from exchange.services.ehc_request.councils import Council
from exchange.services.ehc_request.gone import went_elsewhere
from exchange.services.ehc_request.model import RequestFile
from exchange.services.messages import thread_of

Again = Literal["", "lost", "asked", "elsewhere"]
"""Why: the authority does not hold the pack that went last, asked about it, or is another now."""

_LOST = frozenset({State.REJECTED, State.RECALLED, State.EXPIRED, State.DESTROYED})


def why_again(unit: UnitOfWork, file: RequestFile, council: Council) -> Again:
    """Return why what went last may go once more; empty: the authority has just this.

    A question counts after it was answered too: it may have asked for the pack itself. What goes
    again is a pack of its own, of which nothing is lost and nothing asked: it goes once.
    """
    last = file.last.bundle_id if file.last is not None else ""
    if went_elsewhere(file, council):
        return "elsewhere"
    if not last:
        return ""
    try:
        state = unit.transfers.get(last).state
    except NotFound:
        return ""
    if state in _LOST:
        return "lost"
    asked = any(one.direction == "received" for one in thread_of(unit, last))
    return "asked" if asked else ""
