"""All that is particular to one kind of database: SQLite today; PostgreSQL would be added here."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import URL, Connection, Engine
from sqlalchemy.exc import DBAPIError

Failure = Literal["full", "busy", "damaged", "unique", "dangling", "other"]

READING = "store_reading"
"""Execution option: this transaction only reads, and waits for no writer."""

AS_ADDED = "rowid"
"""The database's own column that sorts rows by when they were added; a change keeps their place.

The clock of the services counts whole seconds, so that two rows of one second need it.
"""

BUSY_SECONDS = 60
_PRAGMAS = (
    f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA secure_delete = ON",
    "PRAGMA foreign_keys = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
)
_LEAST_ROOM = 1024 * 1024
_BY_NAME: dict[str, Failure] = {
    "SQLITE_FULL": "full",
    "SQLITE_CORRUPT": "damaged",
    "SQLITE_NOTADB": "damaged",
    "SQLITE_CONSTRAINT_UNIQUE": "unique",
    "SQLITE_CONSTRAINT_PRIMARYKEY": "unique",
    "SQLITE_CONSTRAINT_FOREIGNKEY": "dangling",
}


def url_of(path: Path) -> URL:
    """Return the URL of the database in ``path``."""
    return URL.create("sqlite", database=str(path.absolute()))


def file_of(url: URL) -> Path:
    """Return the database's file."""
    return Path(url.database or "")


def create_file(path: Path) -> None:
    """Create the empty database file, for its owner alone; SQLite gives -wal and -shm the same.

    A file that is there is not opened: to close it again would drop, behind SQLite's back, the
    locks of every connection that this process has to it (sqlite.org/howtocorrupt, 2.2). The next
    process to leave would then take the WAL away under them.
    """
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))


def prepare_connection(raw: sqlite3.Connection) -> None:
    """Set a new connection up: transactions are begun by us, each durable once committed."""
    raw.isolation_level = None
    for pragma in _PRAGMAS:
        raw.execute(pragma)


def begin(connection: Connection) -> None:
    """Begin a transaction; one that may write takes its lock at once.

    Taking it later would fail (SQLITE_BUSY_SNAPSHOT) where another process wrote in between.
    """
    reading = connection.get_execution_options().get(READING, False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def failure_of(error: DBAPIError, folder: Path) -> Failure:
    """Return what kind of failure a database error is.

    :param folder: where the data lie, looked at for room where the error alone does not tell.
    """
    name = getattr(error.orig, "sqlite_errorname", "") or ""
    if name.startswith("SQLITE_IOERR"):
        return "full" if _no_room(folder) else "other"
    if name.startswith("SQLITE_BUSY") or name.startswith("SQLITE_LOCKED"):
        return "busy"
    return _BY_NAME.get(name, "other")


def is_full(error: OSError) -> bool:
    """Return whether a system error says that there is no room."""
    return error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def _no_room(folder: Path) -> bool:
    with suppress(OSError):
        return shutil.disk_usage(folder).free < _LEAST_ROOM
    return False


def revision(engine: Engine, options: Mapping[str, Any]) -> str | None:
    """Return the revision that the database is at; None where it has none, or cannot say.

    :param options: execution options of the look.
    """
    try:
        with engine.connect().execution_options(**options) as connection:
            row = connection.exec_driver_sql("SELECT version_num FROM alembic_version").first()
    except DBAPIError:
        return None
    return str(row[0]) if row else None
