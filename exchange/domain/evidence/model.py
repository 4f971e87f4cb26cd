"""What is asked of a paper, and what a grid says of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Protocol

from exchange.domain.readiness import is_out_of_date


class Paper(Protocol):
    """What is asked of a document; what is stored here fits, and what stands in a bundle's list."""

    @property
    def document_id(self) -> str:
        """Return its id."""

    @property
    def type(self) -> str:
        """Return the code of its type."""

    @property
    def title(self) -> str:
        """Return what people call it."""

    @property
    def authored(self) -> date | None:
        """Return the day on which it was written, where known."""


@dataclass(frozen=True, slots=True)
class ListedPaper:
    """A paper by itself: for those who have no stored document."""

    document_id: str
    type: str
    title: str
    authored: date | None = None


@dataclass(frozen=True, slots=True)
class Child:
    """What decides which points apply.

    :param nc_year: the national curriculum year, as the record has it.
    :param sen_types: codes of the needs.
    """

    born: date | None = None
    nc_year: str | None = None
    sen_types: frozenset[str] = frozenset()


class Age(StrEnum):
    """How old a paper is; amber is a word to the reader, no judgement."""

    FRESH = "fresh"
    OLD = "old"
    UNDATED = "undated"


@dataclass(frozen=True, slots=True)
class Found:
    """A paper that speaks to a point.

    :param linked: the school itself named it for this point; else its type suggests it.
    :param months: full months since it was written.
    """

    document_id: str
    title: str
    type: str
    age: Age
    months: int | None
    linked: bool = False


@dataclass(frozen=True, slots=True)
class Point:
    """One line of a grid: a point of 9.14, advice of reg 6(1), or something a profile wants.

    :param number: the place in its list; ``source``: the paragraph.
    :param text: what the school wrote to it.
    :param records: records of the request that speak to it, by the last part of their name.
    :param applies: false where it is not about this child (over 18, Year 9, sensory).
    :param wanted: how many papers are asked for.
    """

    code: str
    label: str
    number: int
    source: str
    found: tuple[Found, ...] = ()
    text: str | None = None
    records: tuple[str, ...] = ()
    applies: bool = True
    wanted: int = 1

    @property
    def gap(self) -> bool:
        """Return whether it applies and nothing at all speaks to it."""
        return self.applies and not (self.found or self.text or self.records)

    @property
    def short(self) -> bool:
        """Return whether there is something, but fewer papers than are asked for."""
        return self.applies and not self.gap and not self.text and self._count < self.wanted

    @property
    def only_old(self) -> bool:
        """Return whether every paper for it is past its shelf life, and nothing else speaks."""
        silent = not (self.text or self.records)
        return bool(self.found) and silent and all(one.age is Age.OLD for one in self.found)

    @property
    def _count(self) -> int:
        return len(self.found) + len(self.records)


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something worth a look before it goes; it stops nothing.

    :param code: stable; ``about``: code of the point, want or question. Neither holds a value.
    """

    code: str
    about: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a request shows."""

    points: tuple[Point, ...]
    advice: tuple[Point, ...]
    wants: tuple[Point, ...]
    warnings: tuple[Doubt, ...] = ()

    @property
    def gaps(self) -> tuple[str, ...]:
        """Return codes of the 9.14 points to which nothing speaks."""
        return tuple(one.code for one in self.points if one.gap)


def age_of(type_: str, authored: date | None, today: date, oldest: int | None = None) -> Age:
    """Return how old a paper is: by ``oldest`` months, else by the shelf life of its type."""
    if authored is None:
        return Age.UNDATED
    if oldest is not None:
        return (
            Age.OLD if months_between(authored, today - timedelta(days=1)) >= oldest else Age.FRESH
        )
    return Age.OLD if is_out_of_date(type_, authored, today) else Age.FRESH


def months_between(first: date, last: date) -> int:
    """Return the full months from one day to another; nothing for a day that is still to come."""
    months = (last.year - first.year) * 12 + last.month - first.month
    return max(0, months - (last.day < first.day))
