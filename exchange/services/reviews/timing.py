"""The clocks of a review: what is next, and by when.

Nothing is counted here: exchange.domain.clocks counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from exchange.domain.clocks import Clock, Standing, clock, days_left, due, standing
from exchange.services.reviews.model import Outcome, Review
from schemas.annual_review import InvitedAs

TO_INVITED = "Give the report to everybody who was invited"
"""The report goes to the authority and to all others in the same two weeks: two steps, one rule."""

_HAVE_IT = frozenset({InvitedAs.SCHOOL, InvitedAs.AUTHORITY})
"""Who has the report when it was written and sent."""

_BAD = frozenset({Standing.LATE, Standing.DUE_TODAY, Standing.AMBER})


@dataclass(frozen=True, slots=True)
class Timed:
    """A clock as it stands today.

    :param what: what must be done, in words.
    """

    what: str
    clock: Clock
    standing: Standing
    left: int

    @property
    def is_met(self) -> bool:
        """Return whether it was done."""
        return self.clock.met is not None

    @property
    def presses(self) -> bool:
        """Return whether it is late, due, or due tomorrow."""
        return self.standing in _BAD


def timed(clock_: Clock, today: date, what: str = "") -> Timed:
    """Return a clock as it stands on a day."""
    left = days_left(clock_, today)
    return Timed(what or clock_.rule.label, clock_, standing(clock_, today), left)


def clocks_of(review: Review, today: date, *, undelivered: bool = False) -> tuple[Timed, ...]:
    """Return the clocks of a review, in the order of its steps; none before a meeting is fixed.

    :param undelivered: the report went, and the authority does not have it.
    """
    return tuple(timed(one, today, what) for one, what in _clocks(review, today, undelivered))


def _clocks(review: Review, today: date, undelivered: bool) -> Iterator[tuple[Clock, str]]:
    if review.meeting is None:
        return
    yield clock("review-papers", review.meeting, met=review.papers_out), ""
    sent = None if undelivered else review.sent
    yield clock("review-report", review.meeting, met=sent), ""
    if any(one.invited_as not in _HAVE_IT for one in review.guests):
        yield clock("review-report", review.meeting, met=review.invitees_sent), TO_INVITED
    yield clock("review-decision", review.meeting, met=review.decided), ""
    if review.outcome is Outcome.AMEND:
        noticed = _noticed(review.notice, review.meeting, today)
        yield clock("review-amended", noticed, also=review.meeting, met=review.final), ""


def _noticed(notice: date | None, meeting: date, today: date) -> date:
    """Return when the notice of amendments was sent; where that is not known, by when it had to be.

    It comes with the decision, so that the final plan is due 84 days after the meeting at most.
    """
    if notice is not None and meeting <= notice <= today:
        return notice
    return due("review-decision", meeting)


def next_of(review: Review, today: date, *, undelivered: bool = False) -> Timed | None:
    """Return the first step of a review that is not done, where it has a date.

    Papers that nobody recorded before the meeting can no longer go out before it.
    """
    for one in clocks_of(review, today, undelivered=undelivered):
        if one.is_met or (one.clock.rule.code == "review-papers" and review.held):
            continue
        return one
    return None


def soonest(found: Sequence[Timed]) -> Timed | None:
    """Return the clock that ends first of those not met."""
    left = [one for one in found if not one.is_met]
    return min(left, key=lambda one: one.clock.due, default=None)
