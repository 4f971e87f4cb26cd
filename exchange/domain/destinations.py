"""Where a pupil may go, and what that asks for before anything leaves.

Most pupils go to a school or college that has joined: the trust directory, which the council or
the trust approved, says who that is. The others do not fit the form: a school known by its number
alone, a place abroad, a child who is educated at home, one whose place is not decided.

Outside that directory a second person confirms a destination, once for each place; where a school
has nobody else, a recorded call to the number that the register gives stands in for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from exchange.errors import Refused, UsageError
from schemas.errors import IdentifierError
from schemas.identifiers import Ukprn, Urn
from schemas.strict_json import JsonValue

_LONGEST = 200


class Kind(StrEnum):
    """What kind of place."""

    SCHOOL = "school"
    """Any: maintained, academy, special, pupil referral unit, independent; by URN."""
    COLLEGE = "college"
    """By UKPRN."""
    PROVIDER = "alternative-provider"
    """A place of education in England that is in no register; by its name."""
    OUTSIDE_ENGLAND = "outside-england"
    HOME_EDUCATED = "home-educated"
    NOT_DECIDED = "not-decided"
    NOTHING_TO_SEND = "nothing-to-send"

    @property
    def is_a_place(self) -> bool:
        """Return whether a pack can go there at all."""
        return self in _PLACES


_PLACES = frozenset({Kind.SCHOOL, Kind.COLLEGE, Kind.PROVIDER, Kind.OUTSIDE_ENGLAND})


class Standing(StrEnum):
    """What a choice waits for; only ``READY`` lets a pack leave."""

    READY = "ready"
    NEEDS_SECOND_PERSON = "needs-second-person"
    HELD = "held-until-asked-for"
    NOT_DECIDED = "not-decided"
    NOTHING_TO_SEND = "nothing-to-send"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a person chose for a pupil. Sealed at rest.

    :param org_id: of the organisation in the trust directory, where it is in it.
    :param number: URN of a school, UKPRN of a college.
    :param name: of the place; of a school and college as the register has it.
    :param country: of a place outside England.
    :param telephone: as the register has it; never as somebody on the telephone gave it.
    :param chosen_by: sign-in name, in which ``role``.
    """

    kind: Kind
    chosen_by: str
    role: str
    chosen_at: datetime
    org_id: str | None = None
    number: str | None = None
    name: str = ""
    country: str = ""
    telephone: str = ""

    @property
    def place(self) -> str | None:
        """Return what a second person confirms: the same for every pupil who goes there.

        None where there is nothing to confirm.
        """
        if not self.kind.is_a_place or self.org_id is not None:
            return None
        if self.number:
            scheme = "urn" if self.kind is Kind.SCHOOL else "ukprn"
            return f"{scheme}:{self.number}"
        return "place:" + "/".join(_folded(one) for one in (self.country, self.name))

    def as_json(self) -> dict[str, JsonValue]:
        """Return plain values."""
        return {
            "kind": self.kind.value,
            "chosen_by": self.chosen_by,
            "role": self.role,
            "chosen_at": self.chosen_at.isoformat(),
            "org": self.org_id,
            "number": self.number,
            "name": self.name,
            "country": self.country,
            "telephone": self.telephone,
        }


