"""Which requests there are and which are late; remind, stop reminding, cancel."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta

from exchange.domain.clocks import london_day
from exchange.domain.transfer import State as PackState
from exchange.errors import Conflict, Refused
from exchange.ports import Actor, Transfer, UnitOfWork
from exchange.services.advice.model import (
    KIND,
    OVER,
    WAITS,
    AdviceRequest,
    State,
    changed,
    request_from,
)
from exchange.services.advice.reports import Step, reports_of
from exchange.services.inside import Inside
from exchange.services.letters import Letter, queue_letter
from exchange.services.links.left_at_door import own_name
from exchange.services.links.model import KIND as LINK
from exchange.services.links.model import LinkState, link_of
from exchange.services.links.pack_view import day_words
from exchange.services.links.revoke import end_in
from exchange.services.recall import follow_up, recall_in

WORKER = Actor("worker", "machine")
AGAIN = timedelta(days=14)
"""Between two reminders that the machine sends, and before the first of what nobody opened."""
MOST_BY_MACHINE = 6


def get_advice(unit: UnitOfWork, request_id: str) -> AdviceRequest:
    """Return one request.

    :raises NotFound: ``item-unknown``.
    """
    return request_from(unit.items.get(KIND, request_id))


def advice_about(
    unit: UnitOfWork, pupil_id: str, case_id: str | None = None
) -> Sequence[AdviceRequest]:
    """Return the requests about a pupil, or of one case of theirs, newest first."""
    found = [request_from(one) for one in unit.items.about(KIND, pupil_id)]
    return _newest_first([one for one in found if case_id is None or one.case_id == case_id])


def all_advice(unit: UnitOfWork) -> Sequence[AdviceRequest]:
    """Return every request of this organisation, newest first."""
    return _newest_first([request_from(one) for one in unit.items.all(KIND)])


def open_advice(unit: UnitOfWork) -> Sequence[AdviceRequest]:
    """Return the requests that are not over, newest first: few, of however many there were."""
    states = [one for one in State if one not in OVER]
    return _newest_first(
        [request_from(one) for state in states for one in unit.items.all(KIND, state.value)]
    )


def _newest_first(found: Sequence[AdviceRequest]) -> list[AdviceRequest]:
    return sorted(found, key=lambda one: one.created_at, reverse=True)


def pack_trouble(unit: UnitOfWork, one: AdviceRequest) -> str:
    """Return why a request that went by pack did not reach its body; empty: nothing is wrong.

    ``rejected``: its node could not take it; ``uncollected``: nobody fetched it in time;
    ``undelivered``: it cannot be handed over, and is tried again; ``recalled``: the child's move
    became protected before it left.
    """
    if not one.bundle_id or one.state not in WAITS:
        return ""
    pack = unit.transfers.get(one.bundle_id)
    if pack.state is PackState.REJECTED:
        return "rejected"
    if pack.state is PackState.EXPIRED:
        return "uncollected"
    if pack.state is PackState.RECALLED:
        return "recalled"
    return "undelivered" if pack.attention else ""


def overdue(unit: UnitOfWork, today: date) -> Sequence[AdviceRequest]:
    """Return the requests whose day has gone by without an answer, the longest due first."""
    late = [one for one in _awaited(unit) if one.is_overdue(today)]
    return sorted(late, key=lambda one: one.wanted_by or today)


def _awaited(unit: UnitOfWork) -> list[AdviceRequest]:
    return [
        request_from(one) for state in sorted(WAITS) for one in unit.items.all(KIND, state.value)
    ]


def unanswered_by(unit: UnitOfWork, one: AdviceRequest, report_id: str) -> AdviceRequest:
    """Return a request of which a report was no answer: its day meets no clock.

    What else came still counts: what is filed stays filed, what waits is an answer.
    """
    answers = tuple(
        replace(each, what="void") if each.report_id == report_id else each for each in one.answers
    )
    told = replace(one, answers=answers)
    if one.state is not State.ANSWERED:
        return told
    others = {each.step for each in reports_of(unit, one.request_id) if each.report_id != report_id}
    if others & {Step.TAKING, Step.CHECKING, Step.WAITING}:
        return told
    return replace(told, state=State.FILED if Step.FILED in others else State.OPENED)


def note_had(inside: Inside, org_id: str, request_id: str, on: date, actor: Actor) -> AdviceRequest:
    """Note when a body had a request, as a person knows it; noting it again corrects it.

    :raises NotFound: ``item-unknown``.
    """
    with inside.store.unit(org_id) as unit:
        one = get_advice(unit, request_id)
        if one.had_on == on:
            return one
        stored = _keep(inside, unit, replace(one, had_on=on), actor, "advice.had")
        unit.commit()
    return stored


def remind(inside: Inside, org_id: str, request_id: str, actor: Actor) -> AdviceRequest:
    """Remind the body by mail, without a name in it and never about whom.

    :raises NotFound: ``item-unknown``.
    :raises Conflict: ``advice-answered``: nothing is awaited any more.
    :raises Refused: ``reminded-today``; ``reminder-no-mail``: nobody knows where it would go.
    """
    today = _today(inside)
    with inside.store.unit(org_id) as unit:
        one = get_advice(unit, request_id)
        if one.state not in WAITS:
            raise Conflict("advice-answered", "/advice", "It was answered. Look at it again.")
        if today in one.reminded:
            raise Refused(
                "reminded-today", "/advice", "A reminder went today. Wait until tomorrow."
            )
        to = _address(unit, one)
        if not to:
            hint = "Nobody wrote down a mail address. Ring them instead."
            raise Refused("reminder-no-mail", "/advice", hint)
        template = "agency-reminder" if one.by_link else "agency-reminder-joined"
        facts = {"organisation": own_name(inside, org_id), "day": day_words(one.asked_on)}
        queue_letter(unit, Letter(template, to, facts))
        told = replace(one, reminded=(*one.reminded, today))
        stored = _keep(inside, unit, told, actor, "advice.reminded")
        unit.commit()
    return stored


def _address(unit: UnitOfWork, one: AdviceRequest) -> str:
    """Return where a reminder goes: to who has the open link now, else to who was asked."""
    for link_id in reversed(one.links):
        link = link_of(unit.items.get(LINK, link_id))
        if link.state is LinkState.OPEN and link.person.mail:
            return link.person.mail
    return one.body.mail


def remind_by_machine(inside: Inside, org_id: str) -> int:
    """Remind of what is overdue or unheard of, and not stopped, now and then; return how many."""
    today = _today(inside)
    with inside.store.reading(org_id) as unit:
        late = [one for one in _awaited(unit) if _wants_reminder(one, today)]
        late = [one for one in late if _address(unit, one)]
    for one in late:
        with suppress(Conflict, Refused):
            remind(inside, org_id, one.request_id, WORKER)
    return len(late)


def _wants_reminder(one: AdviceRequest, today: date) -> bool:
    if not one.chased or len(one.reminded) >= MOST_BY_MACHINE:
        return False
    # No clock runs before a body has its request: one that never opens it would never be late.
    unheard = one.wanted_by is None and one.asked_on + AGAIN < today
    if not unheard and not one.is_overdue(today):
        return False
    return not one.reminded or today - one.reminded[-1] >= AGAIN


def chase(inside: Inside, org_id: str, request_id: str, actor: Actor, *, on: bool) -> AdviceRequest:
    """Stop the machine's reminders of one request, or let them go on.

    :raises NotFound: ``item-unknown``.
    """
    with inside.store.unit(org_id) as unit:
        one = get_advice(unit, request_id)
        if one.chased is on:
            return one
        action = "advice.chased" if on else "advice.chasing-stopped"
        stored = _keep(inside, unit, replace(one, chased=on), actor, action)
        unit.commit()
    return stored


def cancel(inside: Inside, org_id: str, request_id: str, why: str, actor: Actor) -> AdviceRequest:
    """Cancel a request: its links end at once, and a pack is recalled; twice changes nothing.

    What was read before cannot be called back.

    :raises NotFound: ``item-unknown``.
    :raises Conflict: ``advice-answered``: a report came; file it, or set it aside.
    """
    now = inside.clock.now()
    with inside.store.unit(org_id) as unit:
        one = get_advice(unit, request_id)
        if one.state is State.CANCELLED:
            return one
        if one.state not in (*WAITS, State.DRAFT):
            raise Conflict("advice-answered", "/advice", "A report came. Look at it first.")
        links = [link_of(unit.items.get(LINK, each)) for each in one.links]
        gone = end_in(unit, links, actor, now, why="cancelled")
        pack = _recalled(unit, one, actor, now)
        told = replace(one, state=State.CANCELLED, why=why.strip()[:4000])
        stored = _keep(inside, unit, told, actor, "advice.cancelled")
        unit.commit()
    for name in gone:
        inside.blobs.delete(org_id, name)
    if pack is not None:
        follow_up(inside, org_id, pack, actor)
    return stored


def _recalled(unit: UnitOfWork, one: AdviceRequest, actor: Actor, now: datetime) -> Transfer | None:
    """Recall the pack of a request; return how it stood, or None where it is over as it is."""
    if not one.bundle_id:
        return None
    pack = unit.transfers.get(one.bundle_id)
    try:
        recall_in(unit, pack, actor, now)
    except Conflict:
        return None
    return pack


def _keep(
    inside: Inside, unit: UnitOfWork, one: AdviceRequest, actor: Actor, action: str
) -> AdviceRequest:
    now: datetime = inside.clock.now()
    stored = unit.items.update(changed(replace(one, updated_at=now), now))
    unit.audit.record(actor, action, "advice", one.request_id)
    return request_from(stored)


def _today(inside: Inside) -> date:
    return london_day(inside.clock.now())
