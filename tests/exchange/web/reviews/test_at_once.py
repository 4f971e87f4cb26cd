"""Two who write one review at once: nobody's words are lost, and nothing goes that nobody saw."""

from __future__ import annotations

from datetime import timedelta

from exchange.domain.access import Role
from exchange.services.reviews.keeping import review_of
from exchange.services.reviews.reporting import finish_report, save_report
from tests.exchange.services.town import SENCO
from tests.exchange.web.reviews.walking import (
    HELD,
    TODAY,
    begun,
    day,
    finished,
    no_number,
    opened,
    paper_of,
    saved,
    seen_in,
    version_in,
    with_plan,
)
from tests.exchange.web.site import Client, Place


def test_of_two_who_write_at_once_the_second_sees_what_the_first_saved(
    school: Place, senco: Client
) -> None:
    review = begun(senco, with_plan(school, 0, **no_number("Una")))
    colleague = school.client(Role.SEN_ADMINISTRATOR)
    path = f"{review}/report"
    mine, theirs = opened(senco, path), opened(colleague, path)
    first = {"progress": "Outcome <1> was reached.\r\nSo was 2.", "sections": ["E"]}
    assert colleague.post(path, theirs | first).status_code == 303
    answer = senco.post(path, mine | {"progress": "My own words."})
    assert "Somebody else changed this" in answer.text
    assert "Outcome &lt;1&gt; was reached." in answer.text
    assert "E: Outcomes" in answer.text
    assert "My own words." in answer.text
    assert "Outcome &lt;1&gt; was reached." in colleague.get(path).text  # nothing was lost
    both = {"version": version_in(answer.text), "progress": "Both.", "author_role": "SENCO"}
    assert senco.post(path, both).status_code == 303  # now that they know of it
    senco.get(path)
    assert senco.post(path, both).status_code == 303  # the button was pressed twice


def test_who_came_is_not_noted_by_a_list_that_has_changed(school: Place, senco: Client) -> None:
    review = begun(senco, with_plan(school, 1, **no_number("Ida")))
    for name in ("Ana Ash", "Dr Moss"):
        saved(senco, f"{review}/people", {"name": name, "invited_as": "health"})
    mine = opened(senco, f"{review}/held")
    colleague = school.client(Role.SEN_ADMINISTRATOR)
    first = {"name": "Ana Ash", "invited_as": "health", "remove": "yes"}
    saved(colleague, f"{review}/people/1", first)
    answer = senco.post(f"{review}/held", mine | {**day("meeting", HELD), "came": ["0"]})
    assert "Somebody else changed this" in answer.text
    assert "It was held." not in senco.get(review).text


def test_what_was_not_seen_does_not_go(school: Place, senco: Client) -> None:
    pupil_id = with_plan(school, 2, **no_number("Sol"))
    paper, review = paper_of(school, pupil_id), finished(senco, pupil_id)
    mine = opened(senco, f"{review}/send")
    saved(senco, f"{review}/papers", {"documents": [paper]})
    answer = senco.post(f"{review}/send", mine)
    assert "Somebody changed it meanwhile." in answer.text
    saved(senco, f"{review}/send", {})


def test_a_place_in_the_list_is_not_taken_for_the_person_who_was_shown(
    school: Place, senco: Client
) -> None:
    pupil_id = with_plan(school, 1, **no_number("Joy"))
    paper = paper_of(school, pupil_id)
    review = begun(senco, pupil_id, TODAY + timedelta(days=30))
    listed = (("Dr Moss", "health"), ("Ana Ash", "family"), ("Tom Ash", "family"))
    for name, whom in listed:
        saved(senco, f"{review}/people", {"name": name, "invited_as": whom})
    saved(senco, f"{review}/papers", {"documents": [paper]})
    new = {"relationship": "parent", "responsibility": "yes", "forbidden": "no"}
    page = saved(senco, f"/pupils/{pupil_id}/family/new", {"name": "Ana Ash"} | new)
    member = page.request.path.rpartition("/")[2]
    shown = senco.get(f"{review}/people/2")
    assert "Ana Ash</h1>" in shown.text
    first = {"name": "Dr Moss", "invited_as": "health", "remove": "yes"}
    saved(school.client(Role.SEN_ADMINISTRATOR), f"{review}/people/1", first)
    told = {"member": member, **seen_in(shown.text)}
    for path in ("family", "papers"):
        answer = senco.post(f"{review}/people/2/{path}", told)
        assert answer.headers["Location"] == f"{review}/people"
        assert "Somebody changed the list meanwhile." in senco.follow(answer).text
    with school.node.inside.store.reading(school.org_id) as unit:
        guests = review_of(unit, review.rpartition("/")[2]).guests
    assert [(one.name, one.member) for one in guests] == [("Ana Ash", ""), ("Tom Ash", "")]


def test_a_request_for_advice_is_noted_of_whom_its_page_showed(
    school: Place, senco: Client
) -> None:
    school.app.extensions["senx-parts"].more["share_url"] = "https://share.example"
    pupil_id = with_plan(school, 2, **no_number("Ned"))
    review = begun(senco, pupil_id, TODAY + timedelta(days=30))
    for name in ("Dr Moss", "Sam Reed", "Lee Holt"):
        saved(senco, f"{review}/people", {"name": name, "invited_as": "health"})
    ask = f"/pupils/{pupil_id}/advice/new?review={review.rpartition('/')[2]}&guest=2"
    shown = seen_in(senco.get(ask).text)
    colleague = school.client(Role.SEN_ADMINISTRATOR)
    away = {"invited_as": "health", "remove": "yes"}
    saved(colleague, f"{review}/people/1", {"name": "Dr Moss", **away})
    sent = {
        **{"kind": "health", "name": "Speech therapy", "person": "Sam Reed", "role": "therapist"},
        **{"mail": "sam@service.example", "channel": "read-out", "phone": "01632 960111"},
        **{"confirmed": "Known since 2019", "purpose": "referral", "wanted": "other"},
        **{"question": "What helps?", "note": "A duty", "given_by": "Nobody", "how": "not-needed"},
        **day("given", TODAY),
    }
    answer = senco.post(ask, sent | shown)
    assert answer.headers["Location"] == f"{review}/people/1", answer.text
    assert "Asked by link" in senco.get(f"{review}/people/1").text
    assert "Asked by link" not in senco.get(f"{review}/people/2").text  # who is second by now
    saved(colleague, f"{review}/people/1", {"name": "Sam Reed", **away})
    senco.get(ask.replace("guest=2", "guest=1"))
    assert senco.post(ask, sent | shown).status_code == 409


def test_a_report_that_was_corrected_does_not_go_with_the_pdf_of_before(
    school: Place, senco: Client
) -> None:
    review = finished(senco, with_plan(school, 0, **no_number("Wyn")))
    inside, here, review_id = school.node.inside, school.org_id, review.rpartition("/")[2]
    with inside.store.reading(here) as unit:
        before = review_of(unit, review_id)
    told = {**before.report, "changes": "A second adult."}
    save_report(inside, here, review_id, told, SENCO, based_on=before.version)
    finish_report(inside, here, review_id, SENCO)  # and the process is killed before it is filed
    answer = senco.post(f"{review}/send", opened(senco, f"{review}/send"))
    assert "Finish the report once more." in answer.text
    saved(senco, f"{review}/report", {"recommendation": "amend", "finish": "yes"})
    with inside.store.reading(here) as unit:
        after = review_of(unit, review_id)
    assert after.report_document not in ("", before.report_document)
    saved(senco, f"{review}/send", {})
    with inside.store.reading(here) as unit:
        assert review_of(unit, review_id).sent is not None
