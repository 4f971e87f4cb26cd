"""What a caseworker recorded by mistake: what the pages refuse, and what they put right."""

from __future__ import annotations

from exchange.services.cases import CaseState, Event
from tests.exchange.web.cases.council import Council, day_fields, today, words


def decide(fresh: Council, what: str) -> None:
    browser = fresh.browser()
    browser.get(fresh.at(f"/decide/{what}"))
    told = {"known": "0", "yes": "yes", "reasons": ""}
    days = {**day_fields("decided", today()), **day_fields("told", today())}
    assert browser.post(fresh.at(f"/decide/{what}"), {**told, **days}).status_code == 303


def test_a_plan_is_issued_only_where_one_is_being_drafted(fresh: Council) -> None:
    fresh.asked()
    browser, issued = fresh.browser(), {"event": "final-issued", **day_fields("on", today())}
    assert "Final plan issued" not in words(browser.get(fresh.at("/days")))
    assert "There is a problem" in words(browser.post(fresh.at("/days"), issued))
    assert dict(fresh.only.events) == {}
    decide(fresh, "assess")
    decide(fresh, "plan")
    assert "Final plan issued" in words(browser.get(fresh.at("/days")))
    browser.post(fresh.at("/days"), issued)
    assert (fresh.only.state, Event.FINAL_ISSUED in fresh.only.events) == (CaseState.FINAL, True)
