"""What comes after a refusal: it is found from the list, and the page leads to taking it in."""

from __future__ import annotations

import pytest

from tests.exchange.web.cases.council import Council, day_fields, today, words


@pytest.mark.parametrize("placed", [True, False])
def test_new_evidence_after_a_refusal_is_taken_in_from_its_page(
    fresh: Council, *, placed: bool
) -> None:
    number = 2 if placed else 4
    first = fresh.asked(number)
    browser, child = fresh.browser(), fresh.at("/child")
    if placed:
        browser.get(child)
        browser.post(child, {"pupil": "new"})
    browser.get(fresh.at("/decide/assess"))
    told = {"known": "0", "yes": "no", "reasons": "Working."}
    days = {**day_fields("decided", today()), **day_fields("told", today())}
    assert browser.post(fresh.at("/decide/assess"), {**told, **days}).status_code == 303
    assert fresh.only.case_id not in browser.get("/cases?show=attention").text
    fresh.asked(number, edition=2, supersedes=first)
    assert fresh.only.case_id in browser.get("/cases?show=attention").text
    page = browser.get(fresh.at())
    assert ("Take in the update" if placed else "An update came") in words(page)
    assert child in page.text
    browser.get(child)
    browser.post(child, {} if placed else {"pupil": "new"})
    assert fresh.only.pupil_id is not None
    assert fresh.only.case_id not in browser.get("/cases?show=attention").text
    assert "Take in the update" not in words(browser.get(fresh.at()))


def test_a_refusal_that_nobody_was_told_of_is_shown_on_the_list(fresh: Council) -> None:
    fresh.asked(5)
    browser = fresh.browser()
    browser.get(fresh.at("/decide/assess"))
    told = {"known": "0", "yes": "no", "reasons": "Working.", **day_fields("decided", today())}
    browser.post(fresh.at("/decide/assess"), told)
    page = browser.get("/cases")
    assert fresh.only.case_id in page.text
    assert "Family not told yet" in words(page)
