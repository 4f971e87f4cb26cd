"""The panel: meetings and their packs, for those who work the cases and those who read them."""

from __future__ import annotations

from collections.abc import Mapping

from exchange.web.panel import advising, choosing, meeting, reading
from exchange.web.routes import View


def views() -> Mapping[str, View]:
    """Return the views of this area."""
    return {
        "panel.board": meeting.board,
        "panel.new": meeting.new,
        "panel.meeting": meeting.page,
        "panel.members": meeting.members,
        "panel.circulate": meeting.circulate,
        "panel.decide": advising.decide,
        "panel.sheet": advising.sheet,
        "panel.pack": choosing.pack,
        "panel.pack_state": choosing.state,
        "panel.agenda": choosing.agenda,
        "panel.read": reading.read,
        "panel.file": reading.file,
    }
