"""The audit book of one organisation, or of the node."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from exchange.audit import Fact, Head, check_fact, link
from exchange.errors import AuditError
from exchange.ports.people import Actor, Clock
from exchange.ports.rows import AuditEntry
from exchange.store import failures, tables
from exchange.store.tenancy import Row, Tenancy
from schemas import strict_json
from schemas.errors import SchemaError

_TABLE = tables.audit_entries
_SAID = ("at", "actor", "role", "action", "object_kind", "object_id", "outcome")
_PAGE = 500


class SqlBook:
    """exchange.ports.AuditBook over SQL; entries are linked and written at commit."""

    def __init__(self, rows: Tenancy, clock: Clock) -> None:
        self._rows = rows
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
        """Append one entry to this unit of work.

        :raises AuditError: ``entry-invalid``: a detail is no code, id or count.
        """
        fact = Fact(
            at=self._clock.now().replace(microsecond=0),
            actor=actor.name,
            role=actor.role,
            action=action,
            object_kind=object_kind,
            object_id=object_id,
            outcome=outcome,
            detail=dict(detail or {}),
        )
        check_fact(fact)
        self._waiting.append(fact)

    def entries(self, after: int = 0) -> Iterator[AuditEntry]:
        """Yield all committed entries with a seq greater than ``after``, by seq."""
        seq = after
        while True:
            page = self._rows.rows(_TABLE, order=("seq",), after=("seq", seq), limit=_PAGE)
            for row in page:
                yield _entry(row)
                seq = row["seq"]
            if len(page) < _PAGE:
                return

    def about(self, object_ids: Collection[str]) -> Sequence[AuditEntry]:
        """Return all committed entries about any of these objects, by seq."""
        found = {
            row["seq"]: row
            for object_id in object_ids
            for row in self._rows.rows(_TABLE, {"object_id": object_id})
        }
        return [_entry(found[seq]) for seq in sorted(found)]

    def last_seq(self) -> int:
        """Return the seq of the newest committed entry; 0 for an empty book."""
        head = self._head()
        return head.seq if head else 0

    def write(self) -> None:
        """Link the waiting entries to the book's head and write them."""
        head = self._head() if self._waiting else None
        for fact in self._waiting:
            place = link(self._rows.org_id, head, fact)
            values = {name: getattr(fact, name) for name in _SAID}
            values["detail"] = strict_json.dumps(fact.detail).decode("utf-8")
            try:
                self._rows.add(
                    _TABLE,
                    {
                        **values,
                        "seq": place.seq,
                        "previous": place.previous,
                        "digest": place.digest,
                    },
                    state=False,
                )
            except failures.Taken:
                raise AuditError("book-forked") from None
            head = place.head
        self._waiting.clear()

    def _head(self) -> Head | None:
        rows = self._rows.rows(
            _TABLE, columns=("seq", "digest"), order=("seq",), descending=True, limit=1
        )
        return Head(rows[0]["seq"], rows[0]["digest"]) if rows else None


def _entry(row: Row) -> AuditEntry:
    return AuditEntry(
        seq=row["seq"],
        detail=_detail(row["detail"]),
        previous=row["previous"],
        digest=row["digest"],
        **{name: row[name] for name in _SAID},
    )


def _detail(text: str) -> Mapping[str, str]:
    """Return the details as written; what is not readable any more shows as itself, unlinked."""
    try:
        detail = strict_json.loads(text)
    except SchemaError:
        return {"unreadable": ""}
    if not isinstance(detail, dict):
        return {"unreadable": ""}
    return {key: str(value) for key, value in detail.items()}
