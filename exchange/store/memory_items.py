"""Items in memory: the double of exchange.store.items."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from exchange.errors import StoreError
from exchange.ports.items import Item
from exchange.store.items import changed, exists, is_state, unknown
from exchange.store.memory_rows import Rows


class MemoryItems:
    """exchange.ports.Items in memory."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def add(self, item: Item, *, quiet: bool = False) -> None:
        """Add one."""
        state = is_state(item.kind, quiet)
        tables = self._rows.write(sealed=item.content is not None, state=state)
        if (item.kind, item.item_id) in tables.items or self._taken(item):
            raise exists()
        tables.items[item.kind, item.item_id] = replace(item, version=1)

    def update(self, item: Item, *, quiet: bool = False) -> Item:
        """Replace what is stored, if it is still the version that was read."""
        before = self._known(item.kind, item.item_id)
        if before.version != item.version:
            raise changed()
        if self._taken(item):
            raise exists()
        state = is_state(item.kind, quiet)
        tables = self._rows.write(sealed=item.content is not None, state=state)
        stored = replace(
            item,
            about=before.about if item.about is None else item.about,
            content=before.content if item.content is None else item.content,
            version=item.version + 1,
        )
        tables.items[item.kind, item.item_id] = stored
        return self._seen(stored)

    def remove(self, kind: str, item_id: str, *, quiet: bool = False) -> None:
        """Remove one for good; removing what is not there is no error."""
        if (kind, item_id) in self._rows.tables().items:
            tables = self._rows.write(sealed=False, state=is_state(kind, quiet))
            del tables.items[kind, item_id]

    def get(self, kind: str, item_id: str) -> Item:
        """Return one."""
        return self._seen(self._known(kind, item_id))

    def find(self, kind: str, lookup: str) -> Item | None:
        """Return the one with this look-up, or None."""
        found = (one for one in self._of(kind) if one.lookup == lookup)
        one = next(found, None)
        return None if one is None else self._seen(one)

    def about(self, kind: str, about: str) -> Sequence[Item]:
        """Return those about an id, oldest first."""
        if not self._rows.has_keys:
            raise StoreError("sealed-here", hint="This process has no keys: ask the inner one.")
        return [self._seen(one) for one in self._of(kind) if one.about == about]

    def all(self, kind: str, state: str | None = None) -> Iterator[Item]:
        """Yield all of a kind, oldest first."""
        for one in self._of(kind):
            if state is None or one.state == state:
                yield self._seen(one)

    def due(self, kind: str, now: datetime, limit: int) -> Sequence[str]:
        """Return ids of up to ``limit`` items due at ``now``, the longest due first."""
        due = [(one.due_at, one.item_id) for one in self._of(kind) if one.due_at is not None]
        return [item_id for at, item_id in sorted(due) if at <= now][:limit]

    def count(self, kind: str, state: str | None = None) -> int:
        """Return how many there are."""
        return sum(state is None or one.state == state for one in self._of(kind))

    def _of(self, kind: str) -> list[Item]:
        items = [one for one in self._rows.tables().items.values() if one.kind == kind]
        return sorted(items, key=lambda one: one.created_at)  # and as they were added

    def _known(self, kind: str, item_id: str) -> Item:
        try:
            return self._rows.tables().items[kind, item_id]
        except KeyError:
            raise unknown() from None

    def _taken(self, item: Item) -> bool:
        # Within one organisation only; the database holds it over the whole node.
        return item.lookup is not None and any(
            one.lookup == item.lookup and one.item_id != item.item_id for one in self._of(item.kind)
        )

    def _seen(self, item: Item) -> Item:
        seen = replace(item, about=None)
        return seen if self._rows.has_keys else replace(seen, content=None)
