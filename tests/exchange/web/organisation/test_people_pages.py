"""The people of an organisation: what its administrator and head do, and what they cannot."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta

import pytest

from exchange.audit import NODE
from exchange.domain.access import Role
from exchange.services.people import manage
from exchange.services.people.account import account_with
from exchange.web.words import LONDON, day
from tests.exchange.web.entry.walk import invited, joined, sign_in, with_app
from tests.exchange.web.site import BASE, Client, Place, Site


@pytest.fixture(scope="module")
def place(site: Site) -> Place:
    return site["primary"]


@pytest.fixture
def admin(place: Place) -> Client:
    return place.client(Role.ORGANISATION_ADMINISTRATOR)


def day_fields(days: int) -> list[str]:
    day = datetime.now(LONDON).date() + timedelta(days=days)
    return [f"{day.day:02d}", f"{day.month:02d}", str(day.year)]


@pytest.mark.parametrize("role", list(Role))
def test_only_administrator_and_head_look_after_people(place: Place, role: Role) -> None:
    client = place.client(role)
    person = place.person(Role.TEACHER).account_id
    may = role in (Role.ORGANISATION_ADMINISTRATOR, Role.HEAD)
    for path in ("/people", "/people/invite", f"/people/{person}", f"/people/{person}/cover"):
        assert client.get(path).status_code == (200 if may else 403), path


def test_somebody_is_invited_and_without_mail_the_link_is_handed_over(
    place: Place, admin: Client
) -> None:
    page = admin.get("/people/invite").text
    assert "Prepares and files. Cannot send." in page
    assert "System administrator" not in page
    sent = {"name": "Ben Okafor", "login": "Ben@School.example", "roles": ["senco", "dsl"]}
    answer = admin.post("/people/invite", sent)
    link = re.search(rf"{BASE}(/join/[A-Za-z0-9_-]{{43}})", answer.text)
    assert link is not None
    assert place.client().get(link.group(1)).status_code == 200
    with place.node.inside.store.reading(NODE) as unit:
        made = account_with(place.node.inside, unit, "ben@school.example")
    assert made is not None
    assert made.handed_by == place.org_id, "its administrator held the link"
    listed = admin.get("/people").text
    assert "Ben Okafor" in listed
    assert "ben@school.example" in listed
    assert "Invited" in listed


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": ""}, "Enter the person"),
        ({"login": "nobody"}, "e-mail address like"),
        ({"login": "a@b.example\r\nBcc: x@y.example"}, "e-mail address like"),
        ({"roles": []}, "Choose at least one role"),
        ({"roles": ["node-administrator"]}, "valid choice"),
        ({"name": "<script>alert(1)</script>", "login": "x"}, "&lt;script&gt;"),
    ],
)
def test_what_is_wrong_stands_at_its_field(
    admin: Client, change: dict[str, object], said: str
) -> None:
    admin.get("/people/invite")
    sent = {"name": "Ben", "login": "ben2@school.example", "roles": ["senco"], **change}
    answer = admin.post("/people/invite", sent)
    assert answer.status_code == 422
    assert said in answer.text
    assert "There is a problem" in answer.text or "script" in said


def test_roles_change_at_once(place: Place, admin: Client) -> None:
    account = place.person(Role.SENCO)
    theirs = place.client(account=account)
    assert theirs.get("/people").status_code == 403
    path = f"/people/{account.account_id}/roles"
    assert 'value="senco" checked' in admin.get(path).text
    admin.post(path, {"roles": ["head"], "seen": "senco"})
    assert theirs.get("/people").status_code == 200
    admin.get(path)
    admin.post(path, {"roles": [], "seen": "head"})
    assert theirs.get("/people").status_code in (302, 403)
    assert admin.get(f"/people/{account.account_id}").status_code == 404


def test_a_sen_administrator_covers_the_senco_for_a_week(place: Place, admin: Client) -> None:
    account = place.person(Role.SEN_ADMINISTRATOR)
    theirs = place.client(account=account)
    assert theirs.get("/leavers/send").status_code in (403, 404), "prepares, cannot send"
    path = f"/people/{account.account_id}/cover"
    admin.get(path)
    answer = admin.post(path, {"role": "senco", "until": day_fields(7)})
    assert answer.status_code == 302, answer.text
    assert theirs.get("/leavers/send").status_code != 403
    page = admin.get(f"/people/{account.account_id}").text
    assert "SENCO, until" in page
    admin.post(f"/people/{account.account_id}", {"what": "end-cover", "role": "senco"})
    assert theirs.get("/leavers/send").status_code in (403, 404)


@pytest.mark.parametrize("days", [1, 20, 183])
def test_cover_lasts_to_the_end_of_the_day_that_is_shown(
    place: Place, admin: Client, days: int
) -> None:
    account = place.person(Role.SEN_ADMINISTRATOR)
    path = f"/people/{account.account_id}"
    admin.get(f"{path}/cover")
    last = datetime.now(LONDON).date() + timedelta(days=days)
    until = [str(last.day), str(last.month), str(last.year)]
    answer = admin.post(f"{path}/cover", {"role": "senco", "until": until})
    assert answer.status_code == 302, answer.text
    assert f"SENCO, until {day(last)}<" in admin.get(path).text
    assert f"SENCO (cover until {day(last)})" in admin.get("/people").text
    with place.node.inside.store.reading(place.org_id) as unit:
        [entry] = [
            one
            for one in unit.audit.entries()
            if (one.action, one.object_id) == ("cover.given", account.account_id)
        ]
    assert entry.detail["until"] == last.isoformat()
    [cover] = manage.person_of(place.node.inside, place.org_id, account.account_id).covers
    midnight = datetime.combine(last + timedelta(days=1), time.min, LONDON)
    assert cover.holds(midnight - timedelta(seconds=1))
    assert not cover.holds(midnight)


@pytest.mark.parametrize("days", [-2, 185, 400])
def test_cover_has_a_sensible_day(place: Place, admin: Client, days: int) -> None:
    account = place.person(Role.SEN_ADMINISTRATOR)
    path = f"/people/{account.account_id}/cover"
    admin.get(path)
    answer = admin.post(path, {"role": "senco", "until": day_fields(days)})
    assert answer.status_code == 422
    assert "Choose a day" in answer.text


@pytest.mark.parametrize("until", [["31", "02", "2026"], ["x", "y", "z"], [], ["1"]])
def test_nonsense_is_no_day(place: Place, admin: Client, until: list[str]) -> None:
    account = place.person(Role.SEN_ADMINISTRATOR)
    path = f"/people/{account.account_id}/cover"
    admin.get(path)
    assert admin.post(path, {"role": "senco", "until": until}).status_code == 422


def test_suspending_signs_out_at_once(place: Place, admin: Client) -> None:
    account = place.person(Role.SENCO)
    theirs = place.client(account=account)
    assert theirs.get("/account").status_code == 200
    path = f"/people/{account.account_id}"
    admin.get(path)
    assert admin.post(path, {"what": "suspend"}).status_code == 302
    assert theirs.get("/account").status_code == 302
    assert "Suspended" in admin.get(path).text
    assert admin.post(path, {"what": "restore"}).status_code == 302


def test_removing_the_second_step_wants_a_reason_that_is_recorded(
    place: Place, admin: Client
) -> None:
    account, _ = with_app(place, joined(place, Role.SENCO))
    path = f"/people/{account.account_id}/second-step"
    assert "seen or spoken to" in admin.get(path).text
    assert admin.post(path, {}).status_code == 422
    assert admin.post(path, {"reason": "made-up"}).status_code == 422
    admin.get(path)
    assert admin.post(path, {"reason": "lost"}).status_code == 302
    with place.node.inside.store.reading(place.org_id) as unit:
        [entry] = [
            one
            for one in unit.audit.entries()
            if one.object_id == account.account_id and "second-factor" in one.action
        ]
    assert (entry.role, entry.detail["reason"]) == ("organisation-administrator", "lost")
    client = place.client()
    assert sign_in(client, account.login).headers["Location"] == "/account/second-factor"


def test_somebody_who_guessed_too_often_is_let_in_again(place: Place, admin: Client) -> None:
    account = joined(place, Role.GOVERNOR)
    client = place.client()
    for _ in range(11):
        answer = sign_in(client, account.login, "wrong")
    assert "too many wrong tries" in answer.text
    path = f"/people/{account.account_id}"
    assert "They can try again in 5 minutes" in admin.get(path).text
    admin.post(path, {"what": "open"})
    assert sign_in(client, account.login).status_code == 302


def test_nobody_changes_themself(place: Place, admin: Client) -> None:
    assert admin.account is not None
    place.person(Role.HEAD)
    own = f"/people/{admin.account.account_id}"
    page = admin.get(own).text
    assert "This is you" in page
    for path, sent in (
        (own, {"what": "suspend"}),
        (own, {"what": "open"}),
        (f"{own}/roles", {"roles": ["senco"], "seen": "organisation-administrator"}),
        (f"{own}/cover", {"role": "senco", "until": day_fields(3)}),
        (f"{own}/second-step", {"reason": "lost"}),
    ):
        admin.get(path)
        assert admin.post(path, sent).status_code == 422, path
    [me] = [
        one
        for one in manage.people_of(place.node.inside, place.org_id)
        if one.account_id == admin.account.account_id
    ]
    assert me.roles == (Role.ORGANISATION_ADMINISTRATOR,)
    assert me.covers == ()


def test_nobody_invites_themself_to_another_role(place: Place, admin: Client) -> None:
    assert admin.account is not None
    admin.get("/people/invite")
    sent = {"name": "Me", "login": admin.account.login, "roles": ["senco"]}
    answer = admin.post("/people/invite", sent)
    assert answer.status_code == 422
    assert "Somebody else must do this for you" in answer.text


def test_other_organisations_people_are_not_there(place: Place, admin: Client) -> None:
    stranger = place.person(Role.NODE_ADMINISTRATOR, org_id=None)
    nobody = "00000000-0000-4000-8000-000000000000"
    bodies = set()
    for account in (stranger.account_id, nobody):
        for path in ("", "/roles", "/cover", "/second-step"):
            answer = admin.get(f"/people/{account}{path}")
            assert answer.status_code == 404
            bodies.add(re.sub(r'value="[^"]*"', "", answer.text))
            admin.get("/people")
            posted = admin.post(f"/people/{account}{path}", {"what": "suspend"})
            assert posted.status_code == 404
    assert len(bodies) == 1
    assert stranger.name not in admin.get("/people").text


def test_a_new_invitation_voids_the_old_link(place: Place, admin: Client) -> None:
    made = invited(place, Role.TEACHER)
    path = f"/people/{made.account.account_id}"
    admin.get(path)
    answer = admin.post(path, {"what": "invite"})
    link = re.search(rf"{BASE}(/join/[A-Za-z0-9_-]{{43}})", answer.text)
    assert link is not None
    assert place.client().get(f"/join/{made.token}").status_code == 410
    assert place.client().get(link.group(1)).status_code == 200


def test_what_a_head_does_is_recorded_as_the_heads(place: Place) -> None:
    head = place.client(Role.HEAD, Role.SENCO)
    account = place.person(Role.TEACHER)
    path = f"/people/{account.account_id}/roles"
    head.get(path)
    head.post(path, {"roles": ["teacher", "governor"], "seen": "teacher"})
    assert head.account is not None
    with place.node.inside.store.reading(place.org_id) as unit:
        last = [x for x in unit.audit.entries() if x.object_id == account.account_id][-1]
    assert (last.actor, last.role) == (head.account.name, "head")


def test_who_forgot_their_password_is_helped_back_in(place: Place, admin: Client) -> None:
    account, _ = with_app(place, joined(place, Role.SENCO))
    path = f"/people/{account.account_id}"
    assert "Forgotten password" in admin.get(path).text
    handed = admin.post(path, {"what": "password"}).text
    link = re.search(rf"{BASE}(/join/[A-Za-z0-9_-]{{43}})", handed)
    assert link is not None
    assert "for 24 hours" in handed
    client = place.client()
    assert account.login in client.get(link[1]).text
    assert client.post(link[1], {"password": "password1234"}).status_code == 422
    answer = client.post(link[1], {"password": "seven brass umbrellas 41"})
    assert answer.headers["Location"] == "/sign-in/code", "the second step is theirs still"
    assert client.get("/leavers").status_code == 302
    assert place.client().get(link[1]).status_code == 410
    assert sign_in(place.client(), account.login).status_code == 422
