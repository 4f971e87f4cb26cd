"""The dates that a pack tells of: reviews, visits, outcomes, the first day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Literal

from exchange.domain.summary.model import Coming
from schemas.ehc import EhcPlan, EhcStatus
from schemas.sen import SenSupportPlan, TransitionPlan
from schemas.sen.plan import OutcomeStatus

SOON = timedelta(days=28)
"""How long before a date it is shown as near."""

_OVER = frozenset({OutcomeStatus.ACHIEVED, OutcomeStatus.ENDED})


def coming(
    plan: SenSupportPlan | None, ehc: EhcPlan | None, move: TransitionPlan | None, today: date
) -> tuple[Coming, ...]:
    """Return the dates of a pack, the next one first; what is over and done is left out."""
    found = [
        *(_of_plan(plan, today) if plan else ()),
        *(_of_ehc(ehc, today) if ehc else ()),
        *(_of_move(move, today) if move else ()),
    ]
    return tuple(sorted(found, key=lambda one: (one.day, one.code)))


def _of_plan(plan: SenSupportPlan, today: date) -> Iterator[Coming]:
    reviews = [*plan.reviews, *(one.review for one in plan.cycles if one.review)]
    asked = [one.next_review for one in reviews if one.next_review]
    due = plan.next_review or max(asked, default=None)
    if due and not any(one.held >= due for one in reviews):
        yield _at(due, "plan-review", "Review of the SEN support plan", today)
    for one in plan.outcomes:
        if one.status not in _OVER and one.by >= today:
            yield _at(one.by, "outcome", one.outcome, today)


def _of_ehc(ehc: EhcPlan, today: date) -> Iterator[Coming]:
    """Twelve months from issue, then from the last review: SEND Regulations 2014."""
    days = [one for one in (ehc.issued, ehc.last_review) if one]
    if days and ehc.status in (EhcStatus.FINAL, EhcStatus.AMENDED):
        yield _at(_year_after(max(days)), "ehc-review", "Annual review of the EHC plan", today)


def _of_move(move: TransitionPlan, today: date) -> Iterator[Coming]:
    for one in move.visits:
        if not one.made and one.day >= today:
            yield _at(one.day, "visit", f"Visit: {one.purpose}", today)
    if move.moves_on and move.moves_on >= today:
        yield _at(move.moves_on, "first-day", "First day at the next school", today)


def _year_after(day: date) -> date:
    try:
        return day.replace(year=day.year + 1)
    except ValueError:  # 29 February
        return day.replace(year=day.year + 1, day=28)


def _at(day: date, code: str, text: str, today: date) -> Coming:
    state: Literal["past", "soon", "coming"] = "past" if day < today else "coming"
    return Coming(day, code, text, "soon" if today <= day <= today + SOON else state)
