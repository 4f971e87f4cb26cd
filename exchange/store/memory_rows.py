"""The tables of a store in memory, as one unit of work sees them."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

from exchange.errors import StoreError
from exchange.ports.items import Item
from exchange.ports.rows import (
    Arrival,
    AuditEntry,
    StoredDocument,
    StoredPupil,
    StoredReceipt,
    StoredRecord,
    Transfer,
)


@dataclass
class Tables:
    """All rows of one organisation; rows are frozen, so a copy of the dictionaries is enough."""

    pupils: dict[str, StoredPupil] = field(default_factory=dict)
    records: dict[tuple[str, str], StoredRecord] = field(default_factory=dict)
    record_ids: dict[str, None] = field(default_factory=dict)
    documents: dict[str, StoredDocument] = field(default_factory=dict)
    transfers: dict[str, Transfer] = field(default_factory=dict)
    arrivals: dict[tuple[str, str], Arrival] = field(default_factory=dict)
    receipts: dict[tuple[str, str, str, int], StoredReceipt] = field(default_factory=dict)
    entries: dict[int, AuditEntry] = field(default_factory=dict)
    items: dict[tuple[str, str], Item] = field(default_factory=dict)

    def copy(self) -> Tables:
        """Return tables that may be changed apart."""
        return Tables(*(dict(getattr(self, each.name)) for each in fields(self)))


class Rows:
    """The tables as one unit of work sees them."""

    def __init__(self, *, has_keys: bool, reading: bool) -> None:
        self.has_keys = has_keys
        self.changed = False
        self._reading = reading
        self._tables: Tables | None = None

    def begin(self, committed: Tables) -> None:
        """Take a copy to work on."""
        self._tables = committed.copy()

    def end(self) -> bool:
        """Forget the copy; return whether there was one."""
        self.changed = False
        ended, self._tables = self._tables is not None, None
        return ended

    def tables(self) -> Tables:
        """Return the tables.

        :raises StoreError: ``unit-finished``.
        """
        if self._tables is None:
            raise StoreError("unit-finished", hint="Begin another unit of work.")
        return self._tables

    def inner(self) -> Tables:
        """Return the tables, to read sealed values.

        :raises StoreError: ``sealed-here``.
        """
        if not self.has_keys:
            raise StoreError("sealed-here", hint="This process has no keys: ask the inner one.")
        return self.tables()

    def write(self, *, sealed: bool = True, state: bool = True) -> Tables:
        """Return the tables, to change them.

        :param sealed: whether sealed values are among what changes.
        :param state: whether it is a state change, which wants an audit entry.
        """
        if self._reading:
            raise StoreError("unit-only-reads", hint="Begin a unit of work that may write.")
        tables = self.inner() if sealed else self.tables()
        self.changed |= state
        return tables
