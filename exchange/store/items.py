"""Items of one organisation, or of the node: clear columns and one sealed value each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from exchange.errors import Conflict, NotFound, StoreError
from exchange.ports.items import QUIET_KINDS, Item
from exchange.store import failures, tables
from exchange.store.sealing import Sealer
from exchange.store.tenancy import Row, Tenancy
from schemas import strict_json
from schemas.errors import SchemaError

_TABLE = tables.items


class SqlItems:
    """exchange.ports.Items over SQL.

    A process without keys reads and changes clear columns alone, and adds items without content.
    """

    def __init__(self, rows: Tenancy, sealer: Sealer) -> None:
        self._rows = rows
        self._sealer = sealer

    def add(self, item: Item, *, quiet: bool = False) -> None:
        """Add one.

        :raises Conflict: ``item-exists``.
        :raises StoreError: ``sealed-here``: it has content, and this process no keys;
            ``item-not-quiet``.
        """
        values = {
            "kind": item.kind,
            "item_id": item.item_id,
            "created_at": item.created_at,
            "version": 1,
            **self._values(item),
        }
        try:
            self._rows.add(_TABLE, values, state=is_state(item.kind, quiet))
        except failures.Taken:
            raise exists() from None

    def update(self, item: Item, *, quiet: bool = False) -> Item:
        """Replace what is stored, if it is still the version that was read.

        :raises NotFound: ``item-unknown``.
        :raises Conflict: ``item-changed``; ``item-exists``: its look-up is another's.
        """
        where = {**_key(item.kind, item.item_id), "version": item.version}
        values = {**self._values(item), "version": item.version + 1}
        try:
            count = self._rows.change(_TABLE, where, values, state=is_state(item.kind, quiet))
        except failures.Taken:
            raise exists() from None
        if not count:
            self.get(item.kind, item.item_id)
            raise changed()
        return replace(item, version=item.version + 1)

    def remove(self, kind: str, item_id: str, *, quiet: bool = False) -> None:
        """Remove one for good; removing what is not there is no error."""
        self._rows.remove(_TABLE, _key(kind, item_id), state=is_state(kind, quiet))

    def get(self, kind: str, item_id: str) -> Item:
        """Return one.

        :raises NotFound: ``item-unknown``.
        :raises Wrapped: ``compartment-locked``.
        """
        row = self._rows.find(_TABLE, _key(kind, item_id))
        if row is None:
            raise unknown()
        return self._item(row)

    def find(self, kind: str, lookup: str) -> Item | None:
        """Return the one with this look-up, or None."""
        row = self._rows.find(_TABLE, {"kind": kind, "lookup": lookup})
        return None if row is None else self._item(row)

    def about(self, kind: str, about: str) -> Sequence[Item]:
        """Return those about an id, oldest first.

        :raises StoreError: ``sealed-here``: this process has no keys.
        """
        return list(self._each({"kind": kind, "about_tag": self._tag(about)}))

    def all(self, kind: str, state: str | None = None) -> Iterator[Item]:
        """Yield all of a kind, oldest first; those of a locked compartment are left out."""
        where: dict[str, Any] = {"kind": kind}
        if state is not None:
            where["state"] = state
        yield from self._each(where)

    def due(self, kind: str, now: datetime, limit: int) -> Sequence[str]:
        """Return ids of up to ``limit`` items due at ``now``, the longest due first."""
        rows = self._rows.rows(
            _TABLE,
            {"kind": kind},
            columns=("item_id",),
            order=("due_at", "item_id"),
            due_at=now,
            limit=limit,
        )
        return [str(row["item_id"]) for row in rows]

    def count(self, kind: str, state: str | None = None) -> int:
        """Return how many there are."""
        return self._rows.count(_TABLE, {"kind": kind, **({"state": state} if state else {})})

    def _each(self, where: Mapping[str, Any]) -> Iterator[Item]:
        for row in self._rows.rows(_TABLE, where, order=("created_at",)):
            if row["compartment"] == "general" or self._sealer.can_open(row["compartment"]):
                yield self._item(row)

    def _values(self, item: Item) -> dict[str, Any]:
        values: dict[str, Any] = {
            "state": item.state,
            "updated_at": item.updated_at,
            "due_at": item.due_at,
            "lookup": item.lookup,
            "clear": _json(item.clear),
        }
        if item.about is not None:
            values["about_tag"] = self._tag(item.about)
        if item.content is not None:
            row_id = f"{item.kind}/{item.item_id}"
            values |= self._sealer.seal(_TABLE.name, row_id, dict(item.content), item.compartment)
        return values

    def _item(self, row: Row) -> Item:
        content = None
        if row["sealed"] is not None and self._sealer.vault is not None:
            content = self._sealer.open(_TABLE.name, f"{row['kind']}/{row['item_id']}", row)
        return Item(
            kind=row["kind"],
            item_id=row["item_id"],
            state=row["state"],
            content=content,
            created_at=row["created_at"],
            updated_at=row["updated_at"],
            clear=_read(row["clear"]),
            due_at=row["due_at"],
            lookup=row["lookup"],
            compartment=row["compartment"],
            version=row["version"],
        )

    def _tag(self, about: str) -> str:
        return self._sealer.tag("item-about", about)


def is_state(kind: str, quiet: bool) -> bool:
    """Return whether a change is one of state, which wants an audit entry.

    :raises StoreError: ``item-not-quiet``: only some kinds may change quietly.
    """
    if quiet and kind not in QUIET_KINDS:
        raise StoreError("item-not-quiet", hint="Write what happened into the book.")
    return not quiet


def exists() -> Conflict:
    """Return the error for an id or look-up that is taken."""
    return Conflict("item-exists", hint="It is here already.")


def changed() -> Conflict:
    """Return the error for an item that somebody else changed."""
    hint = "Somebody changed it while you looked at it. Look again, then repeat what you did."
    return Conflict("item-changed", hint=hint)


def unknown() -> NotFound:
    """Return the error for an item that is not here."""
    return NotFound("item-unknown")


def _key(kind: str, item_id: str) -> dict[str, Any]:
    return {"kind": kind, "item_id": item_id}


def _json(value: Mapping[str, Any]) -> str:
    try:
        return strict_json.dumps(dict(value)).decode("utf-8")
    except SchemaError:
        raise StoreError("value-damaged", f"/{_TABLE.name}") from None


def _read(text: str) -> dict[str, Any]:
    try:
        value = strict_json.loads(text.encode("utf-8"))
    except SchemaError:
        value = None
    if not isinstance(value, dict):
        raise StoreError("value-damaged", f"/{_TABLE.name}")
    return value
