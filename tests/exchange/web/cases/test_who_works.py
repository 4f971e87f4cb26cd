"""Whose case it is to work: somebody who is no caseworker any more counts as nobody."""

from __future__ import annotations

from exchange.audit import NODE
from exchange.domain.access import Role
from exchange.services.cases import assign
from exchange.services.people.account import Post, add_account, new_account
from tests.exchange.web.cases.council import CASEWORKER, Council, words


def test_the_cases_of_a_leaver_are_found_under_nobody(fresh: Council) -> None:
    fresh.asked()
    browser, inside, org = fresh.browser(), fresh.here.node.inside, fresh.here.org_id
    gone = new_account(
        "Gil", "gil@larkshire.example", (Post(org, Role.LA_CASEWORKER),), "suspended"
    )
    with inside.store.unit(NODE) as unit:
        add_account(inside, unit, gone)
        unit.audit.record(CASEWORKER, "account.made", "account", gone.account_id)
        unit.commit()
    assert "Gil" not in words(browser.get(fresh.at("/caseworker")))
    assign(inside, org, fresh.only.case_id, gone.account_id, "Gil", CASEWORKER)
    page = browser.get("/cases?show=all&caseworker=nobody")
    assert fresh.only.case_id in page.text
    assert "Gil No caseworker now" in words(page)
    assert "Gil, no caseworker now (1)" in words(page)
    assert fresh.only.case_id in browser.get(f"/cases?caseworker={gone.account_id}").text
    assert fresh.only.case_id in browser.get("/cases?show=attention").text
    me = browser.account.account_id if browser.account else ""
    assign(inside, org, fresh.only.case_id, me, "Kay", CASEWORKER)
    page = browser.get("/cases?show=all&caseworker=nobody")
    assert fresh.only.case_id not in page.text
    assert fresh.only.case_id in browser.get("/cases?caseworker=mine").text
    assert fresh.only.case_id not in browser.get("/cases?show=attention").text
