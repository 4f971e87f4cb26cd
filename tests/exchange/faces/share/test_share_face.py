"""The share face as a browser meets it: prefetch, headers, forms from elsewhere, hostile input."""

from __future__ import annotations

import io
import re
import statistics
import subprocess
import sys
import time

import pytest
from flask import Flask
from flask.testing import FlaskClient

from exchange.errors import StoreError
from exchange.faces.share import create_app
from exchange.faces.share.safety import COOKIE
from exchange.services.links.family import let_read
from exchange.services.links.model import ANSWER, CODE, SESSION
from keys.errors import AgeError
from keys.links import LinkSecret
from tests.exchange.services.links.world import SHARE_URL, Waiting, World
from tests.exchange.services.town import PDF, PRIMARY, SENCO, Town


@pytest.fixture
def world(town: Town) -> World:
    return World(town)


@pytest.fixture
def app(world: World) -> Flask:
    return create_app(world.door, share_url=SHARE_URL, floor_seconds=0.0)


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    return app.test_client()


def come_in(world: World, browser: FlaskClient, made: Waiting) -> str:
    world.town.clock.pass_(seconds=31)
    path = f"/l/{made.token}"
    browser.post(path, base_url=SHARE_URL)
    code = world.code(made.link.link_id)
    entered = browser.post(f"{path}/code", data={"code": code}, base_url=SHARE_URL)
    assert entered.status_code == 303
    return browser.get(entered.headers["Location"], base_url=SHARE_URL).text


def form_token(page: str) -> str:
    found = re.search(r'name="form_token" value="([0-9a-f]{64})"', page)
    assert found is not None
    return found[1]


def test_opening_the_link_does_and_reveals_nothing(world: World, browser: FlaskClient) -> None:
    made = world.sent()
    pages = set()
    with world.unchanged():
        for token in (made.token, LinkSecret.new().token, "x" * 43):
            for method in ("GET", "HEAD", "GET", "OPTIONS", "PUT"):
                answer = browser.open(f"/l/{token}", method=method, base_url=SHARE_URL)
                assert answer.status_code == (200 if method in ("GET", "HEAD") else 405)
                assert "Set-Cookie" not in answer.headers
                if method == "GET":
                    pages.add(answer.text.replace(token, "TOKEN"))
            answer = browser.get(f"/l/{token}/code", base_url=SHARE_URL)
            pages.add(answer.text.replace(token, "TOKEN"))
    assert len(pages) == 2  # one for the link, one for the code, whatever the link is
    assert world.items(CODE) == []


def test_the_whole_way_of_a_school(world: World, browser: FlaskClient) -> None:
    made = world.sent()
    page = come_in(world, browser, made)
    assert "Anna Oak" in page
    title = re.search(r"<title>([^<]*)</title>", page)
    assert title is not None
    assert "Anna" not in title[1]
    assert page.index("Documents</h2>") < page.index("Records in full</h2>")
    assert "Name, birthday and contact details" in page
    document = browser.get("/pack/documents/1", base_url=SHARE_URL)
    assert document.data == PDF
    assert document.headers["Content-Disposition"].startswith("attachment; ")
    assert document.headers["X-Content-Type-Options"] == "nosniff"
    assert document.headers["Content-Security-Policy"].startswith("sandbox")
    for number in ("0", "2", "x", "../1", "%00"):
        assert browser.get(f"/pack/documents/{number}", base_url=SHARE_URL).status_code == 404
    assert browser.get("/pack/not-ours", base_url=SHARE_URL).status_code == 200
    answer = browser.post("/pack/accept", data={"form_token": form_token(page)}, base_url=SHARE_URL)
    assert answer.status_code == 303
    again = browser.post(
        "/pack/not-ours", data={"form_token": form_token(page)}, base_url=SHARE_URL
    )
    assert again.status_code == 409
    world.take()
    assert world.town.primary.transfer(made.bundle_id).state == "accepted"


