"""A council with pages, and a school that asks it; both are made once, as keys take a while."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.exchange.web.cases.council import Council
from tests.exchange.web.site import Site, made_site


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with made_site(Path(tmp_path_factory.mktemp("council")), "primary", "council") as site:
        yield site


@pytest.fixture
def fresh(town: Site) -> Council:
    """Return the council, which forgets the cases of the tests before."""
    return Council(town)
