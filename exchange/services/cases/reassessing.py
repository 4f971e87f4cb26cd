"""A reassessment of the needs behind a plan: asked for, decided, told, and stopped.

The plan stands meanwhile. The final plan that ends it is noted as any other
(:mod:`exchange.services.cases.issuing`). No school is told of it from here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from exchange.domain.clocks import require_likely
from exchange.errors import Conflict, UsageError
from exchange.ports import Actor
from exchange.services.cases.again import Reassessment
from exchange.services.cases.events import change, require_day, require_state, text_in, today_of
from exchange.services.cases.model import Case, CaseState, Event, Note, Source
from exchange.services.inside import Inside


def may_begin(held: Case) -> bool:
    """Return whether a reassessment may be recorded: there is a plan, and none is under way."""
    return held.state is CaseState.FINAL


def ask(
    inside: Inside, org_id: str, case_id: str, source: Source, asked: date, actor: Actor
) -> Case:
    """Record a request for a reassessment; the time to answer it runs from that day (reg 25(1)).

    :raises NotFound: ``case-unknown``.
    :raises Conflict: ``case-state``: no plan is issued, or one is under way; ``item-changed``.
    :raises UsageError: ``date-in-future``, ``date-before-request``, ``date-unlikely``;
        ``date-before-plan``: no plan was issued by then.
    """
    made = Reassessment(asked=asked, source=source.value, by=actor.name)
    return _begun(inside, org_id, case_id, made, asked, actor)


def begin_unasked(inside: Inside, org_id: str, case_id: str, decided: date, actor: Actor) -> Case:
    """Record that the authority decided by itself to reassess (s.44(3)); raises as :func:`ask`."""
    made = Reassessment(yes=True, decided=decided, by=actor.name)
    return _begun(inside, org_id, case_id, made, decided, actor)


def _begun(
    inside: Inside, org_id: str, case_id: str, made: Reassessment, on: date, actor: Actor
) -> Case:
    require_likely("reassessment", on, "/on")

    def make(before: Case) -> Case:
        require_state(before, CaseState.FINAL)
        require_day(inside, before, on)
        issued = before.events.get(Event.FINAL_ISSUED.value)
        if issued is not None and on < issued:
            raise UsageError("date-before-plan", "/on", "The plan was not issued by then.")
        listed = (*before.reassessments, made)
        return replace(before, state=CaseState.REASSESSING, reassessments=listed)

    day = on.isoformat()
    return change(inside, org_id, case_id, actor, "case.reassess-asked", make, on=day)


def decide(
    inside: Inside,
    org_id: str,
    case_id: str,
    decision: Reassessment,
    actor: Actor,
) -> Case:
    """Record whether there will be a reassessment, and when the family was told, if they were.

    :param decision: ``yes``, ``decided``, ``reasons`` and ``told`` count.
    :raises NotFound: ``case-unknown``.
    :raises Conflict: ``case-state``: nobody asked, or it was decided already; ``item-changed``.
    :raises UsageError: ``text-missing``: a refusal has reasons; ``text-too-long``;
        ``date-in-future``, ``date-before-asked``, ``date-before-decision``.
    """
    reasons = decision.reasons.strip()
    if not decision.yes:
        reasons = text_in(decision.reasons, "/reasons")

    def make(one: Reassessment) -> Reassessment:
        if one.yes is not None or decision.decided is None:
            raise Conflict("case-state", "/state", "The case has moved on. Look at it again.")
        if one.asked is not None and decision.decided < one.asked:
            hint = "The request had not reached us by then."
            raise UsageError("date-before-asked", "/decided", hint)
        made = replace(one, yes=decision.yes, decided=decision.decided, reasons=reasons)
        return _told(inside, made, decision.told)

    return _changed(inside, org_id, case_id, make, actor, "case.reassess-decided")


def tell(inside: Inside, org_id: str, case_id: str, told: date, actor: Actor) -> Case:
    """Record when the family was told; while it is under way, again corrects the day.

    :raises NotFound: ``case-unknown``.
    :raises Conflict: ``case-state``: nothing is decided; ``item-changed``.
    :raises UsageError: ``date-in-future``, ``date-before-decision``.
    """

    def make(one: Reassessment) -> Reassessment:
        if one.decided is None:
            raise Conflict("case-state", "/state", "Record the decision first.")
        return _told(inside, one, told)

    return _changed(inside, org_id, case_id, make, actor, "case.reassess-told")


def stop(inside: Inside, org_id: str, case_id: str, on: date, reason: str, actor: Actor) -> Case:
    """End a reassessment without a new plan; the plan that stands stays. Its times end with it.

    :raises NotFound: ``case-unknown``.
    :raises Conflict: ``case-state``: none is under way; ``item-changed``.
    :raises UsageError: ``text-missing``, ``text-too-long``, ``date-in-future``,
        ``date-before-asked``.
    """
    why = text_in(reason, "/reason")
    note = Note(f"The reassessment was stopped. {why}", actor.name, inside.clock.now())

    def make(one: Reassessment) -> Reassessment:
        if on < one.began:
            raise UsageError("date-before-asked", "/on", "It had not begun by then.")
        if on > today_of(inside):
            raise UsageError("date-in-future", "/on", "Give a day that has come.")
        return replace(one, stopped=on)

    return _changed(inside, org_id, case_id, make, actor, "case.reassess-stopped", note)


def issue(before: Case, on: date) -> Case:
    """Return a case with the day of the plan after its last reassessment; again corrects it.

    :raises Conflict: ``case-state``: there is no decision to reassess, or the family was not told.
    :raises UsageError: ``date-before-asked``.
    """
    last = before.reassessments[-1]
    if last.runs_from is None:
        hint = "Record the decision to reassess, and when the family was told, first."
        raise Conflict("case-state", "/state", hint)
    if on < last.runs_from:
        raise UsageError("date-before-asked", "/on", "The reassessment had not begun by then.")
    listed = (*before.reassessments[:-1], replace(last, issued=on))
    return replace(before, state=CaseState.FINAL, reassessments=listed)


def ends_by_plan(held: Case) -> bool:
    """Return whether a final plan that is noted now is that of a reassessment, not the first."""
    last = held.reassessments[-1] if held.reassessments else None
    return last is not None and (held.reassessment is not None or last.issued is not None)


def _told(inside: Inside, one: Reassessment, told: date | None) -> Reassessment:
    if one.decided is not None and max(one.decided, told or one.decided) > today_of(inside):
        raise UsageError("date-in-future", "/told", "Give a day that has come.")
    if told is not None and one.decided is not None and told < one.decided:
        raise UsageError("date-before-decision", "/told", "Nobody could be told before that day.")
    return replace(one, told=told)


def _changed(
    inside: Inside,
    org_id: str,
    case_id: str,
    make: Callable[[Reassessment], Reassessment],
    actor: Actor,
    action: str,
    note: Note | None = None,
) -> Case:
    """Change the reassessment that is under way; where that ends it, the plan is all there is."""

    def changed(before: Case) -> Case:
        if before.reassessment is None:
            raise Conflict("case-state", "/state", "The case has moved on. Look at it again.")
        made = make(before.reassessment)
        return replace(
            before,
            state=CaseState.REASSESSING if made.is_open else CaseState.FINAL,
            reassessments=(*before.reassessments[:-1], made),
            notes=before.notes if note is None else (*before.notes, note),
        )

    return change(inside, org_id, case_id, actor, action, changed)
