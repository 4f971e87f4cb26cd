"""The pages of a request, from the first line to the council's receipt."""

from __future__ import annotations

import io
import re
import time
import uuid
import zipfile
from datetime import date
from typing import Any

from exchange.domain.access import Role
from exchange.services.ehc_request.keeping import request_file
from exchange.services.keep_pupil import keep_record
from exchange.services.messages import send_message
from exchange.services.record_disclosure import mark
from schemas.base import dump_bytes
from schemas.message import Message, MessageKind
from schemas.people import Person
from tests.exchange.services.ehc_request.school import plan_of
from tests.exchange.services.town import SENCO
from tests.exchange.web.pupils.helping import pupil_at, submit
from tests.exchange.web.site import Client, Place, Site

_REQUEST = re.compile(r"/ehc-requests/([0-9a-f-]{36})")


def begun(
    place: Place, client: Client, council: str = "820", whose: str = "school"
) -> tuple[str, str]:
    """Return a pupil and a request that was begun on the page."""
    pupil = pupil_at(place)
    keep_record(place.node.inside, place.org_id, pupil, dump_bytes(plan_of(pupil)), SENCO)
    answer = submit(client, f"/pupils/{pupil}/ehc-request", authority=council, requested_by=whose)
    assert answer.status_code == 302, answer.text
    found = _REQUEST.search(answer.headers["Location"])
    assert found is not None
    return pupil, found.group(1)


def until(town: Site, client: Client, path: str, words: str) -> str:
    """Let the workers go round until a page says so; receipts are asked for now and then."""
    for _ in range(80):
        town.settle()
        page = str(client.get(path).text)
        if words in page:
            return page
        time.sleep(0.25)
    raise AssertionError(words)


def saved(client: Client, path: str, **answers: Any) -> Any:
    answer = submit(client, path, **answers)
    assert answer.status_code == 302, answer.text
    return client.follow(answer)


def test_the_guided_request_is_filled_in_and_written_section_by_section(town: Site) -> None:
    client = town["primary"].client(Role.SEN_ADMINISTRATOR)
    pupil, ehc = begun(town["primary"], client)
    base = f"/ehc-requests/{ehc}"
    page = client.get(base).text
    assert "Larkshire Council" in page
    assert "It has joined" in page
    cycles = client.get(f"{base}/write/cycles").text
    assert "PLAN-WORDS phonics" in cycles
    costs = client.get(f"{base}/write/costs").text
    assert "£470.25" in costs
    assert "£5,529.75 below it" in costs
    page = saved(client, f"{base}/write/reasons", needs_reason="Four years behind.").text
    assert "Saved" in page
    point = f"{base}/write/point-development"
    saved(client, point, text="Sleeps badly.")
    assert "Sleeps badly." in client.get(point).text
    saved(client, f"{base}/write/costs/1", rate="20", staff="2")
    assert "£1,140.00" in client.get(f"{base}/write/costs").text  # 28.5 h x 2 x 20
    saved(client, f"{base}/write/costs/1", rate="0")
    saved_all = client.get(f"{base}/write/costs").text
    assert "For every line that has none" in saved_all
    once = client.post(f"{base}/write/costs", {"_form": "RateForm", "rate": "10.00"})
    assert once.status_code == 302
    assert "£570.00" in client.get(f"{base}/write/costs").text  # 28.5 h x 2 x 10
    wrong = submit(client, f"{base}/write/costs/1", rate="a lot")
    assert wrong.status_code == 422
    assert "pounds and pence" in wrong.text
    more = {"name": "Jo Ray", "on": ["1", "6", "2026"]}
    saved(
        client,
        f"{base}/write/consents/new",
        to="contact-professionals",
        given="yes",
        voice="parent",
        **more,
    )
    listed = client.get(f"{base}/write/consents").text
    assert "Jo Ray" in listed
    client.post(f"{base}/finish/consents")
    checked = client.get(f"{base}/check").text
    assert "None of this stops the request" in checked
    assert "Sleeps badly." in checked
    assert "has agreed that the council may ask" not in checked
    assert client.get(f"{base}/print").status_code == 200
    assert client.get(f"{base}/request.pdf").data.startswith(b"%PDF")
    again = client.get(f"/pupils/{pupil}/ehc-request")
    assert again.status_code == 302


def test_only_councils_that_can_be_asked_are_offered_and_by_their_names(town: Site) -> None:
    client = town["primary"].client(Role.SENCO)
    pupil = pupil_at(town["primary"])
    page = client.get(f"/pupils/{pupil}/ehc-request").text
    offered = re.findall(r"<option[^>]*>\s*([^<]*?)\s*</option>", page)
    assert "Birmingham (330)" in offered
    assert not [one for one in offered if "census" in one or "Cardiff" in one]
    asked_of = [one for one in offered if re.search(r"\(\d{3}\)$", one)]
    assert asked_of == sorted(asked_of)
    home = client.get(f"/pupils/{pupil}/details").text
    assert "Cardiff" in home  # a child may live there
    assert "census schema" not in home


