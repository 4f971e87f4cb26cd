"""Take back a day or an exception that was recorded by mistake, as of a case that is another.

The clocks run again as if it had never stood there. What it was stays in the book and, with the
reason, in the notes of the case.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import astuple, replace
from datetime import date

from exchange.errors import Conflict
from exchange.ports import Actor
from exchange.services.cases.events import change, text_in
from exchange.services.cases.keeping import case
from exchange.services.cases.model import Case, CaseState, ClockException, Event, Note
from exchange.services.cases.placing import acknowledged
from exchange.services.cases.telling import keep_with, message_for
from exchange.services.inside import Inside
from schemas.ehc_decision import EhcDecision

_STAYS = frozenset({Event.ASSESS_TOLD, Event.PLAN_TOLD, Event.CLOSED})
"""Days of a decision are corrected with it; a case that was closed is opened again."""
_BACK = {
    Event.ADVICE_COMPLETE: (CaseState.DECIDING_PLAN, CaseState.ASSESSING),
    Event.FINAL_ISSUED: (CaseState.FINAL, CaseState.DRAFTING),
}
"""Days that moved a case on, from which state and to which it goes back."""


def days_to_take_back(held: Case) -> Mapping[Event, date]:
    """Return the days of a case that a person recorded by themselves.

    A plan that is, or was, reassessed was issued for sure.
    """
    stays = _STAYS | {Event.FINAL_ISSUED} if held.reassessments else _STAYS
    return {
        one: held.events[one.value]
        for one in Event
        if one not in stays and one.value in held.events
    }


def take_back_day(
    inside: Inside,
    org_id: str,
    case_id: str,
    event: Event,
    called: str,
    reason: str,
    actor: Actor,
) -> Case:
    """Take back a day that was recorded by mistake; a case that moved on by it goes back.

    A school that was told of the final plan is told that it was not issued.

    :param called: what a person calls that day, for the note.
    :raises NotFound: ``case-unknown``.
    :raises Conflict: ``case-state``: no such day is recorded, or it is corrected elsewhere.
    :raises UsageError: ``text-missing``, ``text-too-long``.
    """
    why = text_in(reason, "/reason")
    with inside.store.reading(org_id) as unit:
        before = case(unit, case_id)
    on = days_to_take_back(before).get(event)
    if on is None:
        raise Conflict("case-state", "/state", "The case has moved on. Look at it again.")
    moved, back = _BACK.get(event, (None, None))
    state = back if back is not None and before.state is moved else before.state
    note = Note(f"Taken back: {called}, {on.isoformat()}. {why}", actor.name, inside.clock.now())
    changed = replace(
        before,
        state=state,
        events={one: day for one, day in before.events.items() if one != event.value},
        notes=(*before.notes, note),
    )
    telling = None
    if before.state is CaseState.FINAL and state is CaseState.DRAFTING:
        telling = message_for(inside, org_id, changed, _not_issued(inside, changed, on, actor))
    detail = {"event": event.value, "from": on.isoformat()}
    return keep_with(inside, org_id, changed, telling, actor, "case.day-taken-back", detail)


def _not_issued(inside: Inside, held: Case, on: date, actor: Actor) -> EhcDecision:
    """Return what tells the school; why the mistake was made is no matter of theirs."""
    said = (
        f"We told you that the final plan was issued on {on.day} {on:%B %Y}. "
        "That was a mistake: it is not issued yet."
    )
    return replace(acknowledged(inside, held, actor), reasons=said)


def mark_of(one: ClockException) -> str:
    """Return what tells an exception from the others of its case."""
    return hashlib.sha256(repr(astuple(one)).encode()).hexdigest()[:16]


def lift_exception(
    inside: Inside, org_id: str, case_id: str, mark: str, called: str, reason: str, actor: Actor
) -> Case:
    """Take back an exception; what it said stays in the notes of the case.

    :param mark: see :func:`mark_of`.
    :param called: what a person calls its clock, for the note.
    :raises NotFound: ``case-unknown``.
    :raises Conflict: ``case-state``: it is not there any more; ``item-changed``.
    :raises UsageError: ``text-missing``, ``text-too-long``.
    """
    why = text_in(reason, "/reason")
    with inside.store.reading(org_id) as unit:
        listed = case(unit, case_id).exceptions
    lifted = next((one for one in listed if mark_of(one) == mark), None)
    if lifted is None:
        raise Conflict("case-state", "/state", "The case has moved on. Look at it again.")
    said = f"{lifted.reason} Shown by: {lifted.evidence} ({lifted.by}, {lifted.on.isoformat()})"
    words = f"Taken back: the exception for {called}. {why}\n\nIt said: {said}"
    note = Note(words, actor.name, inside.clock.now())

    def make(before: Case) -> Case:
        left = list(before.exceptions)
        if lifted not in left:
            raise Conflict("case-state", "/state", "The case has moved on. Look at it again.")
        left.remove(lifted)  # one of two that are alike
        return replace(before, exceptions=tuple(left), notes=(*before.notes, note))

    detail = {"clock": lifted.clock, "ground": lifted.ground, "since": lifted.on.isoformat()}
    return change(inside, org_id, case_id, actor, "case.exception-lifted", make, **detail)
