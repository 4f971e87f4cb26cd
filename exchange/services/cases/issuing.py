"""The final plan of a case is issued: its clock ends, and the school hears that nothing is late."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date

from exchange.ports import Actor
from exchange.services.cases.events import require_day, require_state
from exchange.services.cases.keeping import case
from exchange.services.cases.model import Case, CaseState, Event
from exchange.services.cases.reassessing import ends_by_plan, issue
from exchange.services.cases.telling import keep_with, message_for
from exchange.services.inside import Inside
from schemas.ehc_decision import Decided, EhcDecision
from schemas.people import Person

ISSUES = frozenset({CaseState.DRAFTING, CaseState.REASSESSING, CaseState.FINAL})
"""States in which there is a plan to issue."""


def record_issued(inside: Inside, org_id: str, case_id: str, on: date, actor: Actor) -> Case:
    """Note the day on which the final plan was issued; noting it again corrects the day.

    A school that asked by pack is told the day: the plan itself goes to the one that it names.
    The plan after a reassessment ends that one; the day of the first stays, and nobody is told.

    :raises UsageError: ``date-in-future``; ``date-before-request``; ``date-before-asked``.
    :raises NotFound: ``case-unknown``.
    :raises Conflict: ``case-state``: there is no plan to issue yet, or no more; ``item-changed``.
    """
    with inside.store.reading(org_id) as unit:
        before = case(unit, case_id)
    require_state(before, *ISSUES)
    require_day(inside, before, on)
    again = ends_by_plan(before)
    if again:
        changed = issue(before, on)
    else:
        events = {**before.events, Event.FINAL_ISSUED.value: on}
        changed = replace(before, state=CaseState.FINAL, events=events)
    if changed == before:
        return before
    telling = None if again else message_for(inside, org_id, before, _told(before, on, actor))
    detail = {"event": Event.FINAL_ISSUED.value, "on": on.isoformat()}
    return keep_with(inside, org_id, changed, telling, actor, "case.event", detail)


def _told(held: Case, on: date, actor: Actor) -> EhcDecision:
    return EhcDecision(
        subject=str(uuid.uuid4()),
        what=Decided.ISSUED,
        reached=held.reached,
        decided=on,
        decided_by=Person(name=actor.name, role=actor.role),
        reference=held.reference,
    )
