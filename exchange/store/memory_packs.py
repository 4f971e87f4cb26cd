"""Transfers, arrivals and receipts in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Literal

from exchange.domain.transfer import State
from exchange.errors import Conflict, NotFound
from exchange.ports.rows import (
    Arrival,
    Glance,
    StoredReceipt,
    Transfer,
)
from exchange.store.memory_rows import Rows, Tables

_SEALED_IN_ARRIVAL = ("statement", "statement_signature", "sender_entry")


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
        yield from sorted(mine, key=lambda each: each.created_at)

    def glances(self, pupil_ids: Iterable[str]) -> Mapping[str, Sequence[Glance]]:
        """Return what is clear of the packs of many pupils, by pupil, each oldest first."""
        names = [each.name for each in fields(Glance)]
        return {
            one: [Glance(**{name: getattr(pack, name) for name in names}) for pack in self.all(one)]
            for one in pupil_ids
        }

    def answering(self, bundle_id: str) -> Sequence[Transfer]:
        """Return those that answer a bundle (``in_reply_to``), oldest first."""
        return [each for each in self.all() if each.in_reply_to == bundle_id]

    def stuck(self) -> int:
        """Return how many wait to leave and need a person's attention."""
        transfers = self._rows.tables().transfers.values()
        return sum(each.state is State.QUEUED and each.attention is not None for each in transfers)

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
        for each in sorted(arrivals, key=lambda each: each.arrived_at):
            yield self._seen(each)

    def answering(self, bundle_id: str) -> Sequence[Arrival]:
        """Return those that answer a bundle (``in_reply_to``), oldest first."""
        return [each for each in self.all() if each.in_reply_to == bundle_id]

    def outlines(self) -> Sequence[Arrival]:
        """Return all, oldest first, without what is sealed."""
        return [
            replace(each, statement=b"", statement_signature=b"", sender_entry=b"")
            for each in self.all()
        ]

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


def _has_sealed(arrival: Arrival) -> bool:
    return any(getattr(arrival, name) for name in _SEALED_IN_ARRIVAL)
