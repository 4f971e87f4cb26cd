"""Options and fixtures that every room's tests share."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--corpora", default=None, help="folder with the third-party test data")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    where = config.getoption("--corpora")
    if where and Path(where).is_dir():
        return
    skip = pytest.mark.skip(reason="no third-party data: run with --corpora DIR")
    for item in items:
        if "corpus" in item.keywords:
            item.add_marker(skip)


def pytest_collection_finish() -> None:
    """Let no later round of the garbage collector walk through thousands of tests and modules."""
    gc.freeze()


@pytest.fixture(scope="session")
def corpora(pytestconfig: pytest.Config) -> Path:
    """Return the folder of third-party data; tests that use it are marked ``corpus``."""
    where = pytestconfig.getoption("--corpora")
    if not where:
        pytest.skip("no third-party data: run with --corpora DIR")
    return Path(where).resolve()
