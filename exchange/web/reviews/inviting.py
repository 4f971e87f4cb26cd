"""Invite somebody to a review: by the family's page, or by a request for advice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import abort, flash, redirect, request, url_for

from exchange.domain.clocks import due
from exchange.errors import Conflict, ExchangeError
from exchange.services.advice.model import AdviceRequest
from exchange.services.links.members import Member, members
from exchange.services.reviews.inviting import (
    FAMILY,
    Sent,
    mark_of,
    note_request,
    set_member,
    share_papers,
)
from exchange.services.reviews.model import Guest, Review
from exchange.services.reviews.sending import authority_of
from exchange.web.frame import may_go
from exchange.web.here import actor, inside, org_id, role
from exchange.web.reach import TABLE
from exchange.web.reviews.fields import held, today
from exchange.web.words import day
from schemas.advice import ConsentHow
from schemas.annual_review import InvitedAs

_KINDS = {
    InvitedAs.HEALTH: "health",
    InvitedAs.SOCIAL_CARE: "la",
    InvitedAs.AUTHORITY: "la",
    InvitedAs.SCHOOL: "school",
}
_DUTY = (
    "A duty of the school: who must be invited to a review of an EHC plan, and asked for advice."
)


def way_of(review: Review, sent: Sent) -> dict[str, Any]:
    """Return what the page of one person says of the ways by which they can be invited."""
    family = sent.guest.invited_as in FAMILY
    found: list[Member] = []
    if family:
        with inside().store.reading(org_id()) as unit:
            found = [one for one in members(unit, review.pupil_id) if one.active]
    return {
        "is_family": family,
        "seen": mark_of(sent.guest),
        "members": found,
        "may_ask": role() in TABLE["agencies.ask"].roles,
    }


def family(review: str, number: int) -> Any:
    """Say which member of the family somebody is; then they are sent a link."""
    found, _ = held(review)
    chosen, seen = request.form.get("member", ""), request.form.get("seen", "")
    try:
        set_member(inside(), org_id(), review, number - 1, chosen, actor(), seen=seen)
    except Conflict as error:
        return _look_again(review, error)
    except ExchangeError:
        flash("Choose who of the family it is.")
        return redirect(url_for("reviews.guest", review=review, number=number), 303)
    if may_go("outsiders.member"):
        return redirect(url_for("outsiders.member", pupil=found.pupil_id, member=chosen), 303)
    flash("It is noted who they are. The SENCO sends them the link.")
    return redirect(url_for("reviews.guest", review=review, number=number), 303)


def share(review: str, number: int) -> Any:
    """Let a member of the family open the papers on their page."""
    held(review)
    seen = request.form.get("seen", "")
    try:
        share_papers(inside(), org_id(), review, number - 1, actor(), seen=seen)
    except Conflict as error:
        return _look_again(review, error)
    except ExchangeError as error:
        flash(error.hint or "The papers were not shared. Look at the list again.")
    else:
        flash("They can open the papers on their page now.")
    return redirect(url_for("reviews.guest", review=review, number=number), 303)


def _look_again(review: str, error: Conflict) -> Any:
    """Say what has changed at the list: at the address of one person somebody else may stand."""
    flash(error.hint or "Look at the list again.")
    return redirect(url_for("reviews.guests", review=review), 303)


@dataclass(frozen=True, slots=True)
class Asking:
    """A request for advice that invites somebody to a review.

    :param filled: what the form of a request begins with; ``ticked`` the papers chosen before.
    """

    review: Review
    number: int
    guest: Guest
    filled: Mapping[str, Any]
    ticked: frozenset[str]

    @property
    def seen(self) -> str:
        """Return by what the form says whom it invites."""
        return mark_of(self.guest)

    @property
    def back(self) -> str:
        """Return the address of the person's page."""
        return url_for("reviews.guest", review=self.review.review_id, number=self.number)

    def note(self, made: AdviceRequest) -> None:
        """Note the request at the review."""
        try:
            note_request(inside(), org_id(), self.review.review_id, self.guest, made, actor())
        except ExchangeError:
            flash("The request went, and could not be noted at the review: the list has changed.")


def asking_for(pupil: str) -> Asking | None:
    """Return for whom of which review a request is made, as the address says; None: for none.

    :raises NotFound: ``item-unknown``.
    :raises Conflict: ``item-changed``: whom the page showed is not listed any more.
    """
    review_id, typed = request.args.get("review", ""), request.args.get("guest", "")
    if not review_id or role() not in TABLE["reviews.guest"].roles:
        return None
    found, child = held(review_id)
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 4 else 0
    if request.method == "POST":
        number = _place_of(found, request.form.get("seen", ""))
    if found.pupil_id != pupil or not found.is_open or not 1 <= number <= len(found.guests):
        abort(404)
    guest = found.guests[number - 1]
    filled = {
        "kind": _KINDS.get(guest.invited_as, "agency"),
        "name": _service(found, guest),
        "person": guest.name,
        "wanted": "other",
        "question": _question(found, child.first),
        "due": _wanted_by(found),
        "given_by": "Nobody: it is a duty of the school",
        "how": ConsentHow.NOT_NEEDED.value,
        "given": today(),
        "note": _DUTY,
    }
    return Asking(found, number, guest, filled, frozenset(found.documents))


def _place_of(review: Review, seen: str) -> int:
    """Return at which place, from 1, stands by now whom a page showed."""
    marks = [mark_of(one) for one in review.guests]
    if seen not in marks:
        hint = "Somebody changed the list meanwhile. Look at it again."
        raise Conflict("item-changed", "/review", hint)
    return marks.index(seen) + 1


def _service(review: Review, guest: Guest) -> str:
    if guest.invited_as is not InvitedAs.AUTHORITY:
        return ""
    with inside().store.reading(org_id()) as unit:
        return authority_of(inside(), unit, review.pupil_id)[1]


def _question(review: Review, child: str) -> str:
    when = f" on {day(review.meeting)}" if review.meeting else ""
    where = f", {review.place}" if review.place else ""
    return (
        f"You are invited to the meeting that reviews the EHC plan of {child}{when}{where}.\n\n"
        "Please send us your advice before it: what has changed, what was reached of the outcomes,"
        " what should change in the plan. If you come and have nothing to add, say so."
    )


def _wanted_by(review: Review) -> date | None:
    if review.meeting is None:
        return None
    return max(today(), due("review-papers", review.meeting) - timedelta(days=1))
