"""Pupils, records and documents in memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from exchange.errors import Conflict, NotFound
from exchange.ports.rows import (
    StoredDocument,
    StoredPupil,
    StoredRecord,
)
from exchange.store.memory_rows import Rows


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

    def remove(self, pupil_id: str) -> None:
        """Remove one for good, with all records."""
        self.get(pupil_id)
        tables = self._rows.inner()
        if any(one.pupil_id == pupil_id for one in tables.documents.values()):
            raise Conflict("documents-remain")
        tables = self._rows.write()
        for key in [one for one in tables.records if one[0] == pupil_id]:
            del tables.records[key]
        del tables.pupils[pupil_id]

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

    def remove(self, pupil_id: str, slot: str) -> None:
        """Remove what a slot holds for good."""
        if (pupil_id, slot) not in self._rows.inner().records:
            raise NotFound("record-unknown")
        del self._rows.write().records[pupil_id, slot]


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
        return sorted(mine, key=lambda document: document.created_at)

    def remove(self, document_id: str) -> None:
        """Remove one for good."""
        self.get(document_id)
        del self._rows.write().documents[document_id]
