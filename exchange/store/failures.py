"""Errors of the database, wrapped once and without values."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from exchange.errors import ExchangeError, StorageFull, StoreError
from exchange.store import dialect
from keys.errors import KeysError


class Taken(Exception):
    """A unique key is taken; repositories say which in words of their own."""


class Dangling(Exception):
    """A row refers to one that is not there."""


@contextmanager
def wrapped(folder: Path) -> Iterator[None]:
    """Turn whatever SQLAlchemy raises inside into an error of this project's tree.

    Only codes pass: texts and chains of database errors hold statements and values.

    :raises Taken: a unique key is taken.
    :raises Dangling: a row refers to one that is not there.
    :raises StorageFull: there is no room.
    :raises StoreError: ``store-busy``, ``store-damaged``, ``store-failed``.
    """
    try:
        yield
    except (ExchangeError, KeysError):
        raise
    except IntegrityError as error:
        raise _integrity(error, folder) from None
    except DBAPIError as error:
        raise _failed(error, folder) from None
    except SQLAlchemyError as error:
        raise StoreError("store-failed", f"/{type(error).__name__}") from None


def _integrity(error: IntegrityError, folder: Path) -> Exception:
    kind = dialect.failure_of(error, folder)
    if kind == "unique":
        return Taken()
    if kind == "dangling":
        return Dangling()
    return StoreError("row-invalid", hint="A value is missing; correct the caller.")


def _failed(error: DBAPIError, folder: Path) -> StoreError:
    error = _first(error)
    kind = dialect.failure_of(error, folder)
    if kind == "full":
        return StorageFull()
    if kind == "busy":
        return StoreError("store-busy", hint="Another process is writing for long; try again.")
    if kind == "damaged":
        return StoreError("store-damaged", hint="The database is damaged: restore the backup.")
    name = getattr(error.orig, "sqlite_errorname", None) or type(error.orig).__name__
    return StoreError("store-failed", f"/{name}")


def _first(error: DBAPIError) -> DBAPIError:
    """Return the error that came first.

    A full disk makes SQLite undo the whole transaction, and then undoing the savepoint fails too.
    """
    first = error
    context = error.__context__
    while context is not None:
        if isinstance(context, DBAPIError):
            first = context
        context = context.__context__
    return first
