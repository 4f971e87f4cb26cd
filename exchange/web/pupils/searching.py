"""Schools as a person looks for them: in the register, with whether each has joined."""

from __future__ import annotations

from dataclasses import dataclass

from exchange.domain.clocks import london_day
from exchange.domain.schools import FoundSchool, School, SchoolStatus
from exchange.errors import ExchangeError, NotFound
from exchange.services.find_school import find_schools
from exchange.web.here import inside
from keys.errors import KeysError

_MOST = 20


@dataclass(frozen=True, slots=True)
class Answer:
    """One school of a search.

    :param joined: the directory has it, so that a pack can be sealed to it.
    """

    found: FoundSchool
    joined: bool

    @property
    def school(self) -> School:
        """Return the school."""
        return self.found.school


def is_joined(urn: str) -> bool:
    """Return whether the directory has an open organisation with this URN."""
    try:
        return inside().directory().find(urn).status == "open"
    except KeysError:
        return False


def answer_of(found: FoundSchool) -> Answer:
    """Return a school of the register, with whether it has joined."""
    return Answer(found, is_joined(found.school.urn))


def search_schools(typed: str) -> tuple[list[Answer], str]:
    """Return schools, and what a person is told besides."""
    if not typed:
        return [], ""
    found, told = _registered(typed)
    try:
        known = school_of_directory(typed)
    except NotFound:
        return found, told
    if all(one.school.urn != known.school.urn for one in found):
        found = [known, *found]
    return found, ""


def _registered(typed: str) -> tuple[list[Answer], str]:
    register = inside().register
    if register is None:
        return [], "This system keeps no register of schools. Ask your administrator to read it in."
    try:
        found = find_schools(register, typed, _MOST)
    except ExchangeError as error:
        if error.code == "register-missing":
            return [], "No register of schools was read in yet. Ask your administrator."
        return [], error.hint
    told = "" if found else "No school was found. Try fewer words, the postcode, or a number."
    return [answer_of(one) for one in found], told


def school_of_directory(urn: str) -> Answer:
    """Return a school that has joined, by any of its numbers."""
    try:
        found = inside().directory().find(urn)
    except KeysError:
        raise NotFound("school-unknown") from None
    if found.kind not in ("school", "college"):
        raise NotFound("school-unknown")
    today = london_day(inside().clock.now())
    school = School(
        urn=found.identifier("urn", today) or urn,
        name=found.name,
        status=SchoolStatus.OPEN if found.status == "open" else SchoolStatus.CLOSED,
        laestab=found.identifier("laestab", today),
    )
    return Answer(FoundSchool(school), joined=True)
