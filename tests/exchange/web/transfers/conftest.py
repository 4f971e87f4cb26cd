"""A site for each file of tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.exchange.web.site import Site, made_site


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site of its own: these tests settle the workers, and recall what others would look at."""
    with made_site(tmp_path_factory.mktemp("transfers")) as made:
        yield made
