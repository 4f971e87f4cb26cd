"""A protected move, looked for in every page, file and record that somebody else may open.

The school to which it goes is named nowhere else in this town: wherever one of its marks stands,
somebody learnt it who must not.
"""

from __future__ import annotations

import io
import json
import re
import uuid
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from exchange.cli.main import main as senx
from exchange.domain.access import Role
from exchange.domain.family import Relationship, Responsibility
from exchange.domain.protection import Why
from exchange.domain.transfer import State
from exchange.ports import Actor
from exchange.services.accept import accept
from exchange.services.choose_destination import choose_destination
from exchange.services.keep_pupil import add_pupil, keep_record
from exchange.services.links import family, members
from exchange.services.links.members import Member
from exchange.services.links.model import Inviter, Person
from exchange.services.links.pick_up import Means
from exchange.services.protect import protect
from exchange.services.queue_bundle import Order
from exchange.services.recall import recall
from exchange.services.send import send
from exchange.services.trust import organisation
from exchange.web.reach import TABLE
from schemas.base import dump_bytes
from schemas.ehc import EhcPlan, EhcStatus
from schemas.identifiers import Upn, Urn
from schemas.people import Person as Adult
from schemas.pupil import Names, Pupil
from schemas.school import School
from schemas.sen import TransitionPlan
from tests.exchange.services.town import UPNS
from tests.exchange.web.site import DSL_PASSPHRASE, Client, Place, Site, made_site
from tests.exchange.web.test_reach import path_of

SENCO = Actor("Jo", "senco")
MARKS = ("Riverside Academy", "999002", "8204002", "820/4002")
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@dataclass
class Story:
    """A town in which one child's move is protected."""

    site: Site
    primary: Place
    pupil: str
    known: tuple[Client, Client]
    earlier: str
    pack: str

    @property
    def marks(self) -> tuple[str, ...]:
        return (*MARKS, self.site["secondary"].org_id)

    def found_in(self, text: str) -> list[str]:
        return [mark for mark in self.marks if mark in text]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    with made_site(tmp_path_factory.mktemp("protected"), "primary", "secondary", "council") as site:
        yield told(site)


def told(site: Site) -> Story:
    """Let it happen: a pack to the council, two parents with links, then the protection."""
    place = site["primary"]
    inside, here = place.node.inside, place.org_id
    pupil = add_pupil(inside, here, _record(), SENCO)
    _write(place, pupil)
    for number in (1, 2):
        _invite(place, pupil, number)
    choose_destination(inside, here, pupil, site["council"].org_id, "Larkshire Council", SENCO)
    earlier = send(inside, here, pupil, Order(), SENCO).transfer.bundle_id
    site.settle()
    council = site["council"]
    accept(council.node.inside, council.org_id, earlier, SENCO)
    site.settle()
    recall(inside, here, earlier, SENCO)
    dee, ada = place.client(Role.DSL), place.client(Role.HEAD)
    assert dee.account is not None
    assert ada.account is not None
    pair = (dee.account.account_id, ada.account.account_id)
    protect(inside, here, pupil, Why.DOMESTIC_ABUSE, pair, Actor("Dee", "dsl"))
    pack = _sent(place, dee, pupil)
    site.settle()
    there = site["secondary"]
    lead = there.client(Role.DSL)
    _unlock(lead)
    lead.post("/safeguarding/arrivals")
    site.settle()
    with inside.store.reading(here) as unit:
        assert unit.transfers.get(pack).state in (State.COLLECTED, State.VERIFIED)
    return Story(site, place, pupil, (dee, ada), earlier, pack)


def _record() -> Pupil:
    return Pupil(
        subject=str(uuid.uuid4()),
        names=Names(surname="Quillfeather", forename="Zenobia"),
        date_of_birth=date(2015, 3, 9),
        sex="F",
        upn=Upn.parse(UPNS[0]),
        nc_year="6",
    )


