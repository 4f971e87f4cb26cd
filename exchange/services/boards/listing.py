"""Rows of a board counted, filtered and sorted as far as something changed.

A board of thousands is looked at far more often than it changes, and then in one row. So what a
look needs of all rows (how many each filter finds, their order) is kept, and follows a change by
that row alone; a look itself costs what its one page costs.
"""

from __future__ import annotations

import threading
from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, Generic, TypeVar

R = TypeVar("R")

Fits = Callable[[R], bool]
SortKey = Callable[[R], Any]
_Placed = tuple[Any, Any]

_MANY = 500
"""Behind so many changes all is sorted anew."""


class Listing(Generic[R]):
    """The rows of one board of one organisation; safe for threads.

    :param filters: by name, which rows a filter finds.
    :param sorts: by name, what rows are sorted by; must differ between any two rows, or the keys
        under which the rows are handed over must be comparable.
    :param tallies: by name, what rows are counted by; None: the row does not count.
    """

    def __init__(
        self,
        filters: Mapping[str, Fits[R]],
        sorts: Mapping[str, SortKey[R]],
        tallies: Mapping[str, Callable[[R], str | None]] | None = None,
    ) -> None:
        self._filters, self._sorts, self._tallies = filters, sorts, tallies or {}
        self._lock = threading.Lock()
        self._rows: Mapping[Any, R] = {}
        self._lists: dict[tuple[str, str], list[_Placed]] = {}
        self._found: Counter[str] = Counter()
        self._tallied: dict[str, Counter[str]] = {name: Counter() for name in self._tallies}

    def follow(self, rows: Mapping[Any, R]) -> Look[R]:
        """Take the rows as they are now; return what can be asked of them.

        :param rows: never changed by anybody afterwards; the same mapping: nothing changed.
        """
        with self._lock:
            if rows is not self._rows:
                self._take(rows)
            return Look(self, rows, dict(self._found), self._tallied_now())

    def _take(self, rows: Mapping[Any, R]) -> None:
        before = self._rows
        moved = [key for key, row in rows.items() if before.get(key) is not row]
        gone = [key for key in before if key not in rows]
        self._rows = rows
        for key in (*moved, *gone):
            self._count(before.get(key), -1)
        for key in moved:
            self._count(rows[key], 1)
        if len(moved) + len(gone) > _MANY:
            self._lists.clear()
            return
        for (show, sort), placed in self._lists.items():
            for key in (*moved, *gone):
                self._pull(placed, show, sort, key, before.get(key))
            for key in moved:
                if self._filters[show](rows[key]):
                    insort(placed, (self._sorts[sort](rows[key]), key))

    def _pull(self, placed: list[_Placed], show: str, sort: str, key: Hashable, row: Any) -> None:
        if row is not None and self._filters[show](row):
            del placed[bisect_left(placed, (self._sorts[sort](row), key))]

    def _count(self, row: R | None, by: int) -> None:
        if row is None:
            return
        for name, fits in self._filters.items():
            if fits(row):
                self._found[name] += by
        for name, told in self._tallies.items():
            if (value := told(row)) is not None:
                self._tallied[name][value] += by

    def _tallied_now(self) -> dict[str, Mapping[str, int]]:
        return {name: dict(+counted) for name, counted in self._tallied.items()}

    def ordered(self, rows: Mapping[Any, R], show: str, sort: str, part: slice) -> Sequence[R]:
        """Return a part of what a filter finds, in order; of the rows that were looked at."""
        with self._lock:
            if rows is not self._rows:  # changed since: this look is told what it saw
                return [rows[key] for _, key in self._placed(rows, show, sort)[part]]
            if (show, sort) not in self._lists:
                self._lists[show, sort] = self._placed(rows, show, sort)
            return [rows[key] for _, key in self._lists[show, sort][part]]

    def _placed(self, rows: Mapping[Any, R], show: str, sort: str) -> list[_Placed]:
        fits, by = self._filters[show], self._sorts[sort]
        return sorted((by(row), key) for key, row in rows.items() if fits(row))


class Look(Generic[R]):
    """All rows as one look at a board sees them.

    :ivar rows: by key; never changed.
    :ivar found: how many rows each filter finds; one that finds none may be missing.
    :ivar tallied: how many rows have each value, by tally.
    """

    def __init__(
        self,
        listing: Listing[R],
        rows: Mapping[Any, R],
        found: Mapping[str, int],
        tallied: Mapping[str, Mapping[str, int]],
    ) -> None:
        self._listing = listing
        self.rows = rows
        self.found = found
        self.tallied = tallied

    def __len__(self) -> int:
        return len(self.rows)

    def part(self, show: str, sort: str, first: int, size: int) -> Sequence[R]:
        """Return ``size`` rows of a filter in an order, from the ``first``, which is 0 or more.

        :raises KeyError: no such filter or order.
        """
        return self._listing.ordered(self.rows, show, sort, slice(first, first + size))

    def all(self, show: str, sort: str) -> Sequence[R]:
        """Return all rows of a filter in an order.

        :raises KeyError: no such filter or order.
        """
        return self._listing.ordered(self.rows, show, sort, slice(None))
