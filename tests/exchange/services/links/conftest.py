"""The world of links, fresh for each test."""

from __future__ import annotations

import pytest

from tests.exchange.services.links.world import World
from tests.exchange.services.town import Town


@pytest.fixture
def world(town: Town) -> World:
    return World(town)
