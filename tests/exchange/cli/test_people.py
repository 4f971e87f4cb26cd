"""People by the command line: the way in for who runs the machine."""

from __future__ import annotations

import dataclasses
import re

import pytest

from exchange.services.people.join import accept_with_password, set_up_administrator
from exchange.settings import Home, load, save
from exchange.wiring import open_node
from tests.exchange.cli.conftest import Schools
from tests.exchange.cli.house import House

PAGES = "https://pages.elm.example"


@pytest.fixture
def elm(schools: Schools) -> House:
    home = Home(schools.primary.root)
    save(home, dataclasses.replace(load(home), pages_url=PAGES))
    return schools.primary


def test_the_first_administrator(elm: House) -> None:
    told = elm.say("people", "invite-administrator").out
    found = re.search(re.escape(PAGES) + r"/set-up/([A-Za-z0-9_-]{43})\s", told)
    assert found is not None
    inside = open_node(elm.root).inside
    set_up_administrator(inside, found[1], "Ada Admin", "ada@elm.example", "three odd socks walk")
    elm.say("people", "invite-administrator", code=3)
    elm.say("people", "invite-administrator", "--again")
    (row,) = elm.rows("people", "list", "--node")
    assert (row["login"], row["roles"]) == ("ada@elm.example", "node-administrator")


def test_without_pages_there_is_nowhere_to_invite_to(schools: Schools) -> None:
    said = schools.primary.say("people", "invite-administrator", "--json", code=3)
    assert said.error["path"] == "/pages_url"


def test_a_person_is_invited_suspended_and_let_in_again(elm: House) -> None:
    invite = ("people", "invite", "jo@elm.example", "--name", "Jo Brown", "--post", "senco")
    made = elm.rows(*invite)
    token = made["link"].removeprefix(f"{PAGES}/join/")
    inside = open_node(elm.root).inside
    accept_with_password(inside, token, "three odd socks walk")
    (row,) = elm.rows("people", "list")
    assert (row["name"], row["state"], row["roles"]) == ("Jo Brown", "active", "senco")
    elm.say("people", "suspend", "Jo@elm.example")
    assert elm.rows("people", "list")[0]["state"] == "suspended"
    elm.say("people", "restore", "jo@elm.example")
    assert elm.rows("people", "list")[0]["state"] == "active"
    elm.say("people", "suspend", "nobody@elm.example", code=4)


def test_roles_of_other_places_are_refused(elm: House) -> None:
    invite = ("people", "invite", "jo@elm.example", "--name", "Jo", "--post", "node-administrator")
    elm.say(*invite, code=3)
    elm.say("people", "invite", "jo@elm.example", "--name", "Jo", "--post", "king", code=2)


def test_the_doctor_says_what_is_wrong_and_what_to_do(elm: House) -> None:
    home = Home(elm.root)
    mail = {"mail_host": "127.0.0.1", "mail_port": 9, "mail_tls": "none"}
    more = {"mail_from": "no-reply@elm.example", "sign_in_file": "gone"}
    save(home, dataclasses.replace(load(home), **mail, **more))  # type: ignore[arg-type]
    found = {one["what"]: one for one in elm.rows("doctor", code=3)}
    assert (found["worker"]["state"], found["worker"]["do"]) == ("bad", "senx serve")
    assert found["pages"]["told"] == "nobody listens"
    assert found["mail"]["told"] == "mail-unreachable"
    assert found["sign-in providers"]["told"] == "setting-invalid /sign_in_file"
    assert found["virus scanner"]["state"] == "look"
    assert found["directory"]["state"] == "good"
    assert all(one["do"] for one in found.values() if one["state"] != "good")


def test_the_doctor_of_a_node_that_is_well_but_asleep(schools: Schools) -> None:
    found = schools.primary.rows("doctor", code=3)  # nothing serves here
    wrong = {one["what"] for one in found if one["state"] == "bad"}
    assert wrong <= {"worker", "delivery face"}
