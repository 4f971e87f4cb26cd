"""A school and its council, live; made once for these tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.exchange.web.site import Site, made_site


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with made_site(tmp_path_factory.mktemp("town"), "primary", "council") as made:
        yield made
