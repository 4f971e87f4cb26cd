"""Protected moves: nobody but two named people may learn where a child goes.

Set by the designated safeguarding lead or the head, because of domestic abuse, for a witness, or
on adoption. What such a move allows is less than any other: one recipient, and only from lead to
lead or through the local authority; never a folder, a stick or a mail; no family link.

Pure rules. Who asks and what is kept is :mod:`exchange.services.protect`'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from exchange.errors import Refused, UsageError
from schemas.strict_json import JsonValue

SETTERS = frozenset({"dsl", "deputy-dsl", "head"})
"""The roles in which a person may protect a move, change it or end it."""

HOW_MANY_KNOW = 2
"""How many people may see the destination, by name."""


class Why(StrEnum):
    """Why a move is protected."""

    DOMESTIC_ABUSE = "domestic-abuse"
    WITNESS = "witness"
    ADOPTION = "adoption"


class Way(StrEnum):
    """The only two ways that a protected pack may take."""

    DSL_TO_DSL = "dsl-to-dsl"
    THROUGH_LA = "through-la"


@dataclass(frozen=True, slots=True, kw_only=True)
class SafeDestination:
    """Where a protected pack goes. It is kept nowhere but within its protection.

    :param name: as the directory has it.
    :param confirmed_with: ``name``, ``urn`` or ``laestab``.
    """

    org_id: str
    name: str
    way: Way
    confirmed_by: str
    confirmed_with: str
    confirmed_at: datetime

    @property
    def inbox(self) -> str:
        """Return the inbox that it goes to; an authority passes it on to the right lead."""
        return "dsl" if self.way is Way.DSL_TO_DSL else "general"


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """A protected move of one pupil. All of it is sealed at rest.

    :param known_to: the accounts of the two people who may see the destination; never names,
        which two people may share.
    :param set_by: who protected the move, in which ``role``.
    """

    pupil_id: str
    why: Why
    known_to: tuple[str, str]
    set_by: str
    role: str
    at: datetime
    destination: SafeDestination | None = None

    def is_known_to(self, person: str) -> bool:
        """Return whether the person with this account may see the destination. No role may."""
        return person in self.known_to

    def as_json(self) -> dict[str, JsonValue]:
        """Return plain values."""
        return {
            "pupil": self.pupil_id,
            "why": self.why.value,
            "known_to": list(self.known_to),
            "set_by": self.set_by,
            "role": self.role,
            "at": self.at.isoformat(),
            "destination": _plain(self.destination),
        }


def protection_from_json(value: Mapping[str, JsonValue]) -> Protection:
    """Return what :meth:`Protection.as_json` wrote.

    :raises KeyError, TypeError, ValueError: it did not write this.
    """
    known = value["known_to"]
    if not isinstance(known, list | tuple) or len(known) != HOW_MANY_KNOW:
        raise ValueError
    return Protection(
        pupil_id=str(value["pupil"]),
        why=Why(str(value["why"])),
        known_to=(str(known[0]), str(known[1])),
        set_by=str(value["set_by"]),
        role=str(value["role"]),
        at=datetime.fromisoformat(str(value["at"])),
        destination=_destination(value["destination"]),
    )


def require_setter(role: str) -> None:
    """Refuse everybody but the DSL and the head.

    :raises Refused: ``not-for-this-role``.
    """
    if role not in SETTERS:
        raise Refused(
            "not-for-this-role", "/role", "The safeguarding lead or the head teacher does this."
        )


def two_people(first: str, second: str) -> tuple[str, str]:
    """Return the two who may see the destination.

    :raises UsageError: ``two-people-needed``: they are not two.
    """
    people = (first.strip(), second.strip())
    if not all(people) or people[0] == people[1]:
        raise UsageError(
            "two-people-needed", "/known_to", "Name two different people who may see it."
        )
    return people


def way_for(kind: str) -> Way:
    """Return the way to an organisation of this kind.

    :raises Refused: ``protected-way``: neither a school nor a local authority.
    """
    if kind == "la":
        return Way.THROUGH_LA
    if kind in ("school", "college"):
        return Way.DSL_TO_DSL
    raise Refused(
        "protected-way",
        "/to",
        "A protected move goes from one safeguarding lead to the other, or through the council.",
    )


def _plain(one: SafeDestination | None) -> JsonValue:
    if one is None:
        return None
    return {
        "org": one.org_id,
        "name": one.name,
        "way": one.way.value,
        "confirmed_by": one.confirmed_by,
        "confirmed_with": one.confirmed_with,
        "confirmed_at": one.confirmed_at.isoformat(),
    }


def _destination(value: JsonValue) -> SafeDestination | None:
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise TypeError
    return SafeDestination(
        org_id=str(value["org"]),
        name=str(value["name"]),
        way=Way(str(value["way"])),
        confirmed_by=str(value["confirmed_by"]),
        confirmed_with=str(value["confirmed_with"]),
        confirmed_at=datetime.fromisoformat(str(value["confirmed_at"])),
    )
