"""A reassessment on the pages of its case: what is asked for next, its dates and its end."""

from __future__ import annotations

from datetime import timedelta

from exchange.services.cases import CaseState
from tests.exchange.web.cases.council import Council, day_fields, today, words
from tests.exchange.web.cases.test_recorded_wrongly import decide


def test_a_reassessment_is_recorded_step_by_step(fresh: Council) -> None:
    fresh.asked(6)
    browser, path, now = fresh.browser(), fresh.at("/reassessment"), today()
    assert browser.get(path).status_code == 409
    decide(fresh, "assess")
    decide(fresh, "plan")
    browser.get(fresh.at("/days"))
    issued = {"event": "final-issued", **day_fields("on", now)}
    browser.post(fresh.at("/days"), issued)
    assert "Record a reassessment" in words(browser.get(fresh.at()))
    browser.get(path)
    early = {"source": "parent", **day_fields("on", now - timedelta(days=1))}
    assert "There is a problem" in words(browser.post(path, early))
    page = words(browser.follow(browser.post(path, {**early, **day_fields("on", now)})))
    assert "Decide whether to reassess" in page
    assert "Record whether there will be a reassessment" in page
    answer = {"yes": "yes", "reasons": "", **day_fields("decided", now), "told": ["", "", ""]}
    browser.get(path)
    page = words(browser.follow(browser.post(path, answer)))
    assert "Record when the family was told of the reassessment" in page
    browser.get(path)
    page = words(browser.follow(browser.post(path, day_fields("told", now))))
    assert "Plan after a reassessment" in page
    assert "98 days left" in page
    assert "Reassessing" in words(browser.get("/cases"))
    assert "14 weeks" in words(browser.get(fresh.at("/dates")))
    excepted = words(browser.get(fresh.at("/exceptions")))
    assert "Plan after a reassessment" in excepted
    browser.get(fresh.at("/days"))
    page = words(browser.follow(browser.post(fresh.at("/days"), issued)))
    assert "Final plan" in page
    assert fresh.only.state is CaseState.FINAL
    history = words(browser.get(fresh.at("/history")))
    assert "Recorded when the family was told of the reassessment" in history
    browser.get(path)
    browser.post(path, {"source": "ourselves", **day_fields("on", now)})
    browser.get(f"{path}/stop")
    said = {"reason": "The plan stays.", **day_fields("on", now)}
    assert "The plan stays." in words(browser.follow(browser.post(f"{path}/stop", said)))
    assert fresh.only.state is CaseState.FINAL
