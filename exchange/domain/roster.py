"""Children by their names, and what in a text or a file's name points to whom.

A child is known by more names than one: as called and as registered, before and after a change,
surname first or last. What is found here is a sign, never a decision: a person confirms.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from exchange.domain.folding import words, words_of_name

Name = tuple[str, ...]
"""The words of one name."""

_UPN = re.compile(r"(?<![A-Za-z0-9])([A-Za-z](?:[ -]?[0-9]){11}[ -]?[0-9A-Za-z])(?![A-Za-z0-9])")
_NEAR = 88.0
_ADJACENT = 2
"""As many other words (middle names) may stand between forename and surname in a text."""


class Sign(StrEnum):
    """What points to a child."""

    UPN = "upn"
    FULL_NAME = "full-name"
    NEAR_NAME = "near-name"
    SURNAME = "surname"
    FORENAME = "forename"
    INITIAL = "initial"
    BORN = "born"


WEIGHT = {
    Sign.UPN: 5,
    Sign.FULL_NAME: 4,
    Sign.NEAR_NAME: 3,
    Sign.SURNAME: 2,
    Sign.BORN: 2,
    Sign.FORENAME: 1,
    Sign.INITIAL: 1,
}
ENOUGH = 4
"""Less is not enough to name a child: no weak sign names one alone."""


@dataclass(frozen=True, slots=True, repr=False)
class Child:
    """One child as a roster knows them; names as words, folded."""

    pupil_id: str
    display: str
    forenames: frozenset[Name]
    surnames: frozenset[Name]
    born: date
    upn: str = ""

    @classmethod
    def of(
        cls,
        pupil_id: str,
        display: str,
        forenames: Iterable[str | None],
        surnames: Iterable[str | None],
        born: date,
        upn: str = "",
    ) -> Child:
        """Return a child; what is None or empty is left out."""
        return cls(pupil_id, display, _names(forenames), _names(surnames), born, upn)


def _names(told: Iterable[str | None]) -> frozenset[Name]:
    return frozenset(name for one in told if one and (name := tuple(words(one))))


@dataclass(frozen=True, slots=True, repr=False)
class Roster:
    """The children of one organisation.

    :param written: each whole name, by child and name.
    """

    children: Mapping[str, Child]
    by_word: Mapping[str, tuple[Child, ...]] = field(default_factory=dict)
    by_upn: Mapping[str, Child] = field(default_factory=dict)
    by_birth: Mapping[date, tuple[Child, ...]] = field(default_factory=dict)
    written: Mapping[tuple[str, str], str] = field(default_factory=dict)

    @classmethod
    def of(cls, children: Iterable[Child]) -> Roster:
        """Return the roster of these children."""
        listed = {one.pupil_id: one for one in children}
        by_word: dict[str, list[Child]] = {}
        by_birth: dict[date, list[Child]] = {}
        for one in listed.values():
            firsts = {name[0] for name in one.surnames | one.forenames}
            glued = {"".join(name) for name in one.surnames | one.forenames if len(name) > 1}
            for word in firsts | glued:
                by_word.setdefault(word, []).append(one)
            by_birth.setdefault(one.born, []).append(one)
        return cls(
            listed,
            {word: tuple(found) for word, found in by_word.items()},
            {one.upn: one for one in listed.values() if one.upn},
            {day: tuple(found) for day, found in by_birth.items()},
            {
                (one.pupil_id, whole): whole
                for one in listed.values()
                for first in one.forenames
                for last in one.surnames
                for whole in (" ".join((*first, *last)),)
            },
        )

    def twins_of(self, pupil_id: str) -> tuple[Child, ...]:
        """Return who shares surname and day of birth with a child."""
        me = self.children[pupil_id]
        return tuple(
            one
            for one in self.by_birth.get(me.born, ())
            if one.pupil_id != pupil_id and one.surnames & me.surnames
        )


def end_of(told: Sequence[str], at: int, name: Name) -> int | None:
    """Return where a name that begins at ``at`` ends; one written together counts too."""
    if tuple(told[at : at + len(name)]) == name:
        return at + len(name)
    return at + 1 if len(name) > 1 and told[at] == "".join(name) else None


def where(told: Sequence[str], name: Name) -> Iterator[int]:
    """Yield where a name begins among words."""
    return (at for at in range(len(told)) if end_of(told, at, name) is not None)


def signs_in_name(name: str, roster: Roster, *, nearly: bool = True) -> dict[str, set[Sign]]:
    """Return what the name of a file or folder says: pupil id -> signs.

    :param nearly: look for slips of the pen, too, where nothing else is found.
    """
    told = words_of_name(name)
    found: dict[str, set[Sign]] = {}
    for child in {one for word in told for one in roster.by_word.get(word, ())}:
        found.setdefault(child.pupil_id, set()).update(_name_signs(told, child))
    for upn in upns_in(name):
        if upn in roster.by_upn:
            found.setdefault(roster.by_upn[upn].pupil_id, set()).add(Sign.UPN)
    for day in days_in(name):
        for child in roster.by_birth.get(day, ()):
            found.setdefault(child.pupil_id, set()).add(Sign.BORN)
    if nearly and not any(weigh(signs) >= WEIGHT[Sign.NEAR_NAME] for signs in found.values()):
        for child in _near(told, roster):
            found.setdefault(child.pupil_id, set()).add(Sign.NEAR_NAME)
    return {pupil_id: signs for pupil_id, signs in found.items() if signs}


def _name_signs(told: Sequence[str], child: Child) -> set[Sign]:
    surnames = {at: name for name in child.surnames for at in where(told, name)}
    forenames = {at: name for name in child.forenames for at in where(told, name)}
    if any(at != other for at in surnames for other in forenames):
        return {Sign.FULL_NAME}
    if surnames:
        initials = {name[0][0] for name in child.forenames}
        return {Sign.SURNAME} | ({Sign.INITIAL} if initials & set(told) else set())
    return {Sign.FORENAME} if forenames else set()


def _near(told: Sequence[str], roster: Roster) -> Iterator[Child]:
    """Yield children whose whole name is nearly written here, as with a slip of the pen."""
    letters = [word for word in told if not word.isdecimal()]
    if len(letters) < 2:
        return
    told = " ".join(letters)
    # Imported where it is needed: most processes look for no name.
    from rapidfuzz import fuzz, process

    for _, _, key in process.extract(
        told, roster.written, scorer=fuzz.token_set_ratio, score_cutoff=_NEAR, limit=5
    ):
        yield roster.children[key[0]]


def weigh(signs: Iterable[Sign]) -> int:
    """Return what signs are worth together."""
    return sum(WEIGHT[one] for one in set(signs))


def signs_in_text(text: str, roster: Roster) -> dict[str, set[Sign]]:
    """Return whom a text names in full, by UPN, or by a day of birth: pupil id -> signs."""
    told = words(text)
    found: dict[str, set[Sign]] = {}
    for at, word in enumerate(told):
        for child in roster.by_word.get(word, ()):
            known = found.get(child.pupil_id, set())
            if Sign.FULL_NAME not in known and names_in_full(told, at, child):
                found.setdefault(child.pupil_id, set()).add(Sign.FULL_NAME)
    for upn in upns_in(text):
        if upn in roster.by_upn:
            found.setdefault(roster.by_upn[upn].pupil_id, set()).add(Sign.UPN)
    for day in days_in(text):
        for child in roster.by_birth.get(day, ()):
            found.setdefault(child.pupil_id, set()).add(Sign.BORN)
    return found


def names_in_full(told: Sequence[str], at: int, child: Child) -> bool:
    """Return whether a child's forename and surname stand together from here on."""
    for first, then in ((child.forenames, child.surnames), (child.surnames, child.forenames)):
        for end in (end_of(told, at, name) for name in first):
            if end is None:
                continue
            after = told[end : end + _ADJACENT + max(map(len, then), default=0)]
            if any(next(where(after, name), None) is not None for name in then):
                return True
    return False


