"""A review from its planning to the authority's decision, through the pages of both."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

from lxml import html
from pypdfium2 import PdfDocument

from exchange.domain.access import Role
from exchange.domain.clocks import london_day, transfer_year
from exchange.domain.transfer import State
from exchange.ports import Arrival
from exchange.services.keep_pupil import add_pupil, keep_record
from exchange.services.recall import recall
from exchange.services.reviews.keeping import review_of
from schemas.base import dump_bytes
from schemas.ehc import EhcPlan, EhcStatus
from tests.exchange.services.town import SENCO, pupil_record
from tests.exchange.web.cases.council import Council
from tests.exchange.web.reviews.walking import (
    HELD,
    TODAY,
    begun,
    day,
    finished,
    no_number,
    paper_of,
    posted,
    saved,
    seen_in,
    with_plan,
)
from tests.exchange.web.site import Client, Place, Site
from tests.journeys.machine import wait_for


def arrived(council: Place) -> Arrival:
    with council.node.inside.store.reading(council.org_id) as unit:
        (found,) = (one for one in unit.arrivals.outlines() if one.kind == "report")
    return found


def board_of(client: Client) -> str:
    """Return the board; just after a start its list is still being put together."""
    shown: list[str] = []

    def is_there() -> bool:
        shown[:] = [client.get("/reviews").text]
        return "being put together" not in shown[0]

    wait_for("the board", is_there)
    return shown[0]


def test_the_board_says_what_is_due_and_leads_to_it(school: Place, senco: Client) -> None:
    pupil_id = with_plan(school, 0)
    page = board_of(senco)
    assert "Anna Oak" in page
    assert "Plan the review" in page
    assert f"/pupils/{pupil_id}/review" in page
    reader = board_of(school.client(Role.HEAD))
    assert f"/pupils/{pupil_id}/review" not in reader  # reads, and plans nothing


def test_a_review_goes_from_its_plan_to_the_authority_and_back(site: Site, senco: Client) -> None:
    school, council = site["primary"], site["council"]
    Council(site).asked(1)  # the council knows this child by a case
    pupil_id = with_plan(school, 1)
    paper = paper_of(school, pupil_id)
    review = finished(senco, pupil_id)
    saved(senco, f"{review}/papers", {"documents": [paper], **day("out", HELD)})
    page = senco.get(review).text
    assert "<svg" in page
    assert 'style="' not in page  # the policy allows no style in a page

    preview = senco.get(f"{review}/send").text
    assert "Larkshire Council" in preview
    assert "Annual review report" in preview
    saved(senco, f"{review}/send", {})
    assert senco.get(f"{review}/send").status_code == 404  # it goes once
    site.settle()

    casework = council.client(Role.LA_CASEWORKER)
    listed = casework.get("/review-reports").text
    (theirs,) = re.findall(r"/review-reports/[0-9a-f]+", listed)
    shown = casework.get(theirs).text
    assert "I like &lt;the&gt; small group." in shown
    assert "Amend the plan" in shown
    assert "Report of May" in shown
    files = re.findall(rf"{theirs}/documents/[0-9a-f-]+", shown)
    assert len(files) == 2  # the paper of the meeting, and the report to be read
    for file in files:
        assert casework.get(file).data.startswith(b"%PDF")
    assert arrived(council).state is State.VERIFIED  # looking accepts nothing
    refused = posted(casework, theirs, {"outcome": "amend", **day("told", TODAY)})
    assert "Give the day on which the notice of amendments was sent." in refused.text
    decided = {"outcome": "amend", **day("told", TODAY), **day("notice", TODAY)}
    page = saved(casework, theirs, decided | {"reasons": "Outcome <1> was reached."}).text
    assert "was told by a secure message" in page
    assert "Final plan after the review" in page
    assert arrived(council).state is State.ACCEPTED

    assert "Its reasons" not in senco.get(review).text  # not before it came
    site.settle()
    page = senco.get(review).text
    assert "It told us by a secure message." in page
    assert "Outcome &lt;1&gt; was reached." in page
    saved(casework, theirs, decided | day("final", TODAY))
    site.settle()
    assert "Note when everybody who was invited had the report." in senco.get(review).text
    saved(senco, f"{review}/told", day("day", TODAY))
    assert "Nothing is left to do." in senco.get(review).text

    (case,) = set(re.findall(r"/cases/[0-9a-f-]{36}", casework.get(theirs).text))
    at_case = casework.get(case).text
    assert "Reviews of the plan" in at_case
    assert f'href="{theirs}"' in at_case
    assert casework.post(f"{theirs}/case", {}).status_code == 303  # of another child
    assert "Reviews of the plan" not in casework.get(case).text
    assert "Whose case is it?" in casework.get(theirs).text
    casework.post(f"{theirs}/case", {"case": case.rpartition("/")[2]})
    assert "Reviews of the plan" in casework.get(case).text


def test_a_pupils_page_leads_to_the_reviews_of_the_plan(school: Place, senco: Client) -> None:
    inside, here = school.node.inside, school.org_id
    pupil_id = add_pupil(inside, here, pupil_record(6), SENCO)
    assert "Reviews of the EHC plan" not in senco.get(f"/pupils/{pupil_id}").text
    plan = EhcPlan(subject=pupil_id, authority="820", status=EhcStatus.FINAL)
    keep_record(inside, here, pupil_id, dump_bytes(plan), SENCO)
    page = senco.get(f"/pupils/{pupil_id}").text
    assert f'href="/pupils/{pupil_id}/review"' in page
    review = begun(senco, pupil_id)
    page = senco.get(f"/pupils/{pupil_id}").text
    assert f'href="{review}"' in page
    assert f'href="/pupils/{pupil_id}/review"' not in page  # one review at a time


def test_the_leavers_board_shows_the_last_safe_review_of_a_plan(
    school: Place, senco: Client
) -> None:
    board_of(senco)  # its rows are there
    move = transfer_year(TODAY)
    safe = date(move, 2, 15) - timedelta(days=84)
    pupil_id = with_plan(school, 7, nc_year="6")  # the others have a plan, and do not move yet
    page = senco.get("/leavers").text
    assert page.count("Last safe day for the review meeting") == 1
    assert f"{safe.day} {safe:%B %Y}" in page
    assert f'href="/pupils/{pupil_id}/review"' in page
    begun(senco, pupil_id)
    page = senco.get("/leavers").text
    assert f"Planned for {HELD.day} {HELD:%B %Y}" in page
    assert f'href="/pupils/{pupil_id}/review"' not in page


def test_the_report_is_a_pdf_once_it_is_finished(school: Place, senco: Client) -> None:
    pupil_id = with_plan(school, 2, authority="301")
    review = begun(senco, pupil_id)
    assert senco.get(f"{review}/report.pdf").status_code == 404
    saved(senco, f"{review}/held", day("meeting", HELD))
    saved(senco, f"{review}/report", {"recommendation": "keep", "finish": "yes"})
    answer = senco.get(f"{review}/report.pdf")
    assert answer.mimetype == "application/pdf"
    text = PdfDocument(answer.data)[0].get_textpage().get_text_bounded()
    assert "Keep the plan as it is" in text
    saved(senco, f"{review}/report", {"recommendation": "end", "finish": "yes"})
    with school.node.inside.store.reading(school.org_id) as unit:
        (document,) = unit.documents.of_pupil(pupil_id)  # the earlier edition is not there any more
    assert document.type == "annual-review"
    handed = senco.get(f"{review}/send").text
    assert "has not joined" in handed
    saved(senco, f"{review}/send", day("handed", TODAY))
    assert "Handed over." in senco.get(review).text


def test_what_is_written_before_the_meeting_is_kept_and_not_finished(
    school: Place, senco: Client
) -> None:
    review = begun(senco, with_plan(school, 3))
    answer = posted(
        senco,
        f"{review}/report",
        {"recommendation": "keep", "progress": "Some.", "finish": "yes"},
    )
    assert "What you wrote is saved." in answer.text
    assert "Some." in senco.get(f"{review}/report").text


def test_a_mistyped_number_of_a_guest_is_unknown(school: Place, senco: Client) -> None:
    review = begun(senco, with_plan(school, 4))
    assert senco.get(f"{review}/people/1").status_code == 404
    saved(senco, f"{review}/people", {"name": "Ana Oak", "invited_as": "family"})
    assert "A health care professional" in senco.get(f"{review}/people").text
    saved(
        senco,
        f"{review}/people/1",
        {"name": "Ana Oak", "invited_as": "family", **day("answered", TODAY)},
    )
    saved(senco, f"{review}/people/1", {"name": "Ana Oak", "invited_as": "family", "remove": "yes"})
    assert "Ana Oak" not in senco.get(f"{review}/people").text


def test_the_family_and_a_service_are_invited_from_the_review(school: Place, senco: Client) -> None:
    school.app.extensions["senx-parts"].more["share_url"] = "https://share.example"
    pupil_id = with_plan(school, 0, "301", **no_number("Una"))
    paper = paper_of(school, pupil_id)
    review = begun(senco, pupil_id, TODAY + timedelta(days=30))
    for name, whom in (("Ana Oak", "family"), ("Sam Reed", "health")):
        saved(senco, f"{review}/people", {"name": name, "invited_as": whom})
    saved(senco, f"{review}/papers", {"documents": [paper]})

    assert "Nobody of the family is listed." in senco.get(f"{review}/people/1").text
    new = {"relationship": "parent", "responsibility": "yes", "forbidden": "no"}
    page = saved(senco, f"/pupils/{pupil_id}/family/new", {"name": "Ana Oak"} | new)
    member = page.request.path.rpartition("/")[2]
    page = senco.get(f"{review}/people/1").text
    assert "Ana Oak" in page
    who = {"member": member, **seen_in(page)}
    answer = senco.post(f"{review}/people/1/family", who)
    assert answer.headers["Location"] == f"/pupils/{pupil_id}/family/{member}"
    contact = {"mail": "ana@home.example", "channel": "read-out", "phone": "01632 960111"}
    contact["confirmed"] = "Known since 2019"
    saved(senco, answer.headers["Location"], contact)
    page = senco.get(f"{review}/people/1").text
    assert "Link to their page" in page
    page = senco.follow(senco.post(f"{review}/people/1/papers", seen_in(page))).text
    assert "They can open the papers" in page

    ask = f"/pupils/{pupil_id}/advice/new?review={review.rpartition('/')[2]}&guest=2"
    assert ask.replace("&", "&amp;") in senco.get(f"{review}/people/2").text
    page = senco.get(ask).text
    assert re.search(rf'value="{paper}"[^>]* checked', page)
    sent = {
        **contact,
        **{name: fields_in(page, name) for name in ("kind", "person", "question", "note", "seen")},
        **{"purpose": "referral", "wanted": "other", "given_by": "Nobody", "how": "not-needed"},
        **day("given", TODAY),
        "name": "Speech therapy",
        "role": "therapist",
        "shared": [paper],
    }
    answer = senco.post(ask, sent)
    assert answer.headers["Location"] == f"{review}/people/2", answer.text
    assert "Asked by link" in senco.get(f"{review}/people/2").text
    page = " ".join(html.fromstring(senco.get(review).text).text_content().split())
    task = page.partition("ask for advice and views")[2]
    assert re.match(r" ?2 invited, 0 answered ?Done", task), task[:60]
    listed = senco.get(f"{review}/people").text
    assert listed.count("Not yet") == 2  # their advice: both have the invitation and the papers
    assert senco.get(ask.replace("guest=2", "guest=9")).status_code == 404


def test_a_report_that_was_called_back_is_sent_again(school: Place, senco: Client) -> None:
    review = finished(senco, with_plan(school, 0, **no_number("Kit")))
    saved(senco, f"{review}/send", {})
    assert "Send it again" not in senco.get(review).text
    inside, here = school.node.inside, school.org_id
    with inside.store.reading(here) as unit:
        bundle = review_of(unit, review.rpartition("/")[2]).bundle_id
    recall(inside, here, bundle, SENCO)
    assert "does not have the report" in senco.get(review).text
    assert "does not have the report" in board_of(senco)
    assert f'href="{review}/send"' in senco.follow(senco.post(f"{review}/send/anew")).text


def fields_in(page: str, name: str) -> str:
    """Return what a field of a form begins with."""
    form = html.fromstring(page)
    (found,) = form.xpath(
        f'//textarea[@name="{name}"]|//input[@name="{name}"][@checked or not(@type="radio")]'
    )
    return str(found.text if found.tag == "textarea" else found.get("value"))


def test_term_dates_are_pasted_and_a_wrong_line_is_named(school: Place, senco: Client) -> None:
    senco.get("/term-dates")
    year = transfer_year(london_day(datetime.now(UTC))) - 1  # in which this school year began
    good = f"Autumn 1: 2 September {year} to 23 October {year}"
    terms = f"{good}\nAutumn 2 until Christmas"
    refused = senco.post("/term-dates", {"terms": terms, "closed": "", "version": "0"})
    assert "Line 2 cannot be read." in refused.text
    assert "Autumn 2 until Christmas" in refused.text  # nothing typed is lost
    saved(senco, "/term-dates", {"terms": good, "closed": f"INSET: 2/9/{year}", "version": "0"})
    page = senco.get("/term-dates").text
    assert good in page
    assert f"INSET: 2 September {year}" in page
    assert "Look for a term or a half term that is missing." in page
    stale = senco.post("/term-dates", {"terms": good, "closed": "", "version": "0"})
    assert "Somebody else changed it." in stale.text


def test_a_move_between_authorities_has_its_clocks(site: Site) -> None:
    casework = site["council"].client(Role.LA_CASEWORKER)
    casework.get("/plan-moves/new")
    moved = TODAY - timedelta(days=30)
    answer = casework.post(
        "/plan-moves/new",
        {"direction": "in", "child": "Zed Ash", "other": "Norshire", **day("moved", moved)},
    )
    move = answer.headers["Location"]
    assert "Enter when the plan came over." in casework.get(move).text
    saved(casework, move, {**day("came", moved), **day("last_review", moved)})
    page = casework.get(move).text
    assert "The new local authority tells the family" in page
    assert "The new local authority reviews the plan" in page
    assert "Zed Ash" in casework.get("/plan-moves").text


def test_an_authority_that_knew_shortly_before_a_move_has_its_15_working_days(site: Site) -> None:
    casework = site["council"].client(Role.LA_CASEWORKER)
    casework.get("/plan-moves/new")
    new = {"direction": "out", "child": "Yan Ash", "other": "Norshire", **day("moved", TODAY)}
    move = casework.post("/plan-moves/new", new).headers["Location"]
    day_of_move = f"{TODAY.day} {TODAY:%B %Y}"
    assert casework.get(move).text.count(day_of_move) == 2  # of the move, and by when
    saved(casework, move, day("aware", TODAY - timedelta(days=3)))
    assert casework.get(move).text.count(day_of_move) == 1


def test_every_rule_stands_on_its_page_with_its_regulation(senco: Client) -> None:
    page = senco.get("/dates-of-the-law").text
    for words in ("25. ", "reg 9(3B)", "[2022] EWHC 493", "84 days before 15 February"):
        assert words in page, words


def test_the_summary_names_nobody_and_hides_what_is_small(school: Place, senco: Client) -> None:
    finished(senco, with_plan(school, 5))
    governor = school.client(Role.GOVERNOR)
    assert "/counts/on-time" in governor.get("/counts").text
    page = governor.get("/counts/on-time").text
    assert not re.search("Ann[a-h]|Oak", page)
    assert "Not shown" in page
    assert "not shown</text>" in page  # drawn as well
    assert 'style="' not in page
    empty = governor.get(f"/counts/on-time?year={TODAY.year - 2}").text
    assert "There is nothing to count in this school year yet." in empty
    assert governor.get("/reviews").status_code == 403
