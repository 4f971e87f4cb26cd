"""What waits for the head, emergency access, and the organisation's book."""

from __future__ import annotations

from collections.abc import Mapping

from exchange.web.head import approvals, book, emergencies
from exchange.web.routes import View


def views() -> Mapping[str, View]:
    """Return the views of this area."""
    return {
        "head.board": approvals.board,
        "head.approve": approvals.approve,
        "head.emergencies": emergencies.listed,
        "head.emergency": emergencies.record,
        "head.emergency_seen": emergencies.seen,
        "head.book": book.page,
    }
