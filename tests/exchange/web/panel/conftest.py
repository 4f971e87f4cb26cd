"""A council with a case, its papers, and people who sit on its panel."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.exchange.web.panel.sitting import Sitting
from tests.exchange.web.site import made_site


@pytest.fixture(scope="module")
def sitting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sitting]:
    """Return a council with one case of four papers, one of them not for the panel."""
    with made_site(tmp_path_factory.mktemp("panel"), "primary", "council") as site:
        yield Sitting.made(site)


@pytest.fixture
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sitting]:
    """Return one that a test may change as it likes."""
    with made_site(tmp_path_factory.mktemp("panel"), "primary", "council") as site:
        yield Sitting.made(site)
