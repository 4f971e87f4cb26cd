"""The pages that are open to everybody, and the frame around all others."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from exchange.domain.access import Role
from tests.browser.kit import Street
from tests.browser.tab import NARROW, WIDE, tab

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
OPEN = ("/", "/help", "/privacy", "/accessibility")
SIZES = pytest.mark.parametrize("width", [NARROW, WIDE])
SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "none"])


@SIZES
@SCRIPTS
def test_open_pages(browser: Browser, live: Street, width: int, scripts: bool) -> None:
    with tab(browser, live["primary"], width=width, scripts=scripts) as shown:
        for path in OPEN:
            shown.go(path)
        shown.go("/nothing-here", status=404)
        assert shown.says("Page not found")


def test_the_home_page_names_the_organisation_and_the_role(browser: Browser, live: Street) -> None:
    primary = live["primary"]
    someone = primary.person(Role.SENCO, name="Sam Okafor")
    with tab(browser, primary, someone) as shown:
        page = shown.go("/")
        header = page.locator("header").inner_text()
        assert primary.name in header
        assert "Sam Okafor" in header
        assert "SENCO" in header


@SIZES
def test_the_skip_link_is_first_and_leads_to_the_content(
    browser: Browser, live: Street, width: int
) -> None:
    someone = live["primary"].person(Role.SENCO, name="Sam Okafor")
    with tab(browser, live["primary"], someone, width=width) as shown:
        page = shown.go("/help")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to main content"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main-content"


def test_the_menu_opens_with_the_keyboard_on_a_telephone(browser: Browser, live: Street) -> None:
    someone = live["primary"].person(Role.SENCO, name="Sam Okafor")
    with tab(browser, live["primary"], someone, width=NARROW) as shown:
        page = shown.go("/")
        menu = page.get_by_role("button", name="Menu")
        menu.focus()
        page.keyboard.press("Enter")
        assert menu.get_attribute("aria-expanded") == "true"
        assert page.get_by_role("link", name="Leavers").first.is_visible()


def test_without_a_style_sheet_the_order_still_makes_sense(browser: Browser, live: Street) -> None:
    with tab(browser, live["primary"]) as shown:
        shown.page.route("**/*.css", lambda route: route.abort())
        page = shown.page
        page.goto(live["primary"].url + "/help")
        text = page.locator("body").inner_text()
        assert text.index("Skip to main content") < text.index("What this service does")
        assert text.index("What this service does") < text.index("Privacy")
        shown.grumbles.clear()  # the style sheet that was held back
