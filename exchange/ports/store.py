"""Repositories and the unit of work."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Literal, Protocol

from exchange.ports.items import Items
from exchange.ports.people import Actor
from exchange.ports.rows import (
    Arrival,
    AuditEntry,
    Glance,
    StoredDocument,
    StoredPupil,
    StoredReceipt,
    StoredRecord,
    Transfer,
)


class Pupils(Protocol):
    """Pupils of one organisation."""

    def add(self, pupil: StoredPupil) -> None:
        """Add one.

        :raises exchange.errors.Conflict: ``pupil-exists``: the id or the UPN is taken.
        """

    def update(self, pupil: StoredPupil) -> None:
        """Replace what is stored under the pupil's id.

        :raises exchange.errors.NotFound: ``pupil-unknown``.
        """

    def get(self, pupil_id: str) -> StoredPupil:
        """Return one.

        :raises exchange.errors.NotFound: ``pupil-unknown``.
        """

    def remove(self, pupil_id: str) -> None:
        """Remove one for good, with all records, the earlier ones too (wants an audit entry).

        :raises exchange.errors.NotFound: ``pupil-unknown``.
        :raises exchange.errors.Conflict: ``documents-remain``: of whatever compartment.
        """

    def by_upn(self, upn: str) -> StoredPupil | None:
        """Return the pupil with this UPN, or None."""

    def all(self) -> Iterator[StoredPupil]:
        """Yield all, oldest first."""


class Records(Protocol):
    """Further records of pupils of one organisation."""

    def put(self, record: StoredRecord) -> None:
        """Store it as the current one of its pupil and slot; earlier ones are kept as history."""

    def of_pupil(self, pupil_id: str) -> Sequence[StoredRecord]:
        """Return the current records, by slot."""

    def remove(self, pupil_id: str, slot: str) -> None:
        """Remove all that a slot holds for good, its history too (wants an audit entry).

        :raises exchange.errors.NotFound: ``record-unknown``: the slot holds nothing.
        """


class Documents(Protocol):
    """Documents of pupils of one organisation."""

    def add(self, document: StoredDocument) -> None:
        """Add one.

        :raises exchange.errors.Conflict: ``document-exists``: the id is taken.
        """

    def update(self, document: StoredDocument) -> None:
        """Replace what is sealed of one (what was said of it changed: wants an audit entry).

        :raises exchange.errors.NotFound: ``document-unknown``.
        """

    def get(self, document_id: str) -> StoredDocument:
        """Return one.

        :raises exchange.errors.NotFound: ``document-unknown``.
        """

    def of_pupil(self, pupil_id: str) -> Sequence[StoredDocument]:
        """Return the pupil's documents, oldest first."""

    def remove(self, document_id: str) -> None:
        """Remove one for good (wants an audit entry); its blob is the caller's to delete.

        :raises exchange.errors.NotFound: ``document-unknown``.
        """


class Transfers(Protocol):
    """Outgoing transfers of one organisation."""

    def add(self, transfer: Transfer) -> None:
        """Add one.

        :raises exchange.errors.Conflict: ``transfer-exists``.
        """

    def get(self, bundle_id: str) -> Transfer:
        """Return one.

        :raises exchange.errors.NotFound: ``transfer-unknown``.
        """

    def update(self, transfer: Transfer) -> None:
        """Replace the clear columns (a state change: wants an audit entry)."""

    def schedule(self, bundle_id: str, due_at: datetime | None, attempts: int) -> None:
        """Set when it is due again (no state change)."""

    def all(self, pupil_id: str | None = None) -> Iterator[Transfer]:
        """Yield all, or all of one pupil, oldest first."""

    def glances(self, pupil_ids: Iterable[str]) -> Mapping[str, Sequence[Glance]]:
        """Return what is clear of the packs of many pupils, by pupil, each oldest first."""

    def stuck(self) -> int:
        """Return how many wait to leave and need a person's attention."""

    def answering(self, bundle_id: str) -> Sequence[Transfer]:
        """Return those that answer a bundle (``in_reply_to``), oldest first."""

    def due(self, now: datetime, limit: int) -> Sequence[str]:
        """Return the ids of up to ``limit`` transfers due at ``now``, longest waiting first."""


