"""Blobs that no row names: left where a process was killed between a blob and its row.

Rows are the truth. A blob is committed before the row that names it, and removed after the row
that gave it up, so a kill in between leaves a blob too many, never one too few. A pack that was
rejected, recalled, expired or destroyed names no blob any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import Engine, Table

from exchange.domain.transfer import EMPTIED_HERE, EMPTIED_THERE, State
from exchange.store import tables
from exchange.store.blobs import LocalBlobs
from exchange.store.tenancy import NodeRows, Tenancy

_EMPTIED: Mapping[Table, frozenset[State]] = MappingProxyType(
    {tables.transfers: EMPTIED_THERE, tables.arrivals: EMPTIED_HERE}
)


def remove_orphans(engine: Engine, blobs: LocalBlobs, before: datetime) -> int:
    """Remove the blobs of hosted organisations that no row names; return how many.

    :param before: only blobs written before it; a day ago leaves every living writer alone.
    :raises StoreError: the database or the folder cannot be read.
    """
    removed = 0
    for org_id in NodeRows(engine).organisations():
        # Listed before the rows are read: a blob that is shown in between is not looked at.
        found = set(blobs.names(org_id))
        for name in found - _named(engine, org_id):
            removed += blobs.remove_older(org_id, name, before)
    return removed


def _named(engine: Engine, org_id: str) -> set[str]:
    rows = Tenancy(engine, org_id, reading=True)
    try:
        named = {row["blob"] for row in rows.rows(tables.documents, columns=("blob",))}
        for table, emptied in _EMPTIED.items():
            found = rows.rows(table, columns=("blob", "state"))
            named |= {row["blob"] for row in found if row["state"] not in emptied}
        return named
    finally:
        rows.close()
