"""The store and the blobs in memory: doubles that pass the same contract, for tests and trials.

They seal nothing and survive nothing. :meth:`MemoryStore.outward` is the same store as a process
without keys sees it.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from types import TracebackType
from typing import BinaryIO

from exchange.audit import NODE
from exchange.errors import AuditError, NotFound, StoreError
from exchange.ports.blobs import BlobWriter
from exchange.ports.items import Items
from exchange.ports.people import Actor, Clock
from exchange.ports.store import (
    Arrivals,
    AuditBook,
    Documents,
    Pupils,
    Receipts,
    Records,
    Transfers,
    UnitOfWork,
)
from exchange.store.clock import SystemClock
from exchange.store.memory_book import MemoryBook
from exchange.store.memory_children import MemoryDocuments, MemoryPupils, MemoryRecords
from exchange.store.memory_items import MemoryItems
from exchange.store.memory_packs import MemoryArrivals, MemoryReceipts, MemoryTransfers
from exchange.store.memory_rows import Rows, Tables
from exchange.store.names import check_blob_name, check_org_id, not_hosted

_WAIT_SECONDS = 60


class _Shared:
    """What all views of one memory store share. Committed tables are replaced, never changed."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.writer = threading.Lock()
        self.books: dict[str, Tables] = {NODE: Tables()}
        self.hosted: list[str] = []
        self.nonces: dict[tuple[str, str], datetime] = {}


class MemoryStore:
    """exchange.ports.Store in memory; safe for threads."""

    def __init__(self, clock: Clock | None = None, *, shared: _Shared | None = None) -> None:
        self._shared = shared or _Shared(clock or SystemClock())
        self._has_keys = shared is None

    def outward(self) -> MemoryStore:
        """Return the same store as an outward face sees it: without keys."""
        return MemoryStore(shared=self._shared)

    def organisations(self) -> Sequence[str]:
        """Return the org_ids that this node hosts, oldest first."""
        return list(self._shared.hosted)

    def host(self, org_id: str, actor: Actor) -> None:
        """Begin to host an organisation; hosting it twice changes nothing.

        :raises UsageError: ``org-id-invalid``.
        """
        check_org_id(org_id)
        if org_id in self._shared.hosted:
            return
        with self.unit(NODE) as unit:
            unit.audit.record(actor, "organisation.host", "organisation", org_id)
            unit.commit()
        self._shared.books[org_id] = Tables()
        self._shared.hosted.append(org_id)
        with self.unit(org_id) as unit:
            unit.audit.record(actor, "organisation.host", "organisation", org_id)
            unit.commit()

    def unit(self, org_id: str) -> AbstractContextManager[UnitOfWork]:
        """Return a unit of work of one hosted organisation, or the node's (its book alone).

        :raises NotFound: ``organisation-not-hosted``.
        """
        return self._unit(org_id, reading=False)

    def reading(self, org_id: str) -> AbstractContextManager[UnitOfWork]:
        """Return a unit of work that only reads.

        :raises NotFound: ``organisation-not-hosted``.
        """
        return self._unit(org_id, reading=True)

    def locate(self, kind: str, lookup: str) -> tuple[str, str] | None:
        """Return (organisation or NODE, item id) of the item with this look-up, or None."""
        for org_id, tables in self._shared.books.items():
            for item in tables.items.values():
                if (item.kind, item.lookup) == (kind, lookup):
                    return org_id, item.item_id
        return None

    def first_sight(self, key_id: str, nonce: str, now: datetime, keep_until: datetime) -> bool:
        """Remember a request nonce; return False where it was seen before (replay)."""
        with self._shared.writer:
            nonces = self._shared.nonces
            for past in [key for key, until in nonces.items() if until < now]:
                del nonces[past]
            if (key_id, nonce) in nonces:
                return False
            nonces[key_id, nonce] = keep_until
            return True

    def _unit(self, org_id: str, *, reading: bool) -> _MemoryUnit:
        if org_id not in self._shared.books:
            raise not_hosted()
        return _MemoryUnit(self._shared, org_id, has_keys=self._has_keys, reading=reading)


