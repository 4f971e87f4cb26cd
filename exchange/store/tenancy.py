"""The one place that builds statements, and that adds the organisation to each of them.

Repositories get a :class:`Tenancy` and nothing else: it holds one transaction of one
organisation, and there is no way to ask it for another's rows. Conditions are plain values by
column name; ``None`` means "is empty".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Table,
    and_,
    delete,
    func,
    insert,
    literal_column,
    select,
    update,
)

from exchange.errors import StoreError
from exchange.store import dialect, failures, guard, tables
from exchange.store.guard import TENANT

Row = Mapping[str, Any]
Where = Mapping[str, Any]


class Tenancy:
    """Rows of one organisation in one transaction, which begins with the first statement.

    :ivar org_id: the organisation.
    :ivar changed: whether state was changed since it began.
    """

    def __init__(self, engine: Engine, org_id: str, *, reading: bool = False) -> None:
        self.org_id = org_id
        self.changed = False
        self._folder = folder_of(engine)
        self._reading = reading
        with failures.wrapped(self._folder):
            self._connection: Connection | None = engine.connect().execution_options(
                **{TENANT: org_id, dialect.READING: reading}
            )

    def find(self, table: Table, where: Where) -> Row | None:
        """Return the one row, or None.

        :raises StoreError: ``unit-finished``; and whatever the database refuses.
        """
        rows = self.rows(table, where, limit=2)
        if len(rows) > 1:
            raise StoreError("row-ambiguous", f"/{table.name}")
        return rows[0] if rows else None

    def rows(
        self,
        table: Table,
        where: Where | None = None,
        *,
        columns: Sequence[str] = (),
        order: Sequence[str] = (),
        descending: bool = False,
        due_at: datetime | None = None,
        after: tuple[str, int] | None = None,
        limit: int | None = None,
    ) -> Sequence[Row]:
        """Return rows.

        :param columns: the columns wanted; all where empty.
        :param order: names of columns to sort by, ascending unless ``descending``; those
            alike in all of them in the order in which they were added.
        :param due_at: only rows whose ``due_at`` is set and not later.
        :param after: a column and the number that it must exceed.
        """
        wanted = [table.c[name] for name in columns] or list(table.c)
        query = select(*wanted).where(self._condition(table, where or {}))
        if due_at is not None:
            query = query.where(table.c.due_at <= due_at)
        if after is not None:
            query = query.where(table.c[after[0]] > after[1])
        keys: list[ColumnElement[Any]] = [table.c[name] for name in order]
        if order:
            keys.append(literal_column(f'"{table.name}".{dialect.AS_ADDED}'))
        by = [key.desc() if descending else key for key in keys]
        query = query.order_by(*by).limit(limit)
        with self._running() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def each(
        self, table: Table, keys: Sequence[str], where: Where, order: Sequence[str]
    ) -> Iterator[Row]:
        """Yield rows one at a time, each as it is when its turn comes.

        Only the keys are held together, so that many rows with large values fit, and rows may
        be changed while they are walked.
        """
        for key in self.rows(table, where, columns=keys, order=order):
            row = self.find(table, dict(key))
            if row is not None:
                yield row

    def add(self, table: Table, values: Mapping[str, Any], *, state: bool = True) -> None:
        """Add a row; inside a savepoint, so that a refusal leaves the transaction usable.

        :param state: False for an audit entry itself.
        :raises failures.Taken: its key is taken.
        :raises failures.Dangling: it refers to a row that is not there.
        """
        statement = insert(table).values({**values, "org_id": self.org_id})
        with self._writing() as connection:
            connection.execute(statement)
        self.changed |= state

    def change(
        self, table: Table, where: Where, values: Mapping[str, Any], *, state: bool = True
    ) -> int:
        """Change rows and return how many.

        :param state: False for a timetable alone, which wants no audit entry.
        :raises failures.Taken: a unique key is taken.
        """
        if table in tables.APPEND_ONLY or "org_id" in values:
            raise StoreError("row-unchangeable", f"/{table.name}")
        statement = update(table).where(self._condition(table, where)).values(dict(values))
        with self._writing() as connection:
            count = connection.execute(statement).rowcount
        self.changed |= state and bool(count)
        return count

    def remove(self, table: Table, where: Where, *, state: bool = True) -> int:
        """Remove rows for good and return how many.

        :param state: False for what is no state change, which wants no audit entry.
        """
        if table not in tables.REMOVABLE:
            raise StoreError("row-unremovable", f"/{table.name}")
        statement = delete(table).where(self._condition(table, where))
        with self._writing() as connection:
            count = connection.execute(statement).rowcount
        self.changed |= state and bool(count)
        return count

    def count(self, table: Table, where: Where) -> int:
        """Return how many rows there are."""
        query = select(func.count()).select_from(table).where(self._condition(table, where))
        with self._running() as connection:
            return int(connection.execute(query).scalar_one())

    def commit(self) -> None:
        """Make it durable and end it."""
        with self._running() as connection:
            connection.commit()
        self.close()

    def close(self) -> None:
        """End it; what was not committed is undone."""
        self.changed = False
        connection, self._connection = self._connection, None
        if connection is not None:
            with failures.wrapped(self._folder):
                connection.close()

    def _condition(self, table: Table, where: Where) -> ColumnElement[bool]:
        terms = [table.c.org_id == self.org_id]
        for name, value in where.items():
            column = table.c[name]
            terms.append(column.is_(None) if value is None else column == value)
        return and_(*terms)

    @contextmanager
    def _running(self) -> Iterator[Connection]:
        """Give the connection; a failure ends the transaction, for SQLite may have undone it.

        What came after would else be written by itself, outside of any transaction.
        """
        if self._connection is None:
            raise StoreError("unit-finished", hint="Begin another unit of work.")
        try:
            with failures.wrapped(self._folder):
                yield self._connection
        except StoreError:
            with suppress(StoreError):
                self.close()
            raise

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        if self._reading:
            raise StoreError("unit-only-reads", hint="Begin a unit of work that may write.")
        with self._running() as connection, connection.begin_nested():
            yield connection


class NodeRows:
    """Rows that belong to the node itself: which organisations it hosts, and nonces."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._folder = folder_of(engine)

    def organisations(self) -> list[str]:
        """Return the hosted organisations, oldest first."""
        table = tables.organisations
        query = select(table.c.org_id).order_by(table.c.hosted_at, table.c.org_id)
        with failures.wrapped(self._folder), self._engine.connect() as connection:
            connection = connection.execution_options(**{dialect.READING: True})
            return [row.org_id for row in connection.execute(query)]

    def locate(self, kind: str, lookup: str) -> tuple[str, str] | None:
        """Return (organisation or NODE, item id) of an item by its look-up."""
        table = tables.items
        query = select(table.c.org_id, table.c.item_id).where(
            table.c.kind == kind, table.c.lookup == lookup
        )
        with failures.wrapped(self._folder), self._engine.connect() as connection:
            # The one question over all organisations; it gives away two ids, and only to whoever
            # holds the secret that the look-up is the hash of.
            connection = connection.execution_options(
                **{dialect.READING: True, guard.LOCATING: True}
            )
            row = connection.execute(query).first()
        return None if row is None else (row.org_id, row.item_id)

    def remember(self, key_id: str, nonce: str, now: datetime, keep_until: datetime) -> bool:
        """Keep a nonce and drop those that are past; return False where it was there already."""
        table = tables.nonces
        row = {"key_id": key_id, "nonce": nonce, "keep_until": keep_until}
        try:
            with failures.wrapped(self._folder), self._engine.begin() as connection:
                connection.execute(delete(table).where(table.c.keep_until < now))
                connection.execute(insert(table).values(row))
        except failures.Taken:
            return False
        return True


def folder_of(engine: Engine) -> Path:
    """Return the folder of the engine's database."""
    return dialect.file_of(engine.url).parent
