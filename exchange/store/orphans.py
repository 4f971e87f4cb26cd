"""Blobs that no row names: left where a process was killed between a blob and its row.

Rows are the truth. A blob is committed before the row that names it, and removed after the row
that gave it up, so a kill in between leaves a blob too many, never one too few. A pack that was
rejected, recalled, expired or destroyed names no blob any more. An item names its blobs under
``blob`` or ``blobs`` of what is clear.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import Engine, Table

from exchange.domain.transfer import EMPTIED_HERE, EMPTIED_THERE, State
from exchange.errors import StoreError
from exchange.store import tables
from exchange.store.blobs import LocalBlobs
from exchange.store.tenancy import NodeRows, Tenancy
from schemas import strict_json
from schemas.errors import SchemaError

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
        for row in rows.rows(tables.items, columns=("clear",)):
            named.update(_of_item(row["clear"]))
        return named
    finally:
        rows.close()


def _of_item(clear: str) -> Iterator[str]:
    """Yield the blobs that an item names.

    :raises StoreError: ``value-damaged``: nothing may be removed on the word of what is damaged.
    """
    try:
        value = strict_json.loads(clear.encode("utf-8"))
    except SchemaError:
        raise StoreError("value-damaged", "/items") from None
    if not isinstance(value, dict):
        raise StoreError("value-damaged", "/items")
    several = value.get("blobs")
    for name in (value.get("blob"), *(several if isinstance(several, list) else ())):
        if isinstance(name, str):
            yield name
