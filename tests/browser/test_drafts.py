"""Nothing is lost: drafts while typing, after a lapsed session, with scripts and without."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, expect

from exchange.audit import NODE
from exchange.domain.access import Role
from exchange.services.people.account import Account
from exchange.services.people.session import lookup_of, open_session
from exchange.web.gate import COOKIE
from tests.browser.furnish import Furnished
from tests.browser.kit import LiveNode, Street
from tests.browser.tab import Tab, tab

pytestmark = [pytest.mark.browser, pytest.mark.timeout(200)]
WORDS = "Sings when anxious. Needs a quiet corner."
FIELD = "How best to support me"


def lapse(live: LiveNode, token: str) -> None:
    """Let a session be idle for an hour: as if the person had been called away."""
    with live.node.inside.store.unit(NODE) as unit:
        item = unit.items.find("session", lookup_of(token))
        assert item is not None
        earlier = item.updated_at - timedelta(hours=1)
        unit.items.update(replace(item, content=None, updated_at=earlier), quiet=True)
        unit.commit()


def token_of(shown: Tab) -> str:
    kept = shown.page.context.cookies("https://localhost/")
    (found,) = [one["value"] for one in kept if one["name"] == COOKIE]
    return str(found)


def sign_in_again(shown: Tab, account: Account) -> None:
    fresh = open_session(shown.live.node.inside, account, strong=True)
    cookie = {"name": COOKIE, "value": fresh, "url": "https://localhost/", "secure": True}
    shown.page.context.add_cookies([{**cookie, "httpOnly": True, "sameSite": "Lax"}])


def test_what_is_typed_is_kept_and_comes_back(
    browser: Browser, live: Street, furnished: Furnished
) -> None:
    primary, pupil = live["primary"], furnished.children[2].pupil_id
    someone = primary.person(Role.SENCO, name="Dora Draft")
    with tab(browser, primary, someone, names=furnished.names) as shown:
        page = shown.go(f"/pupils/{pupil}/profile")
        before = page.get_by_label(FIELD).input_value()
        page.get_by_label(FIELD).fill(WORDS)
        expect(page.locator("[role=status]", has_text="Draft kept")).to_be_visible()
        shown.look()
        shown.go("/")
        page = shown.go(f"/pupils/{pupil}/profile")
        assert page.get_by_label(FIELD).input_value() == WORDS
        assert shown.says("You had not saved this page")
        shown.press("Throw it away")
        assert page.get_by_label(FIELD).input_value() == before


def test_nobody_else_sees_it(browser: Browser, live: Street, furnished: Furnished) -> None:
    primary, pupil = live["primary"], furnished.children[3].pupil_id
    first = primary.person(Role.SENCO, name="Dora Draft")
    second = primary.person(Role.SENCO, name="Bridget Norcott")
    with tab(browser, primary, first) as shown:
        page = shown.go(f"/pupils/{pupil}/profile")
        page.get_by_label(FIELD).fill(WORDS)
        expect(page.locator("[role=status]", has_text="Draft kept")).to_be_visible()
    with tab(browser, primary, second) as shown:
        page = shown.go(f"/pupils/{pupil}/profile")
        assert WORDS not in page.content()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "none"])
def test_a_session_that_lapsed_takes_nothing_with_it(
    browser: Browser, live: Street, furnished: Furnished, scripts: bool
) -> None:
    primary, pupil = live["primary"], furnished.children[4 if scripts else 5].pupil_id
    someone = primary.person(Role.SENCO, name="Dora Draft")
    with tab(browser, primary, someone, scripts=scripts, names=furnished.names) as shown:
        page = shown.go(f"/pupils/{pupil}/profile")
        page.get_by_label(FIELD).fill(WORDS)
        if scripts:  # else it is kept while the session lapses, or after
            kept = page.locator("[role=status]", has_text="Draft kept")
            expect(kept).to_be_visible(timeout=60_000)
        lapse(primary, token_of(shown))
        with page.expect_navigation():
            page.get_by_role("button", name="Save", exact=True).click()
        shown.look()
        assert "/sign-in" in page.url
        sign_in_again(shown, someone)
        shown.go(f"/pupils/{pupil}/profile")
        assert page.get_by_label(FIELD).input_value() == WORDS
        shown.press("Save")
        shown.go(f"/pupils/{pupil}/profile")
        assert not shown.says("You had not saved this page")
        assert WORDS.split(". ")[0] in page.get_by_label(FIELD).input_value()


def test_saving_lets_go_of_the_draft(browser: Browser, live: Street, furnished: Furnished) -> None:
    primary, pupil = live["primary"], furnished.children[2].pupil_id
    someone = primary.person(Role.SENCO, name="Dora Draft")
    with tab(browser, primary, someone) as shown:
        page = shown.go(f"/pupils/{pupil}/profile")
        page.get_by_label(FIELD).fill("One instruction at a time")
        expect(page.locator("[role=status]", has_text="Draft kept")).to_be_visible()
        shown.press("Save")
        page = shown.go(f"/pupils/{pupil}/profile")
        assert not shown.says("You had not saved this page")
        assert page.get_by_label(FIELD).input_value() == "One instruction at a time"
