"""Schools as the open register has them: who is meant, who is mistaken, who came after.

A destination is never chosen by phase: independent schools, special schools and pupil referral
units have none in the register, and a search that left them out would send a child's records to
the wrong place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from exchange.domain.school_names import SchoolQuery, look_of, words_of

MAX_LINE = 200
"""Most schools that are looked at in one line of successors."""


class SchoolStatus(StrEnum):
    """Where a school stands (GIAS ``EstablishmentStatus``), the likeliest destination first."""

    OPEN = "open"
    CLOSING = "open-proposed-to-close"
    PROPOSED = "proposed-to-open"
    UNKNOWN = "unknown"
    CLOSED = "closed"

    @property
    def standing(self) -> int:
        """Return its place in the order of this class, from 0."""
        return _ORDER[self]

    @property
    def takes_pupils(self) -> bool:
        """Return whether the school is open today."""
        return self in (SchoolStatus.OPEN, SchoolStatus.CLOSING)

    @property
    def is_destination(self) -> bool:
        """Return whether a child may be going there: in July also to what opens in September."""
        return self.takes_pupils or self is SchoolStatus.PROPOSED


_ORDER = {status: place for place, status in enumerate(SchoolStatus)}


class Phase(StrEnum):
    """The phase of education (GIAS); ``NONE`` for special, independent schools and PRUs alike."""

    NONE = "not-applicable"
    NURSERY = "nursery"
    PRIMARY = "primary"
    MIDDLE_PRIMARY = "middle-deemed-primary"
    SECONDARY = "secondary"
    MIDDLE_SECONDARY = "middle-deemed-secondary"
    SIXTEEN_PLUS = "16-plus"
    ALL_THROUGH = "all-through"


@dataclass(frozen=True, slots=True, kw_only=True)
class School:
    """One establishment of the register. Public open data; no person is named in it.

    :param urn: six digits; the only number that no other school ever has.
    :param laestab: seven digits, the DfE number; an academy may keep its predecessor's.
    :param former_laestab: its DfE number before its council changed.
    :param postcode: with one space, or empty.
    :param closed: when it closed, or is to close.
    :param sen: the needs it is registered to provide for, by name, in the register's order.
    :param resourced_provision: its kind of resourced provision or SEN unit, by name; or empty.
    :param section41: approved under section 41 of the Children and Families Act 2014.
    :param successors: URNs of those directly after it, in ascending order.
    """

    urn: str
    name: str
    status: SchoolStatus
    laestab: str | None = None
    former_laestab: str | None = None
    ukprn: str | None = None
    town: str = ""
    locality: str = ""
    la_name: str = ""
    postcode: str = ""
    telephone: str = ""
    phase: Phase = Phase.NONE
    type_code: str = ""
    type_name: str = ""
    opened: date | None = None
    closed: date | None = None
    sen: tuple[str, ...] = ()
    resourced_provision: str = ""
    section41: bool = False
    successors: tuple[str, ...] = ()

    @property
    def dfe_number(self) -> str:
        """Return the DfE number as people know it, ``123/4567``, or nothing."""
        return f"{self.laestab[:3]}/{self.laestab[3:]}" if self.laestab else ""

    @property
    def name_words(self) -> tuple[str, ...]:
        """Return the words of the name by which it is found."""
        return words_of(self.name)

    @property
    def place_words(self) -> tuple[str, ...]:
        """Return the words of the place by which it is found: town, council, postcode."""
        outward, _, inward = self.postcode.lower().partition(" ")
        postcode = (outward, outward + inward) if inward else ()
        return (*words_of(self.town, self.locality, self.la_name), *postcode)

    @property
    def look(self) -> str:
        """Return what a hurried reader sees of the name."""
        return look_of(self.name)


@dataclass(frozen=True, slots=True)
class FoundSchool:
    """One answer of a search.

    :param lookalike: another school is easily taken for it: tell them apart by town, postcode and
        numbers.
    :param successors: of a closed school, the open ones that came after it.
    """

    school: School
    lookalike: bool = False
    successors: tuple[School, ...] = ()


Rank = tuple[int, int, int, str, str, str]


def rank(query: SchoolQuery, school: School) -> Rank | None:
    """Return the place of a school among the answers, lowest first; None where it is no answer.

    How well it matches counts first, then whether it is open; all else only makes the order one
    and the same each time. Phase and type do not count.
    """
    how_well = tier(query, school)
    if how_well is None:
        return None
    return (how_well, *standing_order(school))


def standing_order(school: School) -> tuple[int, int, str, str, str]:
    """Return the order of schools that match equally well: total, since a URN is unique."""
    name = school.name_words
    places = " ".join(school.place_words)
    return (school.status.standing, len(name), " ".join(name), places, school.urn)


def tier(query: SchoolQuery, school: School) -> int | None:
    """Return how well a school matches: 0 best, 7 least, None not at all.

    0 a number it has, 1 the DfE number it had; 2 the whole name, 3 its beginning, 4 every word in
    the name, 5 every word in name or place, 6 every word begins one there, 7 every telling word
    does.
    """
    if query.numbers:
        return _number_tier(query, school)
    name = school.name_words
    if query.words == name:
        return 2
    if " ".join(name).startswith(query.phrase):
        return 3
    if set(query.words) <= set(name):
        return 4
    return _word_tier(query, frozenset(name) | frozenset(school.place_words))


def _number_tier(query: SchoolQuery, school: School) -> int | None:
    numbers = {("urn", school.urn), ("laestab", school.laestab), ("ukprn", school.ukprn)}
    if numbers & set(query.numbers):
        return 0
    return 1 if ("laestab", school.former_laestab) in query.numbers else None


def _word_tier(query: SchoolQuery, words: frozenset[str]) -> int | None:
    if set(query.words) <= words:
        return 5
    begun = {one for one in query.words if any(word.startswith(one) for word in words)}
    if begun.issuperset(query.words):
        return 6
    return 7 if query.telling and begun.issuperset(query.telling) else None


GetSchool = Callable[[str], School | None]
"""Gives the school with a URN, or None where the register has none."""


def line_of(school: School, get: GetSchool) -> tuple[School, ...]:
    """Return a school and, where it is closed, all that came after it, nearest first.

    A line ends at a school that is not closed. The register's links may run in circles; each
    school comes once.
    """
    line, seen = [school], {school.urn}
    for one in line:
        if one.status is not SchoolStatus.CLOSED or len(line) >= MAX_LINE:
            continue
        fresh = [urn for urn in dict.fromkeys(one.successors) if urn not in seen]
        seen.update(fresh)
        line.extend(found for urn in fresh if (found := get(urn)) is not None)
    return tuple(line)


def open_successors(school: School, get: GetSchool) -> tuple[School, ...]:
    """Return the open schools that came after a closed one, nearest first; none for an open one."""
    return tuple(one for one in line_of(school, get)[1:] if one.status.takes_pupils)


def is_lookalike(school: School, others: Iterable[School], get: GetSchool) -> bool:
    """Return whether another school has the same look and is not of the same line.

    :param others: schools with the look of this one; itself may be among them.
    """
    own = _urns(line_of(school, get))
    return any(
        one.urn not in own and one.look == school.look and own.isdisjoint(_urns(line_of(one, get)))
        for one in others
    )


def _urns(line: Sequence[School]) -> frozenset[str]:
    return frozenset(one.urn for one in line)