def test_a_familys_page_and_what_it_sends(world: World, browser: FlaskClient) -> None:
    pupil_id = world.town.ready()
    paper = world.town.attach(pupil_id, PDF + b"% read me\n", "slt-report").document
    one = world.member(pupil_id)
    invited = world.invite(one)
    let_read(world.inside, PRIMARY, one.member_id, [paper.document_id], SENCO)
    made = Waiting(invited.address, invited.link, "")
    page = come_in(world, browser, made)
    token = form_token(page)
    assert "Riverside Academy" in page
    numbers = re.findall(r"/family/papers/([0-9a-f]{16})", page)
    assert len(numbers) == 2
    files = [browser.get(f"/family/papers/{one}/file", base_url=SHARE_URL) for one in numbers]
    assert sorted(one.status_code for one in files) == [200, 404]
    assert any(b"% read me" in one.data for one in files)
    wrong = browser.post(
        f"/family/papers/{numbers[0]}", data={"form_token": token}, base_url=SHARE_URL
    )
    assert wrong.status_code == 422
    assert "Choose one of the answers" in wrong.text
    for path, data in (
        (f"/family/papers/{numbers[0]}", {"wants": "refuses", "why": "Not <b>this</b>"}),
        ("/family/views", {"views": "She loves maps.\r\nAnd bees.", "may_send": "yes"}),
        ("/family/correction", {"correction": "Her name is Anna."}),
    ):
        answer = browser.post(path, data={"form_token": token, **data}, base_url=SHARE_URL)
        assert answer.status_code == 303, path
    assert "The school has what you said" in browser.get("/family?told=1", base_url=SHARE_URL).text
    world.take()
    shown = browser.get("/family", base_url=SHARE_URL).text
    assert "You disagree" in shown
    assert "She loves maps.\nAnd bees." in shown
    assert "Not &lt;b&gt;this&lt;/b&gt;" in shown
    for missing in ({"views": "", "may_send": "yes"}, {"views": "x"}):
        answer = browser.post(
            "/family/views", data={"form_token": token, **missing}, base_url=SHARE_URL
        )
        assert answer.status_code == 422
    assert browser.get("/pack", base_url=SHARE_URL).status_code == 404


def test_a_school_sees_no_family_page(world: World, browser: FlaskClient) -> None:
    come_in(world, browser, world.sent())
    for path in ("/family", "/family/views", "/family/papers/1"):
        assert browser.get(path, base_url=SHARE_URL).status_code == 404


def test_nothing_opens_without_a_visit(world: World, browser: FlaskClient) -> None:
    made = world.sent()
    for path in ("/pack", "/pack/summary.pdf", "/pack/documents/1", "/family"):
        assert browser.get(path, base_url=SHARE_URL).status_code == 403
    # The token alone, without its code, is no visit either.
    for value in (made.token, f"{made.token}.{LinkSecret.new().token}", f"{made.token}.x"):
        browser.set_cookie(COOKIE, value, domain="share.example", secure=True)
        assert browser.get("/pack", base_url=SHARE_URL).status_code in (403, 404)


def test_forms_from_elsewhere_are_refused(world: World, browser: FlaskClient) -> None:
    page = come_in(world, browser, world.sent())
    token = form_token(page)
    with world.unchanged():
        for data, headers in (
            ({}, {}),
            ({"form_token": "0" * 64}, {}),
            ({"form_token": token}, {"Origin": "https://evil.example"}),
            ({"form_token": token}, {"Origin": "null"}),
            ({"form_token": token}, {"Sec-Fetch-Site": "cross-site"}),
        ):
            answer = browser.post("/pack/accept", data=data, headers=headers, base_url=SHARE_URL)
            assert answer.status_code == 403
    good = browser.post(
        "/pack/accept",
        data={"form_token": token},
        headers={"Origin": SHARE_URL, "Sec-Fetch-Site": "same-origin"},
        base_url=SHARE_URL,
    )
    assert good.status_code == 303


def test_cookie_is_bound_to_host_https_and_this_site(world: World, browser: FlaskClient) -> None:
    made = world.sent()
    path = f"/l/{made.token}"
    browser.post(path, base_url=SHARE_URL)
    code = world.code(made.link.link_id)
    answer = browser.post(f"{path}/code", data={"code": code}, base_url=SHARE_URL)
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-")
    for part in ("Secure", "HttpOnly", "SameSite=Strict", "Path=/"):
        assert part in cookie
    assert "Domain" not in cookie
    assert made.token not in answer.headers["Location"]


def test_leaving_ends_the_visit(world: World, browser: FlaskClient) -> None:
    page = come_in(world, browser, world.sent())
    kept = browser.get_cookie(COOKIE, domain="share.example")
    assert kept is not None
    left = browser.post("/leave", data={"form_token": form_token(page)}, base_url=SHARE_URL)
    assert left.status_code == 303
    browser.set_cookie(COOKIE, kept.value, domain="share.example", secure=True)
    assert browser.get("/pack", base_url=SHARE_URL).status_code == 403
    assert world.items(SESSION) == []


def test_wrong_codes_lock_it_and_the_answer_stays_the_same(
    world: World, browser: FlaskClient
) -> None:
    made = world.sent()
    path = f"/l/{made.token}/code"
    seen = [
        browser.post(path, data={"code": "00000000"}, base_url=SHARE_URL).status_code
        for _ in range(13)
    ]
    assert seen == [422] * 10 + [404] * 3


def test_who_presses_twice_is_told_that_the_code_was_used(
    world: World, browser: FlaskClient
) -> None:
    made = world.sent()
    path = f"/l/{made.token}"
    browser.post(path, base_url=SHARE_URL)
    code = world.code(made.link.link_id)
    answers = [
        browser.post(f"{path}/code", data={"code": code}, base_url=SHARE_URL) for _ in range(13)
    ]
    assert [one.status_code for one in answers] == [303] + [422] * 12
    assert "That code was used already. A code works once" in answers[1].text
    assert "not right" not in answers[1].text