class _MemoryUnit:
    """exchange.ports.UnitOfWork in memory; writers take turns."""

    def __init__(self, shared: _Shared, org_id: str, *, has_keys: bool, reading: bool) -> None:
        self.org_id = org_id
        self._shared = shared
        self._reading = reading
        self._rows = Rows(has_keys=has_keys, reading=reading)
        self.pupils: Pupils = MemoryPupils(self._rows)
        self.records: Records = MemoryRecords(self._rows)
        self.documents: Documents = MemoryDocuments(self._rows)
        self.transfers: Transfers = MemoryTransfers(self._rows)
        self.arrivals: Arrivals = MemoryArrivals(self._rows)
        self.receipts: Receipts = MemoryReceipts(self._rows)
        self.items: Items = MemoryItems(self._rows)
        self._book = MemoryBook(self._rows, org_id, shared.clock)
        self.audit: AuditBook = self._book

    def __enter__(self) -> UnitOfWork:
        if not self._reading and not self._shared.writer.acquire(timeout=_WAIT_SECONDS):
            raise StoreError("store-busy", hint="Another unit of work is open for long.")
        self._rows.begin(self._shared.books[self.org_id])
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._finish()

    def commit(self) -> None:
        """Make it visible, and end it.

        :raises AuditError: ``change-without-entry``.
        """
        if self._rows.changed and not self._book.has_new:
            raise AuditError("change-without-entry", hint="Correct the caller; nothing changed.")
        self._book.write()
        tables = self._rows.tables()
        if not self._reading:
            self._shared.books[self.org_id] = tables
        self._finish()

    def _finish(self) -> None:
        if self._rows.end() and not self._reading:
            self._shared.writer.release()


class MemoryBlobs:
    """exchange.ports.BlobStore in memory."""

    def __init__(self) -> None:
        self._blobs: dict[tuple[str, str], bytes] = {}

    def create(self, org_id: str, name: str) -> AbstractContextManager[BlobWriter]:
        """Return a writer; leaving the context without ``commit`` leaves nothing behind.

        :raises UsageError: ``blob-name-invalid``, ``org-id-invalid``.
        """
        return _MemoryWriter(self._blobs, _key(org_id, name))

    def open(self, org_id: str, name: str) -> BinaryIO:
        """Return the blob, readable and seekable.

        :raises NotFound: ``blob-unknown``.
        """
        try:
            return io.BytesIO(self._blobs[_key(org_id, name)])
        except KeyError:
            raise NotFound("blob-unknown") from None

    def delete(self, org_id: str, name: str) -> None:
        """Remove the blob; removing what is not there is no error."""
        self._blobs.pop(_key(org_id, name), None)

    def exists(self, org_id: str, name: str) -> bool:
        """Return whether the blob is there."""
        return _key(org_id, name) in self._blobs

    def names(self, org_id: str) -> Sequence[str]:
        """Return the names of all blobs of an organisation, in no order."""
        check_org_id(org_id)
        return [name for owner, name in self._blobs if owner == org_id]


class _MemoryWriter:
    """One blob being written."""

    def __init__(self, blobs: dict[tuple[str, str], bytes], key: tuple[str, str]) -> None:
        self._blobs = blobs
        self._key = key
        self._file: io.BytesIO | None = None

    @property
    def file(self) -> BinaryIO:
        """Return the seekable binary file to write to.

        :raises StoreError: ``blob-finished``: committed or left already.
        """
        if self._file is None:
            raise StoreError("blob-finished")
        return self._file

    def __enter__(self) -> BlobWriter:
        self._file = io.BytesIO()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file = None

    def commit(self) -> None:
        """Make it visible, in place of a blob of that name."""
        if self._file is None:
            raise StoreError("blob-finished")
        self._blobs[self._key] = self._file.getvalue()
        self._file = None


def _key(org_id: str, name: str) -> tuple[str, str]:
    check_org_id(org_id)
    check_blob_name(name)
    return org_id, name
