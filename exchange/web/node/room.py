"""The engine room that wiring hands to these pages."""

from __future__ import annotations

from typing import cast

from exchange.services.node_state import EngineRoom
from exchange.web.here import parts


def engine_room() -> EngineRoom:
    """Return what tells of keys, machine and settings."""
    return cast(EngineRoom, parts().more["engine_room"])
