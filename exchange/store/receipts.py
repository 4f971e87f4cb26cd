"""Receipts issued and received by one organisation; clear, for they hold codes and ids alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from exchange.errors import Conflict
from exchange.ports.rows import StoredReceipt
from exchange.store import failures, tables
from exchange.store.tenancy import Tenancy

_TABLE = tables.receipts
_COLUMNS = (
    "bundle_id",
    "counterparty",
    "direction",
    "seq",
    "kind",
    "content",
    "signature",
    "at",
)


class SqlReceipts:
    """exchange.ports.Receipts over SQL."""

    def __init__(self, rows: Tenancy) -> None:
        self._rows = rows

    def append(self, receipt: StoredReceipt) -> None:
        """Add one.

        :raises Conflict: ``receipt-exists``: that seq is taken.
        """
        try:
            self._rows.add(_TABLE, {name: getattr(receipt, name) for name in _COLUMNS})
        except failures.Taken:
            raise Conflict("receipt-exists") from None

    def of(
        self, bundle_id: str, counterparty: str, direction: Literal["issued", "received"]
    ) -> Sequence[StoredReceipt]:
        """Return them by seq."""
        where = {"bundle_id": bundle_id, "counterparty": counterparty, "direction": direction}
        rows = self._rows.rows(_TABLE, where, columns=_COLUMNS, order=("seq",))
        return [StoredReceipt(**dict(row)) for row in rows]
