"""What a person notes: the report handed over, given to those invited; a decision by letter."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from exchange.errors import UsageError
from exchange.ports import Actor
from exchange.services.inside import Inside
from exchange.services.reviews.keeping import change_review, today_of
from exchange.services.reviews.model import Outcome as Decided
from exchange.services.reviews.model import Review, ReviewState, SentHow, is_over
from exchange.services.reviews.sending import require_sendable


def note_handed_over(
    inside: Inside, org_id: str, review_id: str, day: date, actor: Actor, *, based_on: int
) -> Review:
    """Note the day on which the report was handed to an authority that has not joined.

    :raises UsageError: ``report-unfinished``, ``date-in-future``, ``date-before-meeting``.
    """
    _require_day(inside, day)

    def change(before: Review) -> Review:
        require_sendable(before, based_on)
        if before.meeting and day < before.meeting:
            raise UsageError("date-before-meeting", "/day", "That was before the meeting.")
        return replace(before, sent=day, sent_how=SentHow.BY_HAND)

    return change_review(
        inside, org_id, review_id, change, "review.handed-over", actor, based_on=based_on
    )


def note_invitees(
    inside: Inside, org_id: str, review_id: str, day: date, actor: Actor, *, based_on: int
) -> Review:
    """Note the day on which the report went to everybody else who was invited.

    The authority may have decided before: then the review is over, and this is noted all the same.

    :raises UsageError: ``date-in-future``, ``date-before-meeting``.
    """
    _require_day(inside, day)

    def change(before: Review) -> Review:
        if before.meeting and day < before.meeting:
            raise UsageError("date-before-meeting", "/day", "That was before the meeting.")
        return replace(before, invitees_sent=day)

    return change_review(
        inside,
        org_id,
        review_id,
        change,
        "review.told",
        actor,
        based_on=based_on,
        closed=True,
    )


def note_decision(
    inside: Inside,
    org_id: str,
    review_id: str,
    outcome: Decided,
    decided: date,
    notice: date | None,
    final: date | None,
    actor: Actor,
    *,
    based_on: int,
) -> Review:
    """Note what the authority decided; a plan that is amended is done once the final one came.

    :raises UsageError: ``date-in-future``, ``date-before-meeting``.
    """
    for day in (decided, notice, final):
        if day is not None:
            _require_day(inside, day)

    def change(before: Review) -> Review:
        if before.meeting and decided < before.meeting:
            raise UsageError("date-before-meeting", "/decided", "That was before the meeting.")
        if before.meeting and notice is not None and notice < before.meeting:
            raise UsageError("date-before-meeting", "/notice", "That was before the meeting.")
        return replace(
            before,
            outcome=outcome,
            decided=decided,
            notice=notice,
            final=final,
            state=ReviewState.CLOSED if is_over(outcome, final) and before.sent else before.state,
        )

    return change_review(
        inside, org_id, review_id, change, "review.decided", actor, based_on=based_on
    )


def _require_day(inside: Inside, day: date) -> None:
    if day > today_of(inside):
        raise UsageError("date-in-future", "/day", "Give a day that has come.")
