"""Which reports went as a pack, and are not at the authority: refused, called back, or stuck here.

No clock of the law is kept by a report that nobody has.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from exchange.domain.clocks import london_day
from exchange.domain.transfer import State
from exchange.ports import Glance, UnitOfWork
from exchange.services.reviews.model import Review
from exchange.services.reviews.sending import is_lost


def undelivered(unit: UnitOfWork, found: Iterable[Review], today: date) -> frozenset[str]:
    """Return the ids of those reviews whose report went, and which the authority does not have."""
    gone = {one.bundle_id: one for one in found if one.bundle_id and one.sent is not None}
    packs = unit.transfers.glances({one.pupil_id for one in gone.values()}) if gone else {}
    return frozenset(
        gone[pack.bundle_id].review_id
        for mine in packs.values()
        for pack in mine
        if pack.bundle_id in gone and _is_missing(gone[pack.bundle_id], pack, today)
    )


def _is_missing(review: Review, pack: Glance, today: date) -> bool:
    """A pack that still waits to leave counts from the day after, or once somebody must look."""
    if is_lost(review, pack.state):
        return True
    if pack.state is not State.QUEUED or review.decided is not None:
        return False
    return pack.attention is not None or london_day(pack.created_at) < today