def test_what_may_not_go_any_more_is_read_through_first(town: Site) -> None:
    place = town["primary"]
    client = place.client(Role.SENCO)
    pupil, ehc = begun(place, client)
    base = f"/ehc-requests/{ehc}"
    mark(place.node.inside, place.org_id, f"{pupil}/sen-support-plan", "la", SENCO)
    page = client.get(f"{base}/check").text
    assert "was filled in from it" in page
    done = client.post(f"{base}/finish/read-through")
    assert done.status_code == 302
    assert "was filled in from it" not in client.get(f"{base}/check").text
    taken = client.follow(client.post(f"{base}/finish/cycles", {"take": "1"}))
    assert "Nothing new was found" in taken.text


def test_an_administrator_prepares_and_cannot_send(town: Site) -> None:
    client = town["primary"].client(Role.SEN_ADMINISTRATOR)
    _, ehc = begun(town["primary"], client)
    base = f"/ehc-requests/{ehc}"
    assert "The SENCO sends it" in client.get(base).text
    assert f"{base}/send" not in client.get(f"{base}/check").text
    for path in ("send", "files", "handed-in", "withdraw", "answer"):
        assert client.get(f"{base}/{path}").status_code == 403
        assert client.post(f"{base}/{path}").status_code == 403


def test_two_who_write_one_section_lose_nothing(town: Site) -> None:
    one, two = town["primary"].client(Role.SENCO), town["primary"].client(Role.SENCO)
    _, ehc = begun(town["primary"], one)
    path = f"/ehc-requests/{ehc}/write/reasons"
    old = re.search(r'name="version"[^>]*value="([^"]*)"', one.get(path).text)
    assert old is not None
    saved(two, path, needs_reason="The other's words.")
    clash = submit(one, path, needs_reason="My words.", version=old.group(1))
    assert clash.status_code == 409
    assert "The other&#39;s words." in clash.text
    assert "My words." in clash.text
    other = saved(one, f"/ehc-requests/{ehc}/write/point-needs", text="Another section.")
    assert other.status_code == 200


def test_it_goes_arrives_and_its_clock_is_on_the_page(town: Site) -> None:
    place = town["primary"]
    client, head = place.client(Role.SENCO), place.client(Role.HEAD)
    _, ehc = begun(place, client)
    base = f"/ehc-requests/{ehc}"
    saved(client, f"{base}/ask-head", words="Please look at the costs.")
    assert "1 EHC request for you to approve" in head.get("/approvals").text
    stopped = client.get(f"{base}/check").text
    assert "head teacher was asked" in stopped
    assert "Please look at the costs." in head.get(base).text
    looked = re.search(r'name="seen" value="([0-9a-f]{64})"', head.get(f"{base}/decide").text)
    assert looked is not None
    stale = head.post(f"{base}/decide", {"yes": "yes", "seen": "0" * 64})
    assert "Something was changed since you looked." in stale.text
    saved(head, f"{base}/decide", yes="yes", seen=looked.group(1))
    seen = re.search(r"send\?seen=([0-9a-f]{64})", client.get(f"{base}/check").text)
    assert seen is not None
    page = saved(client, f"{base}/send", seen=seen.group(1), post="SENCO")
    assert "on its way to the council" in page.text
    page = until(town, client, base, "Opened")
    assert "Decide whether to assess" in page
    assert "42 days left" in page
    board = client.get("/ehc-requests").text
    assert "Decide whether to assess" in board
    assert "exactly this already" in client.get(f"{base}/check").text


def test_a_parents_own_request_goes_with_their_word_and_no_other(town: Site) -> None:
    client = town["primary"].client(Role.SENCO)
    _, ehc = begun(town["primary"], client, whose="parent")
    base = f"/ehc-requests/{ehc}"
    assert (
        "Record under Agreement that a parent makes the request" in client.get(f"{base}/check").text
    )
    said = {"to": "request", "given": "yes", "voice": "parent", "name": "Ana Quill"}
    saved(client, f"{base}/write/consents/new", **said, on=["1", "9", "2026"])
    mark_ = re.search(r"send\?seen=([0-9a-f]{64})", client.get(f"{base}/check").text)
    assert mark_ is not None
    page = client.get(f"{base}/send").text
    assert "Ana Quill makes this request" in page
    assert "As what do you send it?" in page
    saved(client, f"{base}/send", seen=mark_.group(1), post="SENCO")
    answer = submit(client, f"{base}/write/council", requested_by="school")
    assert "It has gone as it is" in answer.text


def test_what_was_changed_since_the_look_does_not_go(town: Site) -> None:
    client = town["primary"].client(Role.SENCO)
    _, ehc = begun(town["primary"], client)
    base = f"/ehc-requests/{ehc}"
    mark = re.search(r"send\?seen=([0-9a-f]{64})", client.get(f"{base}/check").text)
    assert mark is not None
    saved(client, f"{base}/write/reasons", needs_reason="New.")
    answer = submit(client, f"{base}/send", seen=mark.group(1), post="SENCO")
    assert answer.status_code == 422
    assert "changed since you looked" in answer.text


