"""The pages of who runs a node: they tell what needs a person, and never a pupil's name."""

from __future__ import annotations

from datetime import timedelta

import pytest

from exchange.audit import NODE
from exchange.domain.access import Role
from exchange.services.letters import Letter, queue_letter
from exchange.web.words import day
from tests.exchange.web.entry.walk import joined, sign_in, with_app
from tests.exchange.web.site import ADMIN, BASE, Site

PAGES = (
    "/node",
    "/node/organisations",
    "/node/people",
    "/node/keys",
    "/node/health",
    "/node/book",
    "/node/mail",
    "/node/settings",
)


@pytest.mark.parametrize("path", PAGES)
def test_pages_open_for_who_runs_the_node_alone(site: Site, path: str) -> None:
    place = site["primary"]
    assert place.client(Role.NODE_ADMINISTRATOR).get(path).status_code == 200
    for role in (Role.SENCO, Role.HEAD, Role.DSL, Role.ORGANISATION_ADMINISTRATOR):
        assert place.client(role).get(path).status_code == 403, role
    assert place.client().get(path).status_code == 302


def test_health_says_that_the_worker_does_not_run(site: Site) -> None:
    page = site["primary"].client(Role.NODE_ADMINISTRATOR).get("/node/health").text
    assert "Stopped: nothing is sent or opened" in page
    assert "Version 1" in page


def test_keys_show_public_halves_their_age_and_their_end(site: Site) -> None:
    place = site["primary"]
    page = place.client(Role.NODE_ADMINISTRATOR).get("/node/keys").text
    room = place.app.extensions["senx-parts"].more["engine_room"]
    for one in room.keys(place.org_id):
        assert one.since <= place.node.inside.clock.now() < one.until
        assert one.age_days(one.since + timedelta(days=400, hours=3)) == 400
        assert f"since {day(one.since)}" in page
        assert day(one.until) in page
    assert "SHA256:" in page
    assert "PRIVATE" not in page
    assert place.name in page


def test_settings_show_no_secret(site: Site) -> None:
    place = site["primary"]
    page = place.client(Role.NODE_ADMINISTRATOR).get("/node/settings").text
    assert str(place.node.settings.node_key) not in page
    assert "public url" in page


def test_suspending_ends_every_session_at_once_and_restoring_lets_them_in(site: Site) -> None:
    place = site["secondary"]
    admin, senco = place.client(Role.NODE_ADMINISTRATOR), place.client(Role.SENCO)
    path = f"/node/organisations/{place.org_id}"
    assert senco.get("/approvals").status_code == 200
    admin.get(path)
    assert admin.post(path, {"standing": "suspended"}).status_code == 303
    assert senco.get("/approvals").status_code != 200
    page = admin.get("/node/organisations").text
    assert "Suspended" in page
    admin.get(path)
    admin.post(path, {"standing": "open"})
    assert place.client(Role.SENCO).get("/approvals").status_code == 200


def test_an_organisation_of_another_node_is_not_there(site: Site) -> None:
    admin = site["primary"].client(Role.NODE_ADMINISTRATOR)
    other = site["secondary"].org_id
    assert admin.get(f"/node/organisations/{other}").status_code == 404


def test_post_shows_no_address(site: Site) -> None:
    place = site["primary"]
    inside = place.node.inside
    with inside.store.unit(place.org_id) as unit:
        facts = {
            "organisation": place.name,
            "link": "https://pages.example/join/x",
            "role": "SENCO",
        }
        facts |= {"inviter": "Ada", "day": "3 July 2026"}
        queue_letter(unit, Letter("join", "secret.person@example.org", facts))
        unit.audit.record(ADMIN, "letter.test", "letter", "x")
        unit.commit()
    page = place.client(Role.NODE_ADMINISTRATOR).get("/node/mail").text
    assert "secret.person" not in page


def test_the_nodes_book_is_not_an_organisations(site: Site) -> None:
    place = site["primary"]
    with place.node.inside.store.unit(place.org_id) as unit:
        unit.audit.record(ADMIN, "test.only-here", "organisation", place.org_id)
        unit.commit()
    with place.node.inside.store.unit(NODE) as unit:
        unit.audit.record(ADMIN, "test.of-the-node", "organisation", place.org_id)
        unit.commit()
    page = place.client(Role.NODE_ADMINISTRATOR).get("/node/book").text
    assert "Test of the node" in page
    assert "Test only here" not in page
    assert "Test only here" in place.client(Role.HEAD).get("/book").text
    assert "Test of the node" not in place.client(Role.HEAD).get("/book").text


def test_an_administrator_is_invited_suspended_and_restored(site: Site) -> None:
    place = site["primary"]
    admin = place.client(Role.NODE_ADMINISTRATOR)
    admin.get("/node/people")
    new = {"name": "Olive Office", "login": "olive@example.org", "where": place.org_id}
    assert admin.post("/node/people", new).status_code in (200, 303)
    page = admin.get("/node/people").text
    assert "Olive Office" in page
    other = place.person(Role.ORGANISATION_ADMINISTRATOR, name="Kit Keeper")
    theirs = place.client(account=other)
    assert theirs.get("/people").status_code == 200
    path = f"/node/people/{other.account_id}"
    admin.get(path)
    assert admin.post(path, {"what": "suspend"}).status_code == 303
    assert theirs.get("/people").status_code == 302
    admin.get(path)
    assert admin.post(path, {"what": "restore"}).status_code == 303


def test_the_only_administrator_of_a_school_is_helped_back_in(site: Site) -> None:
    place = site["primary"]
    account, _ = with_app(place, joined(place, Role.ORGANISATION_ADMINISTRATOR))
    admin = place.client(Role.NODE_ADMINISTRATOR)
    path = f"/node/people/{account.account_id}"
    admin.get(path)
    assert f"{BASE}/join/" in admin.post(path, {"what": "password"}).text
    admin.get(path)
    assert admin.post(path, {"what": "second-step", "reason": "because"}).status_code == 400
    admin.get(path)
    assert admin.post(path, {"what": "second-step", "reason": "lost"}).status_code == 303
    assert "Remove their second step" not in admin.get(path).text
    sign_in(theirs := place.client(), account.login)
    assert theirs.get("/people").headers["Location"] == "/account/second-factor"


def test_an_organisations_other_people_are_on_its_own_list(site: Site) -> None:
    place = site["primary"]
    senco = place.person(Role.SENCO, name="Sasha Senco")
    admin = place.client(Role.NODE_ADMINISTRATOR)
    assert "Sasha Senco" not in admin.get("/node/people").text
    assert admin.get(f"/node/people/{senco.account_id}").status_code == 404


def test_an_administrator_who_tried_too_often_is_let_in(site: Site) -> None:
    place = site["primary"]
    account = joined(place, Role.ORGANISATION_ADMINISTRATOR)
    theirs = place.client()
    for _ in range(11):
        sign_in(theirs, account.login, "wrong")
    admin, path = place.client(Role.NODE_ADMINISTRATOR), f"/node/people/{account.account_id}"
    assert "Let them try to sign in again now" in admin.get(path).text
    assert admin.post(path, {"what": "open"}).status_code == 303
    assert "Let them try to sign in again now" not in admin.get(path).text
    assert sign_in(theirs, account.login).status_code == 302
