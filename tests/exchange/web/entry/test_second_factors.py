"""Second factors and the own account: passkey, app, recovery codes, sessions elsewhere."""

from __future__ import annotations

import re

import pytest

from exchange.domain.access import Role
from exchange.services.people import manage
from exchange.services.people.looking_after import By
from exchange.services.people.session import sessions_of
from tests.exchange.web.entry.walk import (
    ADMIN,
    GOOD,
    code_now,
    joined,
    make_passkey,
    post_json,
    session_cookie,
    sign_in,
    sign_in_strong,
    with_app,
)
from tests.exchange.web.site import BASE, Place, Site
from tests.keys.authenticator import Authenticator


@pytest.fixture(scope="module")
def place(site: Site) -> Place:
    return site["primary"]


def test_somebody_without_a_second_factor_reaches_only_the_page_that_sets_one_up(
    place: Place,
) -> None:
    for role in (Role.SENCO, Role.HEAD, Role.ORGANISATION_ADMINISTRATOR):
        account = joined(place, role)
        client = place.client()
        answer = sign_in(client, account.login)
        assert answer.headers["Location"] == "/account/second-factor"
        assert client.get("/account/second-factor").status_code == 200
        for path in ("/account", "/people", "/account/password", "/account/sessions", "/leavers"):
            answer = client.get(path)
            assert answer.status_code in (302, 404), path
            if answer.status_code == 302:
                assert answer.headers["Location"] == "/account/second-factor", path


def test_the_system_administrator_needs_a_second_factor_too(place: Place) -> None:
    account = joined(place, Role.NODE_ADMINISTRATOR, org_id=None)
    client = place.client()
    assert sign_in(client, account.login).headers["Location"] == "/account/second-factor"
    assert client.get("/set-up").headers["Location"] == "/account/second-factor"


def test_a_governor_sees_counts_with_a_password(place: Place) -> None:
    account = joined(place, Role.GOVERNOR)
    client = place.client()
    assert sign_in(client, account.login).headers["Location"] == "/"
    assert client.get("/account").status_code == 200


def test_a_weak_session_adds_no_factor_once_there_is_one(place: Place) -> None:
    """Who knows the password, and signed in before the owner set an app up, gets no further."""
    account = joined(place, Role.SENCO)
    thief = place.client()
    sign_in(thief, account.login)
    token = session_cookie(thief)
    with_app(place, account)
    assert thief.get("/account/second-factor").status_code == 403
    assert thief.get("/account/authenticator-app").status_code == 403
    assert token


def test_setting_up_a_factor_ends_other_weak_sessions(place: Place) -> None:
    account = joined(place, Role.SENCO)
    thief, owner = place.client(), place.client()
    sign_in(thief, account.login)
    sign_in(owner, account.login)
    assert make_passkey(owner, Authenticator(BASE)).status_code == 200
    assert "/sign-in" in thief.get("/account/second-factor").headers["Location"]


def test_a_passkey_is_made_and_signs_in_by_itself(place: Place) -> None:
    account = joined(place, Role.SENCO)
    client, device = place.client(), Authenticator(BASE)
    sign_in(client, account.login)
    weak = session_cookie(client)
    made = make_passkey(client, device)
    assert made.json == {"next": "/account/recovery-codes"}
    assert session_cookie(client) != weak
    page = client.get("/account/recovery-codes")
    codes = re.findall(r"<li>([a-z0-9]{4}(?:-[a-z0-9]{4}){3})</li>", page.text)
    assert len(codes) == 10
    assert codes[0] not in client.get("/account/recovery-codes").text
    assert "Laptop" in client.get("/account").text
    other = place.client()
    other.get("/sign-in")
    asked = post_json(other, "/sign-in/passkey/options", "{}")
    entered = post_json(other, "/sign-in/passkey", device.get(asked.text))
    assert entered.json == {"next": "/"}
    assert other.get("/account").status_code == 200
    # The same answer a second time, in another browser.
    thief = place.client()
    thief.get("/sign-in")
    replayed = post_json(thief, "/sign-in/passkey", device.get(asked.text))
    assert replayed.status_code == 422
    assert session_cookie(thief) == ""


@pytest.mark.parametrize(
    "body", ["", "{}", "[]", "null", "[" * 30_000, '{"id": 7}', "\x00", "x" * 70_000]
)
def test_nonsense_at_the_passkey_door_is_refused(place: Place, body: str) -> None:
    client = place.client()
    client.get("/sign-in")
    post_json(client, "/sign-in/passkey/options", "{}")
    answer = post_json(client, "/sign-in/passkey", body)
    assert answer.status_code in (400, 422)
    assert answer.json["text"]


