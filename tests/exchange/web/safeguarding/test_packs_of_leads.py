"""Packs for another lead that went wrong reach a person, and can be called back; by whom alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from exchange.domain.access import Role
from exchange.domain.protection import Why
from exchange.domain.transfer import State
from exchange.ports import Actor, Transfer
from exchange.services.boards import LeaversBoard
from exchange.services.protect import protect
from exchange.services.queue_bundle import Order
from exchange.services.send import send
from tests.exchange.web.pupils.helping import submit
from tests.exchange.web.safeguarding.test_safeguarding_pages import attach, lead, made
from tests.exchange.web.site import Client, Place, Site

NUMBERS = iter(range(8))
UNCOLLECTED = "Nobody collected the pack in time."


@pytest.fixture
def place(site: Site) -> Place:
    return site["primary"]


@pytest.fixture
def dsl(place: Place) -> Client:
    return lead(place)


@pytest.fixture
def pupil(place: Place) -> str:
    return made(place, next(NUMBERS), "Wilhelmina", "Thistlewood")


def sent(place: Place, pupil_id: str) -> list[Transfer]:
    with place.node.inside.store.reading(place.org_id) as unit:
        return [one for one in unit.transfers.all(pupil_id) if one.kind != "recall"]


def goes_wrong(place: Place, pack: Transfer) -> None:
    """Let a pack run out, as the worker does."""
    with place.node.inside.store.unit(place.org_id) as unit:
        row = unit.transfers.get(pack.bundle_id)
        unit.transfers.update(replace(row, state=State.EXPIRED, attention="uncollected"))
        unit.audit.record(Actor("worker", "machine"), "transfer.expired", "transfer", row.bundle_id)
        unit.commit()


def send_file(client: Client, pupil_id: str) -> str:
    answer = submit(client, f"/safeguarding/pupils/{pupil_id}/send")
    assert answer.status_code == 303, answer.text
    return client.follow(answer).text


def test_a_file_that_nobody_collected_is_told_to_the_lead(
    place: Place, dsl: Client, pupil: str
) -> None:
    attach(dsl, pupil)
    assert "It is on its way" in send_file(dsl, pupil)
    assert "Packs of yours that need attention" not in dsl.get("/safeguarding").text
    goes_wrong(place, *sent(place, pupil))
    board = dsl.get("/safeguarding").text
    assert "Packs of yours that need attention" in board
    assert UNCOLLECTED in board
    assert "Ring the school" in dsl.get(f"/safeguarding/pupils/{pupil}").text
    locked = lead(place, unlock=False).get("/safeguarding").text
    assert UNCOLLECTED in locked  # what is wrong must not wait for a passphrase
    send_file(dsl, pupil)  # it goes anew, and nothing needs anybody any more
    assert UNCOLLECTED not in dsl.get("/safeguarding").text


def test_what_the_other_lead_has_is_not_said_to_be_on_its_way(
    place: Place, dsl: Client, pupil: str
) -> None:
    attach(dsl, pupil)
    send_file(dsl, pupil)
    assert "Nothing was sent" in send_file(dsl, pupil)
    assert len(sent(place, pupil)) == 1


def test_a_file_is_called_back_by_the_lead_alone(place: Place, dsl: Client, pupil: str) -> None:
    attach(dsl, pupil)
    send_file(dsl, pupil)
    (pack,) = sent(place, pupil)
    path = f"/safeguarding/pupils/{pupil}/packs/{pack.bundle_id}/recall"
    assert f'href="{path}"' in dsl.get(f"/safeguarding/pupils/{pupil}").text
    for role in (Role.SENCO, Role.HEAD, Role.SEN_ADMINISTRATOR):
        assert place.client(role).get(path).status_code == 403
    other = made(place, next(NUMBERS), "Wilfred", "Thistlewood")
    elsewhere = f"/safeguarding/pupils/{other}/packs/{pack.bundle_id}/recall"
    assert dsl.get(elsewhere).status_code == 404
    asked = dsl.get(path).text
    assert "Call the pack back from Riverside Academy?" in asked
    answer = submit(dsl, path)
    assert answer.status_code == 303, answer.text
    assert [one.state for one in sent(place, pupil)] == [State.RECALLED]
    page = dsl.follow(answer).text
    assert path not in page
    assert "cannot be called back" in dsl.get(path).text


def test_of_a_protected_move_the_two_alone_are_told_and_call_back(
    place: Place, dsl: Client, pupil: str
) -> None:
    went_before = send(
        place.node.inside, place.org_id, pupil, Order(), Actor("Jo", "senco"), leave_undecided=True
    ).transfer
    assert dsl.account is not None
    head = place.person(Role.HEAD, name="Ada Thistle")
    pair = (dsl.account.account_id, head.account_id)
    protect(place.node.inside, place.org_id, pupil, Why.WITNESS, pair, Actor("Dee", "dsl"))
    attach(dsl, pupil)
    page = f"/safeguarding/pupils/{pupil}"
    typed = {"number": "999002", "confirmation": "Riverside Academy"}
    dsl.get(f"{page}/destination")
    assert dsl.post(f"{page}/destination", typed).status_code == 303
    dsl.get(f"{page}/send")
    assert submit(dsl, f"{page}/send").status_code == 303
    pack = next(one for one in sent(place, pupil) if one.kind == "cp-file")
    goes_wrong(place, pack)
    third = lead(place)
    assert UNCOLLECTED in dsl.get("/safeguarding").text
    assert UNCOLLECTED not in third.get("/safeguarding").text
    # What left before the move was protected is theirs to call back as well.
    path = f"{page}/packs/{went_before.bundle_id}/recall"
    assert third.get(path).status_code == 404
    assert dsl.get(path).status_code == 200


def test_while_the_names_are_read_nobody_is_said_to_be_nobody(
    dsl: Client, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LeaversBoard, "is_ready", lambda *_: False)
    for client, path in ((dsl, "/safeguarding"), (place.client(Role.HEAD), "/emergencies")):
        client.get(path)
        page = client.post(path, {"name": "Wil"}).text
        assert "The names are being read" in page
        assert "Nobody of that name" not in page
