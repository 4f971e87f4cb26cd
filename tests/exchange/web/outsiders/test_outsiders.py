"""Staff's side of links: from the pupil's page to a school that has not joined, and to a family."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pdfminer.high_level import extract_text

from exchange.bundle.outer import read_outer
from exchange.domain.access import Role
from exchange.faces.share import create_app as create_share
from exchange.ports import Actor
from exchange.ports.schools import ReadSchool, RegisterSource, School, SchoolStatus
from exchange.services.approve import approvals, decide
from exchange.services.keep_pupil import add_pupil
from exchange.services.letters import KIND as LETTER
from exchange.services.links.answers import take
from exchange.services.links.door import Door
from exchange.services.links.model import KIND as LINK
from exchange.services.places import choose_outside_school
from exchange.store.sql import SqlStore
from exchange.web.here import KEY
from exchange.wiring_outward import keys_of
from keys import age
from keys.links import LinkSecret
from tests.exchange.services.town import pupil_record
from tests.exchange.web.site import Client, Place, Site, made_site

SHARE = "https://share.example"
HILL = School(
    urn="999777",
    name="Hill Special School",
    status=SchoolStatus.OPEN,
    laestab="8207777",
    telephone="01632 960777",
)
SENCO = Actor("Jo Brown", "senco")
CONTACT = {
    "mail": "ravi@hill.example",
    "channel": "read-out",
    "phone": "01632 960777",
    "confirmed": "Rang the number on GIAS",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with made_site(tmp_path_factory.mktemp("site"), "primary", "secondary") as made:
        place = made["primary"]
        place.app.extensions[KEY].more["share_url"] = SHARE
        register = place.node.inside.register
        assert register is not None
        source = RegisterSource([ReadSchool(2, HILL)], "0" * 64)
        register.replace(source, datetime.now(UTC).replace(microsecond=0))
        yield made


@pytest.fixture
def place(site: Site) -> Place:
    return site["primary"]


def share_of(place: Place) -> Flask:
    """Return the share face of a node, as its own process makes it: without keys."""
    inside = place.node.inside
    door = Door(
        SqlStore(place.node.engine, None, inside.clock),
        place.node.blobs,
        inside.clock,
        keys_of(place.node.directory),
    )
    return create_share(door, share_url=SHARE, floor_seconds=0.0)


def leaver(place: Place, number: int) -> str:
    inside, org_id = place.node.inside, place.org_id
    # Without a UPN: all tests of a file share one school, and a UPN is there once.
    record = pupil_record(number, subject=str(uuid4()), upn=None, upn_unknown="UN1")
    pupil_id = add_pupil(inside, org_id, record, SENCO)
    choose_outside_school(inside, org_id, pupil_id, HILL.urn, HILL.name, SENCO)
    head = place.person(Role.HEAD)
    with inside.store.reading(org_id) as unit:
        waiting = approvals(unit, "waiting")
    for one in waiting:
        who = Actor(head.name, "head")
        decide(inside, org_id, one.approval_id, head.account_id, who, yes=True)
    return pupil_id


def address(place: Place, link: str) -> str:
    """Return the address of a link, which is on its way by mail and nowhere else."""
    with place.node.inside.store.reading(place.org_id) as unit:
        lookup = unit.items.get(LINK, link).lookup
        facts = [one.content["facts"] for one in unit.items.all(LETTER)]  # type: ignore[index]
    sent = [str(one["link"]) for one in facts if "link" in one]  # type: ignore[index, operator, call-overload]
    return next(
        one for one in sent if LinkSecret.from_text(one.rpartition("/")[2]).lookup == lookup
    )


def link_id(location: str) -> str:
    found = re.search(r"/links/([0-9a-f-]{36})", location)
    assert found is not None
    return found[1]


def outsider(place: Place) -> FlaskClient:
    return share_of(place).test_client()


def come_in(place: Place, browser: FlaskClient, link: str, senco: Client) -> str:
    """Follow a link with the code that staff read out; return the page behind it."""
    path = address(place, link).removeprefix(SHARE)
    assert browser.get(path, base_url=SHARE).status_code == 200
    browser.post(path, base_url=SHARE)
    senco.get(f"/links/{link}")
    shown = senco.post(f"/links/{link}/code")
    code = re.search(r'class="sx-code">(\d{4} \d{4})<', shown.text)
    assert code is not None
    entered = browser.post(f"{path}/code", data={"code": code[1]}, base_url=SHARE)
    assert entered.status_code == 303
    return browser.get(entered.headers["Location"], base_url=SHARE).text


def test_pack_goes_by_link_and_comes_back_accepted(place: Place) -> None:
    pupil = leaver(place, 0)
    senco = place.client(Role.SENCO)
    assert "Hill Special School" in senco.get(f"/pupils/{pupil}/pick-up").text
    sent = senco.post(f"/pupils/{pupil}/pick-up", CONTACT | {"name": "Ravi Hill", "role": "SENCO"})
    assert sent.status_code == 303
    link = link_id(sent.headers["Location"])
    page = senco.get(f"/links/{link}")
    assert "Ravi Hill" in page.text
    behind = re.search(r'href="(/transfers/[^"]+)"', page.text)
    assert behind is not None
    waits = senco.get(behind[1]).text  # whoever is rung for a code finds it, before anybody came in
    assert "waits behind a link" in waits
    assert "within a minute" not in waits
    assert f'href="{behind[1]}/link"' in waits
    browser = outsider(place)
    shown = come_in(place, browser, link, senco)
    read_out = senco.post(f"/links/{link}/code").text
    assert "The last code has been used" in read_out
    assert "sx-code" not in read_out
    assert "Anna Oak" in shown
    assert "<title>Transfer pack - SEN Exchange</title>" in shown
    pdf = browser.get("/pack/summary.pdf", base_url=SHARE)
    assert pdf.data.startswith(b"%PDF-")
    assert pdf.headers["Content-Disposition"] == 'attachment; filename="pack-summary.pdf"'
    form = re.search(r'name="form_token" value="([0-9a-f]{64})"', shown)
    assert form is not None
    accepted = browser.post("/pack/accept", data={"form_token": form[1]}, base_url=SHARE)
    assert accepted.status_code == 303
    assert "You have accepted" in browser.get("/pack", base_url=SHARE).text
    take(place.node.inside)
    shown = senco.get(f"/links/{link}").text
    assert "Accepted" in shown
    pack = re.search(r'href="(/transfers/[^"]+)"', shown)
    assert pack is not None
    assert f"{pack[1]}/link" in senco.get(pack[1]).text
    assert link in senco.get(f"{pack[1]}/link").headers["Location"]
    senco.get(f"/links/{link}")
    assert "signed by us" in senco.last


def test_a_sen_administrator_notes_the_family_and_sends_nothing(place: Place) -> None:
    pupil = leaver(place, 4)
    administrator = place.client(Role.SEN_ADMINISTRATOR)
    base = f"/pupils/{pupil}/family"
    told = {"name": "Ana Oak", "relationship": "parent", "responsibility": "yes"}
    administrator.get(f"{base}/new")
    noted = administrator.post(f"{base}/new", told | {"forbidden": "no"})
    page = administrator.follow(noted).text
    assert "The SENCO sends them a link." in page
    assert "Ana Oak" in page
    assert "Send a link" not in page
    assert "What they can open" not in page
    sends = re.search(
        rf'href="({base}/[^"/]+)">Send a link', place.client(Role.SENCO).get(base).text
    )
    assert sends is not None
    for path in (sends[1], f"{sends[1]}/papers"):
        assert administrator.get(path).status_code == 403
        assert administrator.post(path, dict(CONTACT)).status_code == 403


def test_pick_up_form_says_what_is_missing(place: Place) -> None:
    pupil = leaver(place, 1)
    senco = place.client(Role.SENCO)
    senco.get(f"/pupils/{pupil}/pick-up")
    answer = senco.post(f"/pupils/{pupil}/pick-up", {"mail": "nobody", "channel": "nonsense"})
    assert answer.status_code == 200
    assert "There is a problem" in answer.text
    assert "Enter name of the SENCO there" in answer.text


def test_sent_twice_leads_to_the_same_link_and_revoked_to_a_new_one(place: Place) -> None:
    pupil = leaver(place, 2)
    senco = place.client(Role.SENCO)
    form = CONTACT | {"name": "Ravi Hill", "role": "SENCO"}
    senco.get(f"/pupils/{pupil}/pick-up")
    first = link_id(senco.post(f"/pupils/{pupil}/pick-up", form).headers["Location"])
    senco.get(f"/pupils/{pupil}/pick-up")
    again = link_id(senco.post(f"/pupils/{pupil}/pick-up", form).headers["Location"])
    assert again == first
    senco.get(f"/links/{first}")
    senco.post(f"/links/{first}/revoke")
    senco.get(f"/pupils/{pupil}/pick-up")
    new = link_id(senco.post(f"/pupils/{pupil}/pick-up", form).headers["Location"])
    assert new != first


def test_a_family_is_invited_speaks_and_is_answered(place: Place) -> None:
    pupil = leaver(place, 3)
    senco = place.client(Role.SENCO)
    base = f"/pupils/{pupil}/family"
    assert "Nobody is noted here yet" in senco.get(base).text
    senco.get(f"{base}/new")
    noted = senco.post(
        f"{base}/new",
        {
            "name": "Ana Oak",
            "relationship": "parent",
            "responsibility": "yes",
            "forbidden": "no",
        },
    )
    assert noted.status_code == 303
    member = noted.headers["Location"]
    senco.get(member)
    invited = senco.post(member, CONTACT | {"mail": "ana@home.example"})
    link = link_id(invited.headers["Location"])
    browser = outsider(place)
    shown = come_in(place, browser, link, senco)
    assert "Hill Special School" in shown
    token = re.search(r'name="form_token" value="([0-9a-f]{64})"', shown)
    assert token is not None
    said = {"form_token": token[1], "correction": "Her name is Anna."}
    assert browser.post("/family/correction", data=said, base_url=SHARE).status_code == 303
    take(place.node.inside)
    page = senco.get(base).text
    assert "Her name is Anna." in page
    answer = re.search(r'href="([^"]+/corrections/[^"]+)"', page)
    assert answer is not None
    senco.get(answer[1])
    assert senco.post(answer[1], {"answer": "Corrected."}).status_code == 303
    assert "Corrected." in browser.get("/family", base_url=SHARE).text
    senco.get(f"{base}/conversation")
    wrote = senco.post(
        f"{base}/conversation",
        {
            "member": member.rpartition("/")[2],
            "how": "telephone",
            "views": "She loves maps.",
            "may_send": "yes",
        },
    )
    assert wrote.status_code == 303
    assert "She loves maps." in senco.get(base).text
    papers = senco.get(f"{member}/papers")
    assert papers.status_code == 200
    senco.get(f"{member}/end")
    assert senco.post(f"{member}/end").status_code == 303
    assert browser.get("/family", base_url=SHARE).status_code == 404


def test_a_guest_copy_is_made_and_taken_away(site: Site, place: Place) -> None:
    pupil = leaver(place, 6)
    senco = place.client(Role.SENCO)
    path = f"/pupils/{pupil}/guest-copy"
    assert "Hill Special School" in senco.get(path).text
    form = {"name": "Ravi Hill", "role": "SENCO", "organisation": "Hill Special School"}
    made = senco.post(path, form)
    passphrase = re.search(r'class="sx-code">([a-z2-9-]{24})<', made.text)
    file = re.search(r'href="(/guest-copies/[^"]+/file)"', made.text)
    assert passphrase is not None
    assert file is not None
    copy = senco.get(file[1])
    assert copy.data.startswith(b"PK")
    assert copy.headers["Content-Disposition"].startswith("attachment; ")
    payload = read_outer(io.BytesIO(copy.data)).payload
    plain = age.open_seekable(payload, [age.ScryptIdentity(passphrase[1])]).read()
    bag = zipfile.ZipFile(io.BytesIO(plain))
    assert b"Oak" in bag.read("data/records/pupil.json")
    paper = extract_text(io.BytesIO(bag.read("data/documents/000-to-read-first.pdf")))
    assert "In full: Name, birthday and contact details" in paper
    assert "Oak" in paper
    history = senco.get(f"/pupils/{pupil}/history").text
    assert "A guest copy was made for one person" in history
    assert "Ravi Hill, SENCO, Hill Special School" in history
    for stranger in (site["secondary"].client(Role.SENCO), place.client(Role.TEACHER)):
        assert stranger.get(file[1]).status_code in (403, 404)


def test_a_pack_that_changed_since_it_was_looked_at_leaves_by_no_way(place: Place) -> None:
    senco = place.client(Role.SENCO)
    names = {"name": "Ravi Hill", "role": "SENCO", "organisation": "Hill Special School"}
    pupil = leaver(place, 7)
    for way in ("pick-up", "guest-copy"):
        path = f"/pupils/{pupil}/{way}"
        mark = re.search(r'name="seen" value="([0-9a-f]{64})"', senco.get(path).text)
        assert mark is not None
        choose_outside_school(
            place.node.inside, place.org_id, pupil, HILL.urn, HILL.name, SENCO
        )  # the same once more is no change
        refused = senco.post(path, CONTACT | names | {"seen": mark[1][::-1]})
        assert refused.status_code == 200
        assert "changed since you looked" in refused.text
        assert "sx-code" not in refused.text
        with place.node.inside.store.reading(place.org_id) as unit:
            assert not list(unit.transfers.all(pupil))
    made = senco.post(path, CONTACT | names | {"seen": mark[1]})
    assert "sx-code" in made.text


def test_links_of_another_organisation_are_not_there(site: Site, place: Place) -> None:
    pupil = leaver(place, 4)
    senco = place.client(Role.SENCO)
    senco.get(f"/pupils/{pupil}/pick-up")
    form = CONTACT | {"name": "Ravi Hill", "role": "SENCO"}
    link = link_id(senco.post(f"/pupils/{pupil}/pick-up", form).headers["Location"])
    stranger = site["secondary"].client(Role.SENCO)
    for path in (f"/links/{link}", f"/pupils/{pupil}/family", f"/pupils/{pupil}/pick-up"):
        assert stranger.get(path).status_code == 404


def test_token_is_nowhere_in_database_or_blobs(place: Place) -> None:
    pupil = leaver(place, 5)
    senco = place.client(Role.SENCO)
    senco.get(f"/pupils/{pupil}/pick-up")
    form = CONTACT | {"name": "Ravi Hill", "role": "SENCO"}
    link = link_id(senco.post(f"/pupils/{pupil}/pick-up", form).headers["Location"])
    token = address(place, link).rpartition("/")[2]
    come_in(place, outsider(place), link, senco)
    files = [path for path in Path(place.node.home.root).rglob("*") if path.is_file()]
    assert any(path.name.startswith("node.db") for path in files)
    for path in files:
        content = path.read_bytes()
        assert token.encode() not in content, path.name
        assert b"ravi@hill" not in content, path.name
        assert b"Anna" not in content, path.name
    with place.node.inside.store.reading(place.org_id) as unit:
        assert unit.items.count(LINK) > 0
