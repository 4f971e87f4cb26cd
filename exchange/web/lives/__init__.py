"""Pages for lives that do not fit the form: two schools, a place by hand, a copy."""

from __future__ import annotations

from collections.abc import Mapping

from exchange.web.lives import asked, by_hand, complaints, copies, second
from exchange.web.routes import View


def views() -> Mapping[str, View]:
    """Return the views of this area."""
    return {
        "lives.second": second.second,
        "lives.hand": asked.hand,
        "lives.by_hand": by_hand.by_hand,
        "lives.given": by_hand.given,
        "lives.about": complaints.about,
        "lives.complaints": complaints.listed,
        "lives.complaint": complaints.complaint,
        "lives.copies": copies.copies,
        "lives.copy": copies.copy,
    }
