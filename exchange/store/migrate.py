"""Bringing a database to the newest schema.

Alembic is slow to import, and almost every start finds nothing to do: so one look comes first.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine

from exchange.errors import StoreError
from exchange.store import dialect, failures, lock
from exchange.store.guard import MIGRATING

HEAD = "v0004"
"""The newest revision; a test holds it to the migrations."""


def upgrade(engine: Engine) -> None:
    """Bring the database to the newest schema, in one transaction; none needed, none made.

    Processes that start together wait for one another on a lock file beside the database.

    :raises StoreError: ``store-too-new``: a newer release wrote it.
    :raises StorageFull: no room; nothing was changed.
    """
    if dialect.revision(engine, {MIGRATING: True}) != HEAD:
        _upgrade(engine)


def _upgrade(engine: Engine) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    path = dialect.file_of(engine.url)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with (
        lock.exclusive(path.with_name(path.name + ".lock")),
        failures.wrapped(path.parent),
        engine.connect() as connection,
    ):
        config.attributes["connection"] = connection.execution_options(**{MIGRATING: True})
        try:
            command.upgrade(config, "head")
        except CommandError:
            raise StoreError(
                "store-too-new", hint="A newer release wrote this data folder: install it."
            ) from None
        connection.commit()
