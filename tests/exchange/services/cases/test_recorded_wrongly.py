"""What was recorded by mistake is put right: both values stay in the book, the school hears it."""

from __future__ import annotations

from datetime import date

import pytest

from exchange.domain.clocks import Standing
from exchange.errors import Conflict, UsageError
from exchange.services.cases import Case, Decision, Event, record_decision
from exchange.services.cases.decisions import close_case, correct_told
from exchange.services.cases.timing import CaseClock, clocks_of
from schemas.ehc_decision import Decided
from tests.exchange.services.cases.asked import CASEWORKER, Desk
from tests.exchange.services.cases.test_placing import told_to
from tests.exchange.services.town import COUNCIL

TYPED, RIGHT = date(2026, 7, 2), date(2026, 8, 20)


@pytest.fixture
def held(desk: Desk) -> Case:
    """Return a case that is older than six weeks."""
    desk.asked()
    desk.town.clock.pass_(days=60)
    return desk.only


def decide(desk: Desk, what: str = "assess", told: date | None = TYPED, **more: object) -> Case:
    said = {"yes": True, "decided": TYPED, "reasons": "", "told": told} | more
    decision = Decision(what, **said)  # type: ignore[arg-type]
    return record_decision(desk.inside, COUNCIL, desk.only.case_id, decision, CASEWORKER)


def clock(held: Case, code: str) -> CaseClock:
    return next(one for one in clocks_of(held) if one.code == code)


def book(desk: Desk, action: str) -> list[dict[str, str]]:
    """Return what the book says of an action, oldest first."""
    return [dict(one.detail) for one in desk.house.book() if one.action == action]


def test_a_mistyped_day_of_telling_is_put_right(desk: Desk, held: Case) -> None:
    first = decide(desk)
    made = correct_told(desk.inside, COUNCIL, held.case_id, "assess", RIGHT, CASEWORKER)
    assert [one.told for one in made.decisions] == [RIGHT]
    assert made.events[Event.ASSESS_TOLD] == RIGHT
    assert clock(made, "decide-assess").standing(RIGHT) is Standing.MET_LATE
    (entry,) = book(desk, "case.told-corrected")
    assert (entry["from"], entry["to"]) == (TYPED.isoformat(), RIGHT.isoformat())
    assert made.decisions[0].message_id not in ("", first.decisions[0].message_id)
    desk.town.settle()
    assert [one.told for one in told_to(desk)] == [TYPED, RIGHT]
    assert correct_told(desk.inside, COUNCIL, held.case_id, "assess", RIGHT, CASEWORKER) == made


def test_what_cannot_be_the_day_is_refused_as_at_first(desk: Desk, held: Case) -> None:
    with pytest.raises(Conflict, match="told-missing"):
        correct_told(desk.inside, COUNCIL, held.case_id, "assess", RIGHT, CASEWORKER)
    decide(desk, told=None)
    with pytest.raises(Conflict, match="told-missing"):
        correct_told(desk.inside, COUNCIL, held.case_id, "assess", RIGHT, CASEWORKER)
    decide(desk, "plan")
    for day, code in (
        (date(2026, 7, 1), "date-before-decision"),
        (date(2026, 9, 1), "date-in-future"),
    ):
        with pytest.raises(UsageError, match=code):
            correct_told(desk.inside, COUNCIL, held.case_id, "plan", day, CASEWORKER)
    assert [one.told for one in desk.only.decisions] == [None, TYPED]


def test_a_case_that_was_closed_opens_nowhere_again_for_a_day(desk: Desk, held: Case) -> None:
    decide(desk)
    close_case(desk.inside, COUNCIL, held.case_id, RIGHT, "They moved.", CASEWORKER)
    made = correct_told(desk.inside, COUNCIL, held.case_id, "assess", RIGHT, CASEWORKER)
    assert made.decisions[0].told == RIGHT
    desk.town.settle()
    assert [one.what for one in told_to(desk)] == [Decided.ASSESS, Decided.CLOSED]
