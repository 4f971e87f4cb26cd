"""One review: its dates, its tasks, and what was done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import render_template, url_for

from exchange.domain.clocks import Standing
from exchange.services.reviews.due import due_of, is_planned_late
from exchange.services.reviews.inviting import with_days
from exchange.services.reviews.model import Outcome, Review, ReviewState, SentHow
from exchange.services.reviews.sending import is_lost
from exchange.services.reviews.timing import TO_INVITED, Timed, clocks_of
from exchange.services.reviews.undelivered import undelivered
from exchange.web.here import inside, org_id
from exchange.web.pupils.child import may_send
from exchange.web.reviews.board import KINDS
from exchange.web.reviews.fields import held, may_prepare, today

OUTCOMES = {
    Outcome.KEEP: "Keep the plan as it is",
    Outcome.AMEND: "Amend the plan",
    Outcome.END: "End the plan",
}


@dataclass(frozen=True, slots=True)
class Task:
    """One step of a review.

    :param href: empty: it cannot be done yet.
    :param state: a code of exchange.web.words.
    """

    title: str
    hint: str
    href: str
    state: str


def page(review: str) -> Any:
    """Show a review."""
    found, child = held(review)
    pack, lost = None, False
    with inside().store.reading(org_id()) as unit:
        known = with_days(unit, found)  # what links and requests know of those who are invited
        plan_due = due_of(unit, found.pupil_id, today())
        missing = bool(undelivered(unit, [found], today()))
        if found.bundle_id:
            state = unit.transfers.get(found.bundle_id).state
            pack, lost = state.value, is_lost(found, state)
    clocks = clocks_of(found, today(), undelivered=missing)
    return render_template(
        "reviews/page.html",
        review=found,
        child=child,
        pack=pack,
        missing=missing,
        too_late=plan_due if is_planned_late(found, plan_due) and found.is_open else None,
        lost=lost and found.is_open and may_send(),
        kind=KINDS[found.kind],
        clocks=clocks,
        past=[one for one in clocks if _papers_lapsed(found, one)],
        tasks=list(_tasks(known, clocks)),
        untold=any(one.what == TO_INVITED and not one.is_met for one in clocks),
        line=timeline(found, clocks, today()),
        outcome=OUTCOMES[found.outcome] if found.outcome else "",
        may_prepare=may_prepare(),
    )


def _papers_lapsed(review: Review, one: Timed) -> bool:
    """Return whether papers were not recorded as sent round before a meeting that was held."""
    return one.clock.rule.code == "review-papers" and review.held and not one.is_met


def _tasks(review: Review, found: Sequence[Timed]) -> Iterator[Task]:
    open_ = review.is_open
    clocks = {one.clock.rule.code: one for one in found if one.what != TO_INVITED}
    meeting = "met" if review.meeting else "not-started"
    may_move = open_ and not review.held
    yield Task(
        "Fix the day of the meeting",
        "At least two weeks' notice.",
        _to("reviews.meeting", review) if may_move else "",
        meeting,
    )
    asked = [one for one in review.guests if one.asked]
    yield Task(
        "Invite people, and ask for advice and views",
        f"{len(review.guests)} invited, {sum(1 for one in review.guests if one.answered)} answered",
        _to("reviews.guests", review) if open_ else "",
        _share(len(asked), len(review.guests)),
    )
    yield Task(
        "Send the papers round",
        f"{len(review.documents)} documents chosen",
        _to("reviews.papers", review) if open_ else "",
        _of(review, clocks.get("review-papers")),
    )
    yield Task(
        "Hold the meeting",
        "Note the day, and who came.",
        _to("reviews.held", review) if open_ and review.meeting and not review.sent else "",
        "met" if review.held else "not-started",
    )
    told = next((one for one in found if one.what == TO_INVITED), None)
    yield from _after(review, clocks, told)


def _after(review: Review, clocks: dict[str, Timed], told: Timed | None) -> Iterator[Task]:
    open_ = review.is_open
    may_tell = review.finished and review.state is not ReviewState.CANCELLED
    writing = "in-progress" if review.report else "not-started"
    yield Task(
        "Write the report",
        "Saved as you go.",
        _to("reviews.report", review) if open_ and not review.sent else "",
        "met" if review.finished else writing,
    )
    how = {SentHow.PACK: "Sent as a pack.", SentHow.BY_HAND: "Handed over.", None: ""}
    ready = open_ and review.finished and not review.sent and may_send()
    yield Task(
        "Send the report to the local authority",
        how[review.sent_how],
        _to("reviews.send", review) if ready else "",
        _of(review, clocks.get("review-report")),
    )
    yield Task(
        TO_INVITED,
        "Within two weeks of the meeting.",
        _to("reviews.told", review) if may_tell else "",
        _of(review, told) if told else "met" if review.invitees_sent else "not-started",
    )
    yield Task(
        "Record what the local authority decided",
        OUTCOMES[review.outcome] if review.outcome else "",
        _to("reviews.outcome", review) if open_ and review.held else "",
        _of(review, clocks.get("review-decision")),
    )


def _to(endpoint: str, review: Review) -> str:
    return url_for(endpoint, review=review.review_id)


def _share(done: int, total: int) -> str:
    if not total:
        return "not-started"
    return "met" if done == total else "in-progress"


def _of(review: Review, found: Timed | None) -> str:
    if found is None:
        return "not-started"
    if found.standing is Standing.RUNNING:
        return "waiting" if found.clock.rule.code == "review-decision" else "not-started"
    if _papers_lapsed(review, found):
        return "missing"
    return found.standing.value


@dataclass(frozen=True, slots=True)
class Mark:
    """One day on the drawn line.

    :param x: where it stands, in units of the drawing.
    :param row: which of the rows its text is in, so that texts do not meet.
    :param anchor: how its text is aligned.
    """

    x: int
    row: int
    anchor: str
    text: str
    day: date
    kind: str


@dataclass(frozen=True, slots=True)
class Line:
    """The days of a review on a line; a table beside it says the same."""

    width: int
    height: int
    marks: tuple[Mark, ...]
    today: int | None


WIDTH, EDGE, ROW = 900, 40, 44
_LETTER = 8
"""How wide a letter is, in units of the drawing; rather more than it is."""


def timeline(review: Review, clocks: tuple[Timed, ...], now: date) -> Line | None:
    """Return where the days of a review stand; None: it has none yet."""
    if review.meeting is None:
        return None
    days = [(review.meeting, "Meeting", "meeting")]
    days += [(one.clock.due, one.what, _kind(one)) for one in clocks]
    days.sort(key=lambda one: one[0])
    first, last = days[0][0] - timedelta(days=7), days[-1][0] + timedelta(days=7)
    span = max((last - first).days, 1)

    def place(day: date) -> int:
        return EDGE + round((WIDTH - 2 * EDGE) * (day - first).days / span)

    marks: list[Mark] = []
    ends: list[int] = []
    for day, text, kind in days:
        x = place(day)
        anchor, left, right = _extent(x, max(len(text), 16) * _LETTER)
        row = next((at for at, end in enumerate(ends) if end < left), len(ends))
        ends[row : row + 1] = [right]
        marks.append(Mark(x, row, anchor, text, day, kind))
    height = 50 + ROW * len(ends)
    return Line(WIDTH, height, tuple(marks), place(now) if first <= now <= last else None)


def _extent(x: int, width: int) -> tuple[str, int, int]:
    """Return how a text at ``x`` is aligned so that it stays in the drawing, and what it covers."""
    if x + width <= WIDTH:
        return "start", x, x + width
    return "end", x - width, x


def _kind(one: Timed) -> str:
    if one.is_met:
        return "met"
    return "late" if one.standing is Standing.LATE else "open"
