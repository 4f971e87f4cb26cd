"""The leavers: the board, and sending many packs in one go."""

from __future__ import annotations

from collections.abc import Mapping

from exchange.web.leavers import board, sending
from exchange.web.routes import View


def views() -> Mapping[str, View]:
    """Return the views of this area."""
    return {
        "leavers.board": board.board,
        "leavers.send": sending.send,
        "leavers.sending": sending.sending,
        "leavers.sending_state": sending.state,
    }
