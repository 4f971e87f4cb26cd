"""The head's list, approvals, emergency access, and the organisation's book."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, date, datetime

from exchange.domain.access import Role
from exchange.domain.destinations import Kind
from exchange.domain.protection import Why
from exchange.ports import Actor, Item
from exchange.services.accept import reject
from exchange.services.approve import ask_release
from exchange.services.choose_destination import choose_destination
from exchange.services.keep_pupil import add_pupil
from exchange.services.protect import protect
from exchange.services.queue_bundle import Order
from exchange.services.record_disclosure import wish
from exchange.services.send import send
from exchange.services.settle_destination import Wanted, settle
from schemas.identifiers import Upn
from schemas.pupil import Names, Pupil
from tests.exchange.services.town import UPNS
from tests.exchange.web.site import Client, Place, Site

SENCO = Actor("Jo", "senco")
WHY = "The ambulance crew asks for the healthcare plan."


def made(place: Place, number: int, surname: str) -> str:
    record = Pupil(
        subject=str(uuid.uuid4()),
        names=Names(surname=surname, forename="Zenobia"),
        date_of_birth=date(2015, 3, 9),
        sex="F",
        upn=Upn.parse(UPNS[number]),
    )
    return add_pupil(place.node.inside, place.org_id, record, SENCO)


def test_what_waits_is_shown_with_who_answers(site: Site) -> None:
    place = site["primary"]
    pupil = made(place, 0, "Quillfeather")
    senco = place.client(Role.SENCO)
    assert senco.account is not None
    inside = place.node.inside
    ask_release(inside, place.org_id, pupil, "They disagree.", senco.account.account_id, SENCO)
    abroad = Wanted(kind=Kind.OUTSIDE_ENGLAND, name="Ysgol y Bryn", country="Wales")
    settle(inside, place.org_id, pupil, abroad, senco.account.account_id, SENCO)
    head = place.client(Role.HEAD)
    page = head.get("/approvals").text
    assert "Zenobia Quillfeather" in page
    assert "Ysgol y Bryn, Wales" in page
    links = re.findall(r'href="(/approvals/[0-9a-f-]+)"', page)
    assert len(links) == 2
    own = senco.get("/approvals").text
    assert "Somebody else" in own
    assert "The head teacher" in own
    for link in links:
        shown = head.get(link)
        assert shown.status_code == 200
        assert head.post(link, {"answer": "yes", "words": ""}).status_code == 303
        assert "This was answered" in head.get(link).text
    assert "Nothing waits for an answer" in head.get("/approvals").text


def test_who_asked_is_told_that_somebody_else_answers(site: Site) -> None:
    place = site["primary"]
    pupil, senco = made(place, 1, "Marchbanks"), place.client(Role.SENCO)
    assert senco.account is not None
    abroad = Wanted(kind=Kind.OUTSIDE_ENGLAND, name="Lycee", country="France")
    inside, person = place.node.inside, senco.account
    actor = Actor(person.name, "senco")
    settle(inside, place.org_id, pupil, abroad, person.account_id, actor)
    link = re.findall(r'href="(/approvals/[0-9a-f-]+)"', senco.get("/approvals").text)[-1]
    page = senco.get(link)
    assert "somebody else has to answer it" in page.text
    answer = senco.post(link, {"answer": "yes"})
    assert "There is a problem" in answer.text


def test_where_nobody_else_is_it_is_not_said_that_somebody_else_answers(site: Site) -> None:
    place = site["secondary"]
    pupil, senco = made(place, 1, "Lonesome"), place.client(Role.SENCO)
    assert senco.account is not None
    abroad = Wanted(kind=Kind.OUTSIDE_ENGLAND, name="Escuela", country="Spain")
    actor = Actor(senco.account.name, "senco")
    settle(place.node.inside, place.org_id, pupil, abroad, senco.account.account_id, actor)
    page = senco.get("/approvals").text
    assert "Escuela, Spain" in page
    assert "Somebody else" not in page
    link = re.findall(r'href="(/approvals/[0-9a-f-]+)"', page)[-1]
    assert "no telephone number" in senco.get(link).text
    place.client(Role.HEAD)
    assert "Somebody else" in senco.get("/approvals").text


def test_disagreements_and_packs_that_went_wrong_are_listed(site: Site) -> None:
    place = site["primary"]
    inside = place.node.inside
    cross, back = made(place, 2, "Crosspatch"), made(place, 3, "Backsender")
    wish(inside, place.org_id, cross, {"family": "refuses"}, SENCO)
    choose_destination(inside, place.org_id, back, "999002", "Riverside Academy", SENCO)
    bundle = send(inside, place.org_id, back, Order(), SENCO).transfer.bundle_id
    site.settle()
    there = site["secondary"]
    reject(there.node.inside, there.org_id, bundle, "not-our-pupil", SENCO)
    with inside.store.unit(place.org_id) as unit:
        unit.transfers.schedule(bundle, inside.clock.now(), 0)
        unit.commit()
    site.settle()
    head = place.client(Role.HEAD)
    head.get("/approvals")
    page = head.get("/approvals").text
    assert "Crosspatch" in page
    assert "The family" in page
    assert "Backsender" in page
    assert "The school sent the pack back." in page


def test_the_head_answers_an_objection_to_the_whole_pack_with_reasons(site: Site) -> None:
    place = site["primary"]
    pupil = made(place, 7, "Gainsay")
    choose_destination(place.node.inside, place.org_id, pupil, "999002", "Riverside Academy", SENCO)
    wish(place.node.inside, place.org_id, pupil, {"family": "refuses"}, SENCO)
    head = place.client(Role.HEAD)
    page = settled(head)
    assert "Answer by" in page
    where = f"/pupils/{pupil}/decisions/pack"
    assert where in page
    assert where not in settled(place.client(Role.SENCO))
    assert place.client(Role.SENCO).get(where).status_code == 404
    assert "The whole pack" in head.get(where).text
    told = {"reason": "objection-answered", "by": "Ada Head"}
    answer = head.post(where, told)
    assert answer.status_code == 422
    assert "There is a problem" in answer.text
    answer = head.post(where, {**told, "words": "The law wants it to follow her."})
    assert answer.status_code == 302
    assert where not in settled(head)
    assert "The law wants it to follow her." in head.get(where).text


def settled(client: Client) -> str:
    """Return the head's list, once its rows are at hand."""
    for _ in range(50):
        text = str(client.get("/approvals").text)
        if "The list is being read" not in text:
            return text
    raise AssertionError("the rows were never read")