def test_files_for_a_council_that_has_not_joined_and_the_day_it_went(town: Site) -> None:
    client = town["primary"].client(Role.SENCO)
    _, ehc = begun(town["primary"], client, "330")
    base = f"/ehc-requests/{ehc}"
    assert client.get(f"{base}/send").status_code == 302
    page = client.get(f"{base}/check").text
    mark = re.search(r"files\?seen=([0-9a-f]{64})", page)
    assert mark is not None
    answer = submit(client, f"{base}/files", seen=mark.group(1), post="SENCO")
    assert answer.mimetype == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert archive.testzip() is None
        assert len(archive.namelist()) == 2
        assert not [one for one in archive.namelist() if "Oak" in one]
    early = submit(client, f"{base}/handed-in", how="Portal", on=["1", "1", "2099"])
    assert early.status_code == 422
    page = saved(client, f"{base}/handed-in", how="Portal", on=["2", "1", "2026"])
    assert "2 January 2026" in page.text
    assert "13 February 2026" in page.text
    told = {"how": "By hand", "on": ["5", "1", "2026"]}
    page = saved(client, f"{base}/handed-in", which="correct", **told)
    assert "16 February 2026" in page.text
    answer = submit(client, f"{base}/answer", what="assess-no", decided=["10", "2", "2026"])
    assert "reasons that the letter gives" in answer.text
    page = saved(
        client, f"{base}/answer", what="assess-no", decided=["10", "2", "2026"], reasons="Enough."
    )
    assert "They will not assess" in page.text
    assert "Take it back" not in page.text
    later = {"what": "assess-yes", "decided": ["20", "2", "2026"]}
    page = saved(client, f"{base}/answer", **later)  # after mediation
    assert "They will assess" in page.text
    assert "Take it back" in page.text
    issued = {"what": "issued", "decided": ["27", "2", "2026"]}
    page = saved(client, f"{base}/answer", **issued)
    assert "The final plan is issued" in page.text


def test_a_council_that_has_joined_can_be_handed_the_files_too_as_long_as_no_pack_went(
    town: Site,
) -> None:
    client = town["primary"].client(Role.SENCO)
    _, ehc = begun(town["primary"], client)
    base = f"/ehc-requests/{ehc}"
    assert "Hand it in another way" in client.get(f"{base}/check").text
    assert "Do this only where it cannot be sent" in client.get(f"{base}/files").text
    page = saved(client, f"{base}/handed-in", how="By hand", on=["2", "1", "2026"])
    assert "13 February 2026" in page.text
    _, other = begun(town["primary"], client)
    base = f"/ehc-requests/{other}"
    seen = re.search(r"send\?seen=([0-9a-f]{64})", client.get(f"{base}/check").text)
    assert seen is not None
    saved(client, f"{base}/send", seen=seen.group(1), post="SENCO")
    assert client.get(f"{base}/files").status_code == 302
    assert client.get(f"{base}/handed-in").status_code == 302


def test_taking_it_back(town: Site) -> None:
    client = town["primary"].client(Role.SENCO)
    pupil, ehc = begun(town["primary"], client)
    page = saved(client, f"/ehc-requests/{ehc}/withdraw", why="The family moves.")
    assert "Withdrawn" in page.text
    assert "The family moves." in client.get(f"/ehc-requests/{ehc}").text
    assert client.get(f"/ehc-requests/{ehc}/write/reasons").status_code == 302
    assert client.get(f"/pupils/{pupil}/ehc-request").status_code == 200
    assert "Withdrawn" in client.get("/ehc-requests?over=1").text


def test_a_draft_of_a_section_is_kept_for_its_writer(town: Site) -> None:
    client = town["primary"].client(Role.SENCO)
    _, ehc = begun(town["primary"], client)
    path = f"/ehc-requests/{ehc}/write/reasons"
    client.get(path)
    kept = client.post(f"/drafts{path}", {"_form": "ReasonsForm", "needs_reason": "Half a sen"})
    assert kept.status_code == 200, kept.text
    assert "Half a sen" in client.get(path).text


def test_the_council_asks_and_is_answered(town: Site) -> None:
    place, council = town["primary"], town["council"]
    client = place.client(Role.SENCO)
    _, ehc = begun(place, client)
    base = f"/ehc-requests/{ehc}"
    seen = re.search(r"send\?seen=([0-9a-f]{64})", client.get(f"{base}/check").text)
    assert seen is not None
    saved(client, f"{base}/send", seen=seen.group(1), post="SENCO")
    town.settle()
    with place.node.inside.store.reading(place.org_id) as unit:
        bundle = request_file(unit, ehc).bundles[0]
    question = Message(
        subject=str(uuid.uuid4()),
        kind=MessageKind.QUESTION,
        written=date(2026, 7, 1),
        written_by=Person(name="Larkshire", role="SEN team"),
        text="It could not be checked (content-damaged).",
    )
    inside = council.node.inside
    send_message(inside, council.org_id, place.org_id, question, bundle, bundle, SENCO)
    page = until(town, client, base, "could not be checked")
    assert "Needs attention" in page
    page = saved(client, f"{base}/questions", text="We send it again.").text
    assert "We answered" in page
    assert "Needs attention" not in client.get("/ehc-requests").text.split(ehc)[1][:600]
