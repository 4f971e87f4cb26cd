"""Outgoing transfers of one organisation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from exchange.domain.transfer import State
from exchange.errors import Conflict, NotFound
from exchange.ports.rows import Glance, Transfer
from exchange.store import failures, tables
from exchange.store.said import disclosed_in
from exchange.store.sealing import Sealer, pack, unpack
from exchange.store.tenancy import Row, Tenancy

_TABLE = tables.transfers
_CLEAR = (
    "release_id",
    "recipient",
    "inbox",
    "kind",
    "transport",
    "target",
    "blob",
    "size",
    "sha256",
    "payload_sha256",
    "created_at",
    "updated_at",
    "expires_at",
    "due_at",
    "attempts",
    "last_seq",
    "last_receipt_sha256",
    "attention",
    "supersedes",
    "in_reply_to",
)
_GLANCED = (
    "bundle_id",
    "recipient",
    "kind",
    "transport",
    "created_at",
    "updated_at",
    "attention",
    "supersedes",
)
_SEALED = (
    "envelope",
    "envelope_signature",
    "statement",
    "statement_signature",
    "recipient_entry",
)


class SqlTransfers:
    """exchange.ports.Transfers over SQL. Which pupil it is about is sealed, with a keyed tag."""

    def __init__(self, rows: Tenancy, sealer: Sealer) -> None:
        self._rows = rows
        self._sealer = sealer

    def add(self, transfer: Transfer) -> None:
        """Add one.

        :raises Conflict: ``transfer-exists``.
        """
        try:
            self._rows.add(_TABLE, {"bundle_id": transfer.bundle_id, **self._values(transfer)})
        except failures.Taken:
            raise Conflict("transfer-exists") from None

    def get(self, bundle_id: str) -> Transfer:
        """Return one.

        :raises NotFound: ``transfer-unknown``.
        """
        row = self._rows.find(_TABLE, {"bundle_id": bundle_id})
        if row is None:
            raise _unknown()
        return self._transfer(row)

    def update(self, transfer: Transfer) -> None:
        """Replace what is stored (a state change: wants an audit entry).

        :raises NotFound: ``transfer-unknown``.
        """
        where = {"bundle_id": transfer.bundle_id}
        if not self._rows.change(_TABLE, where, self._values(transfer)):
            raise _unknown()

    def schedule(self, bundle_id: str, due_at: datetime | None, attempts: int) -> None:
        """Set when it is due again (no state change).

        :raises NotFound: ``transfer-unknown``.
        """
        values = {"due_at": due_at, "attempts": attempts}
        if not self._rows.change(_TABLE, {"bundle_id": bundle_id}, values, state=False):
            raise _unknown()

    def all(self, pupil_id: str | None = None) -> Iterator[Transfer]:
        """Yield all, or all of one pupil, oldest first."""
        where = {} if pupil_id is None else {"pupil_tag": self._sealer.tag("pupil", pupil_id)}
        order = ("created_at",)
        for row in self._rows.each(_TABLE, ("bundle_id",), where, order):
            yield self._transfer(row)

    def glances(self, pupil_ids: Iterable[str]) -> Mapping[str, Sequence[Glance]]:
        """Return what is clear of the packs of many pupils, by pupil, each oldest first."""
        whose = {self._sealer.tag("pupil", one): one for one in pupil_ids}
        found: dict[str, list[Glance]] = {one: [] for one in whose.values()}
        where = {"pupil_tag": next(iter(whose))} if len(whose) == 1 else {}
        columns = (*_GLANCED, "state", "pupil_tag")
        for row in self._rows.rows(_TABLE, where, columns=columns, order=("created_at",)):
            pupil_id = whose.get(row["pupil_tag"])
            if pupil_id is not None:
                told: dict[str, Any] = {name: row[name] for name in _GLANCED}
                found[pupil_id].append(Glance(state=State(row["state"]), **told))
        return found

    def answering(self, bundle_id: str) -> Sequence[Transfer]:
        """Return those that answer a bundle (``in_reply_to``), oldest first."""
        order = ("created_at",)
        rows = self._rows.rows(_TABLE, {"in_reply_to": bundle_id}, order=order)
        return [self._transfer(row) for row in rows]

    def stuck(self) -> int:
        """Return how many wait to leave and need a person's attention."""
        waiting = {"state": State.QUEUED.value}
        rows = self._rows.rows(_TABLE, waiting, columns=("attention",))
        return sum(row["attention"] is not None for row in rows)

    def due(self, now: datetime, limit: int) -> Sequence[str]:
        """Return the ids of up to ``limit`` transfers due at ``now``, longest waiting first."""
        rows = self._rows.rows(
            _TABLE, columns=("bundle_id",), order=("due_at", "bundle_id"), due_at=now, limit=limit
        )
        return [row["bundle_id"] for row in rows]

    def _values(self, transfer: Transfer) -> dict[str, Any]:
        pupil_id = transfer.pupil_id
        inside: dict[str, Any] = {name: pack(getattr(transfer, name)) for name in _SEALED}
        inside["pupil_id"] = pupil_id
        inside["disclosed"] = [one.as_json() for one in transfer.disclosed]
        return {
            **{name: getattr(transfer, name) for name in _CLEAR},
            "state": transfer.state.value,
            "pupil_tag": None if pupil_id is None else self._sealer.tag("pupil", pupil_id),
            **self._sealer.seal(_TABLE.name, transfer.bundle_id, inside),
        }

    def _transfer(self, row: Row) -> Transfer:
        inside = self._sealer.open(_TABLE.name, row["bundle_id"], row)
        fields: dict[str, Any] = {name: row[name] for name in _CLEAR}
        fields |= {name: unpack(inside[name]) for name in _SEALED}
        return Transfer(
            bundle_id=row["bundle_id"],
            state=State(row["state"]),
            pupil_id=inside["pupil_id"],
            disclosed=disclosed_in(inside["disclosed"]),
            **fields,
        )


def _unknown() -> NotFound:
    return NotFound("transfer-unknown", hint="Check the reference: `senx outbox` lists them.")