class Arrivals(Protocol):
    """Incoming bundles of one organisation."""

    def add(self, arrival: Arrival) -> None:
        """Add one.

        :raises exchange.errors.Conflict: ``arrival-exists``: (sender, bundle id) is taken.
        """

    def find(self, sender: str, bundle_id: str) -> Arrival | None:
        """Return one, or None."""

    def by_bundle(self, bundle_id: str) -> Arrival:
        """Return the arrival with this bundle id.

        :raises exchange.errors.NotFound: ``arrival-unknown``.
        :raises exchange.errors.Conflict: ``arrival-ambiguous``: two senders used the id.
        """

    def update(self, arrival: Arrival) -> None:
        """Replace what is stored (a state change: wants an audit entry)."""

    def schedule(self, sender: str, bundle_id: str, due_at: datetime | None, attempts: int) -> None:
        """Set when it is due again (no state change)."""

    def all(self) -> Iterator[Arrival]:
        """Yield all, oldest first."""

    def outlines(self) -> Sequence[Arrival]:
        """Return all, oldest first, without what is sealed: fit to be counted and listed."""

    def answering(self, bundle_id: str) -> Sequence[Arrival]:
        """Return those that answer a bundle (``in_reply_to``), oldest first."""

    def due(self, now: datetime, limit: int) -> Sequence[tuple[str, str]]:
        """Return (sender, bundle id) of up to ``limit`` arrivals due at ``now``."""


class Receipts(Protocol):
    """Receipts issued and received by one organisation."""

    def append(self, receipt: StoredReceipt) -> None:
        """Add one.

        :raises exchange.errors.Conflict: ``receipt-exists``: that seq is taken.
        """

    def of(
        self, bundle_id: str, counterparty: str, direction: Literal["issued", "received"]
    ) -> Sequence[StoredReceipt]:
        """Return them by seq."""


class AuditBook(Protocol):
    """The organisation's book: hash-chained, append-only."""

    def record(
        self,
        actor: Actor,
        action: str,
        object_kind: str,
        object_id: str,
        outcome: str = "done",
        detail: Mapping[str, str] | None = None,
    ) -> None:
        """Append one entry to this unit of work. ``detail`` holds codes and ids, never values."""

    def entries(self, after: int = 0) -> Iterator[AuditEntry]:
        """Yield all committed entries with a seq greater than ``after``, by seq."""

    def about(self, object_ids: Collection[str]) -> Sequence[AuditEntry]:
        """Return all committed entries about any of these objects, by seq."""

    def last_seq(self) -> int:
        """Return the seq of the newest committed entry; 0 for an empty book.

        No state changes without an entry: while this is the same, so is all that is kept.
        """


class UnitOfWork(Protocol):
    """One transaction of one organisation. Leaving it without ``commit`` undoes everything."""

    org_id: str
    pupils: Pupils
    records: Records
    documents: Documents
    transfers: Transfers
    arrivals: Arrivals
    receipts: Receipts
    items: Items
    audit: AuditBook

    def commit(self) -> None:
        """Make it durable.

        :raises exchange.errors.AuditError: ``change-without-entry``: law 4 of the house.
        :raises exchange.errors.StorageFull: no room; nothing was changed.
        """


class Store(Protocol):
    """The organisations of this node and their units of work."""

    def organisations(self) -> Sequence[str]:
        """Return the org_ids that this node hosts."""

    def host(self, org_id: str, actor: Actor) -> None:
        """Begin to host an organisation; hosting it twice changes nothing."""

    def unit(self, org_id: str) -> AbstractContextManager[UnitOfWork]:
        """Return a unit of work of one hosted organisation.

        :raises exchange.errors.NotFound: ``organisation-not-hosted``.
        """

    def reading(self, org_id: str) -> AbstractContextManager[UnitOfWork]:
        """Return a unit of work that only reads: it waits for no writer and delays none.

        :raises exchange.errors.NotFound: ``organisation-not-hosted``.
        """

    def locate(self, kind: str, lookup: str) -> tuple[str, str] | None:
        """Return (organisation or NODE, item id) of the item with this look-up, or None."""

    def first_sight(self, key_id: str, nonce: str, now: datetime, keep_until: datetime) -> bool:
        """Remember a request nonce; return False where it was seen before (replay)."""
