"""A pack on its way between two live nodes: chosen, previewed, sent, seen, asked about, changed."""

from __future__ import annotations

import re
import time
from html import unescape
from pathlib import Path

from exchange.domain.access import Role
from exchange.services.accept import accept
from exchange.services.query import ask_question
from tests.exchange.services.town import SENCO
from tests.exchange.web.pupils.helping import errors_of, fields, pupil_at, senco, submit, title_of
from tests.exchange.web.site import Site
from tests.exchange.web.transfers.walking import arrived, attached, chosen, ready, sent


def test_a_school_is_found_told_apart_and_confirmed(own: Site) -> None:
    place, client = own["primary"], senco(own["primary"])
    who = pupil_at(place)
    page = client.get(f"/pupils/{who}/destination?q=8204002").text
    assert "Riverside Academy" in page
    assert "999002" in page
    assert "820/4002" in page
    assert "Has joined" in page
    wrong = chosen(client, who, "8202001")
    assert wrong.status_code == 422
    assert 'value="8202001"' in wrong.text
    same = chosen(client, who, "999002")  # the number by which it was found proves nothing
    assert same.status_code == 422
    assert chosen(client, who).status_code == 302
    page = client.get(f"/pupils/{who}").text
    assert "Riverside Academy" in page
    assert "Confirmed by" in page


def test_nobody_of_that_name_leads_to_a_hint_and_no_fault(own: Site) -> None:
    client = senco(own["primary"])
    who = pupil_at(own["primary"])
    for typed in ("Nowhere", "'; DROP TABLE", "\u202e", "x" * 300, "%00", "  "):
        answer = client.get(f"/pupils/{who}/destination", query_string={"q": typed})
        assert answer.status_code == 200, typed
    assert client.get(f"/pupils/{who}/destination/confirm?urn=123456").status_code == 404


def test_lives_that_have_no_school(own: Site) -> None:
    place, client = own["primary"], senco(own["primary"])
    who = pupil_at(place)
    path = f"/pupils/{who}/destination"
    assert submit(client, path, kind="home-educated").status_code == 302
    page = client.get(path).text
    assert "held here until" in page
    done = client.post(
        path, fields(page) | {"asked": "yes", "by": "family", "day": ["1", "9", "2026"]}
    )
    assert done.status_code == 302, errors_of(done.text)
    assert submit(client, path, kind="nothing-to-send").status_code == 302
    half = submit(client, path, kind="outside-england", name="Collège Imaginé")
    assert half.status_code == 422
    assert "Say which country." in half.text
    assert "Collège Imaginé" in half.text
    assert submit(client, path, kind="not-decided").status_code == 302
    assert "Not decided" in client.get(path).text


def test_the_preview_says_what_goes_what_stays_and_who_decides(own: Site, tmp_path: Path) -> None:
    place, client = own["primary"], senco(own["primary"])
    who, report = ready(place, client, tmp_path)
    attached(place, tmp_path, who, "camhs-report", "CAMHS letter")
    costed = attached(place, tmp_path, who, "provision-map-costed", "Costs")
    page = client.get(f"/pupils/{who}/preview").text
    assert page.index("Needs a decision") < page.index("Goes") < page.index("Stays here")
    assert "The clinician who wrote it" in page
    assert "The SENCO of Riverside Academy" in page
    assert "EP report" in page
    assert costed in page
    marked = submit(client, f"/pupils/{who}/documents/{report}/marks", not_for="school")
    assert marked.status_code == 302
    stays = client.get(f"/pupils/{who}/preview").text
    assert "Somebody marked it as not for them." in stays
    removed = client.get(f"/pupils/{who}/documents/{report}/marks")
    assert removed.status_code == 200
    off = client.post(f"/pupils/{who}/documents/{report}/marks", {"remove": "school"})
    assert off.status_code == 302
    assert "Somebody marked it" not in client.get(f"/pupils/{who}/preview").text


