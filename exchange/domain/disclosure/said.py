"""What people said of one document: marks, judgements and wishes, and their JSON.

All of it is pupil data and is kept sealed. Nothing is ever overwritten: a later judgement or wish
stands behind the earlier ones, so that it can be told what was known on any day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from schemas.strict_json import JsonValue

EVERYBODY = "everybody"
"""The audience of a judgement or wish that is about every recipient."""
SUPERSEDED = "newer-version"
"""The role of the mark that keeps the version before from everybody: no person set it."""
AUTHOR = "author"
"""The role of a mark that says for whom its author wrote it not to be."""

Speaker = Literal["family", "pupil"]
Wanted = Literal["agrees", "refuses", "no-answer"]


@dataclass(frozen=True, slots=True)
class Mark:
    """Not for somebody.

    :param not_for: an organisation's id, a role, a kind of organisation, or ``family``.
    :param by: who set it, in which ``role``.
    """

    not_for: str
    by: str
    role: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Judgement:
    """One person's recorded decision.

    :param reason: code of ``disclosure-reason``; it says whether this withholds or releases.
    :param audience: whom it is about, as in :class:`Mark`, or :data:`EVERYBODY`.
    :param by: whose decision it is; ``day`` when they took it.
    :param registration: a professional's number with their body, where the reason asks for it.
    :param person: who may read it at the recipient, where the reason asks for it.
    :param words: the reasons in words, where an objection is answered.
    :param recorded_by: who wrote it down, in which ``role``, and when (``at``).
    """

    reason: str
    audience: str
    by: str
    day: date
    recorded_by: str
    role: str
    at: datetime
    registration: str = ""
    person: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the family or the pupil wants; never a lawful basis."""

    speaker: Speaker
    wants: Wanted
    audience: str
    recorded_by: str
    role: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Said:
    """All that was said of one thing, oldest first."""

    marks: tuple[Mark, ...] = ()
    judgements: tuple[Judgement, ...] = ()
    wishes: tuple[Wish, ...] = ()

    def as_json(self) -> dict[str, JsonValue]:
        """Return plain values; empty lists are left out."""
        parts: dict[str, Iterable[Mark | Judgement | Wish]] = {
            "marks": self.marks,
            "judgements": self.judgements,
            "wishes": self.wishes,
        }
        return {name: [_plain(one) for one in each] for name, each in parts.items() if each}


NOTHING = Said()


def said_from_json(value: Mapping[str, Any]) -> Said:
    """Return what :meth:`Said.as_json` wrote.

    :raises KeyError, TypeError, ValueError: it did not write this.
    """
    return Said(
        marks=tuple(Mark(**_at(one)) for one in value.get("marks", ())),
        judgements=tuple(
            Judgement(**_at(one) | {"day": date.fromisoformat(one["day"])})
            for one in value.get("judgements", ())
        ),
        wishes=tuple(Wish(**_at(one)) for one in value.get("wishes", ())),
    )


def _plain(one: Mark | Judgement | Wish) -> dict[str, JsonValue]:
    values = {name: getattr(one, name) for name in one.__slots__}
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in values.items()
    }


def _at(value: Mapping[str, Any]) -> dict[str, Any]:
    return {**value, "at": datetime.fromisoformat(value["at"])}
