"""Pages for lives that do not fit the form: two schools at once, a copy for somebody entitled."""

from __future__ import annotations

from collections.abc import Mapping

from exchange.web.lives import asked, copies, second
from exchange.web.routes import View


def views() -> Mapping[str, View]:
    """Return the views of this area."""
    return {
        "lives.second": second.second,
        "lives.hand": asked.hand,
        "lives.copies": copies.copies,
        "lives.copy": copies.copy,
    }
