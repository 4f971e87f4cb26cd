"""A table as all kinds of files become one: rows of text cells."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from exchange.domain.folding import words_of_name

Row = tuple[int, tuple[str, ...]]
"""A row's number, as a spreadsheet shows it, and its cells."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table; its rows can be walked any number of times.

    :ivar rows: yields the rows below the headings.
    :ivar from_1904: True where numbers that stand for days count from 1904, as in old workbooks.
    :ivar headed: False where there are no headings, and letters stand for them.
    """

    name: str
    heads: tuple[str, ...]
    rows: Callable[[], Iterator[Row]]
    headed: bool = True
    encoding: str = ""
    hint: str = ""
    from_1904: bool = False

    @property
    def mark(self) -> str:
        """Return what tables with the same headings share."""
        told = "\n".join(folded_head(one) for one in self.heads)
        return hashlib.sha256(f"{self.headed}\n{told}".encode()).hexdigest()


def folded_head(head: str) -> str:
    """Return a heading as headings are compared: without case, gaps, marks and capitals inside."""
    return "".join(words_of_name(head))


def letters(at: int) -> str:
    """Return a column's letters, as a spreadsheet has them: 0 is A, 26 is AA."""
    told = ""
    at += 1
    while at:
        at, rest = divmod(at - 1, 26)
        told = chr(ord("A") + rest) + told
    return told


def filled(rows: Iterable[Row]) -> Iterator[Row]:
    """Leave out rows in which nothing stands."""
    for number, cells in rows:
        if any(cell.strip() for cell in cells):
            yield number, cells
