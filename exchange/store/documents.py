"""Documents of pupils of one organisation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from exchange.errors import Conflict, NotFound, Wrapped
from exchange.ports.rows import StoredDocument
from exchange.ports.screening import UNSCANNED
from exchange.store import failures, pupils, tables
from exchange.store.said import said_in
from exchange.store.sealing import Sealer, is_locked
from exchange.store.tenancy import Row, Tenancy

_TABLE = tables.documents
_PLAIN = ("type", "title", "author", "media_type", "file_name", "sha256", "crc32")


class SqlDocuments:
    """exchange.ports.Documents over SQL."""

    def __init__(self, rows: Tenancy, sealer: Sealer) -> None:
        self._rows = rows
        self._sealer = sealer

    def add(self, document: StoredDocument) -> None:
        """Add one.

        :raises Conflict: ``document-exists``.
        :raises NotFound: ``pupil-unknown``.
        """
        values = {
            "document_id": document.document_id,
            "pupil_id": document.pupil_id,
            "blob": document.blob,
            "size": document.size,
            "created_at": document.created_at,
            **self._sealed(document),
        }
        try:
            self._rows.add(_TABLE, values)
        except failures.Taken:
            raise Conflict("document-exists") from None
        except failures.Dangling:
            raise pupils.unknown() from None

    def update(self, document: StoredDocument) -> None:
        """Replace what is sealed of one.

        :raises NotFound: ``document-unknown``.
        :raises Wrapped: ``compartment-locked``.
        """
        where = {"document_id": document.document_id}
        if not self._rows.change(_TABLE, where, self._sealed(document)):
            raise NotFound("document-unknown")

    def get(self, document_id: str) -> StoredDocument:
        """Return one.

        :raises NotFound: ``document-unknown``.
        :raises Wrapped: ``compartment-locked``.
        """
        row = self._rows.find(_TABLE, {"document_id": document_id})
        if row is None:
            raise NotFound("document-unknown")
        return self._document(row)

    def of_pupil(self, pupil_id: str) -> Sequence[StoredDocument]:
        """Return the pupil's, oldest first; those of a locked compartment are left out."""
        order = ("created_at",)
        found = []
        for row in self._rows.rows(_TABLE, {"pupil_id": pupil_id}, order=order):
            try:
                found.append(self._document(row))
            except Wrapped as error:
                if not is_locked(error):
                    raise
        return found

    def remove(self, document_id: str) -> None:
        """Remove one for good.

        :raises NotFound: ``document-unknown``.
        """
        if not self._rows.remove(_TABLE, {"document_id": document_id}):
            raise NotFound("document-unknown")

    def _sealed(self, document: StoredDocument) -> dict[str, Any]:
        inside: dict[str, Any] = {name: getattr(document, name) for name in _PLAIN}
        inside["authored"] = document.authored and document.authored.isoformat()
        inside["said"] = document.said.as_json()
        inside["warnings"] = list(document.warnings)
        return self._sealer.seal(_TABLE.name, document.document_id, inside, document.compartment)

    def _document(self, row: Row) -> StoredDocument:
        inside = self._sealer.open(_TABLE.name, row["document_id"], row)
        authored = inside["authored"]
        return StoredDocument(
            document_id=row["document_id"],
            pupil_id=row["pupil_id"],
            blob=row["blob"],
            size=row["size"],
            created_at=row["created_at"],
            authored=date.fromisoformat(authored) if authored else None,
            compartment=row["compartment"],
            said=said_in(inside["said"]),
            # Rows from before there was a scanner do not say.
            warnings=tuple(inside.get("warnings", (UNSCANNED,))),
            **{name: inside[name] for name in _PLAIN},
        )
