"""Before the meeting: its day, who is invited, what is sent round; and that it was held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from exchange.domain.clocks import require_likely
from exchange.errors import Conflict, NotFound, UsageError
from exchange.ports import Actor
from exchange.services.edit_record import change_record, current_record
from exchange.services.inside import Inside
from exchange.services.reviews.keeping import (
    MEETING_CLOCK,
    change_review,
    review_of,
    today_of,
)
from exchange.services.reviews.model import Guest, Review, ReviewState
from schemas.annual_review import InvitedAs
from schemas.ehc import EhcPlan

MOST_GUESTS = 40

BY_LAW: tuple[tuple[InvitedAs, str], ...] = (
    (InvitedAs.FAMILY, "The parent, or the young person"),
    (InvitedAs.SCHOOL, "The head teacher, or whoever runs the early years or post-16 place"),
    (InvitedAs.AUTHORITY, "An SEN officer of the local authority"),
    (InvitedAs.HEALTH, "A health care professional whom the health board names"),
    (InvitedAs.SOCIAL_CARE, "An officer of social services"),
)
"""Who must be invited: SEND Regulations 2014, reg 20(2)."""


def plan_meeting(
    inside: Inside,
    org_id: str,
    review_id: str,
    meeting: date,
    place: str,
    actor: Actor,
    *,
    based_on: int,
) -> Review:
    """Fix the day of the meeting, or move it.

    :raises UsageError: ``date-unlikely``.
    :raises Conflict: ``meeting-held``: it took place; ``item-changed``; ``review-over``.
    """
    require_likely(MEETING_CLOCK, meeting, "/meeting")

    def change(before: Review) -> Review:
        if before.held:
            raise Conflict("meeting-held", "/meeting", "The meeting took place already.")
        return replace(before, meeting=meeting, place=place.strip())

    return change_review(
        inside, org_id, review_id, change, "review.planned", actor, based_on=based_on
    )


def invite(inside: Inside, org_id: str, review_id: str, guest: Guest, actor: Actor) -> Review:
    """Add somebody who is invited.

    :raises UsageError: ``name-missing``, ``too-many-guests``, ``date-in-future``.
    """
    _require_guest(inside, guest)

    def change(before: Review) -> Review:
        if len(before.guests) >= MOST_GUESTS:
            raise UsageError("too-many-guests", "/name", f"{MOST_GUESTS} people are the most.")
        return replace(before, guests=(*before.guests, guest))

    return change_review(inside, org_id, review_id, change, "review.invited", actor)


def note_guest(
    inside: Inside,
    org_id: str,
    review_id: str,
    number: int,
    guest: Guest | None,
    actor: Actor,
    *,
    based_on: int,
) -> Review:
    """Note of somebody invited when they were asked and answered; None takes them off the list.

    :param number: their place in the list, from 0.
    :raises NotFound: ``guest-unknown``.
    :raises UsageError: ``name-missing``, ``date-in-future``.
    """
    if guest is not None:
        _require_guest(inside, guest)

    def change(before: Review) -> Review:
        if not 0 <= number < len(before.guests):
            raise NotFound("guest-unknown", "/number")
        put = () if guest is None else (guest,)
        return replace(before, guests=(*before.guests[:number], *put, *before.guests[number + 1 :]))

    return change_review(
        inside, org_id, review_id, change, "review.invited", actor, based_on=based_on
    )


def _require_guest(inside: Inside, guest: Guest) -> None:
    if not guest.name.strip():
        raise UsageError("name-missing", "/name", "Say who is invited.")
    today = today_of(inside)
    for path, day in (("/asked", guest.asked), ("/answered", guest.answered)):
        if day is not None and day > today:
            raise UsageError("date-in-future", path, "Give a day that has come.")


def choose_papers(
    inside: Inside,
    org_id: str,
    review_id: str,
    documents: Sequence[str],
    out: date | None,
    actor: Actor,
    *,
    based_on: int,
) -> Review:
    """Choose which documents go round before the meeting, and note when they did.

    :param out: when they were sent round; None: not yet.
    :raises NotFound: ``document-unknown``: it is no document of this pupil.
    :raises UsageError: ``date-in-future``.
    """
    if out is not None and out > today_of(inside):
        raise UsageError("date-in-future", "/out", "Give a day that has come.")
    with inside.store.reading(org_id) as unit:
        about = unit.items.get("review", review_id).content or {}
        held = unit.documents.of_pupil(str(about["pupil"]))
        theirs = {one.document_id for one in held if one.compartment == "general"}
    if set(documents) - theirs:
        raise NotFound("document-unknown", "/documents")

    def change(before: Review) -> Review:
        return replace(before, documents=tuple(dict.fromkeys(documents)), papers_out=out)

    return change_review(
        inside, org_id, review_id, change, "review.papers", actor, based_on=based_on
    )


def note_held(
    inside: Inside,
    org_id: str,
    review_id: str,
    meeting: date,
    came: Sequence[int],
    actor: Actor,
    *,
    based_on: int,
) -> Review:
    """Note that the meeting took place; the plan's own record tells its last review from now on.

    It can be noted again, if the day or a person was wrong, until the report goes: a report that
    was finished before tells another day, and is to be finished anew.

    :param came: places in the list of those who came, from 0.
    :raises UsageError: ``date-in-future``, ``date-unlikely``.
    :raises Conflict: ``report-sent``; ``item-changed``; ``review-over``.
    """
    require_likely(MEETING_CLOCK, meeting, "/meeting")
    if meeting > today_of(inside):
        raise UsageError("date-in-future", "/meeting", "Give a day that has come.")

    with inside.store.reading(org_id) as unit:
        seen = review_of(unit, review_id)
        plan = current_record(unit, seen.pupil_id, EhcPlan)
    last = _last_without(seen, plan)

    def change(now: Review) -> Review:
        if now.sent is not None:
            raise Conflict(
                "report-sent", "/meeting", "The report went, with the day of the meeting."
            )
        guests = tuple(replace(one, came=at in came) for at, one in enumerate(now.guests))
        made = replace(now, meeting=meeting, held=True, before=last, guests=guests)
        return made if made == now else replace(made, finished=None)

    made = change_review(inside, org_id, review_id, change, "review.held", actor, based_on=based_on)
    if last is None or last < meeting:
        _tell_plan(inside, org_id, made.pupil_id, meeting, actor)
    return made


def _last_without(review: Review, plan: EhcPlan | None) -> date | None:
    """Return when the plan was last reviewed before this review, as far as it is known."""
    last = plan.last_review if plan is not None else None
    return review.before if review.held and last == review.meeting else last


def _tell_plan(inside: Inside, org_id: str, pupil_id: str, last: date | None, actor: Actor) -> None:
    """Note in the pupil's record of the plan when it was last reviewed, where there is one."""
    with inside.store.reading(org_id) as unit:
        plan = current_record(unit, pupil_id, EhcPlan)
    if plan is None or plan.last_review == last:
        return

    def change(before: EhcPlan | None) -> EhcPlan:
        return replace(before or plan, last_review=last)

    change_record(inside, org_id, pupil_id, EhcPlan, change, actor)


def cancel_review(
    inside: Inside, org_id: str, review_id: str, actor: Actor, *, based_on: int
) -> Review:
    """Cancel a review of which no report went; the plan waits for one again, as before it.

    :raises Conflict: ``report-sent``.
    """

    def change(before: Review) -> Review:
        if before.sent is not None:
            raise Conflict("report-sent", "/review", "Its report went to the local authority.")
        return replace(before, state=ReviewState.CANCELLED)

    made = change_review(
        inside, org_id, review_id, change, "review.cancelled", actor, based_on=based_on
    )
    with inside.store.reading(org_id) as unit:
        plan = current_record(unit, made.pupil_id, EhcPlan)
    _tell_plan(inside, org_id, made.pupil_id, _last_without(made, plan), actor)
    return made
