"""What an authority answers: filed by the worker, or entered by a person from a letter."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from exchange.bundle.opening import OpenedBundle
from exchange.domain.clocks import london_day
from exchange.errors import Conflict, NotFound, UsageError, Wrapped
from exchange.ports import Actor, Arrival, Item, UnitOfWork
from exchange.services.ehc_request.councils import council_of
from exchange.services.ehc_request.keeping import put, request_file, requests_about
from exchange.services.ehc_request.model import KIND, LIVE, FileState, RequestFile
from exchange.services.inside import Inside
from schemas.base import dump, load
from schemas.ehc_decision import Decided, EhcDecision
from schemas.errors import SchemaError
from schemas.people import Person
from schemas.records import RECORDS

ANSWER = "ehc-answer"
_WORKER = Actor("worker", "machine")


@dataclass(frozen=True, slots=True)
class Told:
    """One answer.

    :param at: when it came, or was entered.
    :param issued: when it was signed, or entered: packs may come in another order.
    :param by_hand: a person entered it from a letter.
    """

    at: datetime
    issued: datetime
    decision: EhcDecision
    by_hand: bool = False


def file_answer(inside: Inside, unit: UnitOfWork, arrival: Arrival, opened: OpenedBundle) -> bool:
    """Keep an authority's answer with the request that it answers, in the caller's unit of work.

    What answers nothing of ours, or comes from another than was asked, is kept nowhere.
    """
    decision = next(
        (one for _, one in opened.records(RECORDS) if isinstance(one, EhcDecision)), None
    )
    if decision is None or arrival.in_reply_to is None:
        return False
    file = _asked(unit, arrival)
    if file is None or _is_kept(unit, arrival.bundle_id):
        return False
    at = arrival.arrived_at
    told = Told(at, min(opened.statement.issued, at), decision)  # their clock may run fast
    _keep(inside, unit, file, told, arrival.bundle_id, _WORKER)
    return True


def _asked(unit: UnitOfWork, arrival: Arrival) -> RequestFile | None:
    try:
        pack = unit.transfers.get(arrival.in_reply_to or "")
    except NotFound:
        return None
    if pack.recipient != arrival.sender or pack.pupil_id is None:
        return None
    about = requests_about(unit, pack.pupil_id)
    return next((one for one in about if pack.bundle_id in one.bundles), None)


def _is_kept(unit: UnitOfWork, item_id: str) -> bool:
    try:
        unit.items.get(ANSWER, item_id)
    except NotFound:
        return False
    return True


def _keep(
    inside: Inside, unit: UnitOfWork, file: RequestFile, told: Told, item_id: str, actor: Actor
) -> None:
    decision = told.decision
    # Of two of one second, the one that came last counts.
    before = answers_to(unit, file.request_id)
    newest = all(one.issued <= told.issued for one in before)
    # A family may be told late, and a day put right; what came of it since stands.
    past = any(one.decision.what in _LATER.get(decision.what, ()) for one in before)
    unit.items.add(
        Item(
            kind=ANSWER,
            item_id=item_id,
            state="by-hand" if told.by_hand else "came",
            content={"decision": dump(decision), "issued": told.issued.isoformat()},
            created_at=told.at,
            updated_at=told.at,
            about=file.request_id,
        )
    )
    if newest and not past:
        _move(inside, unit, file, decision)
    unit.audit.record(
        actor, "ehc-request.answered", KIND, file.request_id, detail={"what": decision.what.value}
    )


_LATER: Mapping[Decided, frozenset[Decided]] = {
    Decided.ASSESS: frozenset({Decided.PLAN, Decided.ISSUED}),
    Decided.PLAN: frozenset({Decided.ISSUED}),
}
"""What comes only of an assessment, and only of a plan."""


def _move(inside: Inside, unit: UnitOfWork, file: RequestFile, decision: EhcDecision) -> None:
    """Close a request, or take it up again, as the authority's latest word says."""
    if _ends(decision) and file.state in LIVE:
        put(inside, unit, replace(file, state=FileState.CLOSED))
    elif file.state is FileState.CLOSED and not _ends(decision) and not _has_other(unit, file):
        again = FileState.HANDED_IN if file.handed_in else FileState.SENT
        put(inside, unit, replace(file, state=again))


def _ends(decision: EhcDecision) -> bool:
    """Return whether nothing more comes of the request: a no, not their child, or the plan."""
    return (
        decision.what in (Decided.NOT_OURS, Decided.CLOSED, Decided.ISSUED) or decision.yes is False
    )


def _has_other(unit: UnitOfWork, file: RequestFile) -> bool:
    """Return whether another request was begun for the child since."""
    return any(one.state in LIVE for one in requests_about(unit, file.pupil_id))


def answers_to(unit: UnitOfWork, request_id: str) -> Sequence[Told]:
    """Return what the authority answered, in the order in which it said so."""
    found = []
    for item in unit.items.about(ANSWER, request_id):
        content: Mapping[str, Any] = item.content or {}
        decision, issued = load(EhcDecision, content["decision"]), item.created_at
        if "issued" in content:  # older ones have none
            issued = datetime.fromisoformat(content["issued"])
        found.append(Told(item.created_at, issued, decision, item.state == "by-hand"))
    return sorted(found, key=lambda one: (one.issued, one.at))


@dataclass(frozen=True, slots=True)
class Letter:
    """An answer that came by letter or mail, as a person enters it.

    :param told: the day on which the family was told, where the letter says.
    """

    what: Decided
    decided: date
    yes: bool | None = None
    told: date | None = None
    reference: str = ""
    reasons: str = ""


def enter_answer(
    inside: Inside, org_id: str, request_id: str, letter: Letter, actor: Actor
) -> RequestFile:
    """Enter what an authority wrote.

    :raises NotFound: ``request-unknown``.
    :raises Conflict: ``request-not-sent``.
    :raises UsageError: ``date-in-future``, ``date-before-request``.
    :raises Wrapped: it breaks the schema: a no without reasons.
    """
    now = inside.clock.now()
    today = london_day(now)
    with inside.store.unit(org_id) as unit:
        file = request_file(unit, request_id)
        first = file.handed_in.on if file.handed_in else None
        if first is None and file.editions:
            first = london_day(file.editions[0].at)
        if first is None:
            raise Conflict("request-not-sent", "/request", "The request has not gone yet.")
        if max(letter.decided, letter.told or letter.decided) > today:
            raise UsageError("date-in-future", "/decided", "Give a day that has come.")
        if letter.decided < first:
            raise UsageError("date-before-request", "/decided", "The request had not gone by then.")
        council = council_of(inside, file.record.authority)
        decision = EhcDecision(
            subject=file.pupil_id,
            what=letter.what,
            reached=first,
            decided=letter.decided,
            decided_by=Person(name=council.name, role="Local authority"),
            yes=letter.yes,
            told=letter.told,
            reference=letter.reference.strip() or None,
            reasons=letter.reasons.strip() or None,
        )
        try:
            _keep(inside, unit, file, Told(now, now, decision, True), str(uuid.uuid4()), actor)
        except SchemaError as error:
            raise Wrapped.of(error) from None
        kept = request_file(unit, request_id)
        unit.commit()
    return kept
