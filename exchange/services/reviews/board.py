"""Every pupil with an EHC plan: the review that is due or under way; needs attention first.

Plans are told by the rows that the leavers' board keeps in memory; only open reviews are read.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date

from exchange.ports import UnitOfWork
from exchange.services.boards import LeaverRow
from exchange.services.reviews.due import (
    comes_up,
    doubts_of,
    is_planned_late,
    perhaps_safe,
    plan_clocks,
    presses,
)
from exchange.services.reviews.keeping import reviews
from exchange.services.reviews.model import Review, ReviewState
from exchange.services.reviews.timing import Timed, next_of
from exchange.services.reviews.undelivered import undelivered


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One pupil with a plan.

    :param due: by when the plan must be reviewed; None: it is not known when it was issued.
    :param review: the open one, or None.
    :param next: what is to be done next, where it has a date.
    :param doubtful: a day of the plan cannot be right, and was not counted from.
    :param undelivered: the report went, and the authority does not have it.
    :param planned_late: the meeting is planned for after ``due``.
    :param perhaps: the year in which the pupil is by age, and its last safe review, where the
        year group that was entered does not say so.
    """

    pupil_id: str
    name: str
    sort: tuple[str, str]
    nc_year: str
    due: Timed | None
    review: Review | None
    next: Timed | None
    attention: bool
    doubtful: bool = False
    undelivered: bool = False
    planned_late: bool = False
    perhaps: tuple[str, Timed] | None = None

    @property
    def day(self) -> date:
        """Return the day that the row is ordered by."""
        return self.next.clock.due if self.next else date.min


def plan_rows(unit: UnitOfWork, pupils: Mapping[str, LeaverRow], today: date) -> list[PlanRow]:
    """Return all rows: what needs attention first, then by day, then by name.

    :param pupils: by id, as the leavers' board keeps them.
    """
    open_ = {one.pupil_id: one for one in reviews(unit, ReviewState.OPEN)}
    missing = undelivered(unit, open_.values(), today)
    rows = [
        _made(one, open_.get(one.pupil_id), missing, today)
        for one in pupils.values()
        if one.plan is not None or one.pupil_id in open_
    ]
    return sorted(rows, key=lambda one: (not one.attention, one.day, one.sort))


def _made(
    pupil: LeaverRow, review: Review | None, missing: Collection[str], today: date
) -> PlanRow:
    issued, last = (pupil.plan.issued, pupil.plan.last_review) if pupil.plan else (None, None)
    found = plan_clocks(issued, last, pupil.nc_year, today, pupil.leaves)
    due = found[0] if found else None
    lost = review is not None and review.review_id in missing
    then = due if review is None else _next(review, due, lost, today)
    row = PlanRow(
        pupil_id=pupil.pupil_id,
        name=pupil.name,
        sort=pupil.sort,
        nc_year=pupil.nc_year,
        due=due,
        review=review,
        next=then,
        attention=False,
        doubtful=bool(doubts_of(issued, last, today)),
        undelivered=lost,
        planned_late=review is not None and is_planned_late(review, due),
        perhaps=perhaps_safe(last, pupil.nc_year, pupil.born, today, pupil.leaves),
    )
    return replace(row, attention=_attention(row, today))


def _next(review: Review, due: Timed | None, lost: bool, today: date) -> Timed | None:
    """Return the next step of an open review; before it has a day, the plan's own date."""
    return due if review.meeting is None else next_of(review, today, undelivered=lost)


def _attention(row: PlanRow, today: date) -> bool:
    review, then = row.review, row.next
    if row.doubtful or row.undelivered or row.planned_late:
        return True
    if review is None and row.perhaps is not None and comes_up(row.perhaps[1], today):
        return True
    if review is None or review.meeting is None:
        return presses(then, today)
    if not review.held and review.meeting < today:
        return True  # was it held?
    return then is not None and then.presses