def upns_in(text: str) -> Iterator[str]:
    """Yield what has the form of a UPN."""
    for found in _UPN.finditer(text):
        yield re.sub(r"[ -]", "", found[1]).upper()


_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sept sep",
            "october oct",
            "november nov",
            "december dec",
        ),
        start=1,
    )
    for name in names.split()
}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_GAP = r"[\s.,/_-]{0,3}"
_DAYS = re.compile(
    rf"(?<![0-9])(?:(?P<y1>(?:19|20)[0-9]{{2}})[-./_ ]?(?P<m1>[01][0-9])[-./_ ]?(?P<d1>[0-3][0-9])"
    rf"|(?P<d2>[0-3]?[0-9])\s?[-./_ ]\s?(?P<m2>[01]?[0-9])\s?[-./_ ]\s?(?P<y2>(?:19|20)?[0-9]{{2}})"
    rf"|(?P<d3>[0-3][0-9])(?P<m3>[01][0-9])(?P<y3>(?:19|20)?[0-9]{{2}})"
    rf"|(?P<d4>[0-3]?[0-9])(?:st|nd|rd|th)?{_GAP}(?:of{_GAP})?(?P<n4>{_MONTH}){_GAP}"
    rf"(?P<y4>(?:19|20)?[0-9]{{2}}))(?![0-9])"
    rf"|(?<![a-z])(?P<n5>{_MONTH}){_GAP}(?P<d5>[0-3]?[0-9])(?:st|nd|rd|th)?{_GAP}"
    rf"(?P<y5>(?:19|20)[0-9]{{2}})(?![0-9])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Written:
    """A day that is written in a text, and where."""

    day: date
    at: int


def written_days(text: str) -> Iterator[Written]:
    """Yield the days in a text, British order; two-digit years are of this century."""
    for found in _DAYS.finditer(text):
        parts = {key[0]: value for key, value in found.groupdict().items() if value}
        year = int(parts["y"]) + (2000 if len(parts["y"]) == 2 else 0)
        month = int(parts["m"]) if "m" in parts else _MONTHS[parts["n"].casefold()]
        try:
            yield Written(date(year, month, int(parts["d"])), found.start())
        except ValueError:
            continue


def days_in(text: str) -> set[date]:
    """Return the days that are written in a text."""
    return {one.day for one in written_days(text)}
