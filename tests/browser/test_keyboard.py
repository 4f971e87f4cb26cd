"""Keyboard alone: everything that can be pressed is reached, in order, seen, and never a trap."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from exchange.domain.access import Role
from tests.browser.furnish import Furnished
from tests.browser.kit import Street
from tests.browser.tab import NARROW, WIDE, Tab, tab
from tests.browser.walks import arrived_path

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
_STOPS = """() => [...document.querySelectorAll(
  'a[href], button, input:not([type=hidden]), select, textarea, summary, iframe')]
  .filter(one => !one.disabled && one.checkVisibility({visibilityProperty: true})
    && one.getClientRects().length
    && !(one.closest('details:not([open])') && one.tagName !== 'SUMMARY')
    && !(one.type === 'radio' && one.name
         && [...document.getElementsByName(one.name)].some(o => o.checked ? o !== one
            : document.getElementsByName(one.name)[0] !== one
              && ![...document.getElementsByName(one.name)].some(p => p.checked)))).length"""
_HERE = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const style = getComputedStyle(one), box = one.getBoundingClientRect();
  const group = one.closest('.govuk-radios__item, .govuk-checkboxes__item');
  const near = group ? getComputedStyle(group.querySelector('label'), '::before') : style;
  const seen = [style, near].some(s => s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0
    || s.boxShadow !== 'none');
  one.dataset.stop = one.dataset.stop || String(Math.random());
  return {id: one.dataset.stop, tag: one.tagName, seen, inside: box.left >= -1
    && box.left < innerWidth, text: (one.innerText || one.name || one.id).slice(0, 40)};
}"""


def walk(page: Page) -> list[dict[str, object]]:
    """Press Tab until it comes round; return where it stopped."""
    stops: list[dict[str, object]] = []
    page.evaluate("() => { document.activeElement && document.activeElement.blur(); }")
    for _ in range(400):
        page.keyboard.press("Tab")
        here = page.evaluate(_HERE)
        if here is None or (stops and here["id"] == stops[0]["id"]):
            break
        assert not stops or here["id"] != stops[-1]["id"], f"a trap at {here['text']!r}"
        stops.append(here)
    return stops


def check(shown: Tab, path: str) -> None:
    page = shown.go(path, look=False)
    wanted = page.evaluate(_STOPS)
    stops = walk(page)
    unseen = [one["text"] for one in stops if not one["seen"] and one["tag"] != "IFRAME"]
    assert not unseen, f"{path}: nobody sees where the focus is: {unseen}"
    assert len(stops) >= wanted, f"{path}: {wanted} to press, {len(stops)} reached"


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_every_stop_of_the_main_pages(
    browser: Browser, live: Street, furnished: Furnished, width: int
) -> None:
    senco = live["primary"].person(Role.SENCO, name="Bridget Norcott")
    pupil = furnished.children[2].pupil_id
    with tab(browser, live["primary"], senco, width=width) as shown:
        for path in (
            "/",
            "/leavers",
            f"/pupils/{pupil}",
            f"/pupils/{pupil}/profile",
            f"/pupils/{pupil}/preview",
            f"/pupils/{pupil}/destination?q=Quillbridge",
            "/tray",
            "/tray/folder",
        ):
            check(shown, path)
    helen = live["secondary"].person(Role.SENCO, name="Helen Prowse")
    with tab(browser, live["secondary"], helen, width=width) as shown:
        for path in ("/arrivals", arrived_path(furnished), arrived_path(furnished) + "/accept"):
            check(shown, path)
    with tab(browser, live["primary"], width=width) as shown:
        check(shown, "/sign-in")


def test_a_pupil_is_added_with_the_keyboard_alone(browser: Browser, live: Street) -> None:
    senco = live["primary"].person(Role.SENCO, name="Bridget Norcott")
    with tab(browser, live["primary"], senco, names=("Quillfeather",)) as shown:
        page = shown.go("/pupils/new")
        page.get_by_label("Surname").first.focus()
        keys = page.keyboard
        for text in ("Quillfeather", "Wren", "", "", "4", "6", "2015"):
            keys.type(text)
            keys.press("Tab")
        keys.press("Space")  # sex as recorded: the first of the group
        for text in ("", "", "", ""):
            keys.press("Tab")
            if page.evaluate("document.activeElement.tagName") == "SELECT":
                keys.press("ArrowDown")
            keys.type(text)
        page.get_by_role("button", name="Add this pupil").focus()
        with page.expect_navigation():
            keys.press("Enter")
        shown.look()
        assert shown.says("Wren")


def test_errors_are_found_with_the_keyboard(browser: Browser, live: Street) -> None:
    senco = live["primary"].person(Role.SENCO, name="Bridget Norcott")
    with tab(browser, live["primary"], senco) as shown:
        page = shown.go("/pupils/new")
        with page.expect_navigation():
            page.get_by_role("button", name="Add this pupil").press("Enter")
        shown.look()
        assert page.title().startswith("Error: ")
        summary = page.locator(".govuk-error-summary")
        assert page.evaluate("document.activeElement.className.includes('error-summary')")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.tagName") in ("INPUT", "SELECT")
        assert summary.is_visible()
