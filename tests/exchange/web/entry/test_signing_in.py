"""The sign-in pages: in and out, cookies and tokens, and what a stranger learns."""

from __future__ import annotations

import re
import time

import pytest

from exchange.domain.access import Role
from tests.exchange.web.entry.walk import (
    GOOD,
    joined,
    next_code,
    session_cookie,
    sign_in,
    sign_in_strong,
    with_app,
)
from tests.exchange.web.site import BASE, Place, Site


@pytest.fixture(scope="module")
def place(site: Site) -> Place:
    return site["primary"]


def test_password_and_code_lead_in_and_the_cookie_is_for_this_host_alone(place: Place) -> None:
    account, secret = with_app(place, joined(place, Role.SENCO))
    client = place.client()
    step = sign_in(client, account.login)
    assert step.headers["Location"] == "/sign-in/code"
    assert session_cookie(client) == "", "half a sign-in is no session"
    client.get("/sign-in/code")
    answer = client.post("/sign-in/code", {"code": next_code(secret)})
    [cookie] = [x for x in answer.headers.getlist("Set-Cookie") if x.startswith("__Host-senx=")]
    assert "; Secure" in cookie
    assert "; HttpOnly" in cookie
    assert "; SameSite=Lax" in cookie
    assert "; Path=/" in cookie
    assert "Domain" not in cookie
    assert client.get("/account").status_code == 200


def test_the_form_cookie_is_for_this_host_alone_too(place: Place) -> None:
    answer = place.client().get("/sign-in")
    [cookie] = [x for x in answer.headers.getlist("Set-Cookie") if "__Host-senx-form=" in x]
    for flag in ("; Secure", "; HttpOnly", "; SameSite=Lax", "; Path=/"):
        assert flag in cookie
    assert "Domain" not in cookie


def test_after_the_password_alone_no_page_of_the_person_opens(place: Place) -> None:
    account, _ = with_app(place, joined(place, Role.SENCO))
    client = place.client()
    sign_in(client, account.login)
    for path in ("/account", "/account/second-factor", "/account/authenticator-app", "/people"):
        answer = client.get(path)
        assert answer.status_code == 302
        assert "/sign-in" in answer.headers["Location"]


def test_the_page_asked_for_comes_after_signing_in(place: Place) -> None:
    account, secret = with_app(place, joined(place, Role.SENCO))
    client = place.client()
    answer = client.get("/account/sessions")
    client.get(answer.headers["Location"])
    client.post("/sign-in", {"login": account.login, "password": GOOD})
    client.get("/sign-in/code")
    answer = client.post("/sign-in/code", {"code": next_code(secret)})
    assert answer.headers["Location"] == "/account/sessions"


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/%0d%0aSet-Cookie:x=1\r\nX: 1",
        "/ok\tok",
        "http:/evil.example",
        "///evil.example",
        "/sign-out",
        "",
        "/" + "a" * 600,
    ],
)
def test_signing_in_never_leads_to_another_site(place: Place, target: str) -> None:
    account, secret = with_app(place, joined(place, Role.SENCO))
    client = place.client()
    client.get("/sign-in", query_string={"next": target})
    client.post("/sign-in", {"login": account.login, "password": GOOD})
    client.get("/sign-in/code")
    answer = client.post("/sign-in/code", {"code": next_code(secret)})
    assert answer.headers["Location"] == "/"


def test_a_form_without_its_token_signs_nobody_in(place: Place) -> None:
    """Else another site could sign a person into an account of its own (login CSRF)."""
    account, _ = with_app(place, joined(place, Role.SENCO))
    client = place.client()
    client.get("/sign-in")
    data = {"login": account.login, "password": GOOD}
    bare = client.raw.post("/sign-in", data=data, base_url=BASE, headers={"Referer": BASE})
    assert bare.status_code == 400
    other = place.client()
    other.get("/sign-in")
    stolen = {**data, "csrf_token": re.search(r'csrf_token"[^>]*value="([^"]+)', other.last)[1]}  # type: ignore[index]
    foreign = client.raw.post("/sign-in", data=stolen, base_url=BASE, headers={"Referer": BASE})
    assert foreign.status_code == 400
    elsewhere = client.raw.post(
        "/sign-in", data=stolen, base_url=BASE, headers={"Referer": "https://evil.example/"}
    )
    assert elsewhere.status_code == 400
    for path in ("/sign-in/passkey/options", "/sign-in/passkey"):
        assert client.raw.post(path, base_url=BASE, headers={"Referer": BASE}).status_code == 400


def test_a_session_is_new_at_each_sign_in_and_the_old_one_is_over(place: Place) -> None:
    account, secret = with_app(place, joined(place, Role.SENCO))
    client = place.client(account=account)
    before = session_cookie(client)
    assert client.get("/account").status_code == 200
    client.get("/sign-in/code")
    client.raw.set_cookie("__Host-senx-x", "1", domain="pages.example", secure=True)
    fixed = place.client()
    fixed.raw.set_cookie("__Host-senx", "chosen-by-a-thief", domain="pages.example", secure=True)
    sign_in(fixed, account.login)
    fixed.get("/sign-in/code")
    fixed.post("/sign-in/code", {"code": next_code(secret)})
    assert session_cookie(fixed) not in ("", "chosen-by-a-thief", before)
    thief = place.client()
    thief.raw.set_cookie("__Host-senx", "chosen-by-a-thief", domain="pages.example", secure=True)
    assert thief.get("/account").status_code == 302