def test_who_asks_too_soon_is_told_when_and_who_asks_too_often_is_told_whom(
    world: World, browser: FlaskClient
) -> None:
    path = f"/l/{world.sent().token}"
    browser.post(path, base_url=SHARE_URL)
    world.town.clock.pass_(seconds=12)
    sent = browser.post(path, base_url=SHARE_URL)
    page = browser.get(sent.headers["Location"], base_url=SHARE_URL).text
    assert "You can get a new code in 18 seconds." in page
    for strange in ("31", "-1", "0", "<b>", ""):
        page = browser.get(f"{path}/code", query_string={"soon": strange}, base_url=SHARE_URL).text
        assert "No new code was made" not in page
    for _ in range(59):
        world.town.clock.pass_(seconds=31)
        assert browser.post(path, base_url=SHARE_URL).status_code == 303
    refused = browser.post(path, base_url=SHARE_URL)
    assert refused.status_code == 403
    assert "Ask whoever sent it for a new link." in refused.text


def test_every_answer_has_the_headers(world: World, browser: FlaskClient) -> None:
    made = world.sent()
    for path in ("/", "/health", f"/l/{made.token}", "/nowhere", "/pack"):
        headers = browser.get(path, base_url=SHARE_URL).headers
        assert headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "same-origin"


def test_pages_hold_no_script_and_no_style(world: World, browser: FlaskClient) -> None:
    page = come_in(world, browser, world.sent())
    for hint in ("<script", "<style", " style=", " onclick", "javascript:", "http://"):
        assert hint not in page


@pytest.mark.parametrize(
    "code", ["", "\x00", "１２３４５６７８", "'; drop table items --", "9" * 50_000, "\ud800"]
)
def test_strange_codes_are_wrong_codes(world: World, browser: FlaskClient, code: str) -> None:
    made = world.sent()
    body = "code=" + "".join(f"%{one:02x}" for one in code.encode("utf-8", "surrogatepass"))
    answer = browser.post(
        f"/l/{made.token}/code",
        data=body,
        content_type="application/x-www-form-urlencoded",
        base_url=SHARE_URL,
    )
    assert answer.status_code in (413, 422)


def test_large_forms_are_refused(world: World, browser: FlaskClient) -> None:
    page = come_in(world, browser, world.sent())
    data = {"form_token": form_token(page), "views": "x" * 200_000}
    assert browser.post("/family/views", data=data, base_url=SHARE_URL).status_code in (404, 413)
    files = {"form_token": form_token(page), "f": (io.BytesIO(b"x" * 200_000), "x.pdf")}
    assert browser.post("/pack/accept", data=files, base_url=SHARE_URL).status_code == 413


def test_a_store_that_fails_is_no_page_of_ours(
    world: World, browser: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = world.sent()

    def fails(*_: object) -> None:
        raise StoreError("store-busy")

    monkeypatch.setattr(world.door, "ask", fails)
    answer = browser.post(f"/l/{made.token}", base_url=SHARE_URL)
    assert answer.status_code == 503
    assert "store" not in answer.text


def test_questions_about_links_take_as_long_for_none_as_for_one(world: World) -> None:
    app = create_app(world.door, share_url=SHARE_URL, floor_seconds=0.03)
    browser = app.test_client()
    made = world.sent()
    times: dict[str, list[float]] = {made.token: [], LinkSecret.new().token: []}
    for _ in range(9):
        for token, seen in times.items():
            began = time.perf_counter()
            browser.post(f"/l/{token}/code", data={"code": "00000000"}, base_url=SHARE_URL)
            seen.append(time.perf_counter() - began)
    known, unknown = (statistics.median(seen) for seen in times.values())
    assert abs(known - unknown) < 0.02


def test_face_holds_no_key_and_cannot_reach_any(world: World) -> None:
    """The process imports neither what opens packs nor what unlocks keys."""
    code = (
        "import sys, exchange.wiring_outward;"
        "bad = [m for m in sys.modules if m.startswith(("
        "'keys.keyring', 'exchange.bundle.opening', 'exchange.web', 'exchange.wiring.'))];"
        "sys.exit(repr(bad) if bad else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    made = world.sent()
    world.door.ask(made.token)
    (waiting,) = world.items(CODE)
    with world.inside.store.outward().reading(PRIMARY) as unit:  # type: ignore[attr-defined]
        assert all(one.content is None for one in unit.items.all("link"))
    # What the face sealed to the organisation it cannot read again.
    sealed = world.inside.blobs.open(PRIMARY, str(waiting.clear["blob"]))
    with sealed, pytest.raises(AgeError):
        LinkSecret.from_text(made.token).open(sealed)
    assert world.items(ANSWER) == []
