"""The safeguarding lead's area over two live schools: what opens, for whom, and what never does."""

from __future__ import annotations

import io
import re
import time
from datetime import date
from typing import Any

import pytest

from exchange.domain.access import Role
from exchange.domain.transfer import State
from exchange.ports import Actor
from exchange.services.choose_destination import choose_destination
from exchange.services.keep_pupil import add_pupil
from exchange.services.safeguarding.overview import flag_of
from schemas.identifiers import Upn
from schemas.pupil import Names, Pupil
from tests.exchange.services.town import PDF, UPNS
from tests.exchange.web.pupils.helping import fields, submit
from tests.exchange.web.site import DSL_PASSPHRASE, Client, Place, Site

SENCO = Actor("Jo", "senco")
MARKER = b"CP-MARKER-7781"


@pytest.fixture(scope="module")
def pupil(site: Site) -> str:
    return made(site["primary"], 0, "Zelda", "Quillfeather")


def made(place: Place, number: int, forename: str, surname: str) -> str:
    """Add a pupil who goes to the secondary school."""
    record = Pupil(
        subject=f"{number:08x}-6666-4666-8666-666666666666",
        names=Names(surname=surname, forename=forename),
        date_of_birth=date(2015, 3, 9),
        sex="F",
        upn=Upn.parse(UPNS[number]),
    )
    inside = place.node.inside
    pupil_id = add_pupil(inside, place.org_id, record, SENCO)
    choose_destination(inside, place.org_id, pupil_id, "999002", "Riverside Academy", SENCO)
    return pupil_id


def lead(place: Place, *, unlock: bool = True) -> Client:
    """Return a browser of a safeguarding lead."""
    client = place.client(Role.DSL)
    if unlock:
        client.get("/safeguarding/unlock")
        answer = client.post("/safeguarding/unlock", {"passphrase": DSL_PASSPHRASE})
        assert answer.status_code == 303
    return client


def attach(client: Client, pupil_id: str, content: bytes = PDF + MARKER) -> Any:
    client.get(f"/safeguarding/pupils/{pupil_id}")
    return client.post(
        f"/safeguarding/pupils/{pupil_id}/files",
        {"files": (io.BytesIO(content), "meeting notes.pdf"), "title": "Case conference"},
        content_type="multipart/form-data",
    )


def test_locked_it_shows_no_file_and_asks_for_the_passphrase(site: Site, pupil: str) -> None:
    client = lead(site["primary"], unlock=False)
    assert "locked" in client.get("/safeguarding").text
    page = client.get(f"/safeguarding/pupils/{pupil}")
    assert "Locked" in page.text
    answer = client.get(f"/safeguarding/pupils/{pupil}/send")
    assert answer.status_code == 303
    assert "/safeguarding/unlock" in answer.headers["Location"]


def test_a_wrong_passphrase_opens_nothing(site: Site) -> None:
    client = lead(site["secondary"], unlock=False)
    client.get("/safeguarding/unlock")
    answer = client.post("/safeguarding/unlock", {"passphrase": "something else entirely"})
    assert answer.status_code == 200
    assert "There is a problem" in answer.text
    assert "something else" not in answer.text


def test_unlocking_goes_on_within_this_area_alone(site: Site) -> None:
    client = site["primary"].client(Role.DSL)
    client.get("/safeguarding/unlock?next=//evil.example/safeguarding")
    answer = client.post(
        "/safeguarding/unlock?next=//evil.example/safeguarding", {"passphrase": DSL_PASSPHRASE}
    )
    assert answer.headers["Location"].endswith("/safeguarding")
    assert "evil" not in answer.headers["Location"]


def test_a_file_is_kept_and_raises_the_flag(site: Site, pupil: str) -> None:
    place, client = site["primary"], lead(site["primary"])
    answer = attach(client, pupil)
    assert answer.status_code == 303, answer.text
    page = client.follow(answer).text
    assert "Case conference" in page
    with place.node.inside.store.reading(place.org_id) as unit:
        flag = flag_of(unit, pupil)
        assert not [one for one in unit.documents.of_pupil(pupil) if one.compartment == "cp"]
    assert flag is not None
    assert flag.flag


def test_the_file_opens_for_this_session_and_for_no_other(site: Site, pupil: str) -> None:
    place, client = site["primary"], lead(site["primary"])
    page = client.get(f"/safeguarding/pupils/{pupil}").text
    found = re.search(rf"/safeguarding/pupils/{pupil}/files/[0-9a-f-]+", page)
    assert found is not None
    answer = client.get(found[0])
    assert MARKER in answer.data
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    other = lead(place, unlock=False).get(found[0])
    assert other.status_code == 303
    assert MARKER not in other.data
    client.get("/safeguarding")
    client.post("/safeguarding/lock")
    assert client.get(found[0]).status_code == 303


def test_signing_out_locks_it(site: Site) -> None:
    place = site["secondary"]
    rooms = place.app.extensions["senx-parts"].more["rooms"]
    client = lead(place)
    before = repr(rooms)
    client.get("/safeguarding")
    client.post("/sign-out")
    assert repr(rooms) != before


@pytest.mark.parametrize("role", [one for one in Role if one is not Role.DSL])
def test_nobody_else_reaches_the_area(site: Site, pupil: str, role: Role) -> None:
    client = site["primary"].client(role)
    for path in ("", "/unlock", f"/pupils/{pupil}", f"/pupils/{pupil}/send"):
        assert client.get(f"/safeguarding{path}").status_code in (302, 403), path