def choice_from_json(value: Mapping[str, JsonValue]) -> Choice:
    """Return what :meth:`Choice.as_json` wrote.

    :raises KeyError, ValueError: it did not write this.
    """
    org, number = value["org"], value["number"]
    return Choice(
        kind=Kind(str(value["kind"])),
        chosen_by=str(value["chosen_by"]),
        role=str(value["role"]),
        chosen_at=datetime.fromisoformat(str(value["chosen_at"])),
        org_id=None if org is None else str(org),
        number=None if number is None else str(number),
        name=str(value["name"]),
        country=str(value["country"]),
        telephone=str(value["telephone"]),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Who lawfully asked for the pack of a child who is educated at home.

    :param by: ``la``, ``school`` or ``family`` (their right to the record).
    :param who: the organisation's name, or ``family``; never a person's.
    :param recorded_by: who wrote it down, in which ``role``.
    """

    by: str
    who: str
    day: date
    recorded_by: str
    role: str

    def as_json(self) -> dict[str, JsonValue]:
        """Return plain values."""
        return {
            "by": self.by,
            "who": self.who,
            "day": self.day.isoformat(),
            "recorded_by": self.recorded_by,
            "role": self.role,
        }


ASKERS = ("la", "school", "family")


def asked_from_json(value: Mapping[str, JsonValue]) -> Asked:
    """Return what :meth:`Asked.as_json` wrote.

    :raises KeyError, ValueError: it did not write this.
    """
    return Asked(
        by=str(value["by"]),
        who=str(value["who"]),
        day=date.fromisoformat(str(value["day"])),
        recorded_by=str(value["recorded_by"]),
        role=str(value["role"]),
    )


def require_whole(choice: Choice) -> None:
    """Refuse a choice that says too little, or that contradicts itself.

    :raises UsageError: ``urn-needed``, ``ukprn-needed``, ``name-needed``, ``country-needed``,
        ``name-too-long``, ``place-not-wanted``.
    """
    if max(len(choice.name), len(choice.country)) > _LONGEST:
        raise UsageError("name-too-long", "/name", f"Use at most {_LONGEST} characters.")
    if not choice.kind.is_a_place:
        if choice.org_id or choice.number or choice.name:
            raise UsageError("place-not-wanted", "/name", "Leave the school empty, or choose one.")
        return
    if choice.org_id is None:
        _require_place(choice)


def _require_place(choice: Choice) -> None:
    if choice.kind is Kind.SCHOOL and not _reads(Urn.parse, choice.number):
        raise UsageError("urn-needed", "/number", "Give the school's URN: six digits.")
    if choice.kind is Kind.COLLEGE and not _reads(Ukprn.parse, choice.number):
        raise UsageError("ukprn-needed", "/number", "Give the college's UKPRN: eight digits.")
    if not choice.name.strip():
        raise UsageError("name-needed", "/name", "Give the name of the place.")
    if choice.kind is Kind.OUTSIDE_ENGLAND and not choice.country.strip():
        raise UsageError("country-needed", "/country", "Say which country.")


def _reads(parse: object, number: str | None) -> bool:
    if not number or not callable(parse):
        return False
    try:
        parse(number)
    except IdentifierError:
        return False
    return True


def standing(choice: Choice | None, *, confirmed: bool, asked: bool) -> Standing:
    """Return what a choice waits for.

    :param confirmed: a second person confirmed the place, or a call stands in for them.
    :param asked: somebody lawfully asked for the pack (home education).
    """
    if choice is None or choice.kind is Kind.NOT_DECIDED:
        return Standing.NOT_DECIDED
    if choice.kind is Kind.NOTHING_TO_SEND:
        return Standing.NOTHING_TO_SEND
    if choice.kind is Kind.HOME_EDUCATED:
        return Standing.READY if asked else Standing.HELD
    if choice.place is not None and not confirmed:
        return Standing.NEEDS_SECOND_PERSON
    return Standing.READY


_HINTS = {
    Standing.NEEDS_SECOND_PERSON: "A second person confirms this school first.",
    Standing.HELD: "It stays here until the council, a school or the family lawfully asks for it.",
    Standing.NOT_DECIDED: "Choose and confirm the destination first.",
    Standing.NOTHING_TO_SEND: "This pupil is marked as having nothing to send.",
}


def require_ready(found: Standing) -> None:
    """Refuse to let a pack leave.

    :raises Refused: the standing is its code.
    """
    if found is not Standing.READY:
        raise Refused(found.value, "/to", _HINTS[found])


def may_confirm(choice: Choice, person: str) -> bool:
    """Return whether this person counts as the second: anybody but who chose it."""
    return person != choice.chosen_by


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
