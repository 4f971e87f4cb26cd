"""The audit book in memory."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import fields

from exchange.audit import Fact, Head, check_fact, link
from exchange.ports.people import Actor, Clock
from exchange.ports.rows import (
    AuditEntry,
)
from exchange.store.memory_rows import Rows


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

    def entries(self, after: int = 0) -> Iterator[AuditEntry]:
        """Yield all committed entries with a seq greater than ``after``, by seq."""
        known = self._rows.tables().entries
        yield from (known[seq] for seq in range(after + 1, len(known) + 1))

    def about(self, object_ids: Collection[str]) -> Sequence[AuditEntry]:
        """Return all committed entries about any of these objects, by seq."""
        wanted = frozenset(object_ids)
        return [one for one in self.entries() if one.object_id in wanted]

    def last_seq(self) -> int:
        """Return the seq of the newest committed entry; 0 for an empty book."""
        return len(self._rows.tables().entries)

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
