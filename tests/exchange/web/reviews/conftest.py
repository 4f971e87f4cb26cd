"""A school and its council, for the pages of reviews."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from exchange.domain.access import Role
from tests.exchange.web.site import Client, Place, Site, made_site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with made_site(tmp_path_factory.mktemp("reviews"), "primary", "council") as made:
        yield made


@pytest.fixture(scope="module")
def school(site: Site) -> Place:
    return site["primary"]


@pytest.fixture(scope="module")
def senco(school: Place) -> Client:
    return school.client(Role.SENCO)