def test_an_app_is_set_up_by_its_picture_and_first_code(place: Place) -> None:
    account = joined(place, Role.SENCO)
    client = place.client()
    sign_in(client, account.login)
    page = client.get("/account/authenticator-app").text
    again = client.get("/account/authenticator-app").text
    secret = re.search(r'sx-code">([A-Z2-7 ]+)<', page)
    assert secret is not None
    assert secret.group(1) in again, "a page loaded again shows the same picture"
    picture = client.get("/account/authenticator-app/picture")
    assert picture.mimetype == "image/svg+xml"
    assert picture.headers["Cache-Control"] == "no-store"
    assert "style=" not in picture.text
    assert "<script" not in picture.text
    client.get("/account/authenticator-app")
    wrong = client.post("/account/authenticator-app", {"code": "000000"})
    assert wrong.status_code == 422
    plain = secret.group(1).replace(" ", "")
    first = code_now(plain)
    done = client.post("/account/authenticator-app", {"code": first})
    assert done.headers["Location"] == "/account/recovery-codes"
    assert client.get("/account/authenticator-app/picture").status_code == 404
    assert client.get("/account").status_code == 200
    client.get("/account")
    client.post("/sign-out")
    sign_in(client, account.login)
    client.get("/sign-in/code")
    used = client.post("/sign-in/code", {"code": first})
    assert used.status_code == 422, "the code that set it up is used"
    fresh = client.post("/sign-in/code", {"code": code_now(plain, 30)})
    assert fresh.status_code == 302


def test_the_secret_is_shown_to_its_owner_alone(place: Place) -> None:
    assert place.client().get("/account/authenticator-app/picture").status_code == 302
    strong = place.client(Role.SENCO)
    assert strong.get("/account/authenticator-app/picture").status_code == 404


def test_a_recovery_code_leads_in_once(place: Place) -> None:
    account = joined(place, Role.SENCO)
    client = place.client()
    sign_in(client, account.login)
    make_passkey(client, Authenticator(BASE))
    page = client.get("/account/recovery-codes").text
    code = re.findall(r"<li>([a-z0-9-]{19})</li>", page)[0]
    for status in (302, 422):
        client = place.client()
        assert sign_in(client, account.login).headers["Location"] == "/sign-in/recovery-code"
        client.get("/sign-in/recovery-code")
        answer = client.post("/sign-in/recovery-code", {"code": code.upper()})
        assert answer.status_code == status


def test_the_last_second_factor_cannot_be_removed(place: Place) -> None:
    account, secret = with_app(place, joined(place, Role.SENCO))
    client = sign_in_strong(place, account, secret)
    client.get("/account")
    answer = client.post("/account/second-factor/remove", {"what": "app"})
    assert answer.status_code == 422
    assert "only second step" in answer.text


def test_signed_in_elsewhere_is_shown_and_can_be_ended(place: Place) -> None:
    account, secret = with_app(place, joined(place, Role.SENCO))
    client = sign_in_strong(place, account, secret)
    other = place.client(account=account)
    assert other.get("/account").status_code == 200
    page = client.get("/account/sessions").text
    [which] = re.findall(r'name="which" value="([^"]+)"', page)
    client.post("/account/sessions", {"which": which})
    assert other.get("/account").status_code == 302
    client.get("/account/sessions")
    client.post("/account/sessions", {"what": "all"})
    assert client.get("/account").status_code == 302


def test_others_sessions_are_not_there(place: Place) -> None:
    victim = place.client(Role.SENCO)
    page = victim.get("/account/sessions")
    assert page.status_code == 200
    assert victim.account is not None
    [theirs] = sessions_of(place.node.inside, victim.account.account_id)
    thief = place.client(Role.SENCO)
    thief.get("/account/sessions")
    answer = thief.post("/account/sessions", {"which": theirs.session_id})
    assert answer.status_code == 404
    assert victim.get("/account/sessions").status_code == 200


def test_changing_the_password_wants_the_old_one(place: Place) -> None:
    account, secret = with_app(place, joined(place, Role.SENCO))
    client = sign_in_strong(place, account, secret)
    client.get("/account/password")
    new = "marble otter 9 tins"
    wrong = client.post("/account/password", {"present": "no", "password": new})
    assert "not your present password" in wrong.text
    weak = client.post("/account/password", {"present": GOOD, "password": "password1234"})
    assert "easy to guess" in weak.text
    assert GOOD not in weak.text
    assert client.post("/account/password", {"present": GOOD, "password": new}).status_code == 302


def test_a_suspended_person_is_out_at_the_next_request(place: Place) -> None:
    account, secret = with_app(place, joined(place, Role.SENCO))
    client = sign_in_strong(place, account, secret)
    by = By("nobody", ADMIN)
    manage.suspend_person(place.node.inside, place.org_id, account.account_id, by)
    assert client.get("/account").status_code == 302


def test_one_chooses_where_and_in_which_role_to_work(place: Place) -> None:
    client = place.client(Role.SENCO, Role.HEAD, Role.DSL)
    page = client.get("/account/acting").text
    values = re.findall(r'name="acting"[^>]*value="([^"]*)"', page)
    assert len(values) == 4
    head = next(x for x in values if x.endswith("/head"))
    assert client.post("/account/acting", {"acting": head}).status_code == 302
    wrong = [x.replace("/head", "/node-administrator") for x in values if x.endswith("/head")]
    client.get("/account/acting")
    assert client.post("/account/acting", {"acting": wrong[0]}).status_code == 422
    other = "11111111-1111-4111-8111-111111111111/"
    assert client.post("/account/acting", {"acting": other}).status_code == 422
