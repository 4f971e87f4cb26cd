"""A page stood open while its case moved on: its button does nothing that it did not say."""

from __future__ import annotations

import re
from typing import Any

from exchange.domain.access import Role
from exchange.domain.clocks import london_day
from exchange.services.cases import CaseState, Decision, record_decision
from exchange.services.cases.area import not_ours
from exchange.services.cases.decisions import close_case
from tests.exchange.web.cases.council import CASEWORKER, Council, day_fields, today, words


def asked(page: Any) -> dict[str, str]:
    """Return what a page posts of the question that it asks."""
    return dict(re.findall(r'name="(asks|known)" value="([a-z0-9-]+)"', page.text))


def test_who_opens_a_case_that_is_open_again_already_does_not_send_it_away(fresh: Council) -> None:
    bundle = fresh.asked()
    inside, org = fresh.here.node.inside, fresh.here.org_id
    now = london_day(inside.clock.now())
    close_case(inside, org, fresh.only.case_id, now, "Withdrawn, they said.", CASEWORKER)
    path, mine, theirs = (
        fresh.at("/not-ours"),
        fresh.browser(),
        fresh.here.client(Role.LA_CASEWORKER),
    )
    told = {"reason": "They did not withdraw."}
    for one in (mine, theirs):
        page = one.get(path)
        assert "Open the case again" in words(page)
        told |= asked(page)
    assert mine.post(path, told).status_code == 303
    assert fresh.only.state is CaseState.OPEN
    for late in (told, {"reason": "They did not withdraw."}):
        answer = theirs.post(path, late)
        assert answer.status_code == 409
        assert "The case has moved on. Look at it again." in words(answer)
    assert fresh.only.state is CaseState.OPEN
    with inside.store.reading(org) as unit:
        arrival = unit.arrivals.by_bundle(bundle)
    assert arrival is not None
    assert arrival.state == "verified"  # the papers are here still


def test_who_says_twice_that_a_child_is_not_ours_does_not_take_it_back(fresh: Council) -> None:
    fresh.asked(1)
    path, browser = fresh.at("/not-ours"), fresh.browser()
    page = browser.get(path)
    assert "Not our child" in words(page)
    told = {"reason": "Lives elsewhere.", **asked(page)}
    inside, org = fresh.here.node.inside, fresh.here.org_id
    not_ours(inside, org, fresh.only.case_id, "Lives in Moorshire.", CASEWORKER)
    assert browser.post(path, told).status_code == 409
    assert fresh.only.state is CaseState.NOT_OURS


def test_a_decision_is_recorded_and_told_by_who_saw_those_before(fresh: Council) -> None:
    fresh.asked(2)
    browser, path = fresh.browser(), fresh.at("/decide/assess")
    inside, org = fresh.here.node.inside, fresh.here.org_id
    on = london_day(inside.clock.now())
    yes = asked(browser.get(path)) | {"yes": "yes", **day_fields("decided", today())}
    no = Decision("assess", False, on, "The help given is working.")
    record_decision(inside, org, fresh.only.case_id, no, CASEWORKER)
    assert browser.post(path, yes).status_code == 409
    assert fresh.only.state is CaseState.CLOSED
    told = asked(browser.get(f"{path}/told")) | day_fields("told", today())
    assert "No, decided" in words(browser.get(f"{path}/told"))
    again = Decision("assess", True, on, "")
    record_decision(inside, org, fresh.only.case_id, again, CASEWORKER)
    assert browser.post(f"{path}/told", told).status_code == 409
    assert [one.told for one in fresh.only.decisions] == [None, None]
    told |= asked(browser.get(f"{path}/told"))
    assert browser.post(f"{path}/told", told).status_code == 303
    assert [one.told for one in fresh.only.decisions] == [None, on]
