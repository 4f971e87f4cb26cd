"""What was recorded by mistake is put right: both values stay in the book, the school hears it."""

from __future__ import annotations

from datetime import date

import pytest

from exchange.domain.clocks import Standing
from exchange.errors import Conflict, UsageError
from exchange.services.cases import (
    Case,
    CaseState,
    ClockException,
    Decision,
    Event,
    record_decision,
    record_event,
    record_exception,
)
from exchange.services.cases.decisions import close_case, correct_told
from exchange.services.cases.issuing import record_issued
from exchange.services.cases.mistakes import lift_exception, mark_of, take_back_day
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


def take_back(desk: Desk, event: Event, reason: str = "The wrong line.") -> Case:
    case_id = desk.only.case_id
    return take_back_day(desk.inside, COUNCIL, case_id, event, "That day", reason, CASEWORKER)


def test_a_final_plan_that_was_not_issued_goes_back_to_drafting(desk: Desk, held: Case) -> None:
    decide(desk)
    decide(desk, "plan")
    record_issued(desk.inside, COUNCIL, held.case_id, RIGHT, CASEWORKER)
    made = take_back(desk, Event.FINAL_ISSUED)
    assert (made.state, Event.FINAL_ISSUED in made.events) == (CaseState.DRAFTING, False)
    assert clock(made, "final-plan").runs
    assert [one.text for one in made.notes] == ["Taken back: That day, 2026-08-20. The wrong line."]
    assert book(desk, "case.day-taken-back") == [{"event": "final-issued", "from": "2026-08-20"}]
    desk.town.settle()
    assert [one.what for one in told_to(desk)][-2:] == [Decided.ISSUED, Decided.RECEIVED]
    reasons = told_to(desk)[-1].reasons or ""
    assert "issued on 20 August 2026" in reasons
    assert "The wrong line" not in reasons
    again = record_issued(desk.inside, COUNCIL, held.case_id, RIGHT, CASEWORKER)
    assert again.state is CaseState.FINAL


def test_a_day_of_another_kind_goes_without_a_word_to_the_school(desk: Desk, held: Case) -> None:
    decide(desk, told=None)
    for event in (Event.ADVICE_COMPLETE, Event.DRAFT_SERVED):
        record_event(desk.inside, COUNCIL, held.case_id, event, RIGHT, CASEWORKER)
    assert desk.only.state is CaseState.DECIDING_PLAN
    made = take_back(desk, Event.DRAFT_SERVED)
    assert made.state is CaseState.DECIDING_PLAN
    assert all(one.code != "draft-comments" for one in clocks_of(made))
    assert take_back(desk, Event.ADVICE_COMPLETE).state is CaseState.ASSESSING
    assert desk.back() == []


def test_what_is_corrected_elsewhere_or_not_there_is_not_taken_back(desk: Desk, held: Case) -> None:
    decide(desk)
    for event in (Event.ASSESS_TOLD, Event.FINAL_ISSUED):
        with pytest.raises(Conflict, match="case-state"):
            take_back(desk, event)
    record_event(desk.inside, COUNCIL, held.case_id, Event.APPEALED, RIGHT, CASEWORKER)
    with pytest.raises(UsageError, match="text-missing"):
        take_back(desk, Event.APPEALED, " ")
    assert Event.APPEALED in desk.only.events


def test_an_exception_on_the_wrong_case_is_taken_back(desk: Desk, held: Case) -> None:
    for said in ("She was ill.", "She was away."):
        made = ClockException("decide-assess", "absence", said, "A letter.", "", TYPED)
        record_exception(desk.inside, COUNCIL, held.case_id, made, CASEWORKER)
    wrong, right = desk.only.exceptions

    def lift(reason: str) -> Case:
        named = (held.case_id, mark_of(wrong), "The decision", reason)
        return lift_exception(desk.inside, COUNCIL, *named, CASEWORKER)

    with pytest.raises(UsageError, match="text-missing"):
        lift(" ")
    made = lift("It was another child.")
    assert made.exceptions == (right,)
    (note,) = made.notes
    assert "It was another child." in note.text
    assert "She was ill. Shown by: A letter. (Kay Seworker, 2026-08-30)" in note.text
    (entry,) = book(desk, "case.exception-lifted")
    assert (entry["clock"], entry["ground"]) == ("decide-assess", "absence")
    with pytest.raises(Conflict, match="case-state"):
        lift("Twice.")
    lift_exception(
        desk.inside, COUNCIL, held.case_id, mark_of(right), "The decision", "Both.", CASEWORKER
    )
    late = clock(desk.only, "decide-assess").standing(date(2026, 8, 30))
    assert late is Standing.LATE


def happened(desk: Desk, event: Event, on: date) -> Case:
    return record_event(desk.inside, COUNCIL, desk.only.case_id, event, on, CASEWORKER)


def test_an_appeal_of_the_first_refusal_is_none_of_the_second(desk: Desk, held: Case) -> None:
    decide(desk, yes=False, reasons="Working.")
    appealed = happened(desk, Event.APPEALED, date(2026, 7, 15))
    assert clock(appealed, "appeal").clock.met == date(2026, 7, 15)
    decide(desk, told=RIGHT, decided=RIGHT)
    made = decide(desk, "plan", yes=False, reasons="Met.", told=RIGHT, decided=RIGHT)
    assert (clock(made, "appeal").clock.starts, clock(made, "appeal").clock.met) == (RIGHT, None)
    made = happened(desk, Event.APPEALED, date(2026, 8, 25))
    assert clock(made, "appeal").clock.met == date(2026, 8, 25)


@pytest.mark.parametrize(
    ("asked", "answered", "code"),
    [
        (Event.DRAFT_SERVED, Event.COMMENTS_BACK, "draft-comments"),
        (Event.SCHOOL_CONSULTED, Event.SCHOOL_ANSWERED, "consultation-answer"),
    ],
)
def test_no_answer_comes_before_what_it_answers(
    desk: Desk, held: Case, asked: Event, answered: Event, code: str
) -> None:
    happened(desk, asked, date(2026, 8, 10))
    with pytest.raises(UsageError, match="date-before-asked"):
        happened(desk, answered, date(2026, 8, 9))
    made = happened(desk, answered, date(2026, 8, 10))
    assert not clock(made, code).runs
    made = happened(desk, asked, RIGHT)  # a second draft: the comments were on the first
    assert clock(made, code).runs
