"""Repositories in memory, one unit of work's view of one organisation's tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Literal

from exchange.audit import Fact, Head, check_fact, link
from exchange.errors import Conflict, NotFound, StoreError
from exchange.ports.people import Actor, Clock
from exchange.ports.rows import (
    Arrival,
    AuditEntry,
    StoredDocument,
    StoredPupil,
    StoredReceipt,
    StoredRecord,
    Transfer,
)

_SEALED_IN_ARRIVAL = ("statement", "statement_signature", "sender_entry")


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


class MemoryPupils:
    """exchange.ports.Pupils in memory."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def add(self, pupil: StoredPupil) -> None:
        """Add one."""
        if pupil.pupil_id in self._rows.inner().pupils:
            raise Conflict("pupil-exists")
        self._put(pupil)

    def update(self, pupil: StoredPupil) -> None:
        """Replace what is stored under the pupil's id."""
        self.get(pupil.pupil_id)
        self._put(pupil)

    def get(self, pupil_id: str) -> StoredPupil:
        """Return one."""
        try:
            return self._rows.inner().pupils[pupil_id]
        except KeyError:
            raise NotFound("pupil-unknown") from None

    def by_upn(self, upn: str) -> StoredPupil | None:
        """Return the pupil with this UPN, or None."""
        pupils = self._rows.inner().pupils.values()
        return next((pupil for pupil in pupils if pupil.upn == upn), None)

    def all(self) -> Iterator[StoredPupil]:
        """Yield all, oldest first."""
        pupils = self._rows.inner().pupils.values()
        yield from sorted(pupils, key=lambda pupil: (pupil.created_at, pupil.pupil_id))

    def _put(self, pupil: StoredPupil) -> None:
        same = None if pupil.upn is None else self.by_upn(pupil.upn)
        if same is not None and same.pupil_id != pupil.pupil_id:
            raise Conflict("pupil-exists")
        self._rows.write().pupils[pupil.pupil_id] = pupil


class MemoryRecords:
    """exchange.ports.Records in memory."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def put(self, record: StoredRecord) -> None:
        """Store it as the current one of its pupil and slot."""
        tables = self._rows.inner()
        if record.record_id in tables.record_ids:
            raise Conflict("record-exists")
        if record.pupil_id not in tables.pupils:
            raise NotFound("pupil-unknown")
        tables = self._rows.write()
        tables.record_ids[record.record_id] = None
        tables.records[record.pupil_id, record.slot] = record

    def of_pupil(self, pupil_id: str) -> Sequence[StoredRecord]:
        """Return the current records, by slot."""
        records = self._rows.inner().records.values()
        mine = [record for record in records if record.pupil_id == pupil_id]
        return sorted(mine, key=lambda record: record.slot)


class MemoryDocuments:
    """exchange.ports.Documents in memory."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def add(self, document: StoredDocument) -> None:
        """Add one."""
        tables = self._rows.inner()
        if document.document_id in tables.documents:
            raise Conflict("document-exists")
        if document.pupil_id not in tables.pupils:
            raise NotFound("pupil-unknown")
        self._rows.write().documents[document.document_id] = document

    def update(self, document: StoredDocument) -> None:
        """Replace what is sealed of one."""
        self.get(document.document_id)
        self._rows.write().documents[document.document_id] = document

    def get(self, document_id: str) -> StoredDocument:
        """Return one."""
        try:
            return self._rows.inner().documents[document_id]
        except KeyError:
            raise NotFound("document-unknown") from None

    def of_pupil(self, pupil_id: str) -> Sequence[StoredDocument]:
        """Return the pupil's documents, oldest first."""
        documents = self._rows.inner().documents.values()
        mine = [document for document in documents if document.pupil_id == pupil_id]
        return sorted(mine, key=lambda document: (document.created_at, document.document_id))