def test_a_decision_is_recorded_in_the_role_that_may(own: Site, tmp_path: Path) -> None:
    place, client = own["primary"], senco(own["primary"])
    who, _ = ready(place, client, tmp_path)
    letter = attached(place, tmp_path, who, "camhs-report", "CAMHS letter")
    path = f"/pupils/{who}/decisions/{letter}"
    half = submit(client, path, reason="named-recipient", by="Dr Clinician")
    assert half.status_code == 422
    assert any("person" in one for one in errors_of(half.text)), errors_of(half.text)
    done = submit(client, path, reason="named-recipient", by="Dr Clinician", person="Mx SENCO")
    assert done.status_code == 302, errors_of(done.text)
    assert "Needs a decision" not in client.get(f"/pupils/{who}/preview").text
    head_only = submit(client, path, reason="head-withholds", by="The head")
    assert head_only.status_code == 422
    head = place.client(Role.HEAD)
    assert submit(head, path, reason="head-withholds", by="Ada Head").status_code == 302
    assert "The head upholds an objection" in client.get(f"/pupils/{who}/preview").text


def test_the_safeguarding_lead_decides_what_is_theirs(own: Site, tmp_path: Path) -> None:
    place, client = own["primary"], senco(own["primary"])
    who, _ = ready(place, client, tmp_path)
    advice = attached(place, tmp_path, who, "social-care-advice", "Advice")
    assert "The safeguarding lead" in client.get(f"/pupils/{who}/preview").text
    path = f"/pupils/{who}/decisions/{advice}"
    assert "needed-for-provision" not in client.get(path).text
    lead = place.client(Role.DSL)
    assert submit(lead, path, reason="needed-for-provision", by="Dee Essel").status_code == 302
    assert lead.get(f"/pupils/{who}/preview").status_code == 403
    assert "Needs a decision" not in client.get(f"/pupils/{who}/preview").text
    assert "Dee Essel" in client.get(f"/pupils/{who}/preview").text


def test_a_pack_waits_for_the_head_who_was_asked(own: Site, tmp_path: Path) -> None:
    place, client = own["primary"], senco(own["primary"])
    who, _ = ready(place, client, tmp_path)
    assert submit(client, f"/pupils/{who}/ask-head", words="").status_code == 422
    assert submit(client, f"/pupils/{who}/ask-head", words="Please look").status_code == 302
    page = client.get(f"/pupils/{who}/preview").text
    assert "The head teacher was asked and has to decide." in page
    assert f"/pupils/{who}/send" not in page
    assert submit(client, f"/pupils/{who}/send").status_code == 422
    twice = submit(client, f"/pupils/{who}/ask-head", words="Again")
    assert "asked already" in twice.text


def test_a_refusal_waits_for_the_head_and_the_rest_goes(own: Site, tmp_path: Path) -> None:
    place, client = own["primary"], senco(own["primary"])
    who, report = ready(place, client, tmp_path)
    done = submit(client, f"/pupils/{who}/wishes", about=report, family="refuses")
    assert done.status_code == 302, errors_of(done.text)
    preview = client.get(f"/pupils/{who}/preview").text
    assert "The family objects" in preview
    assert "The head teacher" in preview
    first = submit(client, f"/pupils/{who}/send")
    assert first.status_code == 422  # it must be said what shall happen to the rest
    page = submit(client, f"/pupils/{who}/send", leave="go")
    assert page.status_code == 302
    bundle = page.headers["Location"].rpartition("/")[2]
    told = client.get(f"/transfers/{bundle}/why").text
    assert "The family objects" in told
    assert "Needs a decision" in told


def test_what_was_looked_at_goes_or_nothing(own: Site, tmp_path: Path) -> None:
    place, client = own["primary"], senco(own["primary"])
    who, _ = ready(place, client, tmp_path)
    preview = client.get(f"/pupils/{who}/preview").text
    link = re.search(rf'href="(/pupils/{who}/send[^"]*)"', preview)
    assert link is not None
    path = unescape(link[1])
    attached(place, tmp_path, who, "ep-report", "Added by somebody else")
    refused = submit(client, path)  # as the preview was, not as this page finds it
    assert refused.status_code == 422
    assert "changed since you looked" in refused.text
    with place.node.inside.store.reading(place.org_id) as unit:
        assert not list(unit.transfers.all(who))
    sent(client, who)


