"""A change of phase on the pages of a case: by when, how it is known, and what ends it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from exchange.domain.clocks import transfer_year
from exchange.domain.feeder import Who
from exchange.services.cases import CaseState, Event, Source
from exchange.services.cases.by_hand import HandRequest, enter_request
from exchange.services.cases.events import change
from tests.exchange.web.cases.council import CASEWORKER, Council, day_fields, today, words


def test_the_last_year_of_a_phase_shows_its_date(fresh: Council) -> None:
    here, now = (fresh.here.node.inside, fresh.here.org_id), today().date()
    begins = date(transfer_year(now) - 1, 9, 1)
    order = HandRequest(Source.PARENT, Who("Ash", "Bo", date(2016, 3, 1)), begins, "6")
    made = enter_request(*here, order, CASEWORKER)
    events = {Event.FINAL_ISSUED.value: begins}
    change(
        *(*here, made.case_id, CASEWORKER, "case.event"),
        lambda before: replace(before, state=CaseState.FINAL, events=events),
    )
    browser = fresh.browser()
    page = words(browser.get(fresh.at()))
    assert "The plan names the next school" in page
    assert f"1 September {begins.year} " in page
    assert f"14 February {begins.year + 1}" in page
    rules = words(browser.get(fresh.at("/dates")))
    assert "if they went up a year group each school year" in rules
    assert "names the school or college of the next phase" in words(browser.get(fresh.at("/days")))
    named = {"event": "next-named", **day_fields("on", today())}
    kept = words(browser.follow(browser.post(fresh.at("/days"), named)))
    assert "Plan names the school or college of the next phase" in kept
