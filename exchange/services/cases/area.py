"""Whether a child is in this authority's area; the day on which the request came is kept."""

from __future__ import annotations

import uuid
from dataclasses import replace

from exchange.domain.transfer import State
from exchange.errors import Conflict
from exchange.ports import Actor, UnitOfWork
from exchange.services.accept import reject
from exchange.services.cases.claiming import require_free
from exchange.services.cases.events import require_state, text_in, today_of
from exchange.services.cases.keeping import case
from exchange.services.cases.model import Case, CaseState, Event, Note
from exchange.services.cases.placing import acknowledged, to_take_in
from exchange.services.cases.telling import keep_with, message_for
from exchange.services.inside import Inside
from schemas.ehc_decision import Decided, EhcDecision
from schemas.people import Person
from schemas.receipt import RejectionCode


def not_ours(inside: Inside, org_id: str, case_id: str, reason: str, actor: Actor) -> Case:
    """Say that the child is not in this authority's area; the day on which it came is kept.

    The school is told by a signed receipt, "Not our pupil", and by a message with that day; packs
    that nobody has accepted are removed here.

    :raises Conflict: ``case-state``: decided already; ``case-placing``: its papers are being
        taken into a child's record just now.
    :raises UsageError: ``text-missing``, ``text-too-long``.
    """
    why = text_in(reason, "/reason")
    with inside.store.reading(org_id) as unit:
        held = case(unit, case_id)
        unread = [one for one in to_take_in(unit, held) if one.state is State.VERIFIED]
    require_state(held, CaseState.OPEN)
    require_free(held, inside.clock.now())
    note = Note(f"Not our child. {why}", actor.name, inside.clock.now())
    telling = message_for(inside, org_id, held, _said(inside, held, why, actor))
    changed = replace(held, state=CaseState.NOT_OURS, notes=(*held.notes, note))
    detail = {"reached": held.reached.isoformat()}
    stored = keep_with(inside, org_id, changed, telling, actor, "case.not-ours", detail)
    code = RejectionCode.NOT_OUR_PUPIL.value
    for one in unread:
        reject(inside, org_id, one.bundle_id, code, actor, one.sender)
    return stored


def _said(inside: Inside, held: Case, why: str, actor: Actor) -> EhcDecision:
    return EhcDecision(
        subject=str(uuid.uuid4()),
        what=Decided.NOT_OURS,
        reached=held.reached,
        decided=today_of(inside),
        decided_by=Person(name=actor.name, role=actor.role),
        reference=held.reference,
        reasons=why,
    )


def may_open_again(unit: UnitOfWork, held: Case) -> bool:
    """Return whether a case is over only because somebody said so, and may be taken back.

    After a refusal it is decided again; what was joined lives on in the other case.
    """
    if held.state is CaseState.NOT_OURS:
        return True
    if held.state is not CaseState.CLOSED or Event.CLOSED.value not in held.events:
        return False
    return not any(one.action == "case.joined-away" for one in unit.audit.about([held.case_id]))


def open_again(inside: Inside, org_id: str, case_id: str, reason: str, actor: Actor) -> Case:
    """Take a case back that was closed, or said to be another authority's; its day stays.

    It goes on where it stood, and a school that was told of the end is told that we have it.

    :raises Conflict: ``case-state``.
    :raises UsageError: ``text-missing``, ``text-too-long``.
    """
    why = text_in(reason, "/reason")
    with inside.store.reading(org_id) as unit:
        held = case(unit, case_id)
        if not may_open_again(unit, held):
            raise Conflict("case-state", "/state", "The case has moved on. Look at it again.")
    was_away = held.state is CaseState.NOT_OURS
    words = f"{'Our child after all' if was_away else 'Opened again'}. {why}"
    changed = replace(
        held,
        state=CaseState.OPEN if was_away else _before_the_end(held),
        events={one: on for one, on in held.events.items() if one != Event.CLOSED},
        is_none=False,
        notes=(*held.notes, Note(words, actor.name, inside.clock.now())),
    )
    telling = None
    if changed.state is not CaseState.HELD:
        telling = message_for(inside, org_id, changed, acknowledged(inside, changed, actor))
    action = "case.ours" if was_away else "case.reopened"
    return keep_with(inside, org_id, changed, telling, actor, action, {})


def _before_the_end(held: Case) -> CaseState:
    assess, plan = held.decided("assess"), held.decided("plan")
    if Event.FINAL_ISSUED.value in held.events:
        again = any(one.is_open for one in held.reassessments)
        return CaseState.REASSESSING if again else CaseState.FINAL
    if plan is not None and plan.yes:
        return CaseState.DRAFTING
    if assess is not None and assess.yes:
        complete = Event.ADVICE_COMPLETE.value in held.events
        return CaseState.DECIDING_PLAN if complete else CaseState.ASSESSING
    return CaseState.HELD if held.held else CaseState.OPEN
