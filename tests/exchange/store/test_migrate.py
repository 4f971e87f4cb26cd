"""The shipped migrations make exactly the tables that the code knows."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine, text

from exchange.errors import StoreError
from exchange.store import migrate
from exchange.store.guard import MIGRATING
from exchange.store.migrate import upgrade
from exchange.store.tables import metadata
from tests.exchange.store import support

SCHEMA = text("SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'alembic%'")


def schema_of(engine: Engine) -> set[tuple[str, str, str]]:
    with engine.connect() as connection:
        rows = connection.execute(SCHEMA)
        return {(kind, name, " ".join((sql or "").split())) for kind, name, sql in rows}


def test_migrated_and_declared_schemas_are_the_same(engine: Engine) -> None:
    declared = create_engine("sqlite://")
    metadata.create_all(declared)
    migrated = {row for row in schema_of(engine) if "alembic" not in row[1]}
    assert migrated == schema_of(declared)


def test_alembic_sees_no_difference(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.execution_options(**{MIGRATING: True})
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, metadata) == []


def test_upgrading_again_changes_nothing(engine: Engine) -> None:
    before = schema_of(engine)
    upgrade(engine)
    assert schema_of(engine) == before


def test_a_database_of_a_newer_release_is_refused(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'v9999'"))
    with pytest.raises(StoreError) as caught:
        upgrade(engine)
    assert caught.value.code == "store-too-new"


def test_every_connection_is_set_up(engine: Engine) -> None:
    expected = {
        "journal_mode": "wal",
        "synchronous": 2,
        "secure_delete": 1,
        "foreign_keys": 1,
        "temp_store": 2,
        "trusted_schema": 0,
    }
    with engine.connect() as one, engine.connect() as two:
        one.exec_driver_sql("COMMIT")
        for connection in (one, two):
            for name, value in expected.items():
                assert connection.exec_driver_sql(f"PRAGMA {name}").scalar() == value
            if connection is one:
                one.exec_driver_sql("BEGIN")


def test_database_files_are_the_owners_alone(database: Path) -> None:
    before = os.umask(0)
    try:
        engine = support.ready(database)
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
            names = sorted(path.name for path in database.parent.iterdir())
            modes = {stat.S_IMODE(path.stat().st_mode) for path in database.parent.iterdir()}
    finally:
        os.umask(before)
    assert names == ["node.db", "node.db-shm", "node.db-wal", "node.db.lock"]
    assert modes == {0o600}


START = """
import sys
from pathlib import Path
from exchange.store.engine import open_engine
from exchange.store import migrate
from exchange.store.migrate import upgrade
from exchange.store.sql import SqlStore
engine = open_engine(Path(sys.argv[1]))
sys.stdin.readline()
upgrade(engine)
print(SqlStore(engine, None).organisations())
"""


def test_processes_that_start_together_upgrade_once(database: Path) -> None:
    started = [
        subprocess.Popen(
            [sys.executable, "-c", START, str(database)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(6)
    ]
    for process in started:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    ends = [process.communicate(timeout=60) for process in started]
    assert [out for out, _ in ends] == ["[]\n"] * 6, ends


@pytest.mark.parametrize(
    "content", [b"not a database" * 100, b"SQLite format 3\0" + b"\xff" * 4096]
)
def test_a_file_that_is_no_database_is_named_as_such(database: Path, content: bytes) -> None:
    database.write_bytes(content)
    with pytest.raises(StoreError) as caught:
        support.ready(database)
    assert caught.value.code == "store-damaged"
    assert caught.value.__cause__ is None


def test_the_head_that_a_start_looks_for_is_the_newest_revision() -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    place = Path(migrate.__file__).parent / "migrations"
    config.set_main_option("script_location", str(place))
    assert ScriptDirectory.from_config(config).get_current_head() == migrate.HEAD
