"""The computer's clock, for where none is handed in."""

from __future__ import annotations

from datetime import UTC, datetime


class SystemClock:
    """The computer's clock."""

    def now(self) -> datetime:
        """Return the present instant, UTC, whole seconds."""
        return datetime.now(UTC).replace(microsecond=0)
