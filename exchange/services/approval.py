"""One question to a second person, and its answer, as kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from exchange.ports.items import Item
from schemas.strict_json import JsonValue

What = Literal["destination", "release"]
How = Literal["person", "call"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """How it was decided.

    :param person: id of the account; ``name`` and ``role`` as the book has them.
    :param words: why, as the person wrote it; of a call: with whom they spoke.
    """

    person: str
    name: str
    role: str
    at: datetime
    how: How
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """One question to a second person.

    :param about: a place (``urn:...``), or a pupil's id.
    :param place_name: of a place; ``telephone`` as the register has it.
    :param asked_by: id of the account that asked; ``asked_by_name`` as the book has it.
    """

    approval_id: str
    what: What
    state: str
    about: str
    asked_by: str
    asked_by_name: str
    role: str
    at: datetime
    place_name: str = ""
    telephone: str = ""
    words: str = ""
    decided: Decided | None = None


def content_of(one: Approval) -> dict[str, JsonValue]:
    """Return what is sealed of an approval."""
    decided = one.decided
    return {
        "what": one.what,
        "about": one.about,
        "asked_by": one.asked_by,
        "asked_by_name": one.asked_by_name,
        "role": one.role,
        "at": one.at.isoformat(),
        "place_name": one.place_name,
        "telephone": one.telephone,
        "words": one.words,
        "decided": None
        if decided is None
        else {
            "person": decided.person,
            "name": decided.name,
            "role": decided.role,
            "at": decided.at.isoformat(),
            "how": decided.how,
            "words": decided.words,
        },
    }


def read(item: Item) -> Approval:
    """Return the approval that an item holds."""
    told: Mapping[str, JsonValue] = item.content or {}
    return Approval(
        approval_id=item.item_id,
        what="destination" if told["what"] == "destination" else "release",
        state=item.state,
        about=str(told["about"]),
        asked_by=str(told["asked_by"]),
        asked_by_name=str(told["asked_by_name"]),
        role=str(told["role"]),
        at=datetime.fromisoformat(str(told["at"])),
        place_name=str(told["place_name"]),
        telephone=str(told["telephone"]),
        words=str(told["words"]),
        decided=_read_decided(told["decided"]),
    )


def _read_decided(value: JsonValue) -> Decided | None:
    if not isinstance(value, Mapping):
        return None
    return Decided(
        person=str(value["person"]),
        name=str(value["name"]),
        role=str(value["role"]),
        at=datetime.fromisoformat(str(value["at"])),
        how="call" if value["how"] == "call" else "person",
        words=str(value["words"]),
    )
