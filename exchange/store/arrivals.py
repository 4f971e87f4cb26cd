"""Incoming bundles of one organisation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from exchange.domain.transfer import State
from exchange.errors import Conflict, NotFound
from exchange.ports.rows import Arrival
from exchange.store import failures, tables
from exchange.store.sealing import Sealer, pack, unpack
from exchange.store.tenancy import Row, Tenancy

_TABLE = tables.arrivals
_CLEAR = (
    "size",
    "payload_sha256",
    "envelope",
    "envelope_signature",
    "blob",
    "arrived_at",
    "updated_at",
    "due_at",
    "kind",
    "attempts",
    "code",
    "attention",
    "folder",
    "supersedes",
    "in_reply_to",
    "laid_at",
)
_SEALED = ("statement", "statement_signature", "sender_entry")


class SqlArrivals:
    """exchange.ports.Arrivals over SQL.

    A process without keys (the delivery face) adds rows whose sealed value is empty, and reads
    clear columns alone: it finds the sealed fields empty and can neither see nor change them.
    """

    def __init__(self, rows: Tenancy, sealer: Sealer) -> None:
        self._rows = rows
        self._sealer = sealer

    def add(self, arrival: Arrival) -> None:
        """Add one.

        :raises Conflict: ``arrival-exists``: (sender, bundle id) is taken.
        :raises StoreError: ``sealed-here``: sealed fields, and no keys in this process.
        """
        try:
            self._rows.add(_TABLE, {**_key(arrival), **self._values(arrival)})
        except failures.Taken:
            raise Conflict("arrival-exists") from None

    def find(self, sender: str, bundle_id: str) -> Arrival | None:
        """Return one, or None."""
        row = self._rows.find(_TABLE, {"sender": sender, "bundle_id": bundle_id})
        return None if row is None else self._arrival(row)

    def by_bundle(self, bundle_id: str) -> Arrival:
        """Return the arrival with this bundle id.

        :raises NotFound: ``arrival-unknown``.
        :raises Conflict: ``arrival-ambiguous``: two senders used the id.
        """
        rows = self._rows.rows(_TABLE, {"bundle_id": bundle_id}, limit=2)
        if not rows:
            raise _unknown()
        if len(rows) > 1:
            raise Conflict("arrival-ambiguous", hint="Name the sender too.")
        return self._arrival(rows[0])

    def answering(self, bundle_id: str) -> Sequence[Arrival]:
        """Return those that answer a bundle (``in_reply_to``), oldest first."""
        order = ("arrived_at",)
        rows = self._rows.rows(_TABLE, {"in_reply_to": bundle_id}, order=order)
        return [self._arrival(row) for row in rows]

    def update(self, arrival: Arrival) -> None:
        """Replace what is stored; without keys, the clear columns alone.

        :raises NotFound: ``arrival-unknown``.
        :raises StoreError: ``sealed-here``: sealed fields, and no keys in this process.
        """
        if not self._rows.change(_TABLE, _key(arrival), self._values(arrival)):
            raise _unknown()

    def schedule(self, sender: str, bundle_id: str, due_at: datetime | None, attempts: int) -> None:
        """Set when it is due again (no state change).

        :raises NotFound: ``arrival-unknown``.
        """
        where = {"sender": sender, "bundle_id": bundle_id}
        values = {"due_at": due_at, "attempts": attempts}
        if not self._rows.change(_TABLE, where, values, state=False):
            raise _unknown()

    def all(self) -> Iterator[Arrival]:
        """Yield all, oldest first."""
        order = ("arrived_at",)
        for row in self._rows.each(_TABLE, ("sender", "bundle_id"), {}, order):
            yield self._arrival(row)

    def outlines(self) -> Sequence[Arrival]:
        """Return all, oldest first, without what is sealed."""
        columns = ("sender", "bundle_id", "state", *_CLEAR)
        order = ("arrived_at",)
        return [
            self._arrival({**row, "sealed": None})
            for row in self._rows.rows(_TABLE, columns=columns, order=order)
        ]

    def due(self, now: datetime, limit: int) -> Sequence[tuple[str, str]]:
        """Return (sender, bundle id) of up to ``limit`` arrivals due, longest waiting first."""
        rows = self._rows.rows(
            _TABLE,
            columns=("sender", "bundle_id"),
            order=("due_at", "bundle_id", "sender"),
            due_at=now,
            limit=limit,
        )
        return [(row["sender"], row["bundle_id"]) for row in rows]

    def _values(self, arrival: Arrival) -> dict[str, Any]:
        values = {name: getattr(arrival, name) for name in _CLEAR}
        values["state"] = arrival.state.value
        inside = {name: pack(getattr(arrival, name)) for name in _SEALED}
        if self._sealer.vault is not None or any(inside.values()):
            row_id = _row_id(arrival.sender, arrival.bundle_id)
            values |= self._sealer.seal(_TABLE.name, row_id, inside)
        return values

    def _arrival(self, row: Row) -> Arrival:
        inside: dict[str, Any] = {}
        if row["sealed"] is not None and self._sealer.vault is not None:
            row_id = _row_id(row["sender"], row["bundle_id"])
            inside = self._sealer.open(_TABLE.name, row_id, row)
        fields: dict[str, Any] = {name: row[name] for name in _CLEAR}
        fields |= {name: unpack(inside.get(name, "")) for name in _SEALED}
        return Arrival(
            sender=row["sender"],
            bundle_id=row["bundle_id"],
            state=State(row["state"]),
            **fields,
        )


def _key(arrival: Arrival) -> dict[str, str]:
    return {"sender": arrival.sender, "bundle_id": arrival.bundle_id}


def _row_id(sender: str, bundle_id: str) -> str:
    return f"{sender}/{bundle_id}"


def _unknown() -> NotFound:
    return NotFound("arrival-unknown", hint="Check the reference: `senx inbox` lists them.")
