"""Whether a document may be about another child: what its text says of the others.

A twin, a namesake, a child whose report was saved into the wrong folder. A hit is a question to a
person, never an answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from enum import StrEnum

from exchange.domain.folding import words
from exchange.domain.roster import Child, Roster, Sign, signs_in_text, where, written_days


class Doubt(StrEnum):
    """Why a person must say whom a document is about."""

    NAMED = "other-pupil-named"
    UPN = "other-pupil-upn"
    BORN = "other-pupil-birthday"
    NAMESAKE = "same-name"
    UNREADABLE = "text-unreadable"


_PEERS = timedelta(days=731)
_CUE_BEFORE = 40
_CUES = ("birth", "born", "dob", "d.o.b", "d o b")


def doubts_in(text: str, pupil_id: str, roster: Roster, *, whole: bool) -> dict[str, set[Doubt]]:
    """Return which other children a document may be about, and why.

    :param text: what it says, its name, title and author included.
    :param whole: False where not all of it could be read: then it may be a twin's.
    """
    me = roster.children[pupil_id]
    found: dict[str, set[Doubt]] = {}
    signs = signs_in_text(text, roster)
    for other_id, seen in signs.items():
        if other_id != pupil_id:
            told = set(_told(seen, me, roster.children[other_id], signs.get(pupil_id, set())))
            _add(found, other_id, told)
    for other in _born(text, me, roster):
        _add(found, other.pupil_id, {Doubt.BORN})
    twins = roster.twins_of(pupil_id)
    if twins:
        said = words(text)
        for twin in twins:
            own = twin.forenames - me.forenames
            if any(next(where(said, name), None) is not None for name in own):
                _add(found, twin.pupil_id, {Doubt.NAMED})
            if not whole:
                _add(found, twin.pupil_id, {Doubt.UNREADABLE})
    return found


def _add(found: dict[str, set[Doubt]], pupil_id: str, more: set[Doubt]) -> None:
    if more:
        found.setdefault(pupil_id, set()).update(more)


def _told(seen: set[Sign], me: Child, other: Child, mine: set[Sign]) -> Iterator[Doubt]:
    if Sign.UPN in seen:
        yield Doubt.UPN
    if Sign.FULL_NAME in seen:
        if not (other.forenames & me.forenames and other.surnames & me.surnames):
            yield Doubt.NAMED
        elif not mine & {Sign.UPN, Sign.BORN} or other.born == me.born:
            yield Doubt.NAMESAKE  # nothing in it tells the two apart


def _born(text: str, me: Child, roster: Roster) -> Iterator[Child]:
    """Yield others whose day of birth is in the text.

    Of children of about this age any mention counts: nothing else happened on that day that a
    report would tell. A day of later years may be that of a visit, so it must be called a birth.
    """
    folded = text.casefold()
    for written in written_days(text):
        if written.day == me.born:
            continue
        before = folded[max(0, written.at - _CUE_BEFORE) : written.at]
        if abs(written.day - me.born) <= _PEERS or any(cue in before for cue in _CUES):
            yield from roster.by_birth.get(written.day, ())


def codes(found: Mapping[str, set[Doubt]]) -> tuple[str, ...]:
    """Return all reasons of some doubts, sorted."""
    return tuple(sorted({one.value for each in found.values() for one in each}))
