"""The case list: what is late first, then due, held and new; it follows what changes."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta

import pytest

from exchange.domain.clocks import Standing
from exchange.domain.feeder import Who
from exchange.services.boards.cases import SORT, CaseBoard, CaseRow
from exchange.services.cases import (
    CaseState,
    ClockException,
    Decision,
    Event,
    Source,
    assign,
    record_decision,
    record_event,
    record_exception,
)
from exchange.services.cases.by_hand import HandRequest, enter_request
from exchange.services.cases.decisions import close_case, tell_decision
from exchange.services.cases.reminding import pressing
from exchange.services.plans.consulting import consult_by_hand, withdraw
from tests.exchange.services.cases.asked import CASEWORKER, Desk
from tests.exchange.services.town import COUNCIL

TODAY = date(2026, 7, 1)


@pytest.fixture
def board(desk: Desk) -> CaseBoard:
    return CaseBoard(desk.inside)


def letter(desk: Desk, name: str, days: int, *, worked: bool = True) -> str:
    order = HandRequest(
        Source.PARENT, Who("Ash", name, date(2015, 1, 1)), TODAY - timedelta(days=days)
    )
    who = ("kay", "Kay") if worked else ("", "")
    return enter_request(desk.inside, COUNCIL, order, CASEWORKER, who).case_id


def rows(board: CaseBoard, show: str = "now") -> list[CaseRow]:
    return list(board.look(COUNCIL).all(show, SORT))


def names(board: CaseBoard, show: str = "now") -> list[str]:
    return [one.name.removesuffix(" Ash") for one in rows(board, show)]


def test_the_day_changes_at_midnight_in_london(desk: Desk, board: CaseBoard) -> None:
    letter(desk, "Today", 42)
    desk.town.clock.at = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
    assert [one.standing for one in rows(board)] == [Standing.DUE_TODAY]
    desk.town.clock.at = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)  # half past midnight, 2 July
    rows(board)  # this look has all read anew, in a thread beside
    for one in threading.enumerate():
        if one.name == "senx-board":
            one.join(10)
    assert [one.standing for one in rows(board)] == [Standing.LATE]


def test_what_presses_comes_first(desk: Desk, board: CaseBoard) -> None:
    letter(desk, "Running", 10)
    letter(desk, "New", 5, worked=False)
    letter(desk, "Today", 42)
    letter(desk, "Late", 43)
    letter(desk, "Amber", 41)
    desk.asked(broken=True)
    assert names(board) == ["Late", "Today", "Amber", "", "New", "Running"]
    assert names(board, "late") == ["Late"]
    assert names(board, "due") == ["Today", "Amber"]
    assert names(board, "held") == [""]
    found = board.look(COUNCIL).found
    assert (found["attention"], found["late"], found["held"]) == (5, 1, 1)


def test_the_list_follows_what_changes(desk: Desk, board: CaseBoard) -> None:
    case_id = letter(desk, "Bo", 50, worked=False)
    (before,) = rows(board)
    assert (before.standing, before.caseworker_name) == (Standing.LATE, "")
    assign(desk.inside, COUNCIL, case_id, "kay", "Kay", CASEWORKER)
    told = Decision("assess", yes=True, decided=TODAY, reasons="", told=TODAY)
    record_decision(desk.inside, COUNCIL, case_id, told, CASEWORKER)
    (after,) = rows(board)
    assert (after.state, after.caseworker_name) == (CaseState.ASSESSING, "Kay")
    assert (after.outlook.next_code, after.standing) == ("no-plan", Standing.RUNNING)
    record_event(desk.inside, COUNCIL, case_id, Event.CLOSED, TODAY, CASEWORKER)
    assert rows(board) == []
    assert names(board, "closed") == ["Bo"]


def test_a_day_later_the_standing_is_another(desk: Desk, board: CaseBoard) -> None:
    letter(desk, "Bo", 42)
    assert rows(board)[0].standing is Standing.DUE_TODAY
    desk.town.clock.pass_(days=1)
    board.is_ready(COUNCIL)
    fresh = CaseBoard(desk.inside)
    assert rows(fresh)[0].standing is Standing.LATE


@pytest.mark.parametrize("what", ["assess", "plan"])
def test_a_refusal_that_nobody_was_told_of_is_not_over(
    desk: Desk, board: CaseBoard, what: str
) -> None:
    case_id = letter(desk, "Bo", 140)
    if what == "plan":
        yes = Decision("assess", yes=True, decided=TODAY, reasons="", told=TODAY)
        record_decision(desk.inside, COUNCIL, case_id, yes, CASEWORKER)
    no = Decision(what, yes=False, decided=TODAY, reasons="Working.")
    record_decision(desk.inside, COUNCIL, case_id, no, CASEWORKER)
    (row,) = rows(board)
    assert (row.untold, row.state, row.is_new) == (True, CaseState.CLOSED, False)
    assert names(board, "late") == names(board, "attention") == ["Bo"]
    with desk.house.store.reading(COUNCIL) as unit:
        assert [one.caseworker for one in pressing(unit, TODAY)] == ["kay"]
    tell_decision(desk.inside, COUNCIL, case_id, what, TODAY, CASEWORKER)
    with desk.house.store.reading(COUNCIL) as unit:
        assert pressing(unit, TODAY) == []
    assert (rows(board), names(board, "attention"), names(board, "late")) == ([], [], [])
    assert names(board, "closed") == ["Bo"]


def test_a_case_that_a_person_closed_is_over_whatever_was_told(
    desk: Desk, board: CaseBoard
) -> None:
    case_id = letter(desk, "Bo", 140)
    yes = Decision("assess", yes=True, decided=TODAY, reasons="")
    record_decision(desk.inside, COUNCIL, case_id, yes, CASEWORKER)
    close_case(desk.inside, COUNCIL, case_id, TODAY, "They moved.", CASEWORKER)
    assert rows(board) == []


def test_a_date_with_an_exception_is_named_and_presses_no_more(
    desk: Desk, board: CaseBoard
) -> None:
    case_id = letter(desk, "Bo", 50)
    why = ClockException("decide-assess", "school-closed", "Closed.", "Term dates.", "", TODAY)
    record_exception(desk.inside, COUNCIL, case_id, why, CASEWORKER)
    (row,) = rows(board)
    assert not row.needs_attention
    assert row.outlook.next_code == "no-plan"
    assert row.outlook.beside == "Decide whether to assess"
    assert row.outlook.beside_due == TODAY - timedelta(days=8)


def test_an_update_of_a_placed_case_asks_for_somebody(desk: Desk, board: CaseBoard) -> None:
    first = desk.asked()
    placed = desk.place(desk.only)
    assign(desk.inside, COUNCIL, placed.case_id, "kay", "Kay", CASEWORKER)
    assert not rows(board)[0].needs_attention
    desk.asked(edition=2, supersedes=first)
    (row,) = rows(board)
    assert (row.update, row.needs_attention) == (True, True)
    desk.place(desk.only)
    assert not rows(board)[0].update


@pytest.mark.parametrize("placed", [True, False])
def test_an_update_after_a_refusal_asks_for_somebody(
    desk: Desk, board: CaseBoard, *, placed: bool
) -> None:
    first = desk.asked()
    case_id = desk.only.case_id
    assign(desk.inside, COUNCIL, case_id, "kay", "Kay", CASEWORKER)
    if placed:
        desk.place(desk.only)
    no = Decision("assess", yes=False, decided=TODAY, reasons="Working.", told=TODAY)
    record_decision(desk.inside, COUNCIL, case_id, no, CASEWORKER)
    assert (names(board, "attention"), waits(desk)) == ([], [])
    desk.town.clock.pass_(days=7)
    desk.asked(edition=2, supersedes=first)
    assert [one.update for one in rows(board, "attention")] == [True]
    assert waits(desk) == [None]
    before = desk.back()
    desk.place(desk.only)
    assert (rows(board, "attention"), waits(desk)) == ([], [])
    assert desk.back() == before  # told of the no, the school opens nothing again


def test_what_a_refusal_was_decided_on_is_no_update(desk: Desk, board: CaseBoard) -> None:
    first = desk.asked()
    desk.asked(edition=2, supersedes=first)
    desk.town.clock.pass_(days=7)
    day = TODAY + timedelta(days=7)
    no = Decision("assess", yes=False, decided=day, reasons="Working.", told=day)
    record_decision(desk.inside, COUNCIL, desk.only.case_id, no, CASEWORKER)
    assert (len(desk.only.packs), rows(board, "attention"), waits(desk)) == (2, [], [])


def test_a_school_that_answers_late_presses_on_the_list(desk: Desk, board: CaseBoard) -> None:
    desk.asked()
    case_id = desk.only.case_id
    assign(desk.inside, COUNCIL, case_id, "kay", "Kay", CASEWORKER)
    desk.place(desk.only)
    for what in ("assess", "plan"):
        yes = Decision(what, yes=True, decided=TODAY, reasons="", told=TODAY)
        record_decision(desk.inside, COUNCIL, case_id, yes, CASEWORKER)
    assert [one.outlook.next_code for one in rows(board)] == ["final-plan"]
    asked = consult_by_hand(desk.inside, COUNCIL, case_id, "Hill School", TODAY, CASEWORKER)
    (row,) = rows(board)
    assert (row.outlook.next_code, row.outlook.due) == ("consultation-answer", asked.due_on)
    desk.town.clock.pass_(days=20)
    (late,) = rows(CaseBoard(desk.inside), "late")
    assert late.needs_attention
    assert "Hill School" in late.outlook.label
    with desk.house.store.reading(COUNCIL) as unit:
        found = pressing(unit, TODAY + timedelta(days=20))
    assert [one.due for one in found] == [asked.due_on]
    withdraw(desk.inside, COUNCIL, asked.consultation_id, CASEWORKER)
    assert [one.outlook.next_code for one in rows(board)] == ["final-plan"]


def waits(desk: Desk) -> list[date | None]:
    """Return the nearest dates of the cases that the daily mail counts."""
    with desk.house.store.reading(COUNCIL) as unit:
        return [one.due for one in pressing(unit, TODAY)]


def test_it_is_counted_by_caseworker_and_by_clock(desk: Desk, board: CaseBoard) -> None:
    letter(desk, "Bo", 10)
    letter(desk, "Cy", 10, worked=False)
    look = board.look(COUNCIL)
    assert look.tallied["caseworker"] == {"kay\nKay": 1, "\n": 1}
    assert look.tallied["clock"] == {"decide-assess": 2}


def test_a_case_whose_caseworker_left_needs_attention(desk: Desk, board: CaseBoard) -> None:
    letter(desk, "Bo", 10)
    letter(desk, "Cy", 30)

    def look(*people: str) -> tuple[int, list[str]]:
        found = board.look(COUNCIL, people)
        named = [one.name.removesuffix(" Ash") for one in found.all("attention", SORT)]
        assert found.found.get("attention", 0) == len(named)
        return len(found), named

    assert look("kay", "lee") == (2, [])
    assert look("lee") == (2, ["Cy", "Bo"])
    first = board.look(COUNCIL, ["lee"])
    assert board.look(COUNCIL, ["lee"]).rows is first.rows, "a look costs what changed"
    (case_id,) = [key for key, row in first.rows.items() if row.name.startswith("Bo")]
    assign(desk.inside, COUNCIL, case_id, "lee", "Lee", CASEWORKER)
    assert look("lee") == (2, ["Cy"])
    assert look("lee", "kay") == (2, [])
    close_case(desk.inside, COUNCIL, case_id, TODAY, "They moved.", CASEWORKER)
    assert look("kay") == (2, [])  # over: it needs nobody