def _write(place: Place, pupil: str) -> None:
    """Let what was planned before stand in records: the school, its people, section I."""
    there = School(name="Riverside Academy", urn=Urn.parse("999002"))
    lead = Adult(name="Ms Tide", role="Head of Year 7", organisation="Riverside Academy")
    move = TransitionPlan(
        subject=pupil, written=date(2026, 6, 1), moves_to=there, key_adults=(lead,)
    )
    plan = EhcPlan(subject=pupil, authority="330", status=EhcStatus.FINAL, names_school=there)
    for record in (move, plan):
        keep_record(place.node.inside, place.org_id, pupil, dump_bytes(record), SENCO)


def _invite(place: Place, pupil: str, number: int) -> None:
    inside = place.node.inside
    one = Member(
        member_id=str(uuid.uuid4()),
        pupil_id=pupil,
        name=f"Parent {number}",
        relationship=Relationship.PARENT,
        responsibility=Responsibility.YES,
    )
    member = members.add_member(inside, place.org_id, one, SENCO)
    how = "They stood at the gate."
    person = Person(f"Parent {number}", "parent", phone="01632 960001", confirmed=how)
    means = Means("https://share.example", place.node.renderer)
    family.invite_member(
        inside, place.org_id, member.member_id, person, Inviter("Jo", "senco"), means, SENCO
    )


def _unlock(client: Client) -> None:
    client.get("/safeguarding/unlock")
    assert client.post("/safeguarding/unlock", {"passphrase": DSL_PASSPHRASE}).status_code == 303


def _sent(place: Place, dee: Client, pupil: str) -> str:
    """Choose and send through the pages, as one of the two does; return the pack's id."""
    _unlock(dee)
    page = f"/safeguarding/pupils/{pupil}"
    dee.get(f"{page}/destination")
    typed = {"number": "999002", "confirmation": "Riverside Academy"}
    assert dee.post(f"{page}/destination", typed).status_code == 303
    dee.get(f"{page}/send-protected")
    assert dee.post(f"{page}/send-protected").status_code == 303
    with place.node.inside.store.reading(place.org_id) as unit:
        packs = [one for one in unit.transfers.all(pupil) if one.inbox == "dsl"]
    return packs[-1].bundle_id


def pages(story: Story, client: Client) -> Iterator[tuple[str, Any]]:
    """Ask for every page with the ids of this child, of each pack and of every link."""
    with story.primary.node.inside.store.reading(story.primary.org_id) as unit:
        links = [one.item_id for one in unit.items.all("link")]
    choices = [
        {"pupil": story.pupil, "bundle": bundle, "link": link}
        for bundle, link in ((story.pack, links[0]), (story.earlier, links[-1]))
    ]
    for endpoint, row in TABLE.items():
        if "GET" not in row.methods or endpoint in ("entry.sign_out", "front.asset"):
            continue
        for path in {path_of(row, ids) for ids in choices}:
            yield f"{endpoint} {path}", client.get(path)
    for path, field in (("/leavers", "q"), ("/emergencies", "name"), ("/arrivals", "q")):
        client.get(path)
        yield f"{path}: looked for by name", client.post(path, {field: "Quill"})


def test_the_two_do_see_it(story: Story) -> None:
    dee, ada = story.known
    assert story.found_in(dee.get(f"/safeguarding/pupils/{story.pupil}").text)
    assert story.found_in(ada.get(f"/safeguarding/pupils/{story.pupil}/destination").text)


def test_no_page_of_theirs_breaks(story: Story) -> None:
    for client in story.known:  # the lead has unlocked; the head has no passphrase at all
        for where, answer in pages(story, client):
            assert answer.status_code < 500, where
    _, ada = story.known
    for pack in (f"/transfers/{story.pack}", f"/transfers/{story.pack}/why"):
        shown = ada.get(pack)
        assert shown.status_code == 200, pack
        assert "Riverside Academy" in shown.text
        assert "Name, birthday and school details" in shown.text


@pytest.mark.parametrize("role", list(Role))
def test_no_page_shows_it_to_anybody_else_here(story: Story, role: Role) -> None:
    client = story.primary.client(role)
    if role is Role.DSL:
        _unlock(client)
    seen = 0
    for where, answer in pages(story, client):
        body = answer.get_data()
        seen += answer.status_code == 200
        text = body.decode("utf-8", "replace") + str(answer.headers.get("Location", ""))
        assert not story.found_in(text), where
        assert not story.found_in(unpacked(body)), where
    assert seen > 5


