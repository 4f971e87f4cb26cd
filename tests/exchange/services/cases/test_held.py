"""A request that fails a check is held: its sender is told, a person decides, the day stands."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from exchange.domain.transfer import State
from exchange.errors import Conflict, UsageError
from exchange.services.cases import CaseState, Event, assign, record_event
from exchange.services.cases.arriving import CaseMaker
from exchange.services.cases.held import (
    check_again,
    decide_held,
    dismiss_held,
    said_about,
)
from exchange.services.cases.joining import join_cases
from exchange.services.cases.timing import clocks_of
from exchange.services.query import answer_question, open_questions
from keys.directory import Ruling
from schemas.ehc_request import RequestStatus
from tests.exchange.services.cases.asked import CASEWORKER, Desk
from tests.exchange.services.town import COUNCIL, PRIMARY, SENCO

FIRST, LATER = date(2026, 7, 1), date(2026, 7, 15)


def test_a_request_that_fails_a_check_is_held_and_never_refused(desk: Desk) -> None:
    bundle_id = desk.asked(broken=True)
    made = desk.only
    assert (made.state, made.reached, made.who) == (CaseState.HELD, FIRST, None)
    assert made.held
    assert desk.house.arrival(bundle_id).state is State.COLLECTED
    issued = desk.house.desk.receipts(PRIMARY, COUNCIL, bundle_id, 0)
    assert len(issued) == 1  # collected: that it reached us, and nothing else


def test_the_clock_of_a_held_request_runs(desk: Desk) -> None:
    desk.asked(broken=True)
    assert clocks_of(desk.only)[0].clock.due == date(2026, 8, 12)


def test_the_school_is_told_once_and_can_answer(desk: Desk) -> None:
    bundle_id = desk.asked(broken=True)
    assert desk.only.told_held is not None
    desk.maker.run()
    assert desk.back() == ["message"]
    desk.town.settle()
    with desk.town.primary.store.reading(PRIMARY) as unit:
        (asked,) = open_questions(unit)
    assert asked.thread == bundle_id
    assert "1 July 2026" in (asked.message.text or "")
    answer_question(desk.town.primary.inside, PRIMARY, asked.message_id, "It is a request.", SENCO)
    desk.town.settle()
    with desk.house.store.reading(COUNCIL) as unit:
        told = said_about(unit, desk.only)
    assert [one.message.text for one in told][1:] == ["It is a request."]


def test_a_person_lets_it_count_from_the_day_it_came(desk: Desk) -> None:
    desk.asked(broken=True)
    made = decide_held(
        desk.inside, COUNCIL, desk.only.case_id, FIRST, "Spoke to Jo Brown.", CASEWORKER
    )
    assert (made.state, made.reached) == (CaseState.OPEN, FIRST)
    assert "Spoke to Jo Brown." in made.notes[-1].text


def test_a_good_copy_joins_and_the_person_sees_both_days(desk: Desk) -> None:
    first = desk.asked(broken=True)
    desk.town.clock.at = desk.town.clock.at.replace(day=15)
    desk.asked(edition=2, supersedes=first)
    made = desk.only
    assert (made.state, made.reached, made.name) == (CaseState.HELD, FIRST, "Anna Oak")
    assert [one.reached for one in made.packs] == [FIRST, LATER]
    decided = decide_held(
        desk.inside, COUNCIL, made.case_id, LATER, "The first was an empty file.", CASEWORKER
    )
    assert decided.reached == LATER
    assert [one.reached for one in decided.packs] == [FIRST, LATER]  # both stay to be seen


def test_no_other_day_can_be_chosen(desk: Desk) -> None:
    desk.asked(broken=True)
    with pytest.raises(UsageError, match="day-of-no-pack"):
        decide_held(desk.inside, COUNCIL, desk.only.case_id, LATER, "So.", CASEWORKER)


def test_a_day_is_chosen_with_a_reason(desk: Desk) -> None:
    desk.asked(broken=True)
    with pytest.raises(UsageError, match="text-missing"):
        decide_held(desk.inside, COUNCIL, desk.only.case_id, FIRST, " ", CASEWORKER)


def test_a_person_may_find_that_it_was_no_request(desk: Desk) -> None:
    desk.asked(broken=True)
    made = dismiss_held(desk.inside, COUNCIL, desk.only.case_id, "A newsletter.", CASEWORKER)
    assert (made.state, made.reached) == (CaseState.CLOSED, FIRST)
    assert made.is_none  # and is counted in no return
    assert clocks_of(made) == ()


def test_a_good_copy_of_what_was_dismissed_is_held_for_a_person(desk: Desk) -> None:
    first = desk.asked(broken=True)
    dismiss_held(desk.inside, COUNCIL, desk.only.case_id, "An empty file.", CASEWORKER)
    desk.town.clock.at = desk.town.clock.at.replace(day=15)
    desk.asked(edition=2, supersedes=first)  # as the message to the school asked for
    made = desk.only
    assert (made.state, made.reached) == (CaseState.HELD, FIRST)
    assert clocks_of(made)[0].clock.due == date(2026, 8, 12)
    counted = decide_held(desk.inside, COUNCIL, made.case_id, LATER, "It is this one.", CASEWORKER)
    assert (counted.state, counted.reached) == (CaseState.OPEN, LATER)


def test_a_withdrawal_wakes_no_case(desk: Desk) -> None:
    first = desk.asked(broken=True)
    dismiss_held(desk.inside, COUNCIL, desk.only.case_id, "An empty file.", CASEWORKER)
    desk.asked(
        edition=2, supersedes=first, status=RequestStatus.WITHDRAWN, withdrawn_because="Moved."
    )
    assert desk.only.state is CaseState.CLOSED


def test_what_was_decided_is_held_no_more(desk: Desk) -> None:
    desk.asked()
    with pytest.raises(Conflict, match="case-state"):
        decide_held(desk.inside, COUNCIL, desk.only.case_id, FIRST, "So.", CASEWORKER)


def test_a_key_wrongly_reported_stolen_is_checked_again_and_the_day_stands(desk: Desk) -> None:
    bundle_id = desk.asked(read=False)
    town, then = desk.town, desk.town.clock.now()
    key = town.vault.signer(PRIMARY, then).key_id
    town.rule(PRIMARY, Ruling(compromised={key: then - timedelta(hours=1)}))
    desk.read(bundle_id)
    assert desk.only.state is CaseState.HELD
    assert desk.only.held.startswith("key-")
    town.clock.pass_(days=2)
    town.rule(PRIMARY, Ruling())
    assert check_again(desk.inside, COUNCIL, desk.only.case_id, CASEWORKER) == 1
    desk.read(bundle_id)
    made = desk.only
    assert (made.state, made.held, made.reached) == (CaseState.OPEN, "", FIRST)
    assert made.name == "Anna Oak"


def test_checking_again_what_is_broken_holds_it_again(desk: Desk) -> None:
    bundle_id = desk.asked(broken=True)
    before = desk.only
    assert check_again(desk.inside, COUNCIL, before.case_id, CASEWORKER) == 1
    desk.read(bundle_id)
    assert (desk.only.state, desk.only.held) == (CaseState.HELD, before.held)
    assert desk.back() == ["message"]  # the school is not told twice


def test_a_good_copy_that_names_no_other_is_joined_by_a_person(desk: Desk) -> None:
    desk.asked(broken=True)
    desk.town.clock.at = desk.town.clock.at.replace(day=15)
    desk.asked()
    held, good = desk.cases
    joined = join_cases(desk.inside, COUNCIL, held.case_id, good.case_id, CASEWORKER)
    assert (joined.reached, joined.state, joined.name) == (FIRST, CaseState.OPEN, "Anna Oak")
    assert [one.reached for one in joined.packs] == [FIRST, LATER]
    gone = desk.again(held.case_id)
    assert (gone.state, gone.is_none, joined.is_none) == (CaseState.CLOSED, True, False)
    desk.maker.run()
    assert len(desk.cases) == 2


def test_cases_of_two_children_are_not_joined(desk: Desk) -> None:
    for number in (0, 1):
        desk.asked(number)
    anna, other = desk.cases
    for one in (anna, other):
        desk.place(one)
    with pytest.raises(Conflict, match="case-pupil"):
        join_cases(desk.inside, COUNCIL, anna.case_id, other.case_id, CASEWORKER)
    assert [len(one.packs) for one in desk.cases] == [1, 1]


def test_a_sender_who_could_not_be_told_is_told_when_the_worker_begins_anew(desk: Desk) -> None:
    desk.town.rule(PRIMARY, Ruling(status="closed"))
    desk.asked(broken=True)
    assert (desk.only.told_held, desk.back()) == (None, [])
    desk.town.rule(PRIMARY, Ruling())
    CaseMaker(desk.inside).run()
    assert desk.only.told_held is not None
    assert desk.back() == ["message"]
    CaseMaker(desk.inside).run()
    assert desk.back() == ["message"]


def test_nobody_is_told_of_what_a_person_has_decided(desk: Desk) -> None:
    desk.town.rule(PRIMARY, Ruling(status="closed"))
    desk.asked(broken=True)
    dismiss_held(desk.inside, COUNCIL, desk.only.case_id, "A newsletter.", CASEWORKER)
    desk.town.rule(PRIMARY, Ruling())
    CaseMaker(desk.inside).run()
    assert desk.back() == []


def test_a_joined_case_keeps_what_was_written_in_both(desk: Desk) -> None:
    desk.asked()
    desk.asked(edition=2)
    one, two = desk.cases
    record_event(desk.inside, COUNCIL, one.case_id, Event.SCHOOL_CONSULTED, FIRST, CASEWORKER)
    assign(desk.inside, COUNCIL, one.case_id, "kay", "Kay Seworker", CASEWORKER)
    joined = join_cases(desk.inside, COUNCIL, one.case_id, two.case_id, CASEWORKER)
    assert joined.events == {"school-consulted": FIRST}
    assert joined.caseworker == "kay"
