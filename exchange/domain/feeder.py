"""Match the children whom a school expects to the packs that came.

A pack is taken for a child's only where three signs agree (of UPN, birthday, surname, forename)
and neither birthday nor UPN speaks against it. One sign alone never joins anybody: twins share
surname and birthday, and their UPNs follow one another, so that a slip swaps them. What is likely
but not certain is shown to a person, who says so once.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache


class Standing(StrEnum):
    """Where a child or a pack stands; what needs a person comes first."""

    UNCLEAR = "unclear"
    """A pack came that may be this child's: a person must say."""
    DUPLICATE = "duplicate"
    """Packs of this child came under two records, or from two schools."""
    MISSING = "missing"
    """The child has started, and no pack came."""
    LATE = "late"
    """The day by which packs were wanted has passed."""
    UNEXPECTED = "unexpected"
    """A pack of a child who is not on the list."""
    EXPECTED = "expected"
    ARRIVED = "arrived"

    @property
    def rank(self) -> int:
        """Return its place in the order of this class, from 0."""
        return _ORDER[self]


_ORDER = {standing: place for place, standing in enumerate(Standing)}


class Likeness(StrEnum):
    """Whether two descriptions are of one child."""

    SAME = "same"
    PERHAPS = "perhaps"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Who:
    """What describes a child, in a list or in a pack.

    :param known_as: what the child is called; empty where nobody said.
    :param other_surname: a surname that the child uses, or had; empty likewise.
    :param school: a key of the school that the child comes from; empty likewise.
    """

    surname: str
    forename: str
    date_of_birth: date
    upn: str = ""
    known_as: str = ""
    other_surname: str = ""
    school: str = ""

    @property
    def surnames(self) -> frozenset[str]:
        """Return the surnames, folded for comparing."""
        return _folded(self.surname, self.other_surname)

    @property
    def forenames(self) -> frozenset[str]:
        """Return the forenames, folded for comparing."""
        return _folded(self.forename, self.known_as)


@dataclass(frozen=True, slots=True)
class Expected:
    """A child of the admissions list.

    :param starts: the first day here, where it is known.
    :param wanted_by: the last day on which this child's pack is not late, where it is known.
    :param settled: the child key of which a person said: this is the child.
    :param apart: the child keys of which a person said: this is somebody else.
    """

    ref: str
    who: Who
    starts: date | None = None
    settled: str = ""
    wanted_by: date | None = None
    apart: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Arrived:
    """A pack that is here.

    :param ref: the pack's.
    :param child: who it is about, as its sender tells children apart: packs that update one
        another have one key.
    """

    ref: str
    child: str
    who: Who


@dataclass(frozen=True, slots=True)
class FeederRow:
    """A child expected, a pack unexpected, or both.

    :param expected: the reference of the list's child; None for a pack of nobody on it.
    :param packs: what came of this child, in the order given.
    :param candidates: what may be of this child; a person must say.
    """

    standing: Standing
    expected: str | None
    packs: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()


@lru_cache(maxsize=65_536)
def fold(name: str) -> str:
    """Return a name without what people leave out: accents, case, spaces, hyphens, apostrophes."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    return "".join(letter for letter in plain if letter.isalnum())


@lru_cache(maxsize=65_536)
def _folded(*names: str) -> frozenset[str]:
    return frozenset(filter(None, map(fold, names)))


def likeness(one: Who, two: Who) -> Likeness:
    """Return whether two descriptions are of one child."""
    upn_same = bool(one.upn) and one.upn == two.upn
    upn_other = bool(one.upn and two.upn) and not upn_same
    born = one.date_of_birth == two.date_of_birth
    surname = not one.surnames.isdisjoint(two.surnames)
    forename = not one.forenames.isdisjoint(two.forenames)
    if born and forename and (surname or upn_same) and not upn_other:
        return Likeness.SAME
    if upn_same or (born and surname and forename):
        return Likeness.PERHAPS  # two signs at least speak against the one that contradicts
    if upn_other:
        return Likeness.OTHER
    school = bool(one.school) and one.school == two.school
    slip = school or _day_and_month_swapped(one.date_of_birth, two.date_of_birth)
    likely = (born and surname) or (born and forename and school) or (surname and forename and slip)
    return Likeness.PERHAPS if likely else Likeness.OTHER


def _day_and_month_swapped(one: date, two: date) -> bool:
    return (one.year, one.month, one.day) == (two.year, two.day, two.month)
