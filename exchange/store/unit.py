"""The unit of work: one transaction of one organisation."""

from __future__ import annotations

from datetime import datetime
from types import TracebackType

from sqlalchemy import Engine

from exchange.errors import AuditError
from exchange.ports.items import Items
from exchange.ports.people import Clock
from exchange.ports.store import (
    Arrivals,
    AuditBook,
    Documents,
    Pupils,
    Receipts,
    Records,
    Transfers,
)
from exchange.store import failures, tables
from exchange.store.arrivals import SqlArrivals
from exchange.store.book import SqlBook
from exchange.store.documents import SqlDocuments
from exchange.store.items import SqlItems
from exchange.store.pupils import SqlPupils
from exchange.store.receipts import SqlReceipts
from exchange.store.records import SqlRecords
from exchange.store.sealing import Compartments, Sealer
from exchange.store.tenancy import Tenancy
from exchange.store.transfers import SqlTransfers


class SqlUnit:
    """exchange.ports.UnitOfWork over SQL; a context manager, good for one commit.

    Its transaction begins with the first row it asks for and then keeps all other writers of the
    node waiting until it ends: do slow work (sealing, network) outside of it.
    """

    def __init__(
        self,
        engine: Engine,
        org_id: str,
        vault: Compartments | None,
        clock: Clock,
        *,
        reading: bool = False,
    ) -> None:
        self.org_id = org_id
        self._rows = Tenancy(engine, org_id, reading=reading)
        sealer = Sealer(org_id, vault)
        self.pupils: Pupils = SqlPupils(self._rows, sealer)
        self.records: Records = SqlRecords(self._rows, sealer)
        self.documents: Documents = SqlDocuments(self._rows, sealer)
        self.transfers: Transfers = SqlTransfers(self._rows, sealer)
        self.arrivals: Arrivals = SqlArrivals(self._rows, sealer)
        self.receipts: Receipts = SqlReceipts(self._rows)
        self.items: Items = SqlItems(self._rows, sealer)
        self._book = SqlBook(self._rows, clock)
        self.audit: AuditBook = self._book

    def __enter__(self) -> SqlUnit:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._rows.close()

    def begin_hosting(self, at: datetime) -> bool:
        """Add the organisation to those hosted; return False where it was there already."""
        try:
            self._rows.add(tables.organisations, {"hosted_at": at})
        except failures.Taken:
            return False
        return True

    def commit(self) -> None:
        """Make it durable, and end it.

        :raises AuditError: ``change-without-entry``: state was changed and the book says nothing.
        :raises StorageFull: no room; nothing was changed.
        :raises StoreError: ``unit-finished``, ``store-busy``, ``store-failed``.
        """
        if self._rows.changed and not self._book.has_new:
            raise AuditError("change-without-entry", hint="Correct the caller; nothing changed.")
        self._book.write()
        self._rows.commit()
