"""The day that it is: asked for when it is needed, because a run may go on past midnight."""

from __future__ import annotations

from datetime import UTC, date, datetime

from exchange.domain.clocks import london_day


def today() -> date:
    """Return the day that it is in London."""
    return london_day(datetime.now(UTC))
