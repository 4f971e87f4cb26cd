"""Signing in through a real provider process, as a browser does it, and as a thief would."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from typing import Any

import pytest

from adapters.sign_in.oidc import OidcProvider
from exchange.domain.access import Role
from exchange.ports.sign_in import ProviderSettings
from exchange.web.app import create_app
from exchange.wiring.pages import parts_of
from tests.adapters.oidc_house import Provider, provider
from tests.exchange.web.entry.walk import invited, joined, session_cookie, with_app
from tests.exchange.web.site import BASE, Client, Place, Site


@pytest.fixture(scope="module")
def house() -> Iterator[Provider]:
    with provider() as running:
        yield running


@pytest.fixture(scope="module")
def place(site: Site, house: Provider) -> Place:
    """The primary with two providers: one says how somebody signed in, one is trusted to."""
    here = site["primary"]
    clock = here.node.inside.clock
    plain = ProviderSettings(
        "plain",
        "Plain",
        house.issuer,
        "sen",
        "secret",
        mfa="amr",
        mfa_values=("mfa",),
        trusts_email=True,
    )
    strict = replace(plain, code="strict", label="Strict", trusts_email=False)
    more = {one.code: OidcProvider(one, clock) for one in (plain, strict)}
    parts = parts_of(here.node, base_url=BASE)
    app = create_app(replace(parts, more={**parts.more, "providers": more}))
    made = Place(here.node, here.org_id, here.name)
    made.__dict__["app"] = app
    return made


def leave(client: Client, page: str, **fields: str) -> str:
    """Press a provider's button; return where the browser is sent."""
    client.get(page)
    answer = client.post("/sign-in/with/plain", fields)
    assert answer.status_code == 200, answer.text
    shown = re.search(r'href="(http://127[^"]+)"', answer.text)
    assert shown is not None
    url = unescape(shown.group(1))
    assert answer.headers["Refresh"] == f"0; url={url}"
    return url


def back(client: Client, said: dict[str, str], code: str = "plain") -> Any:
    return client.get(f"/sign-in/from/{code}", query_string=said)


def through(
    place: Place, house: Provider, subject: str, page: str = "/sign-in", **fields: str
) -> Any:
    client = place.client()
    return client, back(client, house.sign_in(leave(client, page, **fields), subject))


def test_an_invited_person_joins_without_a_new_password_or_a_phone(
    place: Place, house: Provider
) -> None:
    made = invited(place, Role.SENCO)
    house.put_user("amina", email="elsewhere@school.example", amr=["pwd", "mfa"])
    page = place.client().get(f"/join/{made.token}").text
    assert "Join with Plain" in page
    client, answer = through(place, house, "amina", f"/join/{made.token}", join=made.token)
    assert answer.headers["Location"] == "/"
    assert client.get("/account").status_code == 200
    again, answer = through(place, house, "amina")
    assert answer.headers["Location"] == "/"
    assert made.account.name in again.get("/account").text


def test_without_a_second_factor_there_one_is_set_up_here(place: Place, house: Provider) -> None:
    made = invited(place, Role.SENCO)
    house.put_user("weak", amr=["pwd"])
    client, answer = through(place, house, "weak", f"/join/{made.token}", join=made.token)
    assert answer.headers["Location"] == "/account/second-factor"
    assert client.get("/account").headers["Location"] == "/account/second-factor"


def test_an_address_that_the_provider_vouches_for_finds_the_invitation(
    place: Place, house: Provider
) -> None:
    made = invited(place, Role.SENCO)
    house.put_user("mail", email=made.account.login, email_verified=True, amr=["mfa"])
    client, answer = through(place, house, "mail")
    assert answer.headers["Location"] == "/"
    assert made.account.login in client.get("/account").text


def test_nobody_gets_an_account_by_signing_in_somewhere(place: Place, house: Provider) -> None:
    house.put_user("stranger", email="s@evil.example", email_verified=True, amr=["mfa"])
    client, answer = through(place, house, "stranger")
    assert answer.status_code == 403
    assert "nobody has been invited" in answer.text
    assert session_cookie(client) == ""


def test_an_address_takes_over_no_account_in_use(place: Place, house: Provider) -> None:
    account = joined(place, Role.SENCO)
    house.put_user("takeover", email=account.login, email_verified=True, amr=["mfa"])
    client, answer = through(place, house, "takeover")
    assert answer.status_code == 403
    assert session_cookie(client) == ""


def test_an_unverified_address_finds_nothing(place: Place, house: Provider) -> None:
    made = invited(place, Role.SENCO)
    house.put_user("unverified", email=made.account.login, amr=["mfa"])
    _, answer = through(place, house, "unverified")
    assert answer.status_code == 403


