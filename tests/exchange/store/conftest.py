"""A real database for each test of the store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from exchange.store.sql import SqlStore
from keys.keyring import KeyringVault
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
def keyring(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.getbasetemp() / "keyring"


@pytest.fixture
def vault(keyring: Path) -> KeyringVault:
    return support.vault_in(keyring)


@pytest.fixture
def store(engine: Engine, vault: KeyringVault) -> SqlStore:
    store = SqlStore(engine, vault)
    store.host(support.ORG, support.ACTOR)
    store.host(support.OTHER, support.ACTOR)
    return store
