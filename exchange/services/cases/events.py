"""What happens to a case besides decisions: days, exceptions, notes, and who works it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from exchange.domain.clocks import exceptions_for, london_day
from exchange.errors import Conflict, UsageError
from exchange.ports import Actor
from exchange.services.cases.keeping import case, enter, put_case
from exchange.services.cases.model import (
    Case,
    CaseState,
    ClockException,
    Event,
    Note,
)
from exchange.services.inside import Inside

LONGEST = 10_000
"""Characters of one note or reason."""

_MOVES = {
    Event.ADVICE_COMPLETE: (CaseState.ASSESSING, CaseState.DECIDING_PLAN),
}
"""Events that move a case on from one state to the next."""
_ANSWERS = {
    Event.COMMENTS_BACK: (Event.DRAFT_SERVED, "The draft had not been sent by then."),
    Event.SCHOOL_ANSWERED: (Event.SCHOOL_CONSULTED, "The school had not been asked by then."),
}
"""Events that answer another, which comes first."""


def change(
    inside: Inside,
    org_id: str,
    case_id: str,
    actor: Actor,
    action: str,
    make: Callable[[Case], Case],
    **detail: str,
) -> Case:
    """Change a case in one commit, with its line in the book.

    :raises NotFound: ``case-unknown``.
    :raises Conflict: ``item-changed``.
    """
    with inside.store.unit(org_id) as unit:
        before = case(unit, case_id)
        changed = make(before)
        if changed == before:
            return before
        stored = put_case(inside, unit, changed)
        enter(unit, actor, action, case_id, detail)
        unit.commit()
    return stored


def record_event(
    inside: Inside, org_id: str, case_id: str, event: Event, on: date, actor: Actor
) -> Case:
    """Note the day on which something happened; noting it again corrects the day.

    That the final plan was issued is noted in :mod:`exchange.services.cases.issuing`.

    :raises UsageError: ``date-in-future``; ``date-before-request``; ``date-before-asked``: an
        answer came before what it answers.
    :raises NotFound: ``case-unknown``.
    """

    def make(before: Case) -> Case:
        require_day(inside, before, on)
        _require_asked(before, event, on)
        wanted, following = _MOVES.get(event, (None, None))
        state = following if following and before.state is wanted else before.state
        if event is Event.CLOSED:
            state = CaseState.CLOSED
        return replace(before, state=state, events={**before.events, event.value: on})

    return change(
        inside, org_id, case_id, actor, "case.event", make, event=event.value, on=on.isoformat()
    )


def _require_asked(before: Case, event: Event, on: date) -> None:
    if event not in _ANSWERS:
        return
    first, hint = _ANSWERS[event]
    asked = before.events.get(first.value)
    if asked is not None and on < asked:
        raise UsageError("date-before-asked", "/on", hint)


def require_day(inside: Inside, before: Case, on: date) -> None:
    """Refuse a day that has not come, or on which the request was not here yet.

    :raises UsageError: ``date-in-future``; ``date-before-request``.
    """
    if on > today_of(inside):
        raise UsageError("date-in-future", "/on", "Give a day that has come.")
    if on < before.reached:
        raise UsageError("date-before-request", "/on", "The request had not reached us by then.")


def today_of(inside: Inside) -> date:
    """Return today's date where the law counts days: in London."""
    return london_day(inside.clock.now())


def record_exception(
    inside: Inside, org_id: str, case_id: str, made: ClockException, actor: Actor
) -> Case:
    """Record why a clock may run over. Its date stays as it is, and is shown with the reason.

    :param made: who recorded it, and when, is set here.
    :raises UsageError: ``text-missing``, ``text-too-long``; ``ground-unknown``: no ground of the
        regulation that this clock names.
    :raises NotFound: ``case-unknown``.
    """
    if made.ground not in {one.code for one in exceptions_for(made.clock)}:
        raise UsageError("ground-unknown", "/ground", "Choose one of the grounds in the list.")
    kept = replace(
        made,
        reason=text_in(made.reason, "/reason"),
        evidence=text_in(made.evidence, "/evidence"),
        by=actor.name,
        on=today_of(inside),
    )

    def make(before: Case) -> Case:
        return replace(before, exceptions=(*before.exceptions, kept))

    return change(
        inside,
        org_id,
        case_id,
        actor,
        "case.exception",
        make,
        clock=made.clock,
        ground=made.ground,
    )


def add_note(inside: Inside, org_id: str, case_id: str, text: str, actor: Actor) -> Case:
    """Add a note; notes are not changed afterwards.

    :raises UsageError: ``text-missing``, ``text-too-long``.
    """
    note = Note(text_in(text, "/text"), actor.name, inside.clock.now())
    return change(
        inside,
        org_id,
        case_id,
        actor,
        "case.note",
        lambda before: replace(before, notes=(*before.notes, note)),
    )


def assign(
    inside: Inside, org_id: str, case_id: str, account_id: str, name: str, actor: Actor
) -> Case:
    """Give a case to a caseworker; an empty account takes it from whoever had it."""
    return change(
        inside,
        org_id,
        case_id,
        actor,
        "case.assigned",
        lambda before: replace(before, caseworker=account_id, caseworker_name=name),
        caseworker=account_id,
    )


def text_in(text: str, path: str) -> str:
    """Return what a person typed, without what surrounds it.

    :raises UsageError: ``text-missing``, ``text-too-long``.
    """
    plain = text.replace("\r\n", "\n").strip()
    if not plain:
        raise UsageError("text-missing", path, "Write what happened.")
    if len(plain) > LONGEST:
        raise UsageError("text-too-long", path, f"Use {LONGEST:,} characters at most.")
    return plain


def require_state(held: Case, *states: CaseState) -> None:
    """Refuse what a case's state does not allow.

    :raises Conflict: ``case-state``.
    """
    if held.state not in states:
        raise Conflict("case-state", "/state", "The case has moved on. Look at it again.")
