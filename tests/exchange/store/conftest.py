"""A real database for each test of the store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from exchange.store.sql import SqlStore
from tests.exchange.store import support


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "node.db"


@pytest.fixture
def engine(database: Path) -> Iterator[Engine]:
    engine = support.ready(database)
    yield engine
    engine.dispose()


@pytest.fixture
def vault() -> support.AeadVault:
    return support.AeadVault()


@pytest.fixture
def store(engine: Engine, vault: support.AeadVault) -> SqlStore:
    store = SqlStore(engine, vault)
    store.host(support.ORG, support.ACTOR)
    store.host(support.OTHER, support.ACTOR)
    return store
