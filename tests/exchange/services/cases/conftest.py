"""A council that gets requests."""

from __future__ import annotations

import pytest

from tests.exchange.services.cases.asked import Desk
from tests.exchange.services.town import Town


@pytest.fixture
def desk(town: Town) -> Desk:
    """Return the council of a fresh town."""
    return Desk(town)
