"""The dates of the law that run for every plan, kept or not, as the numbers of a school count them.

By when it must be reviewed; in the last year of a phase the last safe day for that review, and by
when the plan must name the next school. Nothing is counted here: exchange.domain.clocks counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from exchange.domain.clocks import Clock, clock, transfer_year
from exchange.services.boards import LeaverRow
from exchange.services.boards.held_plan import HeldPlan
from exchange.services.reviews.due import COLLEGE, PLAN_REVIEW, is_ahead, likely, phase_of
from exchange.services.reviews.model import Review

_NAMES = {"last-safe-review": "phase-transfer", "last-safe-review-post-16": "post-16-transfer"}
"""The clock of the last safe review -> the date from which it is counted back."""


def plan_dates(
    pupils: Mapping[str, LeaverRow], held: Iterable[Review], today: date
) -> Iterator[Clock]:
    """Yield the dates of every pupil's plan, and those that reviews of it kept.

    :param held: reviews, of which those count whose meeting took place.
    """
    for review in held:
        row = pupils.get(review.pupil_id)
        yield from _kept(review, row.plan if row else None, today)
    for row in pupils.values():
        if row.plan is not None:
            yield from (one for one in _open(row, row.plan, today) if not has_left(row, one.due))


def _kept(review: Review, plan: HeldPlan | None, today: date) -> Iterator[Clock]:
    """Yield the year of a plan that a review ended; of a plan issued anew since, none is known."""
    if not review.held or review.meeting is None:
        return
    starts = likely(review.before, today) or (likely(plan.issued, today) if plan else None)
    if starts is not None and starts <= review.meeting:
        yield clock(PLAN_REVIEW, starts, met=review.meeting)


def _open(row: LeaverRow, plan: HeldPlan, today: date) -> Iterator[Clock]:
    last = likely(plan.last_review, today)
    starts = last or likely(plan.issued, today)
    if starts is not None:
        yield clock(PLAN_REVIEW, starts)
    begins, moves = date(transfer_year(today) - 1, 9, 1), date(transfer_year(today), 9, 1)
    phase = phase_of(row.nc_year, today, row.leaves)
    if phase:
        yield clock(phase, moves, met=last if last is not None and last >= begins else None)
        yield from _named(_NAMES[phase], moves, plan, begins, today)
    elif row.nc_year in COLLEGE and row.leaves is not None and is_ahead(row.leaves, today):
        yield from _named("post-16-move", row.leaves, plan, begins, today)


def _named(code: str, moves: date, plan: HeldPlan, begins: date, today: date) -> Iterator[Clock]:
    """Yield by when a plan must name the next school; not where it does since nobody knows when.

    It names one from the day on which it was issued so, which is in the school year of the move.
    """
    issued = likely(plan.issued, today) if plan.names_school else None
    if not plan.names_school or (issued is not None and issued >= begins):
        yield clock(code, moves, met=issued)


def has_left(row: LeaverRow, due: date) -> bool:
    """Return whether a date is no longer this school's: the pupil was handed over before it.

    Without a pack of ours the first day may be that at this very school, as a pack brought it.
    """
    return row.pack is not None and row.leaves is not None and row.leaves <= due
