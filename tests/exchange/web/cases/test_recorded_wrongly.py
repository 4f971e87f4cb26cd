"""What a caseworker recorded by mistake: what the pages refuse, and what they put right."""

from __future__ import annotations

import re
from datetime import timedelta

from exchange.services.cases import CaseState, Event
from tests.exchange.web.cases.council import Council, day_fields, today, words
from tests.exchange.web.cases.test_moved_on import asked


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


def test_a_mistyped_day_of_telling_is_corrected_on_its_page(fresh: Council) -> None:
    fresh.asked(1)
    decide(fresh, "assess")
    browser, path = fresh.browser(), fresh.at("/decide/assess/told")
    assert "Correct that day" in words(browser.get(fresh.at()))
    page = browser.get(path)
    assert "Correct when the family was told" in words(page)
    earlier = day_fields("told", today() - timedelta(days=1))
    wrong = browser.post(path, {**asked(page), **earlier})
    assert "Nobody could be told before that day" in words(wrong)
    kept = browser.post(path, {**asked(page), **day_fields("told", today())})
    assert "on its way to the school" in words(browser.follow(kept))
    assert [one.told for one in fresh.only.decisions] == [today().date()]


def test_two_who_record_the_first_day_do_not_correct_one_another(fresh: Council) -> None:
    fresh.asked(2)
    browser, path = fresh.browser(), fresh.at("/decide/assess/told")
    browser.get(fresh.at("/decide/assess"))
    said = {"known": "0", "yes": "yes", "reasons": "", **day_fields("decided", today())}
    browser.post(fresh.at("/decide/assess"), said)
    told = asked(browser.get(path)) | day_fields("told", today())
    assert browser.post(path, told).status_code == 303
    assert "Correct when the family was told" in words(browser.get(path))
    assert browser.post(path, told).status_code == 409


def test_a_final_plan_by_mistake_is_taken_back_on_its_page(fresh: Council) -> None:
    fresh.asked(3)
    browser, path = fresh.browser(), fresh.at("/mistakes")
    assert path not in browser.get(fresh.at()).text
    assert "Nothing is recorded that could be taken back here" in words(browser.get(path))
    decide(fresh, "assess")
    decide(fresh, "plan")
    browser.get(fresh.at("/days"))
    browser.post(fresh.at("/days"), {"event": "final-issued", **day_fields("on", today())})
    assert path in browser.get(fresh.at()).text
    assert "goes back to drafting" in words(browser.get(path))
    told = {"what": "final-issued/2020-01-01", "reason": "It was another case."}
    assert "Choose one of the list" in words(browser.post(path, told))
    told["what"] = f"final-issued/{today().date().isoformat()}"
    page = words(browser.follow(browser.post(path, told)))
    assert "It is taken back" in page
    assert "Taken back: Final plan issued" in page
    assert fresh.only.state is CaseState.DRAFTING
    history = words(browser.get(fresh.at("/history")))
    assert "Took back a day that was recorded by mistake" in history


def test_an_exception_by_mistake_is_taken_back_on_its_page(fresh: Council) -> None:
    fresh.asked(4)
    browser, path = fresh.browser(), fresh.at("/mistakes")
    browser.get(fresh.at("/exceptions"))
    told = {"clock": "decide-assess/", "ground": "absence", "reason": "Ill.", "evidence": "A note."}
    browser.post(fresh.at("/exceptions"), told)
    page = browser.get(path)
    assert "Exception for Decide whether to assess" in words(page)
    (mark,) = re.findall(r'value="(exception/[0-9a-f]{16})"', page.text)
    done = browser.post(path, {"what": mark, "reason": "Another child."})
    assert "Another child." in words(browser.follow(done))
    assert fresh.only.exceptions == ()
    browser.get(path)
    again = browser.post(path, {"what": mark, "reason": "Another child."})
    assert "Choose one of the list" in words(again)


def test_a_service_is_asked_although_all_advice_was_said_to_be_in(fresh: Council) -> None:
    fresh.asked(5)
    browser, ask = fresh.browser(), fresh.at("/advice/psychology/ask")
    browser.get(fresh.at("/child"))
    browser.post(fresh.at("/child"), {"pupil": "new"})
    decide(fresh, "assess")
    browser.get(fresh.at("/days"))
    browser.post(fresh.at("/days"), {"event": "advice-complete", **day_fields("on", today())})
    assert fresh.only.state is CaseState.DECIDING_PLAN
    assert "Ask for advice" in words(browser.get(fresh.at()))
    assert ask in browser.get(fresh.at("/advice")).text
    assert browser.get(ask).status_code == 200
    found = browser.get(f"{ask}?find=elm+grove").text
    choose = re.search(r'href="([^"]+)">Elm Grove Primary School<', found)
    assert choose is not None
    browser.get(choose[1])
    told = {"type": "ep-report", "question": "What helps?", "consent_by": "Mrs Oak"}
    told |= {"consent_how": "spoken", **day_fields("consent_on", today())}
    answer = browser.post(choose[1], told)
    assert "Asked Elm Grove Primary School" in words(browser.follow(answer))
    decide(fresh, "plan")
    assert browser.get(ask).status_code == 400