def test_an_answer_brought_by_another_browser_is_refused(place: Place, house: Provider) -> None:
    """A thief's own answer, slipped to a victim, would sign the victim into the thief's account."""
    made = invited(place, Role.SENCO)
    house.put_user("fixed", amr=["mfa"])
    through(place, house, "fixed", f"/join/{made.token}", join=made.token)
    thief, victim = place.client(), place.client()
    said = house.sign_in(leave(thief, "/sign-in"), "fixed")
    victim.get("/sign-in")
    assert back(victim, said).status_code == 422
    assert session_cookie(victim) == ""
    leave(victim, "/sign-in")
    assert back(victim, said).status_code == 422
    assert session_cookie(victim) == ""


def test_an_answer_counts_once(place: Place, house: Provider) -> None:
    made = invited(place, Role.SENCO)
    house.put_user("once", amr=["mfa"])
    through(place, house, "once", f"/join/{made.token}", join=made.token)
    client = place.client()
    said = house.sign_in(leave(client, "/sign-in"), "once")
    cookie = client.raw.get_cookie("__Host-senx-form", domain="pages.example")
    assert cookie is not None
    assert back(client, said).status_code == 302
    client.raw.set_cookie("__Host-senx-form", cookie.value, domain="pages.example", secure=True)
    assert back(client, said).status_code == 422, "also with the old form cookie put back"


@pytest.mark.parametrize(
    "claims",
    [{"nonce": "other"}, {"aud": "other-client"}, {"iss": "https://evil.example"}, {"exp": 1}],
)
def test_a_token_for_somebody_else_is_refused(
    place: Place, house: Provider, claims: dict[str, Any]
) -> None:
    made = invited(place, Role.SENCO)
    house.put_user("bent", amr=["mfa"])
    through(place, house, "bent", f"/join/{made.token}", join=made.token)
    house.put_user("bent", amr=["mfa"], **claims)
    client, answer = through(place, house, "bent")
    assert answer.status_code == 422
    assert session_cookie(client) == ""
    house.put_user("bent", amr=["mfa"])


def test_an_answer_for_one_provider_is_none_for_another(place: Place, house: Provider) -> None:
    client = place.client()
    said = house.sign_in(leave(client, "/sign-in"), "amina")
    assert back(client, said, "strict").status_code == 422


def test_an_unknown_provider_is_not_there(place: Place) -> None:
    client = place.client()
    client.get("/sign-in")
    assert client.post("/sign-in/with/nothing").status_code == 404
    assert client.get("/sign-in/from/nothing?code=x&state=y").status_code == 404


@pytest.mark.parametrize("query", ["", "?code=x", "?state=x&code=y", "?error=access_denied"])
def test_an_answer_nobody_asked_for_is_refused(place: Place, query: str) -> None:
    assert place.client().get(f"/sign-in/from/plain{query}").status_code == 422


def test_leaving_wants_the_pages_own_form(place: Place) -> None:
    client = place.client()
    client.get("/sign-in")
    bare = client.raw.post("/sign-in/with/plain", base_url=BASE, headers={"Referer": BASE})
    assert bare.status_code == 400
    assert client.get("/sign-in/with/plain").status_code == 405


def test_a_person_adds_a_provider_and_only_when_fully_signed_in(
    place: Place, house: Provider
) -> None:
    account, _ = with_app(place, joined(place, Role.SENCO))
    house.put_user("added", amr=["mfa"])
    client = place.client(account=account)
    answer = back(client, house.sign_in(leave(client, "/account", link="1"), "added"))
    assert answer.headers["Location"] == "/account"
    other, answer = through(place, house, "added")
    assert answer.headers["Location"] == "/"
    assert account.name in other.get("/account").text
    thief = place.client()
    house.put_user("thief", amr=["mfa"])
    answer = back(thief, house.sign_in(leave(thief, "/sign-in", link="1"), "thief"))
    assert answer.status_code == 422
    weak = place.client(account=joined(place, Role.SENCO), strong=False)
    weak.get("/account/second-factor")
    answer = back(weak, house.sign_in(leave(weak, "/account/second-factor", link="1"), "thief"))
    assert answer.status_code == 422


def test_one_account_there_is_one_person_here(place: Place, house: Provider) -> None:
    first, second = invited(place, Role.SENCO), invited(place, Role.HEAD)
    house.put_user("shared", amr=["mfa"])
    through(place, house, "shared", f"/join/{first.token}", join=first.token)
    _, answer = through(place, house, "shared", f"/join/{second.token}", join=second.token)
    assert answer.status_code == 409


def test_the_providers_secret_and_the_answers_code_stand_in_no_page_or_cookie(
    place: Place, house: Provider
) -> None:
    client = place.client()
    url = leave(client, "/sign-in")
    assert "secret" not in url
    cookie = client.raw.get_cookie("__Host-senx-form", domain="pages.example")
    assert cookie is not None
    assert "verifier" not in cookie.value
    said = house.sign_in(url, "amina")
    answer = back(client, said)
    assert said["code"] not in answer.text
    assert said["code"] not in str(answer.headers)
