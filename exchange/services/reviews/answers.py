"""At the school: the authority's decision that came as a pack is filed at its review."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from exchange.bundle.opening import OpenedBundle
from exchange.errors import NotFound
from exchange.ports import Actor, Arrival, UnitOfWork
from exchange.services.inside import Inside
from exchange.services.reviews.keeping import enter, put_review, reviews_about
from exchange.services.reviews.model import Review, ReviewState, is_over
from schemas.records import RECORDS
from schemas.review_decision import ReviewDecision

_WORKER = Actor("worker", "machine")


def file_decision(inside: Inside, unit: UnitOfWork, arrival: Arrival, opened: OpenedBundle) -> bool:
    """Keep an authority's decision at the review, in the caller's unit of work.

    It stands in place of what a person entered from a letter, and of an older pack. What answers no
    report of ours, comes from another than it went to, or is of another meeting, changes nothing.

    :return: whether it was kept.
    """
    decision = next(
        (one for _, one in opened.records(RECORDS) if isinstance(one, ReviewDecision)), None
    )
    if decision is None:
        return False
    before = _asked(unit, arrival)
    issued = opened.statement.issued
    if before is None or decision.meeting != before.meeting or _is_known(before, arrival, issued):
        return False
    changed = replace(
        before,
        outcome=decision.outcome,
        decided=decision.told,
        notice=decision.notice,
        final=decision.final,
        reasons=decision.reasons or "",
        told_by=arrival.bundle_id,
        told_at=issued,
        state=_state(unit, before, decision),
    )
    made = put_review(inside, unit, changed, before)
    enter(unit, _WORKER, "review.decided", made, {"by": "pack"})
    return True


def _asked(unit: UnitOfWork, arrival: Arrival) -> Review | None:
    """Return the review whose report is answered, if it is that organisation which got it."""
    if arrival.in_reply_to is None:
        return None
    try:
        pack = unit.transfers.get(arrival.in_reply_to)
    except NotFound:
        return None
    if pack.recipient != arrival.sender or pack.pupil_id is None:
        return None
    about = reviews_about(unit, pack.pupil_id)
    return next((one for one in about if one.bundle_id == pack.bundle_id), None)


def _is_known(before: Review, arrival: Arrival, issued: datetime) -> bool:
    """Return whether this pack, or a newer one, was filed already: they come in any order.

    Packs tell whole seconds: of two of one second, the one that came later counts.
    """
    if before.told_at is None:
        return False
    return before.told_by == arrival.bundle_id or issued < before.told_at


def _state(unit: UnitOfWork, before: Review, decision: ReviewDecision) -> ReviewState:
    if is_over(decision.outcome, decision.final):
        return ReviewState.CLOSED
    others = [one for one in reviews_about(unit, before.pupil_id) if one != before]
    if any(one.is_open for one in others):
        return before.state  # a pupil has one open review at a time
    return ReviewState.OPEN
