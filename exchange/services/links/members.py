"""Who of a family is invited: one by one, by staff, with what the school must know of each.

Contacts that came in a file from another system are never invited by themselves: who may see what
is a question of parental responsibility, of court orders and of safe ways to reach somebody.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from exchange.domain.clocks import london_day
from exchange.domain.disclosure import Speaker, speaks_alone
from exchange.domain.family import Relationship, Responsibility
from exchange.errors import Refused, StoreError, UsageError
from exchange.ports import Actor, StoredPupil, UnitOfWork
from exchange.ports.items import Item
from exchange.services.inside import Inside
from exchange.services.protect import require_ordinary
from schemas.base import load_bytes
from schemas.pupil import Pupil
from schemas.strict_json import JsonValue

KIND = "family-member"
ACTIVE, ENDED = "active", "ended"
MOST_CORRECTIONS = 50
"""Of one person: whoever holds a link cannot fill our disk."""
_LONGEST_NAME, _LONGEST_NOTE = 200, 4000


@dataclass(frozen=True, slots=True)
class Correction:
    """Something that the family says is wrong."""

    correction_id: str
    text: str
    at: datetime
    done: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """One member of a family, or the young person. All of it is sealed.

    :param court_order: what an order says, in the school's words; ``forbidden``: it forbids that
        this person is told anything.
    :param safe: how to reach them safely.
    :param capacity: where the young person is beyond compulsory school age and somebody else acts
        for them: the decision on which that rests.
    :param readable: ids of the documents that staff let this person open.
    :param said: what they want of each paper; ``views`` their own words, ``views_document`` the
        document that holds them.
    """

    member_id: str
    pupil_id: str
    name: str
    relationship: Relationship
    responsibility: Responsibility
    court_order: str = ""
    forbidden: bool = False
    safe: str = ""
    capacity: str = ""
    readable: tuple[str, ...] = ()
    said: Mapping[str, str] = field(default_factory=dict, hash=False)
    views: str = ""
    views_document: str = ""
    corrections: tuple[Correction, ...] = ()
    active: bool = True
    item: Item | None = field(default=None, compare=False, repr=False)

    @property
    def waits_since(self) -> datetime | None:
        """Return since when a correction that they asked for waits for its answer."""
        return min((one.at for one in self.corrections if not one.done), default=None)

    @property
    def speaker(self) -> Speaker:
        """Return as whom they speak."""
        return "pupil" if self.relationship is Relationship.YOUNG_PERSON else "family"

    @property
    def actor(self) -> Actor:
        """Return them as the book knows them: by a random id."""
        role = "young-person" if self.speaker == "pupil" else "family"
        return Actor(self.member_id, role)

    def content(self) -> dict[str, JsonValue]:
        """Return what is sealed."""
        return {
            "pupil": self.pupil_id,
            "name": self.name,
            "relationship": self.relationship.value,
            "responsibility": self.responsibility.value,
            "court_order": self.court_order,
            "forbidden": self.forbidden,
            "safe": self.safe,
            "capacity": self.capacity,
            "readable": list(self.readable),
            "said": dict(self.said),
            "views": self.views,
            "views_document": self.views_document,
            "corrections": [
                {
                    "id": one.correction_id,
                    "text": one.text,
                    "at": one.at.isoformat(),
                    "done": one.done,
                }
                for one in self.corrections
            ],
        }


def member_of(item: Item) -> Member:
    """Return a member as stored.

    :raises StoreError: ``value-damaged``; this process has no keys.
    """
    told = item.content
    try:
        if told is None:
            raise TypeError
        return Member(
            member_id=item.item_id,
            pupil_id=str(told["pupil"]),
            name=str(told["name"]),
            relationship=Relationship(str(told["relationship"])),
            responsibility=Responsibility(str(told["responsibility"])),
            court_order=str(told["court_order"]),
            forbidden=bool(told["forbidden"]),
            safe=str(told["safe"]),
            capacity=str(told["capacity"]),
            readable=tuple(str(one) for one in _list(told["readable"])),
            said={str(ref): str(wants) for ref, wants in _map(told["said"]).items()},
            views=str(told["views"]),
            views_document=str(told["views_document"]),
            corrections=tuple(_correction(_map(one)) for one in _list(told["corrections"])),
            active=item.state == ACTIVE,
            item=item,
        )
    except (KeyError, TypeError, ValueError):
        raise StoreError("value-damaged", "/family") from None


def members(unit: UnitOfWork, pupil_id: str) -> list[Member]:
    """Return the members about a pupil, oldest first; those that were ended too."""
    return [member_of(one) for one in unit.items.about(KIND, pupil_id)]


def waiting_members(unit: UnitOfWork, now: datetime, most: int) -> list[Member]:
    """Return up to so many who wait for an answer to a correction, the longest first."""
    return [get_member(unit, one) for one in unit.items.due(KIND, now, most)]


def get_member(unit: UnitOfWork, member_id: str) -> Member:
    """Return one member.

    :raises NotFound: ``item-unknown``.
    """
    return member_of(unit.items.get(KIND, member_id))


def add_member(inside: Inside, org_id: str, new: Member, actor: Actor) -> Member:
    """Note one member of a family; nobody is told anything by that.

    :raises UsageError: ``name-unclear``, ``note-too-long``, ``court-order-missing``.
    :raises Refused: ``protected-move``; ``young-person-decides``, ``young-person-too-young``.
    """
    made = replace(checked(new), member_id=str(uuid.uuid4()))
    now = inside.clock.now()
    with inside.store.unit(org_id) as unit:
        require_ordinary(unit, made.pupil_id)
        require_may_speak(unit.pupils.get(made.pupil_id), made, london_day(now))
        unit.items.add(
            Item(KIND, made.member_id, ACTIVE, made.content(), now, now, about=made.pupil_id)
        )
        unit.audit.record(actor, "family.member-added", "family-member", made.member_id)
        unit.commit()
    return made


def checked(told: Member) -> Member:
    """Return them with their name on one line.

    :raises UsageError: ``name-unclear``, ``note-too-long``, ``court-order-missing``.
    """
    for path, text in (("/court_order", told.court_order), ("/safe", told.safe)):
        if len(text) > _LONGEST_NOTE:
            raise UsageError("note-too-long", path, "Write less.")
    if told.forbidden and not told.court_order.strip():
        raise UsageError("court-order-missing", "/court_order", "Say what the order says.")
    return replace(told, name=_name(told.name))


def end_member(inside: Inside, org_id: str, member_id: str, actor: Actor) -> Member:
    """Note that somebody is to be told nothing any more; end their links apart from this."""
    with inside.store.unit(org_id) as unit:
        found = get_member(unit, member_id)
        keep_member(unit, replace(found, active=False), inside.clock.now())
        unit.audit.record(actor, "family.member-ended", "family-member", member_id)
        unit.commit()
    return found


def keep_member(unit: UnitOfWork, changed: Member, now: datetime) -> None:
    """Store a member that was read and changed; the caller writes the book and commits.

    :raises Conflict: ``item-changed``.
    """
    if changed.item is None:
        raise StoreError("value-damaged", "/family")
    unit.items.update(
        replace(
            changed.item,
            state=ACTIVE if changed.active else ENDED,
            content=changed.content(),
            updated_at=now,
            due_at=changed.waits_since,
        )
    )


def speaks_for_self(pupil: StoredPupil, on: date) -> bool:
    """Return whether the young person has taken the parent's place."""
    return speaks_alone(load_bytes(Pupil, pupil.record).date_of_birth, on)