def test_emergency_access_wants_a_reason_and_is_shown_to_the_senco(site: Site) -> None:
    place = site["primary"]
    pupil = made(place, 4, "Hurtwell")
    head, senco = place.client(Role.HEAD), place.client(Role.SENCO)
    path = f"/emergencies/{pupil}"
    assert "Open this child" in head.get(path).text
    assert "There is a problem" in head.post(path, {"reason": "now"}).text
    assert head.post(path, {"reason": WHY}).status_code == 303
    assert "Hurtwell" in head.get(path).text
    listed = senco.get("/emergencies").text
    assert WHY in listed
    action = re.search(r'action="(/emergencies/[0-9a-f-]+/seen)"', listed)
    assert action is not None
    assert senco.post(action[1]).status_code == 303
    assert (
        f"Seen by {senco.account.name if senco.account else ''}" in senco.get("/emergencies").text
    )
    other = place.client(Role.HEAD)
    assert "Open this child" in other.get(path).text, "it is open to who gave the reason alone"


def test_an_emergency_about_a_child_who_is_gone_stays_on_the_list(site: Site) -> None:
    place = site["primary"]
    now = datetime.now(UTC)
    gone = {
        "pupil": "0f0e0d0c-0b0a-4908-8706-050403020100",
        "person": "somebody",
        "name": "Ada Head",
        "role": "head",
        "seen_by": "",
        "reason": "The ambulance crew asked.",
        "until": now.isoformat(),
    }
    with place.node.inside.store.unit(place.org_id) as unit:
        unit.items.add(Item("emergency", str(uuid.uuid4()), "unseen", gone, now, now))
        unit.audit.record(SENCO, "emergency.opened", "pupil", gone["pupil"])
        unit.commit()
    page = place.client(Role.HEAD).get("/emergencies")
    assert page.status_code == 200
    assert "A child who is not kept here any more" in page.text


def test_the_book_is_the_organisations_and_names_no_child(site: Site) -> None:
    place = site["primary"]
    made(place, 5, "Secretson")
    for role in (Role.SENCO, Role.HEAD, Role.DSL):
        page = place.client(role).get("/book")
        assert page.status_code == 200
        for surname in ("Secretson", "Quillfeather", "Hurtwell", UPNS[5]):
            assert surname not in page.text
        assert "Pupil added" in page.text


def test_the_book_does_not_tell_whose_move_is_protected(site: Site) -> None:
    place = site["primary"]
    pupil = made(place, 6, "Hidden")
    pair = ("account-a", "account-b")
    protect(place.node.inside, place.org_id, pupil, Why.WITNESS, pair, Actor("Dee", "dsl"))
    page = place.client(Role.SENCO).get("/book").text
    row = page[page.index("Protection set") - 600 : page.index("Protection set") + 300]
    assert pupil[:8] not in row


def test_a_long_book_comes_in_pages_the_newest_first(site: Site) -> None:
    place = site["secondary"]
    with place.node.inside.store.unit(place.org_id) as unit:
        for number in range(120):
            unit.audit.record(SENCO, f"line.n{number}x", "organisation", place.org_id)
        unit.commit()
    head = place.client(Role.HEAD)
    pages = [head.get(f"/book?page={number}").text for number in (1, 2, 3, 99)]
    assert "Line n119x" in pages[0]
    assert "Line n60x" not in pages[0]
    assert "Line n60x" in pages[1]
    assert "Line n119x" not in pages[1]
    assert pages[3].count("<tr") > 1
