"""Decisions are kept with their reasons, told to the school, and end the clocks that they end."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from exchange.domain.clocks import Standing
from exchange.errors import Conflict, UsageError
from exchange.services.cases import (
    Case,
    CaseState,
    ClockException,
    Decision,
    Event,
    add_note,
    assign,
    record_decision,
    record_event,
    record_exception,
)
from exchange.services.cases.area import open_again
from exchange.services.cases.decisions import close_case, may_decide, tell_decision
from exchange.services.cases.held import dismiss_held
from exchange.services.cases.issuing import record_issued
from exchange.services.cases.joining import join_cases
from exchange.services.cases.timing import CaseClock, clocks_of, outlook_of
from keys.directory import Ruling
from schemas.ehc_decision import Decided
from tests.exchange.services.cases.asked import CASEWORKER, Desk
from tests.exchange.services.cases.test_placing import sent_back, told_to
from tests.exchange.services.town import COUNCIL, PRIMARY

FIRST = date(2026, 7, 1)


@pytest.fixture
def held(desk: Desk) -> Case:
    """Return a case three weeks old."""
    desk.asked()
    desk.town.clock.pass_(days=21)
    return desk.only


def decide(desk: Desk, held: Case, what: str = "assess", **changes: object) -> Case:
    told = {"yes": True, "decided": date(2026, 7, 20), "reasons": ""} | changes
    decision = Decision(what, **told)  # type: ignore[arg-type]
    return record_decision(desk.inside, COUNCIL, held.case_id, decision, CASEWORKER)


def codes(held: Case) -> dict[str, CaseClock]:
    return {one.code: one for one in clocks_of(held)}


def test_yes_begins_the_assessment_and_the_clock_ends_only_when_the_family_is_told(
    desk: Desk, held: Case
) -> None:
    made = decide(desk, held)
    assert made.state is CaseState.ASSESSING
    assert codes(made)["decide-assess"].runs
    assert desk.back() == []  # the family first, then the school
    told = tell_decision(
        desk.inside, COUNCIL, made.case_id, "assess", date(2026, 7, 21), CASEWORKER
    )
    assert not codes(told)["decide-assess"].runs
    assert desk.back() == ["message"]


def test_the_school_reads_what_was_decided(desk: Desk, held: Case) -> None:
    made = decide(desk, held, yes=False, reasons="It is working.", told=date(2026, 7, 21))
    desk.town.settle()
    found = sent_back(desk)
    assert (found.what, found.yes, found.reached) == (Decided.ASSESS, False, FIRST)
    assert (found.reasons, found.reference) == ("It is working.", made.reference)
    (arrival,) = desk.town.primary.arrivals()
    assert arrival.in_reply_to == held.transfer_id
    assert found.subject == "00000000-5555-4555-8555-555555555555"  # as the school knows her


def test_each_decision_is_told_by_its_own_pack_whichever_the_family_heard_first(
    desk: Desk, held: Case
) -> None:
    day = date(2026, 7, 22)
    decide(desk, held)
    made = decide(desk, held, what="plan", told=day)
    plan = made.decisions[1].message_id
    assert plan
    assert not made.decisions[0].message_id
    made = tell_decision(desk.inside, COUNCIL, held.case_id, "assess", day, CASEWORKER)
    assert [(one.what, one.told) for one in made.decisions] == [("assess", day), ("plan", day)]
    assert made.decisions[1].message_id == plan
    assert made.decisions[0].message_id not in ("", plan)
    assert {Event.ASSESS_TOLD, Event.PLAN_TOLD} <= set(made.events)
    assert not codes(made)["decide-assess"].runs
    desk.town.settle()
    assert sorted(one.what for one in told_to(desk)) == ["assess", "plan"]


def test_a_no_wants_reasons(desk: Desk, held: Case) -> None:
    with pytest.raises(UsageError, match="text-missing"):
        decide(desk, held, yes=False, reasons="  ")
    assert desk.only.state is CaseState.OPEN


def test_a_no_ends_the_later_clocks_and_begins_the_familys_time(desk: Desk, held: Case) -> None:
    made = decide(desk, held, yes=False, reasons="Working.", told=date(2026, 7, 21))
    clocks = codes(made)
    assert set(clocks) == {"decide-assess", "appeal"}
    assert clocks["appeal"].clock.due == date(2026, 9, 21)
    late = record_event(
        desk.inside,
        COUNCIL,
        made.case_id,
        Event.MEDIATION_CERTIFICATE,
        date(2026, 7, 22),
        CASEWORKER,
    )
    assert codes(late)["appeal"].clock.due == date(2026, 9, 21)  # the later of the two
    assert outlook_of(clocks_of(late)).next_code == ""  # nothing is ours to keep


def test_a_refusal_can_be_looked_at_again(desk: Desk, held: Case) -> None:
    made = decide(desk, held, yes=False, reasons="Working.", told=date(2026, 7, 21))
    assert may_decide(made, "assess")
    again = decide(desk, made, decided=date(2026, 7, 22))
    assert [one.yes for one in again.decisions] == [False, True]
    assert again.state is CaseState.ASSESSING
    assert again.reached == FIRST
    desk.town.clock.pass_(days=60)
    told = tell_decision(
        desk.inside, COUNCIL, made.case_id, "assess", date(2026, 9, 15), CASEWORKER
    )
    clock = codes(told)["decide-assess"]  # the family was told in time: of the no
    assert (clock.clock.met, clock.standing(date(2026, 9, 20))) == (
        date(2026, 7, 21),
        Standing.MET,
    )


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"decided": date(2026, 7, 23)}, "date-in-future"),
        ({"decided": date(2026, 6, 30)}, "date-before-request"),
        ({"told": date(2026, 7, 19)}, "date-before-decision"),
        ({"told": date(2026, 8, 1)}, "date-in-future"),
    ],
)
def test_days_that_cannot_be_are_refused(
    desk: Desk, held: Case, changes: dict[str, object], code: str
) -> None:
    with pytest.raises(UsageError, match=code):
        decide(desk, held, **changes)
    assert desk.only.decisions == ()


def test_nothing_is_decided_twice_or_out_of_turn(desk: Desk, held: Case) -> None:
    with pytest.raises(Conflict, match="case-state"):
        decide(desk, held, "plan")
    with pytest.raises(Conflict, match="case-state"):  # no plan is to be issued
        record_issued(desk.inside, COUNCIL, held.case_id, FIRST, CASEWORKER)
    assert codes(desk.only)["final-plan"].runs
    made = decide(desk, held)
    with pytest.raises(Conflict, match="case-state"):
        decide(desk, made)


def test_a_held_case_is_decided_about_first(desk: Desk) -> None:
    desk.asked(broken=True)
    with pytest.raises(Conflict, match="case-state"):
        decide(desk, desk.only, decided=FIRST)


def test_the_whole_way_to_a_final_plan(desk: Desk, held: Case) -> None:
    made = decide(desk, held, told=date(2026, 7, 21))
    clock = desk.town.clock
    clock.pass_(days=60)
    day = date(2026, 9, 15)

    def happened(event: Event, on: date = day) -> Case:
        return record_event(desk.inside, COUNCIL, made.case_id, event, on, CASEWORKER)

    assert happened(Event.ADVICE_COMPLETE).state is CaseState.DECIDING_PLAN
    drafting = decide(desk, made, "plan", decided=day, told=day)
    assert drafting.state is CaseState.DRAFTING
    assert set(codes(drafting)) == {"decide-assess", "final-plan"}
    served = happened(Event.DRAFT_SERVED)
    assert codes(served)["draft-comments"].clock.due == day + timedelta(days=14)
    assert codes(served)["draft-comments"].whose == "family"
    final = record_issued(desk.inside, COUNCIL, made.case_id, day, CASEWORKER)
    assert final.state is CaseState.FINAL
    assert codes(final)["final-plan"].standing(day) is Standing.MET
    assert desk.back() == ["message", "message", "message"]
    again = record_issued(desk.inside, COUNCIL, made.case_id, day, CASEWORKER)
    assert again == final
    assert len(desk.back()) == 3  # the same day again tells nobody anything
    with pytest.raises(UsageError, match="date-in-future"):
        record_issued(desk.inside, COUNCIL, made.case_id, date(2027, 1, 1), CASEWORKER)


def test_a_case_is_closed_with_a_reason_that_the_school_reads(desk: Desk, held: Case) -> None:
    day = date(2026, 7, 20)
    with pytest.raises(UsageError, match="text-missing"):
        close_case(desk.inside, COUNCIL, held.case_id, day, " ", CASEWORKER)
    made = close_case(desk.inside, COUNCIL, held.case_id, day, "They moved.", CASEWORKER)
    assert (made.state, clocks_of(made)) == (CaseState.CLOSED, ())
    desk.town.settle()
    found = sent_back(desk)
    assert (found.what, found.reasons) == (Decided.CLOSED, "They moved.")
    with pytest.raises(Conflict, match="case-state"):
        close_case(desk.inside, COUNCIL, held.case_id, day, "Again.", CASEWORKER)


def test_a_case_that_is_closed_half_way_keeps_no_date_running(desk: Desk, held: Case) -> None:
    made = decide(desk, held, told=date(2026, 7, 21))
    day = date(2026, 7, 22)
    closed = close_case(desk.inside, COUNCIL, made.case_id, day, "Taken back.", CASEWORKER)
    assert [(one.code, one.runs) for one in clocks_of(closed)] == [("decide-assess", False)]
    assert outlook_of(clocks_of(closed)).next_code == ""


def test_a_case_that_was_closed_by_mistake_goes_on_where_it_stood(desk: Desk, held: Case) -> None:
    day = date(2026, 7, 20)
    close_case(desk.inside, COUNCIL, held.case_id, day, "The wrong case.", CASEWORKER)
    with pytest.raises(UsageError, match="text-missing"):
        open_again(desk.inside, COUNCIL, held.case_id, " ", CASEWORKER)
    back = open_again(desk.inside, COUNCIL, held.case_id, "It was another.", CASEWORKER)
    assert (back.state, back.reached) == (CaseState.OPEN, FIRST)
    assert codes(back).keys() == codes(held).keys()
    assert [one.text for one in back.notes] == [
        "Closed. The wrong case.",
        "Opened again. It was another.",
    ]
    assert desk.back() == ["message", "message"]
    with pytest.raises(Conflict, match="case-state"):
        open_again(desk.inside, COUNCIL, held.case_id, "Again.", CASEWORKER)
    decide(desk, held, told=date(2026, 7, 21))
    record_event(
        desk.inside, COUNCIL, held.case_id, Event.ADVICE_COMPLETE, date(2026, 7, 22), CASEWORKER
    )
    close_case(desk.inside, COUNCIL, held.case_id, date(2026, 7, 22), "They moved.", CASEWORKER)
    again = open_again(desk.inside, COUNCIL, held.case_id, "They came back.", CASEWORKER)
    assert again.state is CaseState.DECIDING_PLAN


def test_a_refusal_and_a_case_that_was_joined_are_not_opened_again(desk: Desk, held: Case) -> None:
    refused = decide(desk, held, yes=False, reasons="Working.", told=date(2026, 7, 21))
    with pytest.raises(Conflict, match="case-state"):
        open_again(desk.inside, COUNCIL, refused.case_id, "Why not.", CASEWORKER)
    desk.asked(1)
    desk.asked(1, edition=1)
    one, two = [each.case_id for each in desk.cases if each.case_id != held.case_id]
    join_cases(desk.inside, COUNCIL, one, two, CASEWORKER)
    with pytest.raises(Conflict, match="case-state"):
        open_again(desk.inside, COUNCIL, one, "It was another.", CASEWORKER)


def test_what_was_said_to_be_no_request_is_held_again(desk: Desk) -> None:
    desk.asked(broken=True)
    dismiss_held(desk.inside, COUNCIL, desk.only.case_id, "A test.", CASEWORKER)
    back = open_again(desk.inside, COUNCIL, desk.only.case_id, "They rang.", CASEWORKER)
    assert (back.state, back.reached) == (CaseState.HELD, FIRST)
    assert clocks_of(back)


def test_an_exception_names_its_ground_and_moves_nothing(desk: Desk, held: Case) -> None:
    def excepted(clock: str, ground: str, evidence: str = "School calendar.") -> Case:
        made = ClockException(clock, ground, "Closed for the summer.", evidence, "", FIRST)
        return record_exception(desk.inside, COUNCIL, held.case_id, made, CASEWORKER)

    before = codes(held)["decide-assess"]
    made = excepted("decide-assess", "school-closed")
    after = codes(made)["decide-assess"]
    assert after.clock.due == before.clock.due
    late = after.clock.due + timedelta(days=1)
    assert before.standing(late) is Standing.LATE
    assert after.standing(late) is Standing.EXCEPTED
    assert codes(made)["final-plan"].standing(after.clock.due) is Standing.RUNNING
    assert (made.exceptions[0].by, made.exceptions[0].on) == ("Kay Seworker", date(2026, 7, 22))
    with pytest.raises(UsageError, match="ground-unknown"):
        excepted("decide-assess", "missed-appointment")  # reg 8(2), not reg 5(4)
    with pytest.raises(UsageError, match="text-missing"):
        excepted("decide-assess", "absence", "")


def test_notes_and_caseworker_are_kept_and_the_book_names_nobody(desk: Desk, held: Case) -> None:
    add_note(desk.inside, COUNCIL, held.case_id, "Mrs Oak rang.", CASEWORKER)
    made = assign(desk.inside, COUNCIL, held.case_id, "kay", "Kay Seworker", CASEWORKER)
    assert [one.text for one in made.notes] == ["Mrs Oak rang."]
    assert made.caseworker_name == "Kay Seworker"
    assert "Oak" not in str([one.detail for one in desk.house.book()])


def test_a_school_that_closed_keeps_no_decision_from_being_written_down(
    desk: Desk, held: Case
) -> None:
    desk.town.rule(PRIMARY, Ruling(status="closed"))
    made = decide(desk, held, told=date(2026, 7, 21))
    assert not codes(made)["decide-assess"].runs
    assert made.decisions[0].message_id == ""
    assert desk.back() == []
