"""Pages of a long list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

_T = TypeVar("_T")

_LONGEST = 6

NEAR = 1
"""How many pages on each side of the present one are named."""


@dataclass(frozen=True, slots=True)
class Paging:
    """One page of a list.

    :param page: from 1; a number past the end is taken for the last page.
    :param size: rows on a page.
    :param total: rows in all.
    """

    page: int
    size: int
    total: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "page", min(max(self.page, 1), self.last))

    @property
    def last(self) -> int:
        """Return the number of the last page; 1 where the list is empty."""
        return max(1, -(-self.total // self.size))

    @property
    def offset(self) -> int:
        """Return how many rows come before this page."""
        return (self.page - 1) * self.size

    @property
    def first_row(self) -> int:
        """Return the number of the first row shown, from 1; 0 where there is none."""
        return self.offset + 1 if self.total else 0

    @property
    def last_row(self) -> int:
        """Return the number of the last row shown."""
        return min(self.offset + self.size, self.total)

    @property
    def shown(self) -> Sequence[int | None]:
        """Return the page numbers to name, with None for a gap."""
        wanted = {1, self.last, *range(self.page - NEAR, self.page + NEAR + 1)}
        numbers = sorted(number for number in wanted if 1 <= number <= self.last)
        listed: list[int | None] = []
        for before, number in zip([0, *numbers], numbers, strict=False):
            if number - before == 2:
                listed.append(number - 1)
            elif number - before > 2:
                listed.append(None)
            listed.append(number)
        return listed

    @property
    def before(self) -> int | None:
        """Return the number of the page before this one, or None."""
        return self.page - 1 if self.page > 1 else None

    @property
    def after(self) -> int | None:
        """Return the number of the page after this one, or None."""
        return self.page + 1 if self.page < self.last else None

    def of(self, rows: Sequence[_T]) -> Sequence[_T]:
        """Return this page's part of the whole list."""
        return rows[self.offset : self.offset + self.size]


@dataclass(frozen=True, slots=True)
class Window:
    """A part of a list that shrinks while it is worked through: it begins anywhere.

    :param start: how many rows come before; past the end, the last rows are shown.
    """

    start: int
    size: int
    total: int

    def __post_init__(self) -> None:
        if self.start >= self.total:
            object.__setattr__(self, "start", max(0, self.total - self.size))

    @property
    def first_row(self) -> int:
        """Return the number of the first row shown, from 1; 0 where there is none."""
        return self.start + 1 if self.total else 0

    @property
    def last_row(self) -> int:
        """Return the number of the last row shown."""
        return min(self.start + self.size, self.total)

    @property
    def before(self) -> str | None:
        """Return what a button says that asks for what comes before, or None."""
        return "before" if self.start else None

    @property
    def after(self) -> str | None:
        """Return what a button says that asks for what comes after, or None."""
        return "after" if self.last_row < self.total else None


def number_of(typed: str, otherwise: int = 1) -> int:
    """Return the number of a page or row that somebody asked for."""
    plain = typed.isascii() and typed.isdigit() and len(typed) <= _LONGEST
    return int(typed) if plain else otherwise
