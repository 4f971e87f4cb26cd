"""Ask for the records of a child who starts here, and answer such a request.

Pull as well as push: the new school says whom it expects and from when; the old school answers
Send, Not ours, or Through the LA. A request about a child whose move is protected is answered
"Through the LA" by the machine, and stands on nobody's list.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from exchange.domain.clocks import london_day
from exchange.domain.feeder import Likeness, Who, likeness
from exchange.errors import Conflict, NotFound, Refused
from exchange.ports import Actor, Arrival, UnitOfWork
from exchange.services.inside import Inside
from exchange.services.messages import (
    ANSWERED,
    KIND,
    OPEN,
    QUIETLY,
    Told,
    send_message,
    settle,
    thread_of,
    told_of,
    waiting,
)
from exchange.services.protect import protected_pupils, request_goes_through_la
from schemas.base import load_bytes
from schemas.message import AskedChild, Message, MessageKind, RecordsAnswer
from schemas.people import Person
from schemas.pupil import Pupil

REPLIER = Actor("worker", "machine")


@dataclass(frozen=True, slots=True)
class Request:
    """A request for records, ours or theirs.

    :param request_id: id of its message; ``other`` is the school that was asked, or asks.
    :param answer: None: not answered yet.
    """

    request_id: str
    other: str
    child: AskedChild
    starts: date | None
    text: str
    by: str
    at: datetime
    ours: bool
    answer: RecordsAnswer | None
    answered_at: datetime | None = None
    note: str = ""

    @property
    def name(self) -> str:
        """Return the child's name, as the child is called."""
        return f"{self.child.known_as or self.child.forename} {self.child.surname}"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A pupil of ours who may be the child that is asked for."""

    pupil_id: str
    name: str
    born: date
    sure: bool


def ask_for_records(
    inside: Inside,
    org_id: str,
    school: str,
    child: AskedChild,
    starts: date | None,
    text: str,
    actor: Actor,
) -> Told:
    """Ask an organisation that has joined for a child's records.

    :param school: org_id of the previous school, or of the local authority.
    :raises Refused: ``asks-itself``.
    :raises DestinationRefused: it is closed or has no valid key.
    :raises TrustError: ``organisation-unknown``.
    """
    if school == org_id:
        raise Refused("asks-itself", "/school", "Choose the school that the child comes from.")
    message = Message(
        subject=str(uuid.uuid4()),
        kind=MessageKind.RECORDS_REQUEST,
        written=london_day(inside.clock.now()),
        written_by=Person(name=actor.name, role=actor.role),
        text=text.replace("\r\n", "\n").strip() or None,
        child=child,
        starts=starts,
    )
    return send_message(inside, org_id, school, message, "", None, actor)


def requests_of_ours(unit: UnitOfWork) -> list[Request]:
    """Return what this school asked for, newest first."""
    return _listed(unit, "sent")


def requests_to_us(unit: UnitOfWork) -> list[Request]:
    """Return what others asked of this school, newest first; never of a protected move."""
    return _listed(unit, "received")


def _listed(unit: UnitOfWork, direction: str) -> list[Request]:
    hidden = protected_pupils(unit)
    found = []
    for item in unit.items.all(KIND):
        if item.clear["direction"] != direction or item.state not in (OPEN, ANSWERED):
            continue
        told = told_of(unit, item.item_id)
        if told is None or told.message.kind is not MessageKind.RECORDS_REQUEST:
            continue
        if direction == "received" and _is_protected(unit, told, hidden):
            continue
        found.append(_request(unit, told))
    return sorted(found, key=lambda one: one.at, reverse=True)


def request_of(unit: UnitOfWork, request_id: str) -> Request:
    """Return one request, ours or theirs.

    :raises NotFound: ``request-unknown``; also of a protected move.
    """
    told = told_of(unit, request_id)
    if (
        told is None
        or told.message.kind is not MessageKind.RECORDS_REQUEST
        or told.state not in (OPEN, ANSWERED)
        or (told.direction == "received" and _is_protected(unit, told, protected_pupils(unit)))
    ):
        raise NotFound("request-unknown")
    return _request(unit, told)


def open_requests(unit: UnitOfWork) -> list[Request]:
    """Return what others asked and nobody has answered, oldest first."""
    hidden = protected_pupils(unit)
    return [
        _request(unit, told)
        for told in waiting(unit, MessageKind.RECORDS_REQUEST)
        if not _is_protected(unit, told, hidden)
    ]


def candidates(unit: UnitOfWork, child: AskedChild) -> list[Candidate]:
    """Return the pupils of ours who are or may be this child, the surest first."""
    found = [
        Candidate(pupil_id, pupil.names.display, pupil.date_of_birth, like is Likeness.SAME)
        for pupil_id, pupil, like in _alike(unit, child)
    ]
    return sorted(found, key=lambda one: (not one.sure, one.name))


def answer_request(
    inside: Inside,
    org_id: str,
    request_id: str,
    answer: RecordsAnswer,
    text: str,
    actor: Actor,
) -> Told:
    """Answer a request that came.

    :raises NotFound: ``request-unknown``.
    :raises Conflict: ``answered-already``.
    """
    with inside.store.reading(org_id) as unit:
        asked = request_of(unit, request_id)
        if asked.ours:
            raise NotFound("request-unknown")
        told = told_of(unit, request_id)
    if told is None or told.state == ANSWERED:
        raise Conflict("answered-already", "/request", "Somebody has answered it. Look again.")
    return _answer(inside, org_id, told, answer, text, ANSWERED, actor)


def answer_if_protected(inside: Inside, org_id: str, arrival: Arrival) -> None:
    """Answer a request about a protected move "Through the LA", before anybody sees it."""
    with inside.store.reading(org_id) as unit:
        told = told_of(unit, arrival.bundle_id)
        if (
            told is None
            or told.message.kind is not MessageKind.RECORDS_REQUEST
            or told.state != OPEN
            or not _is_protected(unit, told, protected_pupils(unit))
        ):
            return
    _answer(inside, org_id, told, RecordsAnswer.THROUGH_LA, "", QUIETLY, REPLIER)


def _answer(
    inside: Inside,
    org_id: str,
    told: Told,
    answer: RecordsAnswer,
    text: str,
    state: str,
    actor: Actor,
) -> Told:
    message = Message(
        subject=told.message.subject,
        kind=MessageKind.RECORDS_ANSWER,
        written=london_day(inside.clock.now()),
        # Who answers about a protected move is not told: a machine's name would tell why.
        written_by=Person(name="The school office", role="school")
        if actor is REPLIER
        else Person(name=actor.name, role=actor.role),
        text=text.replace("\r\n", "\n").strip() or None,
        answer=answer,
    )
    sent = send_message(inside, org_id, told.other, message, told.thread, told.message_id, actor)
    with inside.store.unit(org_id) as unit:
        settle(unit, told.message_id, state)
        unit.audit.record(actor, "message.answered", "transfer", told.message_id)
        unit.commit()
    return sent


def _request(unit: UnitOfWork, told: Told) -> Request:
    message = told.message
    assert message.child is not None  # noqa: S101  (the record's own rule)
    answers = [
        one
        for one in thread_of(unit, told.thread)
        if one.message.kind is MessageKind.RECORDS_ANSWER and one.about == told.message_id
    ]
    last = answers[-1] if answers else None
    return Request(
        request_id=told.message_id,
        other=told.other,
        child=message.child,
        starts=message.starts,
        text=message.text or "",
        by=f"{message.written_by.name}, {message.written_by.role}",
        at=told.at,
        ours=told.direction == "sent",
        answer=last.message.answer if last else None,
        answered_at=last.at if last else None,
        note=(last.message.text or "") if last else "",
    )


def _is_protected(unit: UnitOfWork, told: Told, hidden: frozenset[str]) -> bool:
    """Return whether any pupil who may be the child has a protected move: rather one too many."""
    if not hidden or told.message.child is None:
        return False
    return any(
        pupil_id in hidden and request_goes_through_la(unit, pupil_id)
        for pupil_id, _, _ in _alike(unit, told.message.child)
    )


def _alike(unit: UnitOfWork, child: AskedChild) -> Iterator[tuple[str, Pupil, Likeness]]:
    asked = Who(
        surname=child.surname,
        forename=child.forename,
        date_of_birth=child.date_of_birth,
        upn=str(child.upn) if child.upn else "",
        known_as=child.known_as or "",
        school="here",
    )
    for stored in unit.pupils.all():
        pupil = load_bytes(Pupil, stored.record)
        found = likeness(asked, who_of(pupil))
        if found is not Likeness.OTHER:
            yield stored.pupil_id, pupil, found


def who_of(pupil: Pupil) -> Who:
    """Return what describes a pupil of this school."""
    names = pupil.names
    return Who(
        surname=names.surname,
        forename=names.forename,
        date_of_birth=pupil.date_of_birth,
        upn=str(pupil.upn) if pupil.upn else "",
        known_as=names.known_as or "",
        other_surname=names.preferred_surname or names.former_surname or "",
        school="here",
    )
