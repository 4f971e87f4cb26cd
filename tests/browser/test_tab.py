"""The tab sees what it is there to see: pages with one fault each, and one without."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.browser.kit import Street
from tests.browser.tab import NARROW, tab

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
PAGE = (
    '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
    '<meta name="viewport" content="width=device-width"></head><body><main><h1>Page</h1>'
    "{inside}</main></body></html>"
)
TITLE = "A page - SEN Exchange"
SMALL = "<style>.s { display: inline-block; width: 9px; height: 9px; font-size: 6px }</style>"


@pytest.mark.parametrize(
    ("inside", "title", "said"),
    [
        ('<img src="data:image/png;base64,AAAA">', TITLE, "image-alt"),
        ("<input type=text>", TITLE, "label"),
        ('<p style="color:#999">pale</p>', TITLE, "color-contrast"),
        ("<h4>Too deep</h4>", TITLE, "heading-order"),
        (
            '<p><a href="#a" class="s">a</a><a href="#b" class="s">b</a></p>' + SMALL,
            TITLE,
            "target-size",
        ),
        ('<div style="width:900px">wide</div>', TITLE, "px wide"),
        ("<p>x</p>", "Untitled", "the title is"),
        ("<p>x</p>", f"Zephyrine: {TITLE}", "a pupil's name"),
        ("<script>console.error('oh')</script>", TITLE, "console: oh"),
        ("<script>throw new Error('ah')</script>", TITLE, "script error"),
    ],
)
def test_it_complains(browser: Browser, live: Street, inside: str, title: str, said: str) -> None:
    with tab(browser, live["primary"], width=NARROW, names=("Zephyrine",)) as shown:
        shown.page.goto("about:blank")
        shown.page.set_content(PAGE.format(title=title, inside=inside))
        shown.look()
        assert any(said in one for one in shown.grumbles), shown.grumbles
        shown.grumbles.clear()


def test_it_has_nothing_to_say_of_a_good_page(browser: Browser, live: Street) -> None:
    with tab(browser, live["primary"], width=NARROW) as shown:
        shown.page.goto("about:blank")
        shown.page.set_content(PAGE.format(title=TITLE, inside="<p>Good.</p>"))
        shown.look()


def test_what_the_policy_forbids_is_heard(browser: Browser, live: Street) -> None:
    with tab(browser, live["primary"]) as shown:
        page = shown.go("/help")
        page.evaluate(
            "() => { const one = document.createElement('script'); one.textContent = '1';"
            " document.body.append(one); }"
        )
        for _ in range(50):
            if shown.grumbles:
                break
            page.wait_for_timeout(200)
        assert any("Content Security Policy" in one for one in shown.grumbles)
        shown.grumbles.clear()