def test_the_session_that_was_there_ends_when_somebody_signs_in_over_it(place: Place) -> None:
    first = place.person(Role.SENCO)
    client = place.client(account=first, strong=False)
    old = session_cookie(client)
    account, secret = with_app(place, joined(place, Role.SENCO))
    sign_in(client, account.login)
    client.get("/sign-in/code")
    client.post("/sign-in/code", {"code": next_code(secret)})
    other = place.client()
    other.raw.set_cookie("__Host-senx", old, domain="pages.example", secure=True)
    assert other.get("/account/second-factor").status_code == 302


def test_the_form_token_changes_with_the_sign_in(place: Place) -> None:
    account, secret = with_app(place, joined(place, Role.SENCO))
    client = place.client()
    client.get("/sign-in")
    before = client.last
    client.post("/sign-in", {"login": account.login, "password": GOOD})
    client.get("/sign-in/code")
    client.post("/sign-in/code", {"code": next_code(secret)})
    client.last = before
    assert client.post("/sign-out").status_code == 400
    client.get("/account")
    assert client.post("/sign-out").status_code == 302


def test_signing_out_ends_the_session_on_the_server(place: Place) -> None:
    account, secret = with_app(place, joined(place, Role.SENCO))
    client = sign_in_strong(place, account, secret)
    token = session_cookie(client)
    client.get("/account")
    answer = client.post("/sign-out")
    assert any(
        x.startswith("__Host-senx=;") and "Secure" in x
        for x in answer.headers.getlist("Set-Cookie")
    )
    thief = place.client()
    thief.raw.set_cookie("__Host-senx", token, domain="pages.example", secure=True)
    assert thief.get("/account").status_code == 302


def same(page: str, login: str) -> str:
    """Return a page without what differs from answer to answer anyway."""
    page = re.sub(r'(name="csrf_token"[^>]*value=|data-token=)"[^"]*"', "", page)
    return re.sub(r"nonce-[^']+'", "", page).replace(login, "LOGIN")


def test_no_answer_tells_whether_somebody_has_an_account(place: Place) -> None:
    account, _ = with_app(place, joined(place, Role.SENCO))
    answers = []
    for login in (account.login, "n" + account.login):
        client = place.client()
        told = []
        for _ in range(11):
            answer = sign_in(client, login, "wrong")
            headers = {k: v for k, v in answer.headers if k not in ("Set-Cookie", "Content-Length")}
            headers["Content-Security-Policy"] = same(headers["Content-Security-Policy"], login)
            told.append((answer.status_code, headers, same(answer.text, login)))
        answers.append(told)
    assert answers[0] == answers[1]
    assert "too many wrong tries" in answers[0][-1][2]


def test_no_answer_takes_longer_for_an_account_that_is_there(place: Place) -> None:
    account, _ = with_app(place, joined(place, Role.SENCO))
    client = place.client()

    def taken(login: str) -> float:
        client.get("/sign-in")
        start = time.perf_counter()
        client.post("/sign-in", {"login": login, "password": "wrong"})
        return time.perf_counter() - start

    taken("warm@school.example")
    pairs = [(taken(account.login), taken("nobody@school.example")) for _ in range(8)]
    # The quickest of each: on a busy machine, the others tell of the machine.
    known, unknown = (min(each) for each in zip(*pairs, strict=True))
    assert 0.5 < known / unknown < 2


def test_the_eleventh_try_is_told_how_long_to_wait_and_what_else_to_do(place: Place) -> None:
    account = joined(place, Role.SENCO)
    client = place.client()
    for _ in range(10):
        answer = sign_in(client, account.login, "wrong")
        assert "wrong" in answer.text
    answer = sign_in(client, account.login)
    assert session_cookie(client) == ""
    assert "Wait 5 minutes" in answer.text
    assert "tell your administrator" in answer.text


@pytest.mark.parametrize("path", ["/sign-in/code", "/sign-in/recovery-code"])
def test_the_second_step_without_a_first_leads_back(place: Place, path: str) -> None:
    assert place.client().get(path).headers["Location"] == "/sign-in"


def test_pages_of_signing_in_are_kept_by_no_cache(place: Place) -> None:
    for path in ("/sign-in", "/join/" + "A" * 43, "/set-up/" + "A" * 43):
        assert place.client().get(path).headers["Cache-Control"] == "no-store"


def test_nothing_typed_at_sign_in_stands_in_a_log(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    client = place.client()
    with caplog.at_level(0):
        sign_in(client, "quite.secret@school.example", "hunter2-hunter2")
        client.post("/sign-in/passkey", {"x": "quite.secret"})
    assert "quite.secret" not in caplog.text
    assert "hunter2" not in caplog.text
