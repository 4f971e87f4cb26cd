"""A caseworker's way through a case: found, placed, decided, asked about, told."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

from exchange.domain.access import Role
from exchange.services.advice import advice_about
from exchange.services.cases import CaseState
from exchange.web.words import day
from schemas.ehc_request import RequestStatus
from tests.exchange.web.cases.council import CASEWORKER, Council, day_fields, today, words

REASONS = "The help given so far is working."


def test_a_request_stands_on_the_list_before_anybody_opened_it(fresh: Council) -> None:
    fresh.asked()
    page = words(fresh.browser().get("/cases"))
    assert "Anna Oak" in page
    assert "Elm Grove Primary School" in page
    assert "Decide whether to assess" in page
    assert "Nobody yet" in page


def test_a_caseworkers_home_leads_to_the_cases(fresh: Council) -> None:
    page = fresh.browser().get("/")
    assert 'href="/cases"' in page.text


def test_nobody_else_of_the_council_sees_a_case(fresh: Council) -> None:
    fresh.asked()
    for role in (Role.HEAD, Role.SENCO, Role.ORGANISATION_ADMINISTRATOR, Role.PANEL_MEMBER):
        browser = fresh.here.client(role)
        assert browser.get("/cases").status_code == 403
        assert browser.get(fresh.at()).status_code == 403
        assert "Oak" not in browser.get("/").text


def test_the_page_of_a_case_says_who_when_and_what(fresh: Council) -> None:
    fresh.asked(needs_reason="Reading is four years behind.")
    answer = fresh.browser().get(fresh.at())
    page = words(answer)
    assert "Anna Oak" in page
    assert "Reading is four years behind." in page
    assert "Final plan" in page
    assert "<svg" in answer.text
    assert "style=" not in answer.text
    assert "Oak" not in answer.text.partition("</title>")[0]
    book = fresh.here.node.inside.store
    with book.reading(fresh.here.org_id) as unit:
        looks = [one for one in unit.audit.entries() if one.action == "case.viewed"]
    assert [one.object_id for one in looks].count(fresh.only.case_id) == 1


def test_from_the_list_to_a_decision_that_the_school_gets(fresh: Council) -> None:
    fresh.asked(2)
    browser, now = fresh.browser(), today()
    browser.get(fresh.at("/caseworker"))
    me = browser.account.account_id if browser.account else ""
    browser.follow(browser.post(fresh.at("/caseworker"), {"caseworker": me}))
    assert fresh.only.caseworker == me
    page = words(browser.get(fresh.at("/child")))
    assert "Nobody in our records is like this child" in page
    browser.follow(browser.post(fresh.at("/child"), {"pupil": "new"}))
    assert fresh.only.pupil_id is not None
    browser.get(fresh.at("/decide/assess"))
    refused = browser.post(
        fresh.at("/decide/assess"),
        {"known": "0", "yes": "no", **day_fields("decided", now), "reasons": ""},
    )
    assert "Write what happened" in words(refused)
    done = browser.post(
        fresh.at("/decide/assess"),
        {
            "known": "0",
            "yes": "no",
            "reasons": REASONS,
            **day_fields("decided", now),
            **day_fields("told", now),
        },
    )
    page = words(browser.follow(done))
    assert "on its way to the school" in page
    assert fresh.only.state is CaseState.CLOSED
    assert "Appeal" in page
    with fresh.here.node.inside.store.reading(fresh.here.org_id) as unit:
        sent = unit.transfers.answering(str(fresh.only.transfer_id))
    assert [one.kind for one in sent] == ["message", "message"]  # that it came, and the decision


def test_a_document_is_read_in_a_sandbox_before_and_after_it_is_taken_in(
    fresh: Council,
) -> None:
    bundle = fresh.asked(3)
    browser = fresh.browser()
    page = browser.get(fresh.at())
    (href,) = {
        part.partition('"')[0]
        for part in page.text.split('href="')
        if f"/packs/{bundle}/documents/" in part.partition('"')[0]
    }
    assert browser.get(href).status_code == 200
    assert "0 of 1 opened here so far" in words(browser.get(fresh.at()))
    shown = browser.get(f"{href}/file")
    assert shown.data.startswith(b"%PDF")
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    assert "1 of 1 opened here so far" in words(browser.get(fresh.at()))
    browser.get(fresh.at("/child"))
    browser.post(fresh.at("/child"), {"pupil": "new"})
    again = browser.get(fresh.at())
    assert "Not opened yet" in words(again)  # the one in the record is another copy
    paper = next(
        part.partition('"')[0]
        for part in again.text.split('href="')
        if part.startswith(fresh.at("/documents/"))
    )
    assert "iframe" in browser.get(paper).text
    opened = browser.get(f"{paper}/file")
    assert opened.data.startswith(b"%PDF")
    assert "sandbox" in opened.headers["Content-Security-Policy"]
    fresh.asked(3, edition=2, supersedes=bundle)
    page = words(browser.get(fresh.at()))
    assert "1 of 2 opened here so far. 1 not in the child's record" in page


def test_a_withdrawal_says_why_and_hides_nothing_of_what_was_asked(fresh: Council) -> None:
    first = fresh.asked(3, needs_reason="She reads two years behind.")
    fresh.asked(
        3,
        edition=2,
        supersedes=first,
        status=RequestStatus.WITHDRAWN,
        withdrawn_because="The family moves away.",
    )
    page = words(fresh.browser().get(fresh.at()))
    assert "They wrote: The family moves away." in page
    assert "She reads two years behind." in page


def test_a_pack_of_another_case_is_none_of_this_ones(fresh: Council) -> None:
    first = fresh.asked()
    mine = fresh.only
    fresh.asked(5)
    other = next(one for one in fresh.cases if one.case_id != mine.case_id)
    browser = fresh.browser()
    page = browser.get(f"/cases/{mine.case_id}")
    document = page.text.split(f"/packs/{first}/documents/")[1].partition('"')[0]
    wrong = f"/cases/{other.case_id}/packs/{first}/documents/{document}"
    assert browser.get(wrong).status_code == 404
    assert browser.get(f"{wrong}/file").status_code == 404


def test_a_name_is_found_by_a_form_and_stands_in_no_address(fresh: Council) -> None:
    fresh.asked()
    fresh.asked(1)
    browser = fresh.browser()
    browser.get("/cases")
    found = words(browser.post("/cases", {"q": "annb"}))
    assert "Annb Oak" in found
    assert "Anna Oak" not in found
    by_reference = words(browser.post("/cases", {"q": fresh.cases[0].reference}))
    assert fresh.cases[0].name in by_reference


def test_a_held_request_is_decided_with_its_days_in_view(fresh: Council) -> None:
    fresh.asked(broken=True)
    browser = fresh.browser()
    page = words(browser.get(fresh.at()))
    assert "This request is held" in page
    assert "Nothing was sent back" in page
    shown = words(browser.get(fresh.at("/held")))
    assert "the day it first reached us" in shown
    day = fresh.only.reached.isoformat()
    missing = browser.post(fresh.at("/held"), {"answer": day, "reason": ""})
    assert "Write your reason" in words(missing)
    wrong = browser.post(fresh.at("/held"), {"answer": "2020-01-01", "reason": "So."})
    assert "Choose one of the days shown" in words(wrong)
    browser.follow(browser.post(fresh.at("/held"), {"answer": day, "reason": "Rang Jo."}))
    assert fresh.only.state is CaseState.OPEN


def test_not_our_child_keeps_the_date_in_view(fresh: Council) -> None:
    fresh.asked(6)
    before = fresh.only
    browser = fresh.browser()
    browser.get(fresh.at("/not-ours"))
    page = words(
        browser.follow(
            browser.post(fresh.at("/not-ours"), {"asks": "not-ours", "reason": "Lives elsewhere."})
        )
    )
    assert "The date is kept" in page
    assert fresh.only.reached == before.reached
    browser.get(fresh.at("/not-ours"))
    browser.post(fresh.at("/not-ours"), {"asks": "ours", "reason": "Lives here after all."})
    assert (fresh.only.state, fresh.only.reached) == (CaseState.OPEN, before.reached)


def test_a_case_closed_by_mistake_says_how_it_is_opened_again(fresh: Council) -> None:
    fresh.asked(7)
    browser = fresh.browser()
    browser.get(fresh.at("/days"))
    told = {"event": "closed", "why": "The wrong case.", **day_fields("on", today())}
    page = words(browser.follow(browser.post(fresh.at("/days"), told)))
    assert "no date runs" in page
    assert "Open the case again" in page
    form = words(browser.get(fresh.at("/not-ours")))
    assert "The case goes on where it stood" in form
    assert "Not our child" not in form
    told = {"asks": "open-again", "reason": "It was another."}
    page = words(browser.follow(browser.post(fresh.at("/not-ours"), told)))
    assert "The case is open again" in page
    assert "Decide whether to assess" in page
    assert "Opened again. It was another." in page


def test_a_letter_from_a_parent_opens_a_case_and_counts_from_its_day(fresh: Council) -> None:
    browser, received = fresh.browser(), today() - timedelta(days=45)
    browser.get("/cases/new")
    told = {
        "source": "parent",
        "forename": "Bo",
        "surname": "Ash",
        **day_fields("born", today() - timedelta(days=3000)),
        **day_fields("received", received),
        "how": "A letter.",
    }
    browser.follow(browser.post("/cases/new", told))
    assert fresh.only.reached == received.date()
    page = words(browser.get("/cases?show=late"))
    assert "Bo Ash" in page
    assert "3 days" in page
    browser.get(fresh.at("/child"))
    missing = words(browser.post(fresh.at("/child"), {"pupil": "new"}))
    assert "Choose the sex" in missing
    browser.post(fresh.at("/child"), {"pupil": "new", "sex": "M", "upn_unknown": "UN2"})
    assert fresh.only.pupil_id is not None


def test_an_exception_is_recorded_with_what_shows_it(fresh: Council) -> None:
    fresh.asked()
    browser = fresh.browser()
    browser.get(fresh.at("/exceptions"))
    told = {
        "clock": "decide-assess/",
        "ground": "school-closed",
        "reason": "Closed for the summer.",
    }
    assert "Say what shows it" in words(browser.post(fresh.at("/exceptions"), told))
    told["evidence"] = "Term dates."
    page = words(browser.follow(browser.post(fresh.at("/exceptions"), told)))
    assert "The date stays as it is" in page
    assert "Closed for the summer." in page
    told["clock"] = "final-plan/nobody"
    assert "Choose a date of the list" in words(browser.post(fresh.at("/exceptions"), told))


def test_days_notes_advice_and_history_are_written_down(fresh: Council) -> None:
    fresh.asked()
    browser, now = fresh.browser(), today()
    browser.get(fresh.at("/notes"))
    page = words(browser.follow(browser.post(fresh.at("/notes"), {"text": "Mrs Oak rang."})))
    assert "Mrs Oak rang." in page
    browser.get(fresh.at("/advice/psychology"))
    said = {
        "document": "other",
        "title": "EP report of May",
        "sayer": "parent",
        "yes": "yes",
        "who": "Mrs Oak, mother",
        **day_fields("on", now),
    }
    page = words(browser.follow(browser.post(fresh.at("/advice/psychology"), said)))
    assert "Mrs Oak, mother" in page
    assert "Nothing yet" in page
    browser.get(fresh.at("/days"))
    told = {"event": "closed", **day_fields("on", now)}
    assert "There is a problem" in words(browser.post(fresh.at("/days"), told))
    told["why"] = ["The family took it back."]
    page = words(browser.follow(browser.post(fresh.at("/days"), told)))
    assert "The family took it back." in page
    assert fresh.only.state is CaseState.CLOSED
    history = words(browser.get(fresh.at("/history")))
    assert "Wrote a note" in history
    assert "A request arrived and the case began" in history
    rules = words(browser.get(fresh.at("/dates")))
    assert "No date runs" in rules


def test_a_service_is_asked_once_it_is_decided_to_assess(fresh: Council) -> None:
    fresh.asked(4)
    browser, now = fresh.browser(), today()
    browser.get(fresh.at("/child"))
    browser.post(fresh.at("/child"), {"pupil": "new"})
    assert browser.get(fresh.at("/advice/psychology/ask")).status_code == 400
    browser.get(fresh.at("/decide/assess"))
    yes = {"known": "0", "yes": "yes", **day_fields("decided", now)}
    browser.post(fresh.at("/decide/assess"), yes)
    page = browser.get(fresh.at("/advice/psychology/ask"))
    assert page.status_code == 200
    assert "A report" in words(page)
    refused = browser.post(fresh.at("/advice/psychology/ask"), {"question": "What helps?"})
    assert "There is a problem" in words(refused)
    told = {
        "body": "Larkshire Educational Psychology",
        "person": "Dr Ama Osei",
        "role": "educational psychologist",
        "type": "ep-report",
        "question": "What helps?",
        "consent_by": "Mrs Oak, mother",
        "consent_how": "spoken",
        **day_fields("consent_on", now),
        "joined": "999001",  # a body that has a node: it is asked by a sealed pack
    }
    other = words(browser.post(fresh.at("/advice/psychology/ask"), told))
    assert "The number is that of Elm Grove Primary School" in other
    found = browser.get(fresh.at("/advice/psychology/ask?find=elm+grove")).text
    choose = re.search(r'href="([^"]+)">Elm Grove Primary School<', found)
    assert choose is not None
    assert "They have joined" in words(browser.get(choose[1]))
    told = {one: told[one] for one in told if one not in ("body", "joined")}
    page = words(browser.follow(browser.post(choose[1], told)))
    assert "Asked Elm Grove Primary School" in page
    with fresh.here.node.inside.store.reading(fresh.here.org_id) as unit:
        (asked,) = advice_about(unit, str(fresh.only.pupil_id), fresh.only.case_id)
    assert asked.wanted_type == "ep-report"
    assert asked.due_on is None  # six weeks run once they have it
    assert "their six weeks do not run yet" in page
    assert "Elm Grove Primary School had our request" in words(browser.get(fresh.at("/days")))
    had = {"event": f"had/{asked.request_id}", **day_fields("on", now)}
    page = words(browser.follow(browser.post(fresh.at("/days"), had)))
    assert "Advice back: Elm Grove Primary School" in page
    for sayer in ("provider", "authority", "parent"):
        browser.get(fresh.at("/advice/medical"))
        said = {"document": "other", "title": "Letter", "sayer": sayer, "yes": "yes", "who": "X"}
        browser.post(fresh.at("/advice/medical"), {**said, **day_fields("on", now)})
    again = browser.get(fresh.at("/advice/medical/ask"))
    assert again.status_code == 400
    assert "must not be asked for again" in words(again)
    # The pupil's own page asks, too: advice for the assessment is counted at the case.
    elsewhere = {
        "kind": "school",
        "name": "Elm Grove Primary School",
        "number": "999001",
        "purpose": "ehc-assessment",
        "question": "What helps?",
        "given_by": "Mrs Oak, mother",
        "how": "spoken",
        **day_fields("given", now),
    }
    page_of = f"/pupils/{fresh.only.pupil_id}/advice/new"
    browser.get(page_of)
    for wanted, at_case in (("ot-report", 1), ("ep-report", 2)):
        answer = browser.post(page_of, {**elsewhere, "wanted": wanted})
        assert ("must not be asked for again" in words(answer)) is (at_case == 1)
        with fresh.here.node.inside.store.reading(fresh.here.org_id) as unit:
            found = advice_about(unit, str(fresh.only.pupil_id), fresh.only.case_id)
        assert len(found) == at_case


def test_a_request_that_lay_in_a_folder_shows_both_days(fresh: Council) -> None:
    bundle_id = fresh.asked()
    inside, org_id = fresh.here.node.inside, fresh.here.org_id
    with inside.store.unit(org_id) as unit:
        arrival = unit.arrivals.by_bundle(bundle_id)
        since = arrival.arrived_at - timedelta(days=3)
        unit.arrivals.update(replace(arrival, folder="drive", laid_at=since))
        unit.audit.record(CASEWORKER, "test.laid", "arrival", bundle_id)
        unit.commit()
    page = words(fresh.browser().get(fresh.at()))
    assert f"lay in the folder “drive” since {day(since)}" in page
    assert f"found it there on {day(arrival.arrived_at)}" in page
