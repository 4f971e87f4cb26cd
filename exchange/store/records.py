"""Further records of pupils of one organisation."""

from __future__ import annotations

from collections.abc import Sequence

from exchange.errors import Conflict, NotFound, Wrapped
from exchange.ports.rows import StoredRecord
from exchange.store import failures, pupils, tables
from exchange.store.sealing import Sealer, is_locked, pack, unpack
from exchange.store.tenancy import Row, Tenancy

_TABLE = tables.records


class SqlRecords:
    """exchange.ports.Records over SQL. Slot and schema are sealed too: they tell of needs."""

    def __init__(self, rows: Tenancy, sealer: Sealer) -> None:
        self._rows = rows
        self._sealer = sealer

    def put(self, record: StoredRecord) -> None:
        """Store it as the current one of its pupil and slot; earlier ones stay as history.

        :raises Conflict: ``record-exists``: the id is taken.
        :raises NotFound: ``pupil-unknown``.
        """
        tag = self._tag(record.pupil_id, record.slot)
        values = {
            "record_id": record.record_id,
            "pupil_id": record.pupil_id,
            "slot_tag": tag,
            "created_at": record.created_at,
            **self._sealer.seal(
                _TABLE.name,
                record.record_id,
                {
                    "slot": record.slot,
                    "schema_id": record.schema_id,
                    "record": pack(record.record),
                },
                record.compartment,
            ),
        }
        if self._rows.find(_TABLE, {"record_id": record.record_id}) is not None:
            raise Conflict("record-exists")
        current = {"pupil_id": record.pupil_id, "slot_tag": tag, "replaced_at": None}
        self._rows.change(_TABLE, current, {"replaced_at": record.created_at})
        try:
            self._rows.add(_TABLE, values)
        except failures.Dangling:
            raise pupils.unknown() from None

    def of_pupil(self, pupil_id: str) -> Sequence[StoredRecord]:
        """Return the current records, by slot; those of a locked compartment are left out."""
        current = {"pupil_id": pupil_id, "replaced_at": None}
        found = []
        for row in self._rows.rows(_TABLE, current):
            try:
                found.append(self._record(row))
            except Wrapped as error:
                if not is_locked(error):
                    raise
        return sorted(found, key=lambda record: record.slot)

    def remove(self, pupil_id: str, slot: str) -> None:
        """Remove all that a slot holds for good, its history too.

        :raises NotFound: ``record-unknown``.
        """
        where = {"pupil_id": pupil_id, "slot_tag": self._tag(pupil_id, slot)}
        if not self._rows.remove(_TABLE, where):
            raise NotFound("record-unknown")

    def _tag(self, pupil_id: str, slot: str) -> str:
        return self._sealer.tag("slot", f"{pupil_id}/{slot}")

    def _record(self, row: Row) -> StoredRecord:
        inside = self._sealer.open(_TABLE.name, row["record_id"], row)
        return StoredRecord(
            record_id=row["record_id"],
            pupil_id=row["pupil_id"],
            slot=inside["slot"],
            schema_id=inside["schema_id"],
            record=unpack(inside["record"]),
            created_at=row["created_at"],
            compartment=row["compartment"],
        )
