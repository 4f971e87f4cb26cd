"""Blobs that no row names: left where a process was killed between a blob and its row.

Rows are the truth. A blob is committed before the row that names it, and removed after the row
that gave it up, so a kill in between leaves a blob too many, never one too few.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine

from exchange.store import tables
from exchange.store.blobs import LocalBlobs
from exchange.store.tenancy import NodeRows, Tenancy

_NAMING = (tables.documents, tables.transfers, tables.arrivals)


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
        return {row["blob"] for table in _NAMING for row in rows.rows(table, columns=("blob",))}
    finally:
        rows.close()