def test_a_pack_travels_and_each_step_is_seen(own: Site, tmp_path: Path) -> None:
    place, client = own["primary"], senco(own["primary"])
    who, report = ready(place, client, tmp_path)
    bundle = sent(client, who)
    page = client.get(f"/transfers/{bundle}")
    assert "on its way" in page.text
    state = client.get(f"/transfers/{bundle}/state?seen=queued").get_json()
    assert (state["done"], state["ended"]) == (0, False)
    arrived(own, client, bundle)
    state = client.get(f"/transfers/{bundle}/state?seen=queued").get_json()
    assert (state["done"], state["ended"]) == (3, True)
    assert state["next"] == f"/transfers/{bundle}"
    assert "Opened and checked there" in client.get(f"/transfers/{bundle}").text
    secondary = own["secondary"]
    accept(secondary.node.inside, secondary.org_id, bundle, SENCO)
    arrived(own, client, bundle, 4)
    page = client.get(f"/transfers/{bundle}").text
    assert "Accepted by a person at the school." in page
    assert page.count("a signed receipt came") == 3
    assert "EP report" in page
    assert "Oakenshaw" not in title_of(page)
    again = client.get(f"/pupils/{who}/preview").text
    assert "exactly this already" in again
    history = client.get(f"/pupils/{who}/history").text
    assert "Accepted by a person there" in history
    board = client.get("/leavers?show=accepted&q=Bel").text
    assert "Accepted" in board
    assert report


def test_an_update_says_what_is_new(own: Site, tmp_path: Path) -> None:
    place, client = own["primary"], senco(own["primary"])
    who, _ = ready(place, client, tmp_path)
    first = sent(client, who)
    arrived(own, client, first)
    attached(place, tmp_path, who, "slt-report", "Speech report")
    page = client.get(f"/pupils/{who}/preview").text
    assert "new since the last pack" in page
    assert page.count("new since the last pack") == 1
    second = sent(client, who)
    assert second != first
    assert "look at the update" in client.get(f"/transfers/{first}").text
    assert "Update for Riverside Academy" in client.get(f"/transfers/{second}").text


def test_a_wrong_school_is_put_right_with_honest_words(own: Site, tmp_path: Path) -> None:
    place, client = own["primary"], senco(own["primary"])
    who, _ = ready(place, client, tmp_path)
    bundle = sent(client, who)
    arrived(own, client, bundle)
    page = client.get(f"/pupils/{who}/destination").text
    assert "Call it back before you choose another school" in page
    recall = client.get(f"/transfers/{bundle}/recall").text
    assert "cannot be undone" in recall
    assert submit(client, f"/transfers/{bundle}/recall").status_code == 302
    page = client.get(f"/transfers/{bundle}").text
    assert "Called back" in page
    again = client.get(f"/transfers/{bundle}/recall").text
    assert "cannot be called back" in again
    deleted = "Called back, and the school signed that it deleted its copy."
    for _ in range(30):
        own.settle()
        if deleted in (page := client.get(f"/transfers/{bundle}").text):
            break
        time.sleep(0.2)
    assert deleted in page