def test_an_upload_to_a_locked_area_is_refused_and_leaves_nothing(site: Site, pupil: str) -> None:
    place = site["primary"]
    before = set(place.node.blobs.names(place.org_id))
    client = lead(place, unlock=False)
    client.get("/safeguarding")
    answer = client.post(
        f"/safeguarding/pupils/{pupil}/files",
        {"files": (io.BytesIO(PDF), "x.pdf")},
        content_type="multipart/form-data",
    )
    assert answer.status_code in (303, 422)
    assert set(place.node.blobs.names(place.org_id)) == before


def test_the_files_go_to_the_other_lead_alone(site: Site, pupil: str) -> None:
    client = lead(site["primary"])
    client.get(f"/safeguarding/pupils/{pupil}/send")
    answer = client.post(f"/safeguarding/pupils/{pupil}/send")
    assert answer.status_code == 303, answer.text
    site.settle()
    there = site["secondary"]
    with there.node.inside.store.reading(there.org_id) as unit:
        (arrival,) = list(unit.arrivals.all())
    assert arrival.state is State.COLLECTED, "no worker can open it"
    receiver = lead(there)
    assert "Open what waits" in receiver.get("/safeguarding").text
    assert receiver.post("/safeguarding/arrivals").status_code == 303
    page = receiver.get(f"/safeguarding/arrivals/{arrival.bundle_id}").text
    assert "Case conference" in page
    found = re.search(r"/safeguarding/arrivals/[0-9a-f-]+/documents/[0-9a-f-]+", page)
    assert found is not None
    answer = receiver.get(found[0])
    assert MARKER in answer.data
    assert "attachment" in answer.headers["Content-Disposition"]
    receiver.get(f"/safeguarding/arrivals/{arrival.bundle_id}")
    done = receiver.post(f"/safeguarding/arrivals/{arrival.bundle_id}", {"answer": "load"})
    assert done.status_code == 303, done.text
    used = (State.ACCEPTED, State.IMPORTED)
    for _ in range(30):  # the sender asks for receipts now and then
        site.settle()
        with site["primary"].node.inside.store.reading(site["primary"].org_id) as unit:
            sent = [one for one in unit.transfers.all() if one.kind == "cp-file"]
        if sent[-1].state in used:
            break
        time.sleep(0.2)
    assert sent[-1].state in used


def test_other_files_than_those_looked_at_are_not_sent(site: Site) -> None:
    place = site["primary"]
    who, client = made(place, 3, "Ottoline", "Quillfeather"), lead(place)
    assert attach(client, who).status_code == 303
    path = f"/safeguarding/pupils/{who}/send"
    looked = fields(client.get(path).text)
    assert attach(client, who, PDF + b"added meanwhile").status_code == 303
    client.get(path)  # the other tab; what was looked at in the first one is sent
    answer = client.post(path, looked)
    assert answer.status_code != 303
    assert "changed since you looked" in answer.text
    with place.node.inside.store.reading(place.org_id) as unit:
        assert not list(unit.transfers.all(who))
    assert submit(client, path).status_code == 303


def test_a_protected_move_through_the_pages(site: Site) -> None:
    place = site["primary"]
    pupil_id = made(place, 1, "Ottoline", "Marchbanks")
    client = lead(place)
    ada = place.person(Role.HEAD, name="Ada Head")
    page = f"/safeguarding/pupils/{pupil_id}"
    client.get(f"{page}/protect")
    me = client.account
    assert me is not None
    answer = client.post(
        f"{page}/protect",
        {"why": "domestic-abuse", "first": me.account_id, "second": ada.account_id},
    )
    assert answer.status_code == 303, answer.text
    client.get(f"{page}/destination")
    answer = client.post(
        f"{page}/destination", {"number": "999002", "confirmation": "Riverside Academy"}
    )
    assert answer.status_code == 303, answer.text
    assert "Riverside Academy" in client.get(page).text
    assert "Riverside Academy" in place.client(account=ada).get(f"{page}/destination").text
    third = lead(place)
    assert "Riverside Academy" not in third.get(page).text
    assert third.get(f"{page}/destination").status_code == 404
    assert third.get(f"{page}/send-protected").status_code == 404
    shown = client.get(f"{page}/send-protected")
    assert "Riverside Academy" in shown.text
    answer = client.post(f"{page}/send-protected")
    assert answer.status_code == 303, answer.text
    assert "Riverside Academy" not in third.get(page).text


def test_a_new_identity_through_the_pages(site: Site) -> None:
    place = site["primary"]
    pupil_id = made(place, 2, "Philippa", "Oldname")
    client = lead(place)
    page = f"/safeguarding/pupils/{pupil_id}/new-identity"
    client.get(page)
    answer = client.post(
        page,
        {
            "forename": "Philippa",
            "surname": "Newname",
            "born": ["9", "3", "2015"],
            "sex": "F",
            "upn": "",
        },
    )
    assert answer.status_code == 200, answer.text
    found = re.search(r'sx-code">([0-9a-f-]{36})<', answer.text)
    assert found is not None, answer.text
    with place.node.inside.store.reading(place.org_id) as unit:
        assert b"Oldname" not in unit.pupils.get(found[1]).record
    assert found[1] not in client.get(page).text
