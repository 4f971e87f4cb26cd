"""Getting in, as a person does it: set-up, invitation mail, passkey, app, provider, and out."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pyotp
import pytest
from playwright.sync_api import Browser

from exchange.domain.access import Role
from exchange.services.people.invite import first_link, invite
from tests.browser.kit import ADMIN, Street
from tests.browser.tab import NARROW, WIDE, Tab, tab
from tests.journeys.machine import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
GOOD = "copper lantern 7 geese"
SIZES = pytest.mark.parametrize("width", [NARROW, WIDE])


def link_of(live: Street, address: str) -> str:
    """Return the link in the newest mail to somebody, once it is there."""
    wait_for("the mail", lambda: live.letters.to(address))
    text = live.letters.to(address)[-1].get_content()
    found = re.search(r"http://localhost:\d+/\S+", text)
    assert found is not None
    return found.group(0)


def press_exactly(shown: Tab, text: str) -> None:
    """Press the button with this text, and not the one that says more."""
    with shown.page.expect_navigation():
        shown.page.get_by_role("button", name=text, exact=True).first.click()
    shown.look()


def codes_shown(shown: Tab) -> tuple[str, str]:
    """Return the code of this moment, and the one that comes after it."""
    secret = shown.page.locator(".sx-code").first.text_content() or ""
    now = datetime.now(UTC)
    found = pyotp.TOTP(secret.replace(" ", ""))
    return found.at(now), found.at(now + timedelta(seconds=found.interval))


def give_authenticator(shown: Tab) -> Any:
    """Give the browser a device that asks for a finger, and a finger."""
    line = shown.page.context.new_cdp_session(shown.page)
    line.send("WebAuthn.enable")
    line.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return line


@SIZES
def test_an_administrator_invites_and_the_senco_joins_with_a_passkey(
    browser: Browser, live: Street, width: int
) -> None:
    primary = live["primary"]
    admin = primary.person(Role.ORGANISATION_ADMINISTRATOR, name="Olu Office")
    address = f"maya{width}@elm.example"
    with tab(browser, primary, admin, width=width) as shown:
        shown.go("/people")
        shown.press("Invite somebody")
        shown.fill("Name", "Maya Reed")
        shown.fill("E-mail address", address)
        shown.page.get_by_label("SENCO.").check()
        shown.press("Send the invitation")
        assert shown.says("An e-mail is on its way to Maya Reed")
        shown.follow("Maya Reed")
        shown.follow("Give cover")
    with tab(browser, primary, width=width) as shown:
        give_authenticator(shown)
        shown.go(link_of(live, address))
        assert shown.says("Olu Office invited you")
        shown.fill("Choose a password", "password1234")
        press_exactly(shown, "Join")
        assert shown.says("easy to guess")
        shown.fill("Choose a password", GOOD)
        press_exactly(shown, "Join")
        assert shown.says("Set up a second step")
        shown.fill("Name of this device", "School laptop")
        with shown.page.expect_navigation():
            shown.page.get_by_role("button", name="Set up a passkey on this device").click()
        shown.look()
        assert len(shown.page.locator(".sx-code li").all()) == 10
        with shown.page.expect_navigation():
            shown.page.get_by_role("button", name="I have kept them. Continue").click()
        shown.go("/account")
        assert shown.says("School laptop")
        shown.press("Sign out")
        shown.go("/account")
        with shown.page.expect_navigation():
            shown.page.get_by_role("button", name="Sign in with a passkey").click()
        shown.look()
        assert shown.page.url.endswith("/account")
        assert shown.says("Maya Reed")
        shown.go("/account/sessions")
        shown.go("/account/password")
        shown.go("/account/recovery-codes")
        shown.go("/account/acting")


@SIZES
def test_an_app_is_set_up_and_used_without_scripts(
    browser: Browser, live: Street, width: int
) -> None:
    primary = live["primary"]
    address = f"tom{width}@elm.example"
    made = invite(
        primary.node.inside,
        primary.org_id,
        "Tom Bell",
        address,
        (Role.SENCO, Role.HEAD),
        ADMIN,
        primary.url,
    )
    with tab(browser, primary, width=width, scripts=False) as shown:
        shown.go(f"/join/{made.token}")
        shown.fill("Choose a password", GOOD)
        press_exactly(shown, "Join")
        assert not shown.page.get_by_role("button", name="passkey").first.is_visible()
        with shown.page.expect_navigation():
            shown.page.get_by_role("button", name="Set up an authenticator app").click()
        shown.look()
        assert shown.page.evaluate("document.querySelector('main img').naturalWidth") > 100
        shown.fill("Code", "000000")
        shown.press("Continue")
        assert shown.says("The code does not fit")
        code, later = codes_shown(shown)
        shown.fill("Code", code)
        shown.press("Continue")
        codes = shown.page.locator(".sx-code li").all_inner_texts()
        assert len(codes) == 10
        shown.press("Sign out")
        shown.go("/sign-in")
        shown.fill("E-mail address", address)
        shown.fill("Password", "wrong wrong wrong")
        press_exactly(shown, "Sign in")
        assert shown.says("The e-mail address or the password is wrong")
        shown.fill("Password", GOOD)
        press_exactly(shown, "Sign in")
        assert shown.says("Enter your code")
        shown.fill("Code", later)
        shown.press("Continue")
        shown.press("Sign out")
        shown.go("/sign-in")
        shown.fill("E-mail address", address)
        shown.fill("Password", GOOD)
        press_exactly(shown, "Sign in")
        shown.follow("I do not have my app")
        shown.fill("Recovery code", codes[0])
        shown.press("Continue")
        shown.go("/account/acting")
        shown.page.get_by_label("as Head teacher first").check()
        shown.press("Continue")
        assert "Head teacher" in shown.page.locator("header").inner_text()


def test_signing_in_works_with_the_keyboard_alone(browser: Browser, live: Street) -> None:
    primary = live["primary"]
    made = invite(
        primary.node.inside,
        primary.org_id,
        "Kay Board",
        "kay@elm.example",
        (Role.GOVERNOR,),
        ADMIN,
        primary.url,
    )
    with tab(browser, primary) as shown:
        page = shown.go(f"/join/{made.token}")
        page.get_by_label("Choose a password").first.focus()
        page.keyboard.type(GOOD)
        with page.expect_navigation():
            page.keyboard.press("Enter")
        shown.press("Sign out")
        page = shown.go("/sign-in")
        for _ in range(12):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.name") == "login":
                break
        page.keyboard.type("kay@elm.example")
        page.keyboard.press("Tab")
        page.keyboard.type(GOOD)
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert "Kay Board" in page.locator("header").inner_text()


@SIZES
def test_the_first_administrator_is_walked_through(
    browser: Browser, live: Street, width: int
) -> None:
    secondary = live["secondary"]
    link = first_link(secondary.node.inside, secondary.url, again=True)
    with tab(browser, secondary, width=width) as shown:
        give_authenticator(shown)
        shown.go(link)
        shown.press("Continue")
        assert shown.says("Enter your name")
        shown.fill("Your name", "Nia Node")
        shown.fill("Your e-mail address", f"nia{width}@trust.example")
        shown.fill("Choose a password", GOOD)
        shown.press("Continue")
        with shown.page.expect_navigation():
            shown.page.get_by_role("button", name="Set up a passkey on this device").click()
        shown.look()
        with shown.page.expect_navigation():
            shown.page.get_by_role("button", name="I have kept them. Continue").click()
        shown.look()
        assert shown.says("What is left to do")
        shown.go(link, status=410)


@SIZES
def test_the_pages_about_a_person(browser: Browser, live: Street, width: int) -> None:
    primary = live["primary"]
    head = primary.person(Role.HEAD, name="Hana Head")
    someone = primary.person(Role.SEN_ADMINISTRATOR, name=f"Ali {width}")
    path = f"/people/{someone.account_id}"
    with tab(browser, primary, head, width=width) as shown:
        for page in ("/people", path, f"{path}/roles", f"{path}/cover", f"{path}/second-step"):
            shown.go(page)
        shown.press("Remove the second step")
        assert shown.says("Choose why")
        shown.go(f"{path}/cover")
        shown.press("Give this role")
        assert shown.says("Choose a role")
        shown.go(f"/people/{head.account_id}")
        assert shown.says("This is you")


def test_a_work_account_joins_and_signs_in_without_scripts(browser: Browser, live: Street) -> None:
    primary, house = live["primary"], live.provider
    house.put_user("amina", amr=["pwd", "mfa"])
    made = invite(
        primary.node.inside,
        primary.org_id,
        "Amina Khan",
        "amina@elm.example",
        (Role.SENCO,),
        ADMIN,
        primary.url,
    )
    with tab(browser, primary, scripts=False, friends=(house.issuer,)) as shown:
        page = shown.go(f"/join/{made.token}")
        for button in ("Join with", "Sign in with"):
            shown.press(button, look=False)
            page.locator("input[name=sub]").first.fill("amina")
            with page.expect_navigation(url=re.compile(re.escape(primary.url))):
                page.get_by_role("button", name="Authorize").click()
            assert "Amina Khan" in page.locator("header").inner_text()
            shown.press("Sign out")
            shown.go("/sign-in")
