"""Live organisations for the tests of the pages; made once a module, as keys take a while."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.exchange.web.site import Site, made_site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with made_site(tmp_path_factory.mktemp("site")) as made:
        yield made
