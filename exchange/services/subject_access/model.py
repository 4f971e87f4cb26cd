"""A request for a copy of what is kept of a pupil: who asked, on what authority, by when.

Two clocks run from the day it was asked: a month for a subject access request (UK GDPR Art 12(3)),
and, for the educational record of a maintained school, 15 school days (SI 2005/1437 reg 5(2)).
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from exchange.domain.clocks import Calendar, due, london_day
from exchange.domain.family import Relationship, Responsibility
from exchange.errors import NotFound, Refused, StoreError, UsageError
from exchange.ports import Actor, UnitOfWork
from exchange.ports.items import Item
from exchange.services.inside import Inside
from exchange.services.links.members import Member, get_member, speaks_for_self
from schemas.base import load_bytes
from schemas.pupil import Pupil
from schemas.strict_json import JsonValue

KIND = "subject-access"
OPEN, GIVEN = "open", "given"
PUPIL = "pupil"
"""Stands for the pupil in place of a member's id."""
_LONGEST = 2000


class Authority(StrEnum):
    """On what somebody asks."""

    OWN = "own"
    """It is their own: the pupil asks."""
    RESPONSIBILITY = "parental-responsibility"
    AUTHORISED = "authorised"
    """Somebody who is entitled said so in writing."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request. All of it but its state is sealed.

    :param member_id: of the family's member who asked, or :data:`PUPIL`.
    :param name: as it was then; ``note`` says how the authority and the person were checked.
    :param given: ids of the documents that went; ``sha256`` of the last copy that was made.
    """

    request_id: str
    pupil_id: str
    member_id: str
    name: str
    authority: Authority
    note: str
    asked_on: date
    recorded_by: str
    role: str
    given: tuple[str, ...] = ()
    decided_by: str = ""
    decided_role: str = ""
    decided_at: datetime | None = None
    sha256: str = ""
    item: Item | None = field(default=None, compare=False, repr=False)

    def content(self) -> dict[str, JsonValue]:
        """Return what is sealed."""
        return {
            "pupil": self.pupil_id,
            "member": self.member_id,
            "name": self.name,
            "authority": self.authority.value,
            "note": self.note,
            "asked_on": self.asked_on.isoformat(),
            "recorded_by": self.recorded_by,
            "role": self.role,
            "given": list(self.given),
            "decided_by": self.decided_by,
            "decided_role": self.decided_role,
            "decided_at": self.decided_at.isoformat() if self.decided_at else None,
            "sha256": self.sha256,
        }

    def due(self, calendar: Calendar) -> tuple[tuple[str, date], ...]:
        """Return the clocks that run: what is asked for, and the last day."""
        return (
            ("subject-access", due("subject-access", self.asked_on)),
            ("record-access", due("record-access", self.asked_on, calendar)),
        )


def requests_about(unit: UnitOfWork, pupil_id: str) -> Sequence[Request]:
    """Return the requests about a pupil, the newest first."""
    return [_read(one) for one in reversed(unit.items.about(KIND, pupil_id))]


def get_request(unit: UnitOfWork, pupil_id: str, request_id: str) -> Request:
    """Return one request.

    :raises NotFound: ``item-unknown``; also of another pupil.
    """
    found = _read(unit.items.get(KIND, request_id))
    if found.pupil_id != pupil_id:
        raise NotFound("item-unknown")
    return found


def record_request(
    inside: Inside,
    org_id: str,
    pupil_id: str,
    member_id: str,
    authority: Authority,
    note: str,
    asked_on: date,
    actor: Actor,
) -> Request:
    """Record that somebody asked for a copy; the clocks run from that day.

    :param member_id: of the family's member, or :data:`PUPIL`.
    :raises Refused: ``not-entitled``: no responsibility, an order forbids it, or the young person
        has taken the parent's place.
    :raises UsageError: ``day-to-come``, ``note-needed``, ``note-too-long``.
    :raises NotFound: ``pupil-unknown``, ``item-unknown``.
    """
    now = inside.clock.now()
    if asked_on > london_day(now):
        raise UsageError("day-to-come", "/asked_on", "This day is still to come.")
    said = note.strip()
    if not said:
        raise UsageError("note-needed", "/note", "Say how you know that it is this person.")
    if len(said) > _LONGEST:
        raise UsageError("note-too-long", "/note", "Write less.")
    with inside.store.unit(org_id) as unit:
        pupil = unit.pupils.get(pupil_id)
        if member_id == PUPIL:
            name = load_bytes(Pupil, pupil.record).names.display
            _require(authority is not Authority.RESPONSIBILITY, "A pupil asks for themself.")
        else:
            member = _member(unit, pupil_id, member_id)
            name = member.name
            alone = speaks_for_self(pupil, london_day(now))
            require_entitled(member, authority, alone=alone)
        made = Request(
            str(uuid.uuid4()),
            pupil_id,
            member_id,
            name,
            authority,
            said,
            asked_on,
            actor.name,
            actor.role,
        )
        unit.items.add(Item(KIND, made.request_id, OPEN, made.content(), now, now, about=pupil_id))
        unit.audit.record(
            actor,
            "subject-access.asked",
            "subject-access",
            made.request_id,
            detail={"pupil": pupil_id, "authority": authority.value},
        )
        unit.commit()
    return made


