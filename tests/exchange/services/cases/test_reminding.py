"""A caseworker is written to once a day, of their own cases and of those nobody works; no names."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from exchange.audit import NODE
from exchange.domain.access import Role
from exchange.services.cases import Decision, assign, record_decision, record_event
from exchange.services.cases.model import Event
from exchange.services.cases.reminding import CaseReminder
from exchange.services.letters import KIND, Letter, compose
from exchange.services.people.account import Post, State, add_account, new_account
from tests.exchange.services.cases.asked import CASEWORKER, Desk
from tests.exchange.services.town import COUNCIL

PAGES = "https://pages.example"


@pytest.fixture
def kay(desk: Desk) -> str:
    return person(desk, "Kay", "kay@larkshire.example")


def person(
    desk: Desk, name: str, login: str, role: Role = Role.LA_CASEWORKER, state: State = "active"
) -> str:
    made = new_account(name, login, (Post(COUNCIL, role),), state)
    with desk.house.store.unit(NODE) as unit:
        add_account(desk.inside, unit, made)
        unit.audit.record(CASEWORKER, "account.made", "account", made.account_id)
        unit.commit()
    return made.account_id


def letters(desk: Desk) -> list[Letter]:
    with desk.house.store.reading(COUNCIL) as unit:
        found = []
        for one in unit.items.all(KIND):
            told = one.content or {}
            found.append(Letter(str(one.clear["template"]), str(told["to"]), told["facts"]))  # type: ignore[arg-type]
        return found


def test_nobody_hears_before_the_morning_and_everybody_once_a_day(desk: Desk, kay: str) -> None:
    desk.asked()
    reminder = CaseReminder(desk.inside, PAGES)
    desk.town.clock.at = datetime(2026, 7, 2, 5, 59, tzinfo=UTC)  # 6:59 in London
    assert reminder.run() == 0
    desk.town.clock.pass_(minutes=2)
    assert reminder.run() == 1
    assert reminder.run() == 0
    assert CaseReminder(desk.inside, PAGES).run() == 0  # as after a restart
    desk.town.clock.pass_(days=1)
    assert reminder.run() == 1


def test_the_message_counts_and_names_nobody(desk: Desk, kay: str) -> None:
    desk.asked()
    CaseReminder(desk.inside, PAGES).run()
    (letter,) = letters(desk)
    subject, body = compose(letter)
    assert letter.to == "kay@larkshire.example"
    assert "Cases of Larkshire Council that need you: 1." in body
    assert "12 August 2026" in body
    assert f"{PAGES}/cases" in body
    for said in ("Oak", "Anna", desk.only.reference, desk.only.case_id):
        assert said not in subject + body


def test_a_case_that_is_on_its_way_needs_nobody_until_the_day_before(desk: Desk, kay: str) -> None:
    desk.asked()
    assign(desk.inside, COUNCIL, desk.only.case_id, kay, "Kay", CASEWORKER)
    reminder = CaseReminder(desk.inside, PAGES)
    desk.town.clock.at = datetime(2026, 8, 10, 9, tzinfo=UTC)
    assert reminder.run() == 0
    desk.town.clock.pass_(days=1)
    assert reminder.run() == 1


def test_only_caseworkers_hear_and_only_of_their_own(desk: Desk, kay: str) -> None:
    other = person(desk, "Lee", "lee@larkshire.example")
    person(desk, "Hal", "hal@larkshire.example", Role.HEAD)
    desk.asked()
    assign(desk.inside, COUNCIL, desk.only.case_id, other, "Lee", CASEWORKER)
    desk.town.clock.at = datetime(2026, 8, 12, 9, tzinfo=UTC)
    CaseReminder(desk.inside, PAGES).run()
    assert [one.to for one in letters(desk)] == ["lee@larkshire.example"]


def test_what_is_closed_or_without_pages_needs_nobody(desk: Desk, kay: str) -> None:
    desk.asked()
    assert CaseReminder(desk.inside, "").run() == 0
    day = desk.only.reached
    record_event(desk.inside, COUNCIL, desk.only.case_id, Event.CLOSED, day, CASEWORKER)
    assert CaseReminder(desk.inside, PAGES).run() == 0


def test_an_update_of_a_case_without_a_date_is_counted(desk: Desk, kay: str) -> None:
    first = desk.asked()
    desk.place(desk.only)
    no = Decision("assess", yes=False, decided=desk.only.reached, reasons="Working.")
    told = replace(no, told=desk.only.reached)
    record_decision(desk.inside, COUNCIL, desk.only.case_id, told, CASEWORKER)
    desk.asked(edition=2, supersedes=first)
    assign(desk.inside, COUNCIL, desk.only.case_id, kay, "Kay", CASEWORKER)
    assert CaseReminder(desk.inside, PAGES).run() == 1
    _, body = compose(letters(desk)[0])
    assert "an update came" in body
    assert "Nearest date: none." in body


@pytest.mark.parametrize("state", ["suspended", "left"])
def test_all_hear_of_a_case_whose_caseworker_is_none_any_more(
    desk: Desk, kay: str, state: str
) -> None:
    role = Role.LA_CASEWORKER if state == "suspended" else Role.HEAD
    gone = person(
        desk,
        "Gil",
        "gil@larkshire.example",
        role,
        "suspended" if state == "suspended" else "active",
    )
    desk.asked()
    assign(desk.inside, COUNCIL, desk.only.case_id, gone, "Gil", CASEWORKER)
    assert CaseReminder(desk.inside, PAGES).run() == 1  # like a case that nobody works
    assert [one.to for one in letters(desk)] == ["kay@larkshire.example"]
