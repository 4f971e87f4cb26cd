"""Pages of a pack that was sent: how far it is, why what went, questions, calling it back."""

from __future__ import annotations

from collections.abc import Mapping

from exchange.web.routes import View
from exchange.web.transfers import looking, recalling


def views() -> Mapping[str, View]:
    """Return the views of this area."""
    return {
        "transfers.page": looking.page,
        "transfers.state": looking.state,
        "transfers.explain": looking.explained,
        "transfers.recall": recalling.recall_pack,
        "transfers.answer": recalling.answer,
    }
