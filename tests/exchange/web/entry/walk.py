"""A person at the sign-in pages, without scripts."""

from __future__ import annotations

import itertools
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pyotp

from exchange.domain.access import Role
from exchange.ports import Actor
from exchange.services.people import factors, invite, join
from exchange.services.people.account import Account
from tests.exchange.web.site import BASE, Client, Place, csrf
from tests.keys.authenticator import Authenticator

GOOD = "copper lantern 7 geese"
ADMIN = Actor("Ada Admin", "organisation-administrator")
_numbers = itertools.count(1)


def invited(place: Place, *roles: Role, org_id: str | None = "") -> invite.Invited:
    number = next(_numbers)
    where = place.org_id if org_id == "" else org_id
    login = f"walker{number}@school.example"
    return invite.invite(place.node.inside, where, f"Walker {number}", login, roles, ADMIN, BASE)


def joined(place: Place, *roles: Role, org_id: str | None = "") -> Account:
    made = invited(place, *roles, org_id=org_id)
    return join.accept_with_password(place.node.inside, made.token, GOOD)


def with_app(place: Place, account: Account) -> tuple[Account, str]:
    """Set an app up; the code of the next half minute then signs in."""
    inside = place.node.inside
    token = factors.begin_app(inside, account.account_id)
    secret, _ = factors.app_secret(inside, account, token)
    return factors.confirm_app(inside, account, token, code_now(secret)), secret


def code_now(secret: str, shift: int = 0) -> str:
    return pyotp.TOTP(secret).at(datetime.now(UTC) + timedelta(seconds=shift))


def next_code(secret: str) -> str:
    """Return a code after the one that set the app up; a step ahead is let through."""
    return code_now(secret, 30)


def sign_in(client: Client, login: str, password: str = GOOD) -> Any:
    client.get("/sign-in")
    return client.post("/sign-in", {"login": login, "password": password})


def sign_in_strong(place: Place, account: Account, secret: str) -> Client:
    client = place.client()
    sign_in(client, account.login)
    client.get("/sign-in/code")
    answer = client.post("/sign-in/code", {"code": next_code(secret)})
    assert answer.status_code == 302, answer.text
    return client


def session_cookie(client: Client) -> str:
    cookie = client.raw.get_cookie("__Host-senx", domain="pages.example")
    return "" if cookie is None else cookie.value


def post_json(client: Client, path: str, body: str) -> Any:
    """Post as the script does, with the token of the page that was got last."""
    return client.raw.post(
        path,
        data=body,
        base_url=BASE,
        headers={
            "X-CSRFToken": csrf(client.last),
            "Referer": BASE + "/",
            "Accept": "application/json",
            "Content-Type": "application/json",
        },
    )


def make_passkey(client: Client, device: Authenticator, name: str = "Laptop") -> Any:
    client.get("/account/second-factor")
    token = re.search(r'data-token="([^"]+)"', client.last)
    assert token is not None
    client.last = f'<input name="csrf_token" value="{token.group(1)}">'
    asked = post_json(client, "/account/passkeys/options", "{}")
    assert asked.status_code == 200, asked.text
    body = json.dumps({"name": name, "response": json.loads(device.create(asked.text))})
    return post_json(client, "/account/passkeys", body)
