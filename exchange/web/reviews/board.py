"""The board of reviews: every pupil with an EHC plan, what needs attention first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import jsonify, render_template, request

from exchange.services.calendars import calendar_of, missing_year
from exchange.services.reviews.board import PlanRow, plan_rows
from exchange.web.here import inside, leavers_board, org_id
from exchange.web.paging import Paging
from exchange.web.pupils.child import label_of
from exchange.web.reviews.fields import may_prepare, today
from schemas.annual_review import ReviewKind

SIZE = 50
KINDS = {
    ReviewKind.ANNUAL: "Annual review",
    ReviewKind.PHASE_TRANSFER: "Phase transfer review",
    ReviewKind.EARLY: "Early review",
    ReviewKind.AFTER_MOVE: "Review after a move",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One row as it is shown."""

    row: PlanRow
    year: str
    step: str
    state: str


def board() -> Any:
    """Show the plans of this school and their reviews."""
    there = leavers_board().is_ready(org_id())
    if request.accept_mimetypes.best == "application/json":
        return jsonify(done=int(there), total=1, ended=there, next="")
    if not there:
        return render_template("reviews/waiting.html")
    pupils = leavers_board().by_key(org_id())
    with inside().store.reading(org_id()) as unit:
        rows = plan_rows(unit, pupils, today())
        missing = missing_year(calendar_of(inside(), unit), today())
    paging = Paging(_page(), SIZE, len(rows))
    return render_template(
        "reviews/board.html",
        lines=[_line(one) for one in paging.of(rows)],
        counts=[
            ("Need attention", sum(one.attention for one in rows), None, True),
            ("Reviews under way", sum(one.review is not None for one in rows), None, False),
            ("Pupils with an EHC plan", len(rows), None, False),
        ],
        paging=paging,
        missing=missing,
        may_prepare=may_prepare(),
    )


def _line(row: PlanRow) -> Line:
    year = label_of("nc-year", row.nc_year) if row.nc_year else ""
    return Line(row, year, _step(row), _state(row))


def _step(row: PlanRow) -> str:
    """Return what is to be done next, in words."""
    if row.review is None:
        if row.due is None and row.doubtful:
            return "Check when the plan was issued"
        return "Plan the review" if row.due else "Enter when the plan was issued"
    if row.undelivered:
        return "The local authority does not have the report"
    if row.review.meeting is None:
        return "Fix the day of the meeting"
    if not row.review.held and row.review.meeting < today():
        return "Say whether the meeting was held"
    return row.next.what if row.next else "Record what the local authority decided"


def _state(row: PlanRow) -> str:
    if row.undelivered or row.planned_late:
        return "attention"
    if row.next is None:
        return "attention" if row.attention else "in-progress"
    if row.review is None and row.next.standing.value == "running":
        return "soon" if row.attention else "coming"
    return row.next.standing.value


def _page() -> int:
    typed = request.args.get("page", "1")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 7 else 1
