"""Decide whether to assess and whether to issue a plan; tell the school as a sealed pack.

The family comes first: the school is told once the day is recorded on which the parent or young
person was told in writing. A decision stands in the case for good; a later one stands behind it.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from types import MappingProxyType

from exchange.errors import Conflict, UsageError
from exchange.ports import Actor
from exchange.services.cases.events import text_in, today_of
from exchange.services.cases.keeping import case
from exchange.services.cases.model import OVER, Case, CaseState, Decision, Event, Note
from exchange.services.cases.telling import keep_with, message_for
from exchange.services.inside import Inside
from schemas.ehc_decision import Decided, EhcDecision
from schemas.people import Person

ASSESS, PLAN = "assess", "plan"
_TOLD = {ASSESS: Event.ASSESS_TOLD, PLAN: Event.PLAN_TOLD}
_FROM = {
    ASSESS: frozenset({CaseState.OPEN}),
    PLAN: frozenset({CaseState.ASSESSING, CaseState.DECIDING_PLAN}),
}
_TO = {
    (ASSESS, True): CaseState.ASSESSING,
    (ASSESS, False): CaseState.CLOSED,
    (PLAN, True): CaseState.DRAFTING,
    (PLAN, False): CaseState.CLOSED,
}


def may_decide(held: Case, what: str) -> bool:
    """Return whether this can be decided now; a refusal can be looked at again."""
    before = held.decided(what)
    again = held.state is CaseState.CLOSED and before is not None and not before.yes
    return held.state in _FROM.get(what, ()) or again


def record_decision(
    inside: Inside, org_id: str, case_id: str, decision: Decision, actor: Actor
) -> Case:
    """Record a decision; where the family has been told, tell the school too.

    :param decision: ``by`` and ``message_id`` are set here.
    :raises NotFound: ``case-unknown``.
    :raises Conflict: ``case-state``: not to be decided now; ``item-changed``.
    :raises UsageError: ``text-missing``: a refusal has reasons; ``date-in-future``,
        ``date-before-request``, ``date-before-decision``.
    """
    with inside.store.reading(org_id) as unit:
        before = case(unit, case_id)
    if not may_decide(before, decision.what):
        raise Conflict("case-state", "/state", "The case has moved on. Look at it again.")
    _require_days(inside, before, decision)
    reasons = decision.reasons.strip()
    if not decision.yes:
        reasons = text_in(decision.reasons, "/reasons")
    made = replace(decision, reasons=reasons, by=actor.name, message_id="")
    changed = replace(
        before,
        state=_TO[decision.what, decision.yes],
        decisions=(*before.decisions, made),
    )
    return _kept(inside, org_id, changed, made, actor, "case.decided")


def tell_decision(
    inside: Inside, org_id: str, case_id: str, what: str, told: date, actor: Actor
) -> Case:
    """Record when the family was told of the latest decision; then tell the school.

    :raises Conflict: ``case-state``: nothing was decided; ``told-already``.
    :raises UsageError: ``date-in-future``, ``date-before-decision``.
    """
    with inside.store.reading(org_id) as unit:
        before = case(unit, case_id)
    latest = before.decided(what)
    if latest is None:
        raise Conflict("case-state", "/state", "Record the decision first.")
    if latest.told is not None:
        raise Conflict("told-already", "/told", "That day is recorded already.")
    made = replace(latest, told=told)
    _require_days(inside, before, made)
    decisions = tuple(made if one is latest else one for one in before.decisions)
    changed = replace(before, decisions=decisions)
    return _kept(inside, org_id, changed, made, actor, "case.told")


def correct_told(
    inside: Inside, org_id: str, case_id: str, what: str, told: date, actor: Actor
) -> Case:
    """Put right when the family was told; both days are in the book, and the school hears anew.

    :raises Conflict: ``told-missing``: no day is recorded yet; ``item-changed``.
    :raises UsageError: as :func:`tell_decision`.
    """
    with inside.store.reading(org_id) as unit:
        before = case(unit, case_id)
    latest = before.decided(what)
    if latest is None or latest.told is None:
        raise Conflict("told-missing", "/told", "Record when the family was told first.")
    if latest.told == told:
        return before
    made = replace(latest, told=told, message_id="")
    _require_days(inside, before, made)
    decisions = tuple(made if one is latest else one for one in before.decisions)
    days = {"from": latest.told.isoformat(), "to": told.isoformat()}
    changed = replace(before, decisions=decisions)
    return _kept(inside, org_id, changed, made, actor, "case.told-corrected", days)


def _require_days(inside: Inside, held: Case, decision: Decision) -> None:
    if max(decision.decided, decision.told or decision.decided) > today_of(inside):
        raise UsageError("date-in-future", "/decided", "Give a day that has come.")
    if decision.decided < held.reached:
        raise UsageError(
            "date-before-request", "/decided", "The request had not reached us by then."
        )
    if decision.told is not None and decision.told < decision.decided:
        raise UsageError("date-before-decision", "/told", "Nobody could be told before that day.")


def _kept(
    inside: Inside,
    org_id: str,
    changed: Case,
    made: Decision,
    actor: Actor,
    action: str,
    more: Mapping[str, str] = MappingProxyType({}),
) -> Case:
    """Keep a decided case, and with it the packs to its schools where there are any to send.

    :param made: the decision that it is about, as it stands among those of ``changed``.
    :param more: what the book says besides.
    """
    telling = None
    if made.told is not None:
        events = {**changed.events, _TOLD[made.what].value: made.told}
        changed = replace(changed, events=events)
        if Event.CLOSED.value not in events:  # the end is what its school has to know
            telling = message_for(inside, org_id, changed, as_record(changed, made, actor))
    if telling is not None:
        sent = replace(made, message_id=telling.bundle_id)
        decisions = tuple(sent if one is made else one for one in changed.decisions)
        changed = replace(changed, decisions=decisions)
    detail = {"what": made.what, "yes": "yes" if made.yes else "no", **more}
    return keep_with(inside, org_id, changed, telling, actor, action, detail)


def close_case(
    inside: Inside, org_id: str, case_id: str, on: date, reason: str, actor: Actor
) -> Case:
    """Close a case that nothing more comes of, such as a request that the family took back.

    Its dates end with it, so that the reason stays in the case, and the school is told.

    :raises Conflict: ``case-state``: it is over already.
    :raises UsageError: ``text-missing``, ``text-too-long``, ``date-in-future``,
        ``date-before-request``.
    """
    why = text_in(reason, "/why")
    with inside.store.reading(org_id) as unit:
        before = case(unit, case_id)
    if before.state in OVER or before.state is CaseState.HELD:
        raise Conflict("case-state", "/state", "The case has moved on. Look at it again.")
    if on > today_of(inside):
        raise UsageError("date-in-future", "/on", "Give a day that has come.")
    if on < before.reached:
        raise UsageError("date-before-request", "/on", "The request had not reached us by then.")
    note = Note(f"Closed. {why}", actor.name, inside.clock.now())
    changed = replace(
        before,
        state=CaseState.CLOSED,
        events={**before.events, Event.CLOSED.value: on},
        notes=(*before.notes, note),
    )
    telling = message_for(inside, org_id, before, _closed(before, on, why, actor))
    detail = {"on": on.isoformat()}
    return keep_with(inside, org_id, changed, telling, actor, "case.closed", detail)


def _closed(held: Case, on: date, why: str, actor: Actor) -> EhcDecision:
    return EhcDecision(
        subject=str(uuid.uuid4()),
        what=Decided.CLOSED,
        reached=held.reached,
        decided=on,
        decided_by=Person(name=actor.name, role=actor.role),
        reference=held.reference,
        reasons=why,
    )


def as_record(held: Case, decision: Decision, actor: Actor) -> EhcDecision:
    """Return a decision as a school is told of it."""
    return EhcDecision(
        subject=str(uuid.uuid4()),
        what=Decided(decision.what),
        reached=held.reached,
        decided=decision.decided,
        decided_by=Person(name=actor.name, role=actor.role),
        yes=decision.yes,
        told=decision.told,
        reference=held.reference,
        reasons=decision.reasons or None,
    )
