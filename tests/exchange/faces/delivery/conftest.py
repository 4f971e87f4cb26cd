"""A node that takes packs, for each file of tests; nothing is left behind by any of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.exchange.faces.neighbourhood import Node, Pack, make_pack, running_node
from tests.exchange.faces.strangers import OTHER, PRIMARY, SECONDARY


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    home = tmp_path_factory.mktemp("secondary")
    with running_node(home, SECONDARY, [PRIMARY, OTHER]) as running:
        yield running


@pytest.fixture
def pack() -> Pack:
    return make_pack(PRIMARY, [SECONDARY])


@pytest.fixture(autouse=True)
def nothing_left_behind(node: Node) -> Iterator[None]:
    """Every file in the store belongs to an arrival that is complete."""
    yield
    with node.store.unit(SECONDARY.org_id) as unit:
        complete = {one.blob for one in unit.arrivals.all() if one.state != "queued"}
    assert {one.name for one in node.files()} == complete
