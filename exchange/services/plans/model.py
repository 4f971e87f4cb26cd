"""A consultation as it is kept: on the authority's side, and on the side of who was asked.

Both are items; the names, answers and reasons are sealed. Clear are ids of packs and organisations.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time

from exchange.errors import NotFound, StoreError
from exchange.ports import Item, UnitOfWork
from schemas.consultation import CanMeet
from schemas.strict_json import JsonValue

KIND = "consultation"
ASKED = "consultation-asked"
SENT, ANSWERED, WITHDRAWN = "sent", "answered", "withdrawn"
OPEN = "open"


@dataclass(frozen=True, slots=True)
class Noted:
    """What somebody wrote down of an answer before the school's own came.

    :param who: who answered for the school; ``by`` who wrote it down.
    """

    answer: CanMeet
    text: str
    on: date
    who: str
    by: str


@dataclass(frozen=True, slots=True)
class Consultation:
    """The authority asked one school or college whether to name it.

    :param school_org: its organisation id; empty: it has not joined, and was asked another way.
    :param bundle_id: the pack with the consultation edition, or empty.
    :param state: ``sent``, ``answered`` or ``withdrawn``.
    :param answered_by: who answered for the school; ``noted_by`` who wrote down an answer that
        came another way than by pack.
    :param noted: what was written down before the school's own answer took its place, or None.
    """

    consultation_id: str
    case_id: str
    pupil_id: str
    school_name: str
    sent_on: date
    due_on: date
    state: str = SENT
    school_org: str = ""
    bundle_id: str = ""
    answer: CanMeet | None = None
    text: str = ""
    answered_on: date | None = None
    answered_by: str = ""
    noted_by: str = ""
    noted: Noted | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class Asked:
    """A council asked us whether we can meet a child's needs.

    :param bundle_id: the pack with the consultation edition; ``sender`` the council.
    :param answer: what we said, or None.
    """

    bundle_id: str
    sender: str
    state: str
    reached_on: date
    due_on: date
    answer: CanMeet | None = None
    answered_on: date | None = None
    version: int = 1


def tag_of(bundle_id: str) -> str:
    """Return by what a consultation is found when its answer comes."""
    return hashlib.sha256(f"consultation/{bundle_id}".encode()).hexdigest()


def consultations_of(unit: UnitOfWork, case_id: str) -> Sequence[Consultation]:
    """Return the consultations of a case, oldest first."""
    return [_read(one) for one in unit.items.about(KIND, case_id)]


def consultations_about(unit: UnitOfWork, pupil_id: str) -> Sequence[Consultation]:
    """Return the consultations of a pupil, oldest first."""
    return [one for one in map(_read, unit.items.all(KIND)) if one.pupil_id == pupil_id]


def consultations_by_case(unit: UnitOfWork) -> Mapping[str, Sequence[Consultation]]:
    """Return all consultations by the id of their case, oldest first."""
    by_case: dict[str, list[Consultation]] = {}
    for one in map(_read, unit.items.all(KIND)):
        by_case.setdefault(one.case_id, []).append(one)
    return by_case


def consultation(unit: UnitOfWork, consultation_id: str) -> Consultation:
    """Return one consultation.

    :raises NotFound: ``consultation-unknown``.
    """
    try:
        return _read(unit.items.get(KIND, consultation_id))
    except NotFound:
        raise NotFound("consultation-unknown") from None


def consultation_of_pack(unit: UnitOfWork, bundle_id: str) -> Consultation | None:
    """Return the consultation that a pack of ours began, or None."""
    item = unit.items.find(KIND, tag_of(bundle_id))
    return None if item is None else _read(item)


def add_consultation(unit: UnitOfWork, made: Consultation, now: datetime) -> None:
    """Keep a new consultation in the unit of work of the caller, who writes the book."""
    unit.items.add(_item(made, now))


def put_consultation(unit: UnitOfWork, made: Consultation, now: datetime) -> None:
    """Replace one in the unit of work of the caller, who writes the book.

    :raises Conflict: ``item-changed``.
    """
    before = unit.items.get(KIND, made.consultation_id)
    changed = _item(made, now)
    unit.items.update(
        replace(changed, created_at=before.created_at, version=made.version, about=None)
    )


def _item(made: Consultation, now: datetime) -> Item:
    return Item(
        kind=KIND,
        item_id=made.consultation_id,
        state=made.state,
        content=_plain(made),
        clear={"school": made.school_org, "pack": made.bundle_id},
        created_at=now,
        updated_at=now,
        due_at=_at(made.due_on) if made.state == SENT else None,
        lookup=tag_of(made.bundle_id) if made.bundle_id else None,
        about=made.case_id,
    )


def _plain(made: Consultation) -> dict[str, JsonValue]:
    return {
        "case": made.case_id,
        "pupil": made.pupil_id,
        "school": made.school_name,
        "sent": made.sent_on.isoformat(),
        "due": made.due_on.isoformat(),
        "answer": made.answer.value if made.answer else None,
        "text": made.text,
        "answered": _text(made.answered_on),
        "answered_by": made.answered_by,
        "noted_by": made.noted_by,
        "noted": _plain_noted(made.noted),
    }


def _plain_noted(noted: Noted | None) -> JsonValue:
    if noted is None:
        return None
    return [noted.answer.value, noted.text, noted.on.isoformat(), noted.who, noted.by]


def _noted(value: JsonValue) -> Noted | None:
    if not isinstance(value, list):
        return None
    answer, text, on, who, by = (str(one) for one in value)
    return Noted(CanMeet(answer), text, date.fromisoformat(on), who, by)


def _read(item: Item) -> Consultation:
    told: Mapping[str, JsonValue] = item.content or {}
    try:
        return Consultation(
            consultation_id=item.item_id,
            case_id=str(told["case"]),
            pupil_id=str(told["pupil"]),
            school_name=str(told["school"]),
            sent_on=date.fromisoformat(str(told["sent"])),
            due_on=date.fromisoformat(str(told["due"])),
            state=item.state,
            school_org=str(item.clear["school"]),
            bundle_id=str(item.clear["pack"]),
            answer=_answer(told["answer"]),
            text=str(told["text"]),
            answered_on=_day(told["answered"]),
            answered_by=str(told["answered_by"]),
            noted_by=str(told["noted_by"]),
            noted=_noted(told.get("noted")),  # older ones have none
            version=item.version,
        )
    except (KeyError, ValueError):
        raise StoreError("value-damaged", "/consultation") from None


def asked_to_item(made: Asked, now: datetime) -> Item:
    """Return what we were asked as it is stored."""
    return Item(
        kind=ASKED,
        item_id=made.bundle_id,
        state=made.state,
        content={
            "answer": made.answer.value if made.answer else None,
            "answered": _text(made.answered_on),
        },
        clear={
            "sender": made.sender,
            "reached": made.reached_on.isoformat(),
            "due": made.due_on.isoformat(),
        },
        created_at=now,
        updated_at=now,
        due_at=_at(made.due_on) if made.state == OPEN else None,
        version=made.version,
    )


def asked_of(item: Item) -> Asked:
    """Return what we were asked as it was stored.

    :raises StoreError: ``value-damaged``.
    """
    told = item.content or {}
    try:
        return Asked(
            bundle_id=item.item_id,
            sender=str(item.clear["sender"]),
            state=item.state,
            reached_on=date.fromisoformat(str(item.clear["reached"])),
            due_on=date.fromisoformat(str(item.clear["due"])),
            answer=_answer(told["answer"]),
            answered_on=_day(told["answered"]),
            version=item.version,
        )
    except (KeyError, ValueError):
        raise StoreError("value-damaged", "/consultation") from None


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _day(value: JsonValue) -> date | None:
    return None if value is None else date.fromisoformat(str(value))


def _answer(value: JsonValue) -> CanMeet | None:
    return None if value is None else CanMeet(str(value))


def _at(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