def test_a_question_is_answered_beside_the_pack(own: Site, tmp_path: Path) -> None:
    place, client = own["primary"], senco(own["primary"])
    who, _ = ready(place, client, tmp_path)
    bundle = sent(client, who)
    arrived(own, client, bundle)
    secondary = own["secondary"]
    with secondary.node.inside.store.reading(secondary.org_id) as unit:
        arrival = unit.arrivals.by_bundle(bundle)
    ask_question(
        secondary.node.inside, secondary.org_id, arrival, "Which reading scheme?", (), SENCO
    )
    for _ in range(30):
        own.settle()
        if "1 message" in client.get(f"/transfers/{bundle}").text:
            break
        time.sleep(0.2)
    assert "1 message" in client.get(f"/transfers/{bundle}").text
    board = client.get("/leavers").text
    assert "question waits" in board or "questions wait" in board
    assert f"/transfers/{bundle}/questions" in board
    path = f"/transfers/{bundle}/questions"
    page = client.get(path).text
    assert "Which reading scheme?" in page
    assert submit(client, path, text="").status_code == 422
    assert submit(client, path, text="The blue one").status_code == 302
    assert "The blue one" in client.get(path).text
    administrator = place.client(Role.SEN_ADMINISTRATOR)
    administrator.get(path)
    assert administrator.post(path, {"text": "x"}).status_code == 403


def test_the_administrator_prepares_and_never_sends(own: Site, tmp_path: Path) -> None:
    place = own["primary"]
    client = place.client(Role.SEN_ADMINISTRATOR)
    who, _ = ready(place, senco(place), tmp_path)
    preview = client.get(f"/pupils/{who}/preview")
    assert preview.status_code == 200
    assert f"/pupils/{who}/send" not in preview.text
    assert "The SENCO sends the pack." in preview.text
    board = client.get("/leavers").text
    assert "Send those who are ticked" not in board
    for path in (f"/pupils/{who}/send", "/leavers/send"):
        assert client.get(path).status_code == 403
        assert client.post(path, {"pupil": who, "confirmed": "yes"}).status_code == 403
    bundle = sent(senco(place), who)
    assert client.post(f"/transfers/{bundle}/recall").status_code == 403


def test_many_go_at_once_and_the_exceptions_stand_on_one_page(own: Site, tmp_path: Path) -> None:
    place, client = own["primary"], senco(own["primary"])
    good = [ready(place, client, tmp_path, forename=f"Good{n}")[0] for n in (1, 2)]
    nowhere = pupil_at(place, "Nowhere")
    waits, _ = ready(place, client, tmp_path, forename="Waits")
    attached(place, tmp_path, waits, "camhs-report", "CAMHS letter")
    client.get("/leavers")
    page = client.post("/leavers/send", {"pupil": [*good, nowhere, waits]})
    assert page.status_code == 200
    assert "1 pack cannot go yet" in page.text
    assert "1 pack wants a decision" in page.text
    assert "2 packs go" in page.text
    sent_ = client.post("/leavers/send", fields(page.text))
    assert sent_.status_code == 302, errors_of(sent_.text)
    where = sent_.headers["Location"]
    for _ in range(100):
        state = client.get(f"{where}/state").get_json()
        if state["ended"]:
            break
    assert (state["done"], state["total"]) == (4, 4)
    page = client.get(where).text
    assert "2 packs did not go" in page
    assert "2 packs are on the way" in page
    assert senco(own["secondary"]).get(where).status_code == 404


def test_another_schools_packs_are_unknown(own: Site, tmp_path: Path) -> None:
    place, client = own["primary"], senco(own["primary"])
    who, report = ready(place, client, tmp_path)
    bundle = sent(client, who)
    stranger = senco(own["secondary"])
    known = stranger.get("/transfers/00000000-0000-4000-8000-000000000000")
    for path in (
        f"/transfers/{bundle}",
        f"/transfers/{bundle}/state",
        f"/transfers/{bundle}/why",
        f"/transfers/{bundle}/recall",
        f"/transfers/{bundle}/questions",
        f"/pupils/{who}/preview",
        f"/pupils/{who}/send",
        f"/pupils/{who}/destination",
        f"/pupils/{who}/wishes",
        f"/pupils/{who}/decisions/{report}",
        f"/pupils/{who}/documents/{report}",
        f"/pupils/{who}/documents/{report}/file",
        f"/pupils/{who}/documents/{report}/marks",
    ):
        answer = stranger.get(path)
        assert answer.status_code == 404, path
        strip = re.compile(r'value="[^"]*"')
        assert strip.sub("", answer.text) == strip.sub("", known.text), path
