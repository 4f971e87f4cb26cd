"""One Chromium and one street of live nodes for all browser tests; skipped aloud without one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.furnish import Furnished, furnish
from tests.browser.kit import EVERYBODY, Street, street
from tests.browser.tab import chromium, chromium_path


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if chromium_path() is not None:
        return
    skip = pytest.mark.skip(reason="no Chromium found: install chromium, or set SENX_CHROMIUM")
    for item in items:
        if "browser" in item.keywords:
            item.add_marker(skip)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as made:
        yield made


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    """The street: two schools that run; the council and the agency are there, and asleep."""
    asleep = ("council", "agency")
    with street(tmp_path_factory.mktemp("street"), EVERYBODY, asleep) as made:
        yield made


@pytest.fixture(scope="session")
def town(live: Street) -> Street:
    """The same street with everybody awake: two schools, the council, an agency."""
    live.run(*EVERYBODY)
    return live


@pytest.fixture(scope="session")
def furnished(live: Street, tmp_path_factory: pytest.TempPathFactory) -> Furnished:
    return furnish(live, tmp_path_factory.mktemp("furniture"))