def require_entitled(member: Member, authority: Authority, *, alone: bool) -> None:
    """Refuse somebody who may not have a copy on this authority.

    :param alone: the young person has taken the parent's place.
    :raises Refused: ``not-entitled``.
    """
    _require(member.active, "They are not among the family any more.")
    _require(not member.forbidden, "A court order forbids that they are told anything.")
    young = member.relationship is Relationship.YOUNG_PERSON
    if authority is Authority.OWN:
        _require(young, "Only the pupil asks for their own.")
    elif authority is Authority.RESPONSIBILITY:
        known = member.responsibility is Responsibility.YES
        _require(known and not young, "That they have parental responsibility is not recorded.")
        said = bool(member.capacity.strip())
        _require(not alone or said, "The young person is asked now, or must say so in writing.")


def require_still_entitled(unit: UnitOfWork, request: Request, on: date) -> None:
    """Refuse a copy to somebody who was entitled as they asked, and is not any more.

    :raises Refused: ``not-entitled``: an order, or the pupil's age, came between.
    :raises NotFound: ``pupil-unknown``, ``item-unknown``.
    """
    if request.member_id == PUPIL:
        return
    member = _member(unit, request.pupil_id, request.member_id)
    alone = speaks_for_self(unit.pupils.get(request.pupil_id), on)
    require_entitled(member, request.authority, alone=alone)


def keep_given(unit: UnitOfWork, changed: Request, now: datetime) -> None:
    """Store a request that was decided; the caller writes the book and commits."""
    if changed.item is None:
        raise StoreError("value-damaged", "/subject-access")
    unit.items.update(replace(changed.item, state=GIVEN, content=changed.content(), updated_at=now))


def _require(holds: bool, hint: str) -> None:
    if not holds:
        raise Refused("not-entitled", "/who", hint)


def _member(unit: UnitOfWork, pupil_id: str, member_id: str) -> Member:
    found = get_member(unit, member_id)
    if found.pupil_id != pupil_id:
        raise NotFound("item-unknown")
    return found


def _read(item: Item) -> Request:
    told = item.content
    try:
        if told is None:
            raise TypeError
        given, at = told["given"], told["decided_at"]
        return Request(
            request_id=item.item_id,
            pupil_id=str(told["pupil"]),
            member_id=str(told["member"]),
            name=str(told["name"]),
            authority=Authority(str(told["authority"])),
            note=str(told["note"]),
            asked_on=date.fromisoformat(str(told["asked_on"])),
            recorded_by=str(told["recorded_by"]),
            role=str(told["role"]),
            given=tuple(str(one) for one in given) if isinstance(given, Sequence) else (),
            decided_by=str(told["decided_by"]),
            decided_role=str(told["decided_role"]),
            decided_at=datetime.fromisoformat(str(at)) if at else None,
            sha256=str(told["sha256"]),
            item=item,
        )
    except (KeyError, TypeError, ValueError):
        raise StoreError("value-damaged", "/subject-access") from None


def words_of(request: Request) -> Mapping[str, str]:
    """Return what the copy says of who asked and who decided, by label."""
    authority = {
        Authority.OWN: "Their own data",
        Authority.RESPONSIBILITY: "Parental responsibility",
        Authority.AUTHORISED: "Written authority of somebody entitled",
    }[request.authority]
    return {
        "Asked by": request.name,
        "On what authority": authority,
        "Decided by": f"{request.decided_by}, {request.decided_role}",
    }
