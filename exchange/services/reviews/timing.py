"""The clocks of a review, and of a plan that waits for one; what is next, and by when.

Nothing is counted here: exchange.domain.clocks counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from exchange.domain.clocks import Clock, Standing, clock, days_left, standing, transfer_year
from exchange.domain.readiness import is_september, phase_ends
from exchange.services.reviews.model import Outcome, Review
from schemas.annual_review import InvitedAs

SOON = timedelta(days=42)
"""How long before a date it needs attention: a meeting wants two weeks' notice, and planning."""

PHASES = {"6": "last-safe-review", "11": "last-safe-review-post-16"}
"""Year group -> the clock of the last safe review before the move to the next phase."""

COLLEGE = frozenset({"12", "13", "14"})
"""Years from which a young person moves to another college, if at all: no phase ends by itself."""

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


def clocks_of(review: Review, today: date) -> tuple[Timed, ...]:
    """Return the clocks of a review, in the order of its steps; none before a meeting is fixed."""
    return tuple(timed(one, today, what) for one, what in _clocks(review))


def _clocks(review: Review) -> Iterator[tuple[Clock, str]]:
    if review.meeting is None:
        return
    yield clock("review-papers", review.meeting, met=review.papers_out), ""
    yield clock("review-report", review.meeting, met=review.sent), ""
    if any(one.invited_as not in _HAVE_IT for one in review.guests):
        yield clock("review-report", review.meeting, met=review.invitees_sent), TO_INVITED
    yield clock("review-decision", review.meeting, met=review.decided), ""
    if review.outcome is Outcome.AMEND and review.notice is not None:
        amended = clock("review-amended", review.notice, also=review.meeting, met=review.final)
        yield amended, ""


def next_of(review: Review, today: date) -> Timed | None:
    """Return the first step of a review that is not done, where it has a date.

    Papers that nobody recorded before the meeting can no longer go out before it.
    """
    for one in clocks_of(review, today):
        if one.is_met or (one.clock.rule.code == "review-papers" and review.held):
            continue
        return one
    return None


def plan_clocks(
    issued: date | None,
    last_review: date | None,
    nc_year: str,
    today: date,
    moves: date | None = None,
) -> tuple[Timed, ...]:
    """Return by when a plan must be reviewed, the first date first.

    :param nc_year: in the last year of a phase the review must also be held in time for the plan
        to name the next school.
    :param moves: the first day at the next school or college, where somebody entered it.
    """
    found = []
    starts = last_review or issued
    if starts is not None:
        found.append(timed(clock("plan-review", starts), today))
    safe = last_safe(last_review, nc_year, today, moves)
    if safe is not None:
        found.append(safe)
    if nc_year in COLLEGE and moves is not None and _is_ahead(moves, today):
        found.append(timed(clock("post-16-move", moves), today))
    return tuple(sorted(found, key=lambda one: one.clock.due))


def last_safe(
    last_review: date | None, nc_year: str, today: date, moves: date | None = None
) -> Timed | None:
    """Return by when the review before a move must be held; None: it was held, or nobody moves.

    It is counted back from the day by which the plan names the next school or college. The review
    is done once one was held in this school year.
    """
    move = transfer_year(today)
    code = phase_of(nc_year, today, moves)
    if not code or (last_review is not None and last_review >= date(move - 1, 9, 1)):
        return None
    return timed(clock(code, date(move, 9, 1)), today)


def phase_of(nc_year: str, today: date, moves: date | None = None) -> str:
    """Return the clock of the last safe review of whoever moves to another phase, or nothing.

    Everybody does after Years 6 and 11. Nurseries, infant, first and middle schools end in other
    years: of those who are there it is known once somebody enters the day of the move.
    """
    known = PHASES.get(nc_year, "")
    if known or moves is None:
        return known
    ends = nc_year in phase_ends() and is_september(moves, today)
    return PHASES["6"] if ends else ""


def _is_ahead(moves: date, today: date) -> bool:
    """Return whether a move is still to come within what the law knows: no year mistyped."""
    return 0 <= (moves - today).days < 2 * 366


def presses(first: Timed | None, today: date) -> bool:
    """Return whether a plan without an open review needs somebody to plan one now."""
    return first is None or today >= first.clock.due - SOON


def soonest(found: Sequence[Timed]) -> Timed | None:
    """Return the clock that ends first of those not met."""
    left = [one for one in found if not one.is_met]
    return min(left, key=lambda one: one.clock.due, default=None)
