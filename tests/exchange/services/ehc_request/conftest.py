"""One school with one pupil, anew for each test."""

from __future__ import annotations

import pytest

from tests.exchange.services.ehc_request.school import School
from tests.exchange.services.town import Town


@pytest.fixture
def school(town: Town) -> School:
    """Return a school."""
    return School(town)
