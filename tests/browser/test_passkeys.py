"""Passkeys, with Chromium's own virtual authenticator: set one up, sign out, come back with it."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser

from exchange.domain.access import Role
from tests.browser.kit import Street
from tests.browser.tab import NARROW, Tab, tab
from tests.browser.walks import newest_link

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
WORD = "correct horse battery larch"


def authenticator(shown: Tab) -> Any:
    """Give the tab a key that its person always unlocks."""
    session = shown.page.context.new_cdp_session(shown.page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session


def test_a_passkey_is_set_up_and_opens_the_door(browser: Browser, live: Street) -> None:
    primary, mail = live["primary"], "kim.pass@larkfield.example"
    office = primary.person(Role.ORGANISATION_ADMINISTRATOR, name="Olive Office")
    with tab(browser, primary, office, width=NARROW) as shown:
        shown.go("/people/invite")
        shown.fill("Name", "Kim Pass")
        shown.fill("E-mail address", mail)
        shown.page.get_by_label("SENCO. Builds").check()
        shown.press("Send the invitation")
    link = newest_link(live, mail, "/join/")
    with tab(browser, primary) as shown:
        authenticator(shown)
        page = shown.go(link)
        page.locator("input[type=password]").first.fill(WORD)
        shown.press("Join", look=False)
        shown.look()
        if "/second-factor" not in page.url:
            shown.go("/account/second-factor")
        page.locator("[data-passkey-name]").fill("School laptop")
        with page.expect_navigation():
            page.get_by_role("button", name="Set up a passkey on this device").click()
        shown.look()
        shown.go("/leavers")
        shown.press("Sign out")
        shown.go("/sign-in")
        with page.expect_navigation():
            page.get_by_role("button", name="Sign in with a passkey").click()
        shown.look()
        shown.go("/leavers")
        assert "Kim Pass" in page.locator("header").inner_text()


def test_a_stranger_s_passkey_opens_nothing(browser: Browser, live: Street) -> None:
    with tab(browser, live["primary"]) as shown:
        authenticator(shown)
        page = shown.go("/sign-in")
        page.get_by_role("button", name="Sign in with a passkey").click()
        page.wait_for_timeout(2500)
        shown.look()
        page.goto(live["primary"].url + "/leavers")
        assert "/sign-in" in page.url
