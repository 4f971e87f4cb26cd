"""A school's request and the council's case: both ends by their own services, one truth."""

from __future__ import annotations

from datetime import date

import pytest

from exchange.services.cases import CaseState, Decision, record_decision
from exchange.services.cases.area import not_ours, open_again
from exchange.services.cases.contents import contents_of
from exchange.services.cases.decisions import tell_decision
from exchange.services.cases.timing import clocks_of
from exchange.services.ehc_request.model import FileState
from exchange.services.ehc_request.sending import withdraw_request
from exchange.services.ehc_request.writing import choose_papers
from schemas.ehc_decision import Decided
from tests.exchange.services.cases.asked import CASEWORKER, Desk
from tests.exchange.services.ehc_request.school import School
from tests.exchange.services.town import COUNCIL, PRIMARY, SENCO

FIRST = date(2026, 7, 1)


@pytest.fixture
def school(desk: Desk) -> School:
    return School(desk.town)


def sent(desk: Desk, school: School) -> str:
    school.attach("ep-report", "EP")
    request = school.start().request_id
    school.send(request)
    settle(desk)
    return request


def settle(desk: Desk) -> None:
    desk.town.settle()
    desk.maker.run()
    desk.town.settle()


def test_both_ends_count_from_the_same_day(desk: Desk, school: School) -> None:
    request = sent(desk, school)
    ours, theirs = desk.only, school.follow(request)
    assert ours.reached == theirs.reached == FIRST
    due = {one.code: one.clock.due for one in clocks_of(ours)}
    assert due["decide-assess"] == theirs.clocks[0].clock.due
    assert ours.name == "Anna Oak"


def test_what_the_school_wrote_is_what_the_caseworker_reads(desk: Desk, school: School) -> None:
    sent(desk, school)
    inner = contents_of(desk.inside, COUNCIL, desk.only, CASEWORKER)
    assert inner is not None
    assert inner.request is not None
    assert inner.shown is not None
    assert [one.type for one in inner.page.documents] == ["ep-report"]
    needs = next(one for one in inner.shown.points if one.code == "needs")
    assert [one.title for one in needs.found] == ["TITLE-EP"]


def test_the_decision_comes_back_and_is_shown_to_the_school(desk: Desk, school: School) -> None:
    request = sent(desk, school)
    placed = desk.place(desk.only)
    settle(desk)
    made = Decision("assess", yes=False, decided=FIRST, reasons="It is working.", told=FIRST)
    record_decision(desk.inside, COUNCIL, placed.case_id, made, CASEWORKER)
    settle(desk)
    answers = [one.decision for one in school.follow(request).answers]
    assert [one.what for one in answers] == [Decided.RECEIVED, Decided.ASSESS]
    assert answers[0].reference == placed.reference
    assert answers[1].reasons == "It is working."
    assert school.file(request).state is FileState.CLOSED


def test_an_assessment_of_which_the_family_is_told_late_opens_nothing_again(
    desk: Desk, school: School
) -> None:
    request = sent(desk, school)
    placed = desk.place(desk.only)
    settle(desk)
    for made in (
        Decision("assess", yes=True, decided=FIRST, reasons=""),
        Decision("plan", yes=False, decided=FIRST, reasons="It is working.", told=FIRST),
    ):
        record_decision(desk.inside, COUNCIL, placed.case_id, made, CASEWORKER)
    settle(desk)
    assert school.file(request).state is FileState.CLOSED
    desk.town.clock.pass_(seconds=5)
    tell_decision(desk.inside, COUNCIL, placed.case_id, "assess", FIRST, CASEWORKER)
    settle(desk)
    told = [one.decision.what for one in school.follow(request).answers]
    assert told == [Decided.RECEIVED, Decided.PLAN, Decided.ASSESS]
    assert school.file(request).state is FileState.CLOSED


def test_not_our_child_is_told_with_the_day(desk: Desk, school: School) -> None:
    request = sent(desk, school)
    not_ours(desk.inside, COUNCIL, desk.only.case_id, "Lives in Moorshire.", CASEWORKER)
    settle(desk)
    (answer,) = school.follow(request).answers
    assert (answer.decision.what, answer.decision.reached) == (Decided.NOT_OURS, FIRST)


def test_what_was_sent_away_and_taken_up_again_is_sent_again(desk: Desk, school: School) -> None:
    request = sent(desk, school)
    not_ours(desk.inside, COUNCIL, desk.only.case_id, "Lives in Moorshire.", CASEWORKER)
    settle(desk)
    desk.town.clock.pass_(seconds=5)
    open_again(desk.inside, COUNCIL, desk.only.case_id, "It moved back.", CASEWORKER)
    settle(desk)
    assert school.file(request).state is FileState.SENT
    assert school.send(request).outcome == "queued"
    settle(desk)
    assert (len(desk.only.packs), desk.only.reached) == (2, FIRST)
    inner = contents_of(desk.inside, COUNCIL, desk.only, CASEWORKER)
    assert inner is not None
    assert [one.type for one in inner.page.documents] == ["ep-report"]


def test_an_update_and_a_withdrawal_join_the_case(desk: Desk, school: School) -> None:
    request = sent(desk, school)
    desk.town.clock.pass_(days=9)
    later = school.attach("slt-report", "SLT")
    file = school.file(request)
    choose_papers(school.inside, PRIMARY, request, [*file.documents, later], file.records, SENCO)
    school.send(request)
    settle(desk)
    assert (len(desk.only.packs), desk.only.reached) == (2, FIRST)
    desk.town.clock.pass_(days=1)
    withdraw_request(school.inside, PRIMARY, request, "The family moves away.", "SENCO", SENCO)
    settle(desk)
    assert (desk.only.state, desk.only.reached) == (CaseState.OPEN, FIRST)
    assert desk.only.withdrawn == date(2026, 7, 11)
