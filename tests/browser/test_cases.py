"""A council's caseworker in the browser: one case to its decision, and cases that stick."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser

from exchange.domain.access import Role
from exchange.domain.feeder import Who
from exchange.ports import Actor
from exchange.services.cases import (
    Case,
    CaseState,
    ClockException,
    Decision,
    Source,
    cases,
    record_decision,
    record_exception,
)
from exchange.services.cases.by_hand import HandRequest, enter_request
from tests.browser.days import today
from tests.browser.kit import LiveNode, Street
from tests.browser.tab import NARROW, Tab, tab
from tests.exchange.web.cases.council import Council
from tests.exchange.web.site import Site
from tests.journeys.machine import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
WHO = Actor("Kay Seworker", "la-caseworker")
NAMES = ("Oak", "Ashby")


@pytest.fixture(scope="module")
def council(town: Street) -> LiveNode:
    """A council with a request that arrived, one that is held, and several that came by letter."""
    here = town["council"]
    sender = Council(Site({name: node.place for name, node in town.nodes.items()}))
    sender.send()
    sender.send(1, broken=True)
    wait_for("the worker makes both cases", lambda: len(sender.cases) == 2)
    for number, days in enumerate((50, 41, 60, 70, 30)):
        _by_letter(here, number, days)
    return here


def _by_letter(here: LiveNode, number: int, days: int) -> None:
    inside, org_id = here.node.inside, here.org_id
    who = Who(
        "Ashby", ("Bo", "Cy", "Di", "Eve", "Fay")[number], today() - timedelta(days=3000 + number)
    )
    order = HandRequest(Source.PARENT, who, today() - timedelta(days=days), "5", "", "A letter.")
    made = enter_request(inside, org_id, order, WHO)
    told = today() - timedelta(days=20)
    if number == 0:
        why = ClockException(
            "decide-assess", "school-closed", "Closed for the summer.", "Term dates.", "", today()
        )
        record_exception(inside, org_id, made.case_id, why, WHO)
    if number > 1:
        letter = told if number < 4 else None  # the last family was not told yet
        decision = Decision("assess", number == 2, told, "It is working.", letter)
        record_decision(inside, org_id, made.case_id, decision, WHO)


def found(here: LiveNode, name: str = "", state: CaseState | None = None) -> Case:
    with here.node.inside.store.reading(here.org_id) as unit:
        return next(
            one
            for one in cases(unit)
            if (not name or one.name == name) and (state is None or one.state is state)
        )


def opened(browser: Browser, here: LiveNode, **options: Any) -> Any:
    kay = here.person(Role.LA_CASEWORKER, name="Kay Seworker")
    return tab(browser, here, kay, names=NAMES, **options)


def test_a_caseworker_takes_a_case_to_a_decision(browser: Browser, council: LiveNode) -> None:
    asked = found(council, "Anna Oak")
    with opened(browser, council) as shown:
        shown.go("/")
        shown.page.get_by_role("main").get_by_role("link", name="Cases").click()
        shown.fill("Find by name or reference", "anna")
        shown.press("Find")
        shown.follow("Anna Oak")
        assert shown.page.locator("svg[role=img]").count() == 1
        shown.follow("Say whose case it is")
        shown.press("Make a record for a new child")
        shown.follow("Record the decision whether to assess")
        shown.page.get_by_label("Yes").check()
        _day(shown, "The day of the decision")
        shown.press("Record the decision")
        shown.follow("Record when the family was told")
        _day(shown, "On which day was the family told in writing?")
        shown.press("Record it")
        assert shown.says("Assessing")
        shown.follow("A report")
        assert shown.page.locator("iframe").count() == 1
    with council.node.inside.store.reading(council.org_id) as unit:
        sent = unit.transfers.answering(str(asked.transfer_id))
    assert len(sent) == 2  # that it came, and the decision


def test_cases_that_are_held_refused_or_late_wide_and_narrow(
    browser: Browser, council: LiveNode
) -> None:
    """Every other page of the cases is looked at where every page is."""
    listed = [
        f"/cases/{one.case_id}"
        for one in (
            found(council, state=CaseState.HELD),
            found(council, "Eve Ashby"),
            found(council, "Bo Ashby"),
        )
    ]
    with opened(browser, council) as shown:
        for path in listed:
            shown.go(path)
    with opened(browser, council, width=NARROW, scripts=False) as shown:
        for path in listed:
            shown.go(path)


def _day(shown: Tab, legend: str) -> None:
    boxes = shown.page.get_by_role("group", name=legend)
    on = today()
    for label, value in (("Day", on.day), ("Month", on.month), ("Year", on.year)):
        boxes.get_by_label(label).fill(str(value))