class MemoryTransfers:
    """exchange.ports.Transfers in memory."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def add(self, transfer: Transfer) -> None:
        """Add one."""
        if transfer.bundle_id in self._rows.inner().transfers:
            raise Conflict("transfer-exists")
        self._rows.write().transfers[transfer.bundle_id] = transfer

    def get(self, bundle_id: str) -> Transfer:
        """Return one."""
        return self._known(self._rows.inner(), bundle_id)

    def update(self, transfer: Transfer) -> None:
        """Replace what is stored."""
        self.get(transfer.bundle_id)
        self._rows.write().transfers[transfer.bundle_id] = transfer

    def schedule(self, bundle_id: str, due_at: datetime | None, attempts: int) -> None:
        """Set when it is due again."""
        known = self._known(self._rows.tables(), bundle_id)
        tables = self._rows.write(sealed=False, state=False)
        tables.transfers[bundle_id] = replace(known, due_at=due_at, attempts=attempts)

    def all(self, pupil_id: str | None = None) -> Iterator[Transfer]:
        """Yield all, or all of one pupil, oldest first."""
        transfers = self._rows.inner().transfers.values()
        mine = [each for each in transfers if pupil_id is None or each.pupil_id == pupil_id]
        yield from sorted(mine, key=lambda each: (each.created_at, each.bundle_id))

    def answering(self, bundle_id: str) -> Sequence[Transfer]:
        """Return those that answer a bundle (``in_reply_to``), oldest first."""
        return [each for each in self.all() if each.in_reply_to == bundle_id]

    def due(self, now: datetime, limit: int) -> Sequence[str]:
        """Return the ids of up to ``limit`` transfers due at ``now``, longest waiting first."""
        transfers = self._rows.tables().transfers.values()
        waiting = [(each.due_at, each.bundle_id) for each in transfers if each.due_at is not None]
        return [bundle_id for due_at, bundle_id in sorted(waiting) if due_at <= now][:limit]

    def _known(self, tables: Tables, bundle_id: str) -> Transfer:
        try:
            return tables.transfers[bundle_id]
        except KeyError:
            raise NotFound("transfer-unknown") from None


class MemoryArrivals:
    """exchange.ports.Arrivals in memory; without keys sealed fields are not seen, and not set."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def add(self, arrival: Arrival) -> None:
        """Add one."""
        key = arrival.sender, arrival.bundle_id
        if key in self._rows.tables().arrivals:
            raise Conflict("arrival-exists")
        self._rows.write(sealed=_has_sealed(arrival)).arrivals[key] = arrival

    def find(self, sender: str, bundle_id: str) -> Arrival | None:
        """Return one, or None."""
        found = self._rows.tables().arrivals.get((sender, bundle_id))
        return None if found is None else self._seen(found)

    def by_bundle(self, bundle_id: str) -> Arrival:
        """Return the arrival with this bundle id."""
        arrivals = self._rows.tables().arrivals.values()
        found = [each for each in arrivals if each.bundle_id == bundle_id]
        if not found:
            raise NotFound("arrival-unknown")
        if len(found) > 1:
            raise Conflict("arrival-ambiguous")
        return self._seen(found[0])

    def update(self, arrival: Arrival) -> None:
        """Replace what is stored; without keys, the clear columns alone."""
        known = self._known(arrival.sender, arrival.bundle_id)
        tables = self._rows.write(sealed=_has_sealed(arrival))
        if not self._rows.has_keys:
            kept = {name: getattr(known, name) for name in _SEALED_IN_ARRIVAL}
            arrival = replace(arrival, **kept)
        tables.arrivals[arrival.sender, arrival.bundle_id] = arrival

    def schedule(self, sender: str, bundle_id: str, due_at: datetime | None, attempts: int) -> None:
        """Set when it is due again."""
        known = self._known(sender, bundle_id)
        tables = self._rows.write(sealed=False, state=False)
        tables.arrivals[sender, bundle_id] = replace(known, due_at=due_at, attempts=attempts)

    def all(self) -> Iterator[Arrival]:
        """Yield all, oldest first."""
        arrivals = self._rows.tables().arrivals.values()
        for each in sorted(arrivals, key=lambda each: (each.arrived_at, each.bundle_id)):
            yield self._seen(each)

    def answering(self, bundle_id: str) -> Sequence[Arrival]:
        """Return those that answer a bundle (``in_reply_to``), oldest first."""
        return [each for each in self.all() if each.in_reply_to == bundle_id]

    def due(self, now: datetime, limit: int) -> Sequence[tuple[str, str]]:
        """Return (sender, bundle id) of up to ``limit`` arrivals due at ``now``."""
        waiting = [
            (each.due_at, each.bundle_id, each.sender)
            for each in self._rows.tables().arrivals.values()
            if each.due_at is not None
        ]
        due = [(sender, bundle_id) for at, bundle_id, sender in sorted(waiting) if at <= now]
        return due[:limit]

    def _known(self, sender: str, bundle_id: str) -> Arrival:
        try:
            return self._rows.tables().arrivals[sender, bundle_id]
        except KeyError:
            raise NotFound("arrival-unknown") from None

    def _seen(self, arrival: Arrival) -> Arrival:
        if self._rows.has_keys:
            return arrival
        return replace(arrival, statement=b"", statement_signature=b"", sender_entry=b"")


class MemoryReceipts:
    """exchange.ports.Receipts in memory."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def append(self, receipt: StoredReceipt) -> None:
        """Add one."""
        key = receipt.bundle_id, receipt.counterparty, receipt.direction, receipt.seq
        if key in self._rows.tables().receipts:
            raise Conflict("receipt-exists")
        self._rows.write(sealed=False).receipts[key] = receipt

    def of(
        self, bundle_id: str, counterparty: str, direction: Literal["issued", "received"]
    ) -> Sequence[StoredReceipt]:
        """Return them by seq."""
        wanted = bundle_id, counterparty, direction
        receipts = self._rows.tables().receipts
        return [receipts[key] for key in sorted(receipts) if key[:3] == wanted]


class MemoryBook:
    """exchange.ports.AuditBook in memory."""

    def __init__(self, rows: Rows, book: str, clock: Clock) -> None:
        self._rows = rows
        self._name = book
        self._clock = clock
        self._waiting: list[Fact] = []

    @property
    def has_new(self) -> bool:
        """Return whether entries wait to be written."""
        return bool(self._waiting)

    def record(
        self,
        actor: Actor,
        action: str,
        object_kind: str,
        object_id: str,
        outcome: str = "done",
        detail: Mapping[str, str] | None = None,
    ) -> None:
        """Append one entry to this unit of work."""
        at = self._clock.now().replace(microsecond=0)
        said = dict(detail or {})
        fact = Fact(at, actor.name, actor.role, action, object_kind, object_id, outcome, said)
        check_fact(fact)
        self._waiting.append(fact)

    def entries(self) -> Iterator[AuditEntry]:
        """Yield all committed entries by seq."""
        yield from self._rows.tables().entries.values()

    def write(self) -> None:
        """Link the waiting entries to the book's head."""
        if not self._waiting:
            return
        entries = self._rows.write(sealed=False, state=False).entries
        last = entries.get(len(entries))
        head = None if last is None else Head(last.seq, last.digest)
        for fact in self._waiting:
            place = link(self._name, head, fact)
            said = {each.name: getattr(fact, each.name) for each in fields(Fact)}
            entries[place.seq] = AuditEntry(
                seq=place.seq, previous=place.previous, digest=place.digest, **said
            )
            head = place.head
        self._waiting.clear()


def _has_sealed(arrival: Arrival) -> bool:
    return any(getattr(arrival, name) for name in _SEALED_IN_ARRIVAL)
