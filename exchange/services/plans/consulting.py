"""Ask a school or college whether to name it, and note what it answers (2014 Act, ss.39, 40).

The answer is due within 15 days. That a school is silent keeps nobody waiting: the authority
decides without it, and the page says so.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date

from exchange.bundle.opening import OpenedBundle
from exchange.domain.clocks import due, london_day, require_likely
from exchange.errors import Conflict, UsageError
from exchange.ports import Actor, Arrival, Transfer, UnitOfWork
from exchange.services.cases import Case, case
from exchange.services.inside import Inside
from exchange.services.plans.editions import EditionKind
from exchange.services.plans.model import (
    ANSWERED,
    SENT,
    WITHDRAWN,
    Consultation,
    Noted,
    add_consultation,
    consultation,
    consultation_of_pack,
    consultations_of,
    put_consultation,
)
from exchange.services.plans.sending import send_edition
from exchange.services.plans.writing import require_pupil
from exchange.services.trust import organisation
from schemas.consultation import CanMeet, ConsultationAnswer
from schemas.records import RECORDS

CLOCK = "consultation-answer"
_WORKER = Actor("worker", "machine")


def consult(
    inside: Inside, org_id: str, case_id: str, to: str, seen: str, actor: Actor
) -> Transfer:
    """Send the consultation edition to a school that has joined, and start its clock.

    :raises Conflict: ``consulted-already``; see :func:`send_edition`.
    """
    now = inside.clock.now()
    name = organisation(inside.directory(), to, now).name
    today = london_day(now)

    def beside(unit: UnitOfWork, held: Case, transfer: Transfer) -> None:
        if any(
            one.school_org == to and one.state == SENT for one in consultations_of(unit, case_id)
        ):
            hint = "This school was asked already, and has not answered yet."
            raise Conflict("consulted-already", "/to", hint)
        made = Consultation(
            consultation_id=str(uuid.uuid4()),
            case_id=case_id,
            pupil_id=require_pupil(held),
            school_name=name,
            sent_on=today,
            due_on=due(CLOCK, today),
            school_org=to,
            bundle_id=transfer.bundle_id,
        )
        add_consultation(unit, made, now)
        unit.audit.record(actor, "consultation.sent", "case", case_id, detail={"school": to})

    return send_edition(inside, org_id, case_id, to, EditionKind.CONSULTATION, seen, actor, beside)


def consult_by_hand(
    inside: Inside, org_id: str, case_id: str, name: str, sent_on: date, actor: Actor
) -> Consultation:
    """Note that a school that has not joined was asked another way.

    :raises UsageError: ``text-missing``; ``date-in-future``, ``date-unlikely``.
    :raises Refused: ``case-without-pupil``.
    """
    now = inside.clock.now()
    if not name.strip():
        raise UsageError("text-missing", "/name", "Write the school's name.")
    if sent_on > london_day(now):
        raise UsageError("date-in-future", "/sent", "Give a day that has come.")
    require_likely(CLOCK, sent_on, "/sent")
    with inside.store.unit(org_id) as unit:
        made = Consultation(
            consultation_id=str(uuid.uuid4()),
            case_id=case_id,
            pupil_id=require_pupil(case(unit, case_id)),
            school_name=name.strip(),
            sent_on=sent_on,
            due_on=due(CLOCK, sent_on),
        )
        add_consultation(unit, made, now)
        unit.audit.record(actor, "consultation.noted", "case", case_id)
        unit.commit()
    return made


def note_answer(
    inside: Inside,
    org_id: str,
    consultation_id: str,
    answer: CanMeet,
    text: str,
    answered_on: date,
    who: str,
    actor: Actor,
) -> Consultation:
    """Write down an answer that came by letter, mail or word of mouth.

    :raises NotFound: ``consultation-unknown``.
    :raises Conflict: ``answered-already``.
    :raises UsageError: ``text-missing``: all but a plain yes says why; ``date-in-future``;
        ``date-before-request``.
    """
    if answer is not CanMeet.YES and not text.strip():
        raise UsageError("text-missing", "/text", "Write what the school said.")
    with inside.store.unit(org_id) as unit:
        before = consultation(unit, consultation_id)
        _require_open(before)
        if answered_on > london_day(inside.clock.now()):
            raise UsageError("date-in-future", "/answered", "Give a day that has come.")
        if answered_on < before.sent_on:
            raise UsageError("date-before-request", "/answered", "It was not asked by then.")
        made = replace(
            before,
            state=ANSWERED,
            answer=answer,
            text=text.strip(),
            answered_on=answered_on,
            answered_by=who.strip(),
            noted_by=actor.name,
        )
        put_consultation(unit, made, inside.clock.now())
        unit.audit.record(actor, "consultation.answered", "case", before.case_id)
        unit.commit()
    return made


def withdraw(inside: Inside, org_id: str, consultation_id: str, actor: Actor) -> Consultation:
    """Wait for this answer no more; a pack that was sent is called back on its own page.

    :raises NotFound: ``consultation-unknown``.
    :raises Conflict: ``answered-already``.
    """
    with inside.store.unit(org_id) as unit:
        before = consultation(unit, consultation_id)
        _require_open(before)
        made = replace(before, state=WITHDRAWN)
        put_consultation(unit, made, inside.clock.now())
        unit.audit.record(actor, "consultation.withdrawn", "case", before.case_id)
        unit.commit()
    return made


def _require_open(before: Consultation) -> None:
    if before.state != SENT:
        hint = "This consultation is answered or was withdrawn. Look at it again."
        raise Conflict("answered-already", "/state", hint)


def file_answer(unit: UnitOfWork, arrival: Arrival, opened: OpenedBundle) -> bool:
    """Keep a school's answer that came by pack, in the caller's unit of work; again is harmless.

    It stands in place of what somebody noted of it, which stays beside it; the earlier day counts.
    Where nobody waits for it any more it is kept, and no date runs anew. An answer to nothing of
    ours, or from another than was asked, changes nothing.

    :return: whether the pack holds such an answer.
    """
    found = next(
        (one for _, one in opened.records(RECORDS) if isinstance(one, ConsultationAnswer)), None
    )
    if found is None:
        return False
    before = consultation_of_pack(unit, arrival.in_reply_to or "")
    if before is None or before.school_org != arrival.sender or _has_own(before):
        return True
    noted, on = _noted(before), london_day(arrival.reached_at)
    made = replace(
        before,
        state=WITHDRAWN if before.state == WITHDRAWN else ANSWERED,
        answer=found.answer,
        text=found.text or "",
        answered_on=min(on, noted.on) if noted else on,
        answered_by=f"{found.written_by.name}, {found.written_by.role}",
        noted_by="",
        noted=noted,
    )
    put_consultation(unit, made, arrival.arrived_at)
    detail = {"by": "pack"} | ({"noted": noted.answer.value} if noted else {})
    unit.audit.record(_WORKER, "consultation.answered", "case", before.case_id, detail=detail)
    return True


def _has_own(before: Consultation) -> bool:
    """Return whether the school's own answer is here already."""
    return before.answer is not None and not before.noted_by


def _noted(before: Consultation) -> Noted | None:
    if before.answer is None or before.answered_on is None:
        return None
    who, by = before.answered_by, before.noted_by
    return Noted(before.answer, before.text, before.answered_on, who, by)
