"""Rows marked by who works now: that stands in the book of the node, and a cover ends by itself.

So no row of an organisation knows it, and no entry of its own book tells that it changed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

R = TypeVar("R")


class Marked(Generic[R]):
    """The rows of one board with some of them marked; safe for threads.

    Made anew only where a row or the people changed; what did not change stays the same row.

    :param wants: whether a row wants its mark, with these people; ``mark`` returns it marked.
    """

    def __init__(self, wants: Callable[[R, frozenset[str]], bool], mark: Callable[[R], R]) -> None:
        self._wants, self._mark = wants, mark
        self._lock = threading.Lock()
        self._rows: Mapping[str, R] = {}
        self._people: frozenset[str] = frozenset()
        self._marks: dict[str, tuple[R, R]] = {}
        self._shown: Mapping[str, R] = self._rows

    def of(self, rows: Mapping[str, R], people: frozenset[str]) -> Mapping[str, R]:
        """Return rows as they are marked now: the same mapping as long as nothing changes.

        :param rows: never changed by anybody afterwards; the same mapping: nothing changed.
        """
        with self._lock:
            if rows is not self._rows or people != self._people:
                wanted = ((key, row) for key, row in rows.items() if self._wants(row, people))
                self._marks = {key: self._marked(key, row) for key, row in wanted}
                shown = {key: marked for key, (_, marked) in self._marks.items()}
                self._rows, self._people = rows, people
                self._shown = {**rows, **shown} if shown else rows
            return self._shown

    def _marked(self, key: str, row: R) -> tuple[R, R]:
        before = self._marks.get(key)
        return before if before is not None and before[0] is row else (row, self._mark(row))
