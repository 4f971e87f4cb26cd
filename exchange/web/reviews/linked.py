"""Reviews as other pages show them: a pupil's own, and the last safe one before a move."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from flask import url_for

from exchange.ports import UnitOfWork
from exchange.services.boards import LeaverRow
from exchange.services.edit_record import current_pupil
from exchange.services.reviews.due import doubts_of, last_safe, perhaps_safe, plan_clocks
from exchange.services.reviews.keeping import reviews_about
from exchange.services.reviews.model import Review, ReviewState
from exchange.services.reviews.timing import Timed
from exchange.services.reviews.undelivered import undelivered
from exchange.web.reviews.board import KINDS
from schemas.ehc import EhcPlan


@dataclass(frozen=True, slots=True)
class Linked:
    """One review.

    :param meeting: the day, or None: none is fixed.
    :param state: a code of exchange.web.words.
    """

    href: str
    kind: str
    meeting: date | None
    state: str


@dataclass(frozen=True, slots=True)
class OfPupil:
    """What a pupil's page shows of the reviews of the plan.

    :param due: by when the next one must be held; empty while one is open.
    :param may_begin: there is a plan, and no review is open.
    :param doubtful: a day of the plan cannot be right, and was not counted from.
    :param perhaps: the year in which the pupil is by age, and its last safe review, where the
        year group that was entered does not say so.
    """

    reviews: tuple[Linked, ...]
    due: tuple[Timed, ...]
    may_begin: bool
    doubtful: bool
    perhaps: tuple[str, Timed] | None


def of_pupil(
    unit: UnitOfWork,
    pupil_id: str,
    plan: EhcPlan | None,
    nc_year: str,
    today: date,
    moves: date | None = None,
) -> OfPupil | None:
    """Return a pupil's reviews, the newest first; None: there is neither a plan nor a review.

    :param moves: the first day at the next school, where somebody entered it.
    """
    found = reviews_about(unit, pupil_id)
    if plan is None and not found:
        return None
    is_open = any(one.is_open for one in found)
    due: tuple[Timed, ...] = ()
    if plan is not None and not is_open:
        due = plan_clocks(plan.issued, plan.last_review, nc_year, today, moves)
    missing = undelivered(unit, found, today)
    listed = tuple(_linked(one, one.review_id in missing) for one in reversed(found))
    doubtful = plan is not None and bool(doubts_of(plan.issued, plan.last_review, today))
    perhaps = None
    if plan is not None:
        born = current_pupil(unit, pupil_id).date_of_birth
        perhaps = perhaps_safe(plan.last_review, nc_year, born, today, moves)
    return OfPupil(listed, due, plan is not None and not is_open, doubtful, perhaps)


def _linked(one: Review, missing: bool) -> Linked:
    states = {
        ReviewState.OPEN: "in-progress",
        ReviewState.CLOSED: "met",
        ReviewState.CANCELLED: "cancelled",
    }
    href = url_for("reviews.page", review=one.review_id)
    state = "attention" if missing else states[one.state]
    return Linked(href, KINDS[one.kind], one.meeting, state)


@dataclass(frozen=True, slots=True)
class SafeReview:
    """The last day on which a review before the move is in time for the plan to name a school.

    :param held_on: the day for which a review is planned, or None.
    :param href: of the open review; empty: none was begun.
    """

    timed: Timed
    held_on: date | None
    href: str

    @property
    def is_planned_late(self) -> bool:
        """Return whether the review that is planned comes too late."""
        return self.held_on is not None and self.held_on > self.timed.clock.due


def last_safe_of(unit: UnitOfWork, rows: Iterable[LeaverRow], today: date) -> dict[str, SafeReview]:
    """Return of each leaver with a plan, by id, the last safe review that was not held yet."""
    found: dict[str, SafeReview] = {}
    for row in rows:
        if row.plan is None:
            continue
        timed = last_safe(row.plan.last_review, row.nc_year, today, row.leaves)
        if timed is None:
            continue
        open_ = next((one for one in reviews_about(unit, row.pupil_id) if one.is_open), None)
        href = url_for("reviews.page", review=open_.review_id) if open_ else ""
        found[row.pupil_id] = SafeReview(timed, open_.meeting if open_ else None, href)
    return found
