"""Opening the database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event

from exchange.errors import StoreError
from exchange.store import dialect, guard


def open_engine(path: Path) -> Engine:
    """Return the engine of the database in ``path``, created (0600) where it is missing.

    Open it after forking, never before: connections do not survive a fork. Statements and
    parameters are in no error and no log.

    :raises StoreError: ``store-failed``: the file cannot be made.
    """
    try:
        dialect.create_file(path)
    except OSError as error:
        raise StoreError("store-failed", f"/{type(error).__name__}") from None
    engine = create_engine(dialect.url_of(path), hide_parameters=True, pool_size=5, max_overflow=60)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", dialect.begin)
    guard.install(engine)
    return engine


def _prepare(raw: Any, record: Any) -> None:
    dialect.prepare_connection(raw)
