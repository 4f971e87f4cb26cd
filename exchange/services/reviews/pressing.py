"""Which reviews wait for somebody now, at a school and at an authority, for the mail that counts.

At a school it is what the board of reviews says needs attention, and what the law wants within a
week. Nothing is counted here: exchange.domain.clocks counts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from exchange.ports import UnitOfWork
from exchange.services.boards.held_plan import plan_of
from exchange.services.boards.leavers import LeaverRow, LeaversSource
from exchange.services.calendars import calendar_of
from exchange.services.cases.keeping import REVIEW_LINK, cases
from exchange.services.inside import Inside
from exchange.services.reviews.board import PlanRow, plan_rows
from exchange.services.reviews.due import PHASES, SOON, comes_up
from exchange.services.reviews.keeping import reviews
from exchange.services.reviews.model import ReviewState
from exchange.services.reviews.moves import moves
from exchange.services.reviews.plan_dates import has_left
from exchange.services.reviews.received import NAMING, OPEN, REFUSED, Received
from exchange.services.reviews.reports import all_received
from exchange.services.reviews.timing import Timed, clocks_of, soonest
from schemas.base import Record, load_bytes
from schemas.errors import SchemaError
from schemas.records import RECORDS

PAPERS, REPORTS, MEETINGS = "papers", "reports", "meetings"
DECISIONS, FINALS, MOVES, OTHERS = "decisions", "finals", "moves", "others"
WEEK = timedelta(days=7)
_KINDS = {"review-papers": PAPERS, "review-report": REPORTS}
_BEFORE_MOVE = frozenset({*PHASES.values(), "post-16-move"})


@dataclass(frozen=True, slots=True)
class Waiting:
    """A review, or a plan without one, that waits for somebody.

    :param kind: what is to be done.
    :param due: by when, or None: no date is known.
    :param before_move: of a meeting to arrange: in time for the next school or college.
    :param caseworker: of an authority: account id; empty: nobody's, so that all hear of it.
    """

    kind: str
    due: date | None
    before_move: bool = False
    caseworker: str = ""

    def is_near(self, today: date) -> bool:
        """Return whether its day is today or tomorrow."""
        return self.due in (today, today + timedelta(days=1))


def at_school(inside: Inside, unit: UnitOfWork, today: date) -> list[Waiting]:
    """Return what waits at a school; not of who was handed over and has left."""
    pupils = _with_plans(inside, unit, today)
    found = (_of_row(one, pupils[one.pupil_id], today) for one in plan_rows(unit, pupils, today))
    return [one for one in found if one is not None]


def _with_plans(inside: Inside, unit: UnitOfWork, today: date) -> Mapping[str, LeaverRow]:
    """Return the rows of those who have a plan or an open review: few of all pupils."""
    source = LeaversSource(inside)
    open_ = {one.pupil_id for one in reviews(unit, ReviewState.OPEN)}
    rows = (
        source.row(unit, one.pupil_id, today)
        for one in unit.pupils.all()
        if one.pupil_id in open_ or plan_of(_records(unit, one.pupil_id)) is not None
    )
    return {one.pupil_id: one for one in rows if one is not None}


def _records(unit: UnitOfWork, pupil_id: str) -> list[Record]:
    found: list[Record] = []
    for one in unit.records.of_pupil(pupil_id):
        try:
            found.append(load_bytes(RECORDS, one.record))
        except SchemaError:
            continue  # the pupil's page says so
    return found


def _of_row(row: PlanRow, pupil: LeaverRow, today: date) -> Waiting | None:
    first = _first(row, today)
    due = first.clock.due if first else None
    if row.review is None and has_left(pupil, max(due or today, today)):
        return None
    code = first.clock.rule.code if first else ""
    kind = MEETINGS if _is_to_arrange(row) else _KINDS.get(code, OTHERS)
    soon = kind in (PAPERS, REPORTS) and due is not None and due - WEEK <= today
    if not row.attention and not soon:
        return None
    return Waiting(kind, due, kind == MEETINGS and code in _BEFORE_MOVE)


def _is_to_arrange(row: PlanRow) -> bool:
    return row.review is None or row.review.meeting is None or row.planned_late


def _first(row: PlanRow, today: date) -> Timed | None:
    """Return the clock that ends first: of the plan, until a meeting is fixed in time."""
    if _is_to_arrange(row) or row.review is None or row.review.meeting is None:
        perhaps = row.perhaps[1] if row.perhaps else None
        found = [row.due, perhaps if perhaps and comes_up(perhaps, today) else None]
        return soonest([one for one in found if one is not None])
    over = row.review.held or row.review.meeting < today
    for one in clocks_of(row.review, today, undelivered=row.undelivered):
        # Papers can no longer go out before a meeting that is over, held or not.
        if not one.is_met and not (over and one.clock.rule.code == "review-papers"):
            return one
    return None


def at_authority(
    inside: Inside, unit: UnitOfWork, today: date, people: Collection[str]
) -> list[Waiting]:
    """Return what waits at an authority: reports that arrived, and plans that move.

    :param people: account ids of who works cases now.
    """
    workers = _caseworkers(unit, people)
    found = [_of_report(one, workers.get(one.report_id, ""), today) for one in all_received(unit)]
    return [*(one for one in found if one is not None), *_of_moves(inside, unit, today)]


def _caseworkers(unit: UnitOfWork, people: Collection[str]) -> Mapping[str, str]:
    """Return who works the case that a report belongs to, by the report; not who has left."""
    by_case = {one.case_id: one.caseworker for one in cases(unit) if one.caseworker in people}
    links = ((one.item_id, str(one.clear["case"])) for one in unit.items.all(REVIEW_LINK))
    return {report_id: by_case[case_id] for report_id, case_id in links if case_id in by_case}


def _of_report(report: Received, caseworker: str, today: date) -> Waiting | None:
    clocks = report.clocks(today)
    if not clocks and report.state in (OPEN, REFUSED):
        return Waiting(DECISIONS, None, caseworker=caseworker)  # its day cannot be right
    first = soonest(clocks)
    if first is None:
        return None
    code, due = first.clock.rule.code, first.clock.due
    if due - (SOON if code in NAMING else WEEK) > today:
        return None
    kind = DECISIONS if code == "review-decision" else FINALS
    return Waiting(kind, due, caseworker=caseworker)


def _of_moves(inside: Inside, unit: UnitOfWork, today: date) -> Iterator[Waiting]:
    calendar = calendar_of(inside, unit)
    for one in moves(unit):
        first = soonest(one.clocks(today, calendar))
        if one.over:
            continue
        if one.is_unclear:
            yield Waiting(MOVES, None)
        elif first is not None and first.clock.due - WEEK <= today:
            yield Waiting(MOVES, first.clock.due)
