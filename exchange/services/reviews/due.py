"""By when a plan must be reviewed: within its year, and in time where a phase ends.

A day that cannot be right is not counted from: a slip of the pen, here or at a sender, or the day
of a Statement of long ago, must not keep the list of all plans from being shown.
Nothing is counted here: exchange.domain.clocks counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from exchange.domain.clocks import clock, require_likely, transfer_year
from exchange.domain.readiness import is_september, phase_ends
from exchange.domain.year_group import may_be_in
from exchange.errors import UsageError
from exchange.ports import UnitOfWork
from exchange.services.edit_record import current_pupil, current_record
from exchange.services.reviews.model import Review
from exchange.services.reviews.timing import Timed, timed
from schemas.ehc import EhcPlan
from schemas.sen import TransitionPlan

PLAN_REVIEW = "plan-review"
TO_COME, TOO_EARLY = "day-to-come", "day-before-plans"
"""Why a day of a plan cannot be right."""

SOON = timedelta(days=42)
"""How long before a date it needs attention: a meeting wants two weeks' notice, and planning."""

PHASES = {"6": "last-safe-review", "11": "last-safe-review-post-16"}
"""Year group -> the clock of the last safe review before the move to the next phase."""

COLLEGE = frozenset({"12", "13", "14"})
"""Years from which a young person moves to another college, if at all: no phase ends by itself."""


def doubts_of(issued: date | None, last_review: date | None, today: date) -> Mapping[str, str]:
    """Return which days of a plan cannot be right, and why: field of the plan -> code."""
    given = {"issued": issued, "last_review": last_review}
    told = {name: _doubt(day, today) for name, day in given.items()}
    return {name: code for name, code in told.items() if code}


def _doubt(day: date | None, today: date) -> str:
    if day is None:
        return ""
    if day > today:
        return TO_COME
    try:
        require_likely(PLAN_REVIEW, day, "/day")
    except UsageError:
        return TOO_EARLY
    return ""


def likely(day: date | None, today: date) -> date | None:
    """Return a day of a plan from which dates can be counted, or None."""
    return None if _doubt(day, today) else day


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
    starts = likely(last_review, today) or likely(issued, today)
    if starts is not None:
        found.append(timed(clock(PLAN_REVIEW, starts), today))
    safe = last_safe(last_review, nc_year, today, moves)
    if safe is not None:
        found.append(safe)
    if nc_year in COLLEGE and moves is not None and is_ahead(moves, today):
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
    last = likely(last_review, today)
    if not code or (last is not None and last >= date(move - 1, 9, 1)):
        return None
    return timed(clock(code, date(move, 9, 1)), today)


def perhaps_safe(
    last_review: date | None,
    nc_year: str,
    born: date | None,
    today: date,
    moves: date | None = None,
) -> tuple[str, Timed] | None:
    """Return the year and last safe review of whoever is by age in the last year of a phase.

    None: the year group that was entered tells of itself; nobody need ask whether it is last
    year's, or whether one that tells no year is such a year.
    """
    if born is None or phase_of(nc_year, today, moves):
        return None
    for year in PHASES:
        if may_be_in(year, nc_year, born, today):
            found = last_safe(last_review, year, today, moves)
            return None if found is None else (year, found)
    return None


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


def is_ahead(moves: date, today: date) -> bool:
    """Return whether a move is still to come within what the law knows: no year mistyped."""
    return 0 <= (moves - today).days < 2 * 366


def presses(first: Timed | None, today: date) -> bool:
    """Return whether a plan without an open review needs somebody to plan one now."""
    return first is None or today >= first.clock.due - SOON


def comes_up(one: Timed, today: date) -> bool:
    """Return whether a date that is not over needs somebody to look, and perhaps to plan."""
    return one.clock.due - SOON <= today <= one.clock.due


def due_of(unit: UnitOfWork, pupil_id: str, today: date) -> Timed | None:
    """Return the first date by which a pupil's plan must be reviewed; None: none is known.

    :raises NotFound: ``pupil-unknown``.
    """
    plan = current_record(unit, pupil_id, EhcPlan)
    if plan is None:
        return None
    year = current_pupil(unit, pupil_id).nc_year or ""
    move = current_record(unit, pupil_id, TransitionPlan)
    moves = move.moves_on if move else None
    found = plan_clocks(plan.issued, plan.last_review, year, today, moves)
    return found[0] if found else None


def is_planned_late(review: Review, due: Timed | None) -> bool:
    """Return whether the meeting of a review is still to be held, and planned for after a date."""
    if review.meeting is None or review.held or due is None:
        return False
    return review.meeting > due.clock.due