def require_may_speak(pupil: StoredPupil, one: Member, on: date) -> None:
    """Refuse a parent after, and the pupil before, the end of compulsory school age.

    :raises Refused: ``young-person-decides``: unless a decision about capacity is recorded;
        ``young-person-too-young``.
    """
    alone = speaks_for_self(pupil, on)
    if one.relationship is Relationship.YOUNG_PERSON:
        if not alone:
            hint = "Until the end of compulsory school age the family is asked."
            raise Refused("young-person-too-young", "/relationship", hint)
    elif alone and not one.capacity.strip():
        hint = "The young person is asked now. If somebody acts for them, say on what decision."
        raise Refused("young-person-decides", "/relationship", hint)


def _name(text: str) -> str:
    told = " ".join(text.split())
    if not told or len(told) > _LONGEST_NAME or not told.isprintable():
        raise UsageError("name-unclear", "/name", "Write the name on one line.")
    return told


def _correction(told: Mapping[str, JsonValue]) -> Correction:
    return Correction(
        str(told["id"]),
        str(told["text"]),
        datetime.fromisoformat(str(told["at"])),
        str(told["done"]),
    )


def _list(value: JsonValue) -> list[JsonValue]:
    if not isinstance(value, list):
        raise TypeError
    return value


def _map(value: JsonValue) -> dict[str, JsonValue]:
    if not isinstance(value, dict):
        raise TypeError
    return value
