"""What a family types is kept, and reaches the paper that was looked at and no other."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from exchange.faces.share import create_app
from exchange.faces.share.safety import COOKIE
from exchange.services.links.agency_files import DRAFT
from exchange.services.links.family_pages import refresh
from exchange.services.links.model import ANSWER
from exchange.services.links.revoke import revoke
from tests.exchange.faces.share.test_share_face import come_in, form_token
from tests.exchange.services.links.world import SHARE_URL, Waiting, World
from tests.exchange.services.town import PDF, PRIMARY, SENCO, Town

WORDS = "She loves maps, and hates the noise of the hall."


@pytest.fixture
def world(town: Town) -> World:
    return World(town)


@pytest.fixture
def browser(world: World) -> FlaskClient:
    return create_app(world.door, share_url=SHARE_URL, floor_seconds=0.0).test_client()


@pytest.fixture
def made(world: World) -> Waiting:
    pupil_id = world.town.ready()
    invited = world.invite(world.member(pupil_id))
    return Waiting(invited.address, invited.link, pupil_id)


def post(browser: FlaskClient, path: str, **data: str) -> tuple[int, str]:
    answer = browser.post(path, data=data, base_url=SHARE_URL)
    return answer.status_code, answer.text


def get(browser: FlaskClient, path: str) -> str:
    return browser.get(path, base_url=SHARE_URL).text


def test_an_answer_reaches_the_paper_that_was_looked_at(
    world: World, browser: FlaskClient, made: Waiting
) -> None:
    token = form_token(page := come_in(world, browser, made))
    (path,) = re.findall(r"/family/papers/[0-9a-f]{16}", page)
    looked_at = re.search(r"<h1[^>]*>([^<]*)</h1>", get(browser, path))
    assert looked_at is not None
    # Meanwhile the school adds a paper that stands before it in the list.
    world.town.attach(made.bundle_id, PDF + b"% a\n", "access-arrangements")
    assert refresh(world.inside) == 1
    assert post(browser, path, form_token=token, wants="refuses")[0] == 303
    world.take()
    rows = re.findall(r"<tr.*?</tr>", get(browser, "/family"), re.DOTALL)
    refused = [row for row in rows if "You disagree" in row]
    assert len(refused) == 1
    assert looked_at[1] in refused[0]


def test_a_paper_that_is_gone_is_no_other_paper(
    world: World, browser: FlaskClient, made: Waiting
) -> None:
    token = form_token(come_in(world, browser, made))
    path = "/family/papers/0123456789abcdef"
    assert browser.get(path, base_url=SHARE_URL).status_code == 404
    status, text = post(browser, path, form_token=token, wants="refuses")
    assert status == 409
    assert "Nothing was sent" in text
    assert world.items(ANSWER) == []


def test_what_is_typed_is_kept_while_it_is_typed_and_gone_once_sent(
    world: World, browser: FlaskClient, made: Waiting
) -> None:
    token = form_token(come_in(world, browser, made))
    typed = {"form_token": token, "views": WORDS, "may_send": "no"}
    assert post(browser, "/family/views", then="quietly", **typed) == (204, "")
    assert world.items(ANSWER) == []
    blobs = world.town.primary.blobs
    for name in blobs.names(PRIMARY):
        with blobs.open(PRIMARY, name) as sealed:
            assert WORDS.encode() not in sealed.read()
    come_in(world, browser, made)  # tomorrow, on another machine
    page = browser.get("/family/views", base_url=SHARE_URL)
    assert WORDS in page.text
    assert "It is not sent yet" in page.text
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert "It is not sent yet" not in get(browser, "/family/correction")
    typed["form_token"] = form_token(page.text)
    assert post(browser, "/family/views", **typed)[0] == 303
    assert "It is not sent yet" not in get(browser, "/family/views")
    revoke(world.inside, PRIMARY, made.link.link_id, SENCO)
    assert world.items(DRAFT) == []


def test_a_visit_that_ended_takes_no_words_with_it(
    world: World, browser: FlaskClient, made: Waiting
) -> None:
    token = form_token(come_in(world, browser, made))
    world.town.clock.pass_(seconds=21 * 60)
    status, text = post(browser, "/family/views", form_token=token, views=WORDS, may_send="yes")
    assert status == 403
    assert "What you typed is kept" in text
    assert WORDS not in text
    assert browser.get("/family/views", base_url=SHARE_URL).status_code == 403
    assert world.items(ANSWER) == []  # nothing is said by somebody whose visit is over
    come_in(world, browser, made)
    page = get(browser, "/family/views")
    assert WORDS in page
    assert re.search(r'value="yes" checked', page)


def test_nobody_else_leaves_words_in_a_form(
    world: World, browser: FlaskClient, made: Waiting
) -> None:
    token = form_token(come_in(world, browser, made))
    world.town.clock.pass_(seconds=21 * 60)
    status, text = post(browser, "/family/views", form_token="0" * 64, views=WORDS)
    assert (status, "is kept" in text) == (403, False)
    browser.delete_cookie(COOKIE, domain="share.example")
    status, text = post(browser, "/family/views", form_token=token, views=WORDS)
    assert (status, "is kept" in text) == (403, False)
    assert world.items(DRAFT) == []


def test_what_is_too_long_stays_in_its_form(
    world: World, browser: FlaskClient, made: Waiting
) -> None:
    token = form_token(page := come_in(world, browser, made))
    (path,) = re.findall(r"/family/papers/[0-9a-f]{16}", page)
    long = "x" * 10_001
    for where, told, anchor in (
        (path, {"wants": "refuses", "why": long[:9_001]}, "why"),
        ("/family/views", {"views": long, "may_send": "yes"}, "views"),
        ("/family/correction", {"correction": long}, "correction"),
    ):
        status, text = post(browser, where, form_token=token, **told)
        assert status == 422
        assert f'href="#{anchor}"' in text
        assert f'id="{anchor}-error"' in text
        assert max(told.values(), key=len) in text
    assert post(browser, path, form_token=token, wants="refuses", why=long[:9_000])[0] == 303
    world.take()
    assert "You disagree" in get(browser, "/family")