def test_other_recipients_learn_nothing(story: Story) -> None:
    council = story.site["council"]
    with council.node.inside.store.reading(council.org_id) as unit:
        arrivals = list(unit.arrivals.all())
        receipts = [
            one.content
            for arrival in arrivals
            for one in unit.receipts.of(arrival.bundle_id, arrival.sender, "issued")
        ]
        book = json.dumps([(one.object_id, dict(one.detail)) for one in unit.audit.entries()])
    assert len(arrivals) == 2, "the pack and its recall"
    statements = b"".join(one.statement + one.envelope for one in arrivals) + b"".join(receipts)
    assert not story.found_in(statements.decode("utf-8", "replace"))
    assert not story.found_in(book)
    client = council.client(Role.SENCO)
    for where, answer in pages(story, client):
        assert not story.found_in(answer.get_data().decode("utf-8", "replace")), where


def test_both_parents_links_are_dead(story: Story) -> None:
    place = story.primary
    with place.node.inside.store.reading(place.org_id) as unit:
        links = [(one.state, one.clear.get("blob")) for one in unit.items.all("link")]
    assert links == [("revoked", ""), ("revoked", "")]


def test_no_export_holds_it(story: Story) -> None:
    for role in (Role.SENCO, Role.HEAD, Role.SEN_ADMINISTRATOR):
        client = story.primary.client(role)
        client.get("/arrivals")
        for path in ("/arrivals/export.xml", "/arrivals/export.csv"):
            answer = client.post(path, {"pupil": story.pupil, "pack": story.earlier})
            assert not story.found_in(answer.get_data().decode("utf-8", "replace")), path


def test_the_clear_book_does_not_name_it(story: Story) -> None:
    place = story.primary
    with place.node.inside.store.reading(place.org_id) as unit:
        lines = [
            (one.actor, one.action, one.object_id, dict(one.detail)) for one in unit.audit.entries()
        ]
    assert any(story.pack in line for line in lines)
    assert not story.found_in(json.dumps(lines))


@pytest.mark.parametrize(
    "command", [["outbox"], ["receipts"], ["pupils"], ["audit", "show"], ["explain", "PACK"]]
)
@pytest.mark.parametrize("form", [[], ["--json"]])
def test_no_command_prints_it(story: Story, command: list[str], form: list[str]) -> None:
    typed = [story.pack if one == "PACK" else one for one in command]
    done = CliRunner().invoke(senx, [*typed, "--home", str(story.primary.node.home.root), *form])
    assert not story.found_in(done.output), done.output


def test_no_letter_tells_it(story: Story) -> None:
    place = story.primary
    with place.node.inside.store.reading(place.org_id) as unit:
        letters = [json.dumps(dict(one.content or {})) for one in unit.items.all("letter")]
    assert not story.found_in(" ".join(letters))


def test_no_item_but_the_protection_holds_it(story: Story) -> None:
    place = story.primary
    kinds = ("destination", "link", "family-member", "approval", "emergency", "draft", "request")
    with place.node.inside.store.reading(place.org_id) as unit:
        for kind in kinds:
            for one in unit.items.all(kind):
                assert not story.found_in(json.dumps(dict(one.content or {}))), kind
        assert unit.pupils.get(story.pupil).destination is None


def unpacked(body: bytes) -> str:
    """Return what a file of a page holds inside, where it is a ZIP or a PDF."""
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            return "".join(
                archive.read(one).decode("utf-8", "replace") for one in archive.namelist()
            )
    if body[:5] == b"%PDF-":
        from adapters.texts import DocumentTexts

        reader = DocumentTexts()
        try:
            return reader.read(io.BytesIO(body), "application/pdf").text
        finally:
            reader.close()
    return ""


def test_the_file_system_names_it_in_no_file_name(story: Story) -> None:
    root = Path(story.primary.node.home.root)
    assert not [one for one in root.rglob("*") if story.found_in(one.name)]


def test_the_marks_are_marks(story: Story) -> None:
    place = story.primary
    there = organisation(
        place.node.directory(), story.site["secondary"].org_id, place.node.inside.clock.now()
    )
    assert there.name == "Riverside Academy"
    assert _ID.fullmatch(there.org_id)
