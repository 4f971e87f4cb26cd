"""Pupils of one organisation."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from exchange.errors import Conflict, NotFound
from exchange.ports.rows import Destination, StoredPupil
from exchange.store import failures, tables
from exchange.store.said import said_by_key_in
from exchange.store.sealing import Inside, Sealer, pack, unpack
from exchange.store.tenancy import Row, Tenancy

_TABLE = tables.pupils


class SqlPupils:
    """exchange.ports.Pupils over SQL."""

    def __init__(self, rows: Tenancy, sealer: Sealer) -> None:
        self._rows = rows
        self._sealer = sealer

    def add(self, pupil: StoredPupil) -> None:
        """Add one.

        :raises Conflict: ``pupil-exists``.
        """
        try:
            self._rows.add(_TABLE, {"pupil_id": pupil.pupil_id, **self._values(pupil)})
        except failures.Taken:
            raise _exists() from None

    def update(self, pupil: StoredPupil) -> None:
        """Replace what is stored under the pupil's id.

        :raises NotFound: ``pupil-unknown``.
        :raises Conflict: ``pupil-exists``: another pupil has the UPN.
        """
        try:
            count = self._rows.change(_TABLE, {"pupil_id": pupil.pupil_id}, self._values(pupil))
        except failures.Taken:
            raise _exists() from None
        if not count:
            raise unknown()

    def remove(self, pupil_id: str) -> None:
        """Remove one for good, with all records, the earlier ones too.

        :raises NotFound: ``pupil-unknown``.
        :raises Conflict: ``documents-remain``: of whatever compartment.
        """
        where = {"pupil_id": pupil_id}
        if self._rows.count(tables.documents, where):
            raise Conflict("documents-remain", hint="Documents of this child are still here.")
        self._rows.remove(tables.records, where)
        if not self._rows.remove(_TABLE, where):
            raise unknown()

    def get(self, pupil_id: str) -> StoredPupil:
        """Return one.

        :raises NotFound: ``pupil-unknown``.
        """
        row = self._rows.find(_TABLE, {"pupil_id": pupil_id})
        if row is None:
            raise unknown()
        return self._pupil(row)

    def by_upn(self, upn: str) -> StoredPupil | None:
        """Return the pupil with this UPN (normalised), or None."""
        row = self._rows.find(_TABLE, {"upn_tag": self._sealer.tag("upn", upn)})
        return None if row is None else self._pupil(row)

    def all(self) -> Iterator[StoredPupil]:
        """Yield all, oldest first."""
        for row in self._rows.each(_TABLE, ("pupil_id",), {}, ("created_at", "pupil_id")):
            yield self._pupil(row)

    def _values(self, pupil: StoredPupil) -> dict[str, Any]:
        return {
            "upn_tag": None if pupil.upn is None else self._sealer.tag("upn", pupil.upn),
            "created_at": pupil.created_at,
            "updated_at": pupil.updated_at,
            **self._sealer.seal(_TABLE.name, pupil.pupil_id, _inside(pupil)),
        }

    def _pupil(self, row: Row) -> StoredPupil:
        inside = self._sealer.open(_TABLE.name, row["pupil_id"], row)
        return StoredPupil(
            pupil_id=row["pupil_id"],
            record=unpack(inside["record"]),
            upn=inside["upn"],
            origin=inside["origin"],
            created_at=row["created_at"],
            updated_at=row["updated_at"],
            destination=_destination(inside["destination"]),
            said=said_by_key_in(inside["said"]),
        )


def unknown() -> NotFound:
    """Return the error for a pupil that is not here."""
    return NotFound("pupil-unknown", hint="Check the reference: `senx pupils` lists them.")


def _exists() -> Conflict:
    return Conflict("pupil-exists", hint="This pupil, or another with the same UPN, is here.")


def _inside(pupil: StoredPupil) -> Inside:
    going = pupil.destination
    return {
        "record": pack(pupil.record),
        "upn": pupil.upn,
        "origin": pupil.origin,
        "said": {key: each.as_json() for key, each in pupil.said.items()},
        "destination": going
        and {
            "org_id": going.org_id,
            "inbox": going.inbox,
            "confirmed_by": going.confirmed_by,
            "confirmed_with": going.confirmed_with,
            "confirmed_at": going.confirmed_at.isoformat(),
        },
    }


def _destination(inside: Inside | None) -> Destination | None:
    if inside is None:
        return None
    at = datetime.fromisoformat(inside["confirmed_at"])
    return Destination(**{**inside, "confirmed_at": at})
