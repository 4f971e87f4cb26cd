"""Joining by a link, the first set-up, and that looking at a link does nothing."""

from __future__ import annotations

import re

import pytest

from exchange.domain.access import Role
from exchange.services.people import invite
from tests.exchange.web.entry.walk import (
    GOOD,
    code_now,
    invited,
    joined,
    make_passkey,
    session_cookie,
    sign_in,
)
from tests.exchange.web.site import BASE, Place, Site
from tests.keys.authenticator import Authenticator


@pytest.fixture(scope="module")
def place(site: Site) -> Place:
    return site["primary"]


def test_a_link_is_looked_at_by_a_scanner_and_then_used_by_its_person(place: Place) -> None:
    made = invited(place, Role.SENCO, Role.DSL)
    path = f"/join/{made.token}"
    for _ in range(3):
        scanner = place.client()
        page = scanner.get(path)
        assert page.status_code == 200
        assert session_cookie(scanner) == ""
    assert place.name in page.text
    assert "Designated safeguarding lead" in page.text
    client = place.client()
    client.get(path)
    weak = client.post(path, {"password": "password1234"})
    assert weak.status_code == 422
    assert "easy to guess" in weak.text
    assert "password1234" not in weak.text
    answer = client.post(path, {"password": GOOD})
    assert answer.headers["Location"] == "/account/second-factor"
    assert make_passkey(client, Authenticator(BASE)).status_code == 200
    assert client.get("/account").status_code == 200
    late = place.client().get(path)
    assert late.status_code == 410
    assert "ask the person who invited you" in late.text


def test_used_made_up_and_old_links_are_one_answer(place: Place) -> None:
    made = invited(place, Role.SENCO)
    client = place.client()
    client.get(f"/join/{made.token}")
    client.post(f"/join/{made.token}", {"password": GOOD})
    pages = []
    for token in (made.token, "A" * 43, "x"):
        for kind in ("join", "set-up"):
            answer = place.client().get(f"/{kind}/{token}")
            pages.append((answer.status_code, answer.text))
    assert len(set(pages)) == 1


def test_the_first_administrator_is_walked_through(place: Place) -> None:
    link = invite.first_link(place.node.inside, BASE, again=True)
    path = link.removeprefix(BASE)
    client = place.client()
    page = client.get(path)
    assert "step 1 of 3" in page.text
    wrong = client.post(path, {"name": "", "login": "nobody", "password": "short"})
    assert wrong.status_code == 422
    sent = {"name": "Nia Node", "login": "nia@trust.example", "password": GOOD}
    answer = client.post(path, sent)
    assert answer.headers["Location"] == "/account/second-factor"
    page = client.get("/account/authenticator-app").text
    secret = re.search(r'sx-code">([A-Z2-7 ]+)<', page)
    assert secret is not None
    code = code_now(secret.group(1).replace(" ", ""))
    answer = client.post("/account/authenticator-app", {"code": code})
    page = client.follow(answer)
    assert page.text.count("<li>") >= 10, "recovery codes are shown"
    onwards = re.search(r'href="(/set-up)"', page.text)
    assert onwards is not None, "and then the check list"
    todo = client.get("/set-up")
    assert "step 3 of 3" in todo.text
    assert "Recommended" in todo.text
    assert place.client().get(path).status_code == 410


def test_the_check_list_is_the_administrators(place: Place) -> None:
    assert place.client().get("/set-up").status_code == 302
    assert place.client(Role.SENCO).get("/set-up").status_code == 403
    assert place.client(Role.ORGANISATION_ADMINISTRATOR).get("/set-up").status_code == 403


def test_a_join_link_makes_no_administrator_and_the_other_way_round(place: Place) -> None:
    join_link = invited(place, Role.SENCO).token
    assert place.client().get(f"/set-up/{join_link}").status_code == 410
    first = invite.first_link(place.node.inside, BASE, again=True).rpartition("/")[2]
    assert place.client().get(f"/join/{first}").status_code == 410


def test_who_runs_the_system_reaches_no_page_about_pupils(place: Place) -> None:
    account = joined(place, Role.NODE_ADMINISTRATOR, org_id=None)
    client = place.client(account=account)
    for path in ("/leavers", "/arrivals", "/tray", "/people", "/safeguarding", "/class-sheet"):
        assert client.get(path).status_code in (403, 404), path


def test_who_joined_signs_in_with_that_password(place: Place) -> None:
    made = invited(place, Role.GOVERNOR)
    client = place.client()
    client.get(f"/join/{made.token}")
    assert client.post(f"/join/{made.token}", {"password": GOOD}).headers["Location"] == "/"
    assert sign_in(place.client(), made.account.login).headers["Location"] == "/"
