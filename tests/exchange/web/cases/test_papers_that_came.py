"""What reaches a council by mail, on paper or from a parent, a caseworker files to the case."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from exchange.domain.access import Role
from tests.exchange.services.tray.papers import pdf_saying
from tests.exchange.web.cases.council import Council, day_fields, words
from tests.exchange.web.tray.conftest import Desk

LETTER = pdf_saying("Speech and language therapy report", "Seen at the clinic on 3 May 2026.")
KNOWN = {"looked": "yes", "compared": ["name", "born"]}
"""What somebody says who has looked at it: nothing that a machine can read tells whose it is."""


def placed(council: Council, number: int) -> str:
    """Let a request arrive, say whose case it is, and return the child's id."""
    council.asked(number)
    browser = council.browser()
    browser.get(council.at("/child"))
    browser.post(council.at("/child"), {"pupil": "new"})
    return council.only.pupil_id or ""


def test_a_paper_is_added_at_the_case_filed_and_offered_to_the_panel(fresh: Council) -> None:
    browser, pupil = fresh.browser(), placed(fresh, 0)
    page = browser.get(fresh.at()).text
    assert f'name="pupil" value="{pupil}"' in page
    desk = Desk(fresh.here, browser)
    there = desk.post(("Scan 0001.pdf", LETTER), pupil=pupil).headers["Location"]
    desk.settle()
    assert "Not for the panel" in words(browser.get(there))
    told = {"type": "slt-report", "title": "Report of the clinic"}
    assert browser.post(there, told).status_code == 422  # the letter names nobody
    filed = browser.post(there, told | KNOWN | {"matched": pupil})
    assert filed.headers["Location"].endswith(f"/cases/{fresh.only.case_id}#documents")
    assert "Report of the clinic" in words(browser.get(fresh.at()))
    assert "Report of the clinic" in words(browser.get(fresh.at("/panel")))


def test_what_is_not_for_the_panel_is_at_the_case_and_in_no_pack(fresh: Council) -> None:
    browser, pupil = fresh.browser(), placed(fresh, 1)
    desk = Desk(fresh.here, browser)
    there = desk.post(("letter.pdf", LETTER), pupil=pupil).headers["Location"]
    desk.settle()
    browser.get(there)
    told = {"type": "slt-report", "title": "A private letter", "not_for": ["panel"]}
    assert browser.post(there, told | KNOWN | {"matched": pupil}).status_code == 302
    assert "A private letter" in words(browser.get(fresh.at()))
    chosen = browser.get(fresh.at("/panel")).text
    boxes = re.findall(r'<input[^>]*name="paper[^>]*>', chosen)
    with fresh.here.node.inside.store.reading(fresh.here.org_id) as unit:
        (private,) = (
            one for one in unit.documents.of_pupil(pupil) if one.title == "A private letter"
        )
    assert all(private.document_id not in one for one in boxes)


def test_a_mailed_report_is_filed_as_a_specialists_and_leads_back_to_the_case(
    fresh: Council,
) -> None:
    browser, pupil = fresh.browser(), placed(fresh, 2)
    desk = Desk(fresh.here, browser)
    upload = desk.post(("mail.pdf", LETTER), pupil=pupil).headers["Location"].rpartition("/")[2]
    early = browser.get(f"/documents/{upload}/report")
    assert early.status_code == 303
    assert browser.get(early.headers["Location"]).status_code == 200
    desk.settle()
    page = browser.get(f"/documents/{upload}/report")
    assert page.status_code == 200
    told = {
        "pupil": pupil,
        "how": "mail",
        "type": "slt-report",
        "author": "Rosa Bell",
        "role": "Speech and language therapist",
        **day_fields("written", datetime(2026, 5, 3, tzinfo=UTC)),
    }
    unsure = browser.post(f"/documents/{upload}/report", told)
    assert unsure.status_code == 422  # the letter names nobody: a person says by what they know
    told |= {"looked": "yes", "matched": pupil, "compared": ["name", "born"]}
    answer = browser.post(f"/documents/{upload}/report", told)
    assert answer.status_code == 303, words(answer)
    assert f"/cases/{fresh.only.case_id}" in answer.headers["Location"]


def test_a_case_of_nobody_says_what_comes_first_and_a_panel_member_adds_nothing(
    fresh: Council,
) -> None:
    fresh.asked(3)
    assert "first say whose case it is" in words(fresh.browser().get(fresh.at()))
    assert fresh.browser().get("/tray/folder").status_code == 403
    assert fresh.browser(Role.PANEL_MEMBER).get("/tray").status_code == 403
