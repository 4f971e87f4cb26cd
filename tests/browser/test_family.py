"""A parent on a telephone, without scripts: sees what goes, refuses one paper, adds her views."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from exchange.domain.access import Role
from tests.browser.furnish import Child, Furnished
from tests.browser.keys import KeyTab
from tests.browser.kit import Street
from tests.browser.tab import NARROW, Tab, tab, tab_of
from tests.browser.walks import newest_link, read_out_code, until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
MOTHER = "mother@home.example"


def _invite(staff: Tab, child: Child) -> None:
    page = staff.go(f"/pupils/{child.pupil_id}/family/new")
    staff.fill("Full name", "Imogen Hartwright")
    page.get_by_role("group", name="Who are they?").get_by_role("radio").first.check()
    has = page.get_by_role("group", name="Do they have parental responsibility?")
    has.get_by_label("Yes").check()
    forbids = page.get_by_role("group", name="Does an order forbid")
    forbids.get_by_label("No", exact=True).check()
    staff.press("Save")
    staff.go(f"/pupils/{child.pupil_id}/family")
    staff.follow("Send a link")
    staff.fill("Mail address for the link", MOTHER)
    page.get_by_role("group", name="How do they get the code?").get_by_label("read").first.check()
    staff.fill("Telephone number", "01632 960123")
    staff.fill("How did you confirm that?", "Known to the office since reception")
    staff.press("Send the link")
    staff.go(f"/pupils/{child.pupil_id}/family")
    staff.follow("Look at the link")


def test_a_parent_says_what_she_thinks(
    browser: Browser, live: Street, furnished: Furnished
) -> None:
    child = furnished.children[5]
    bridget = live["primary"].person(Role.SENCO, name="Bridget Norcott")
    names = furnished.names
    with tab(browser, live["primary"], bridget, names=names) as staff:
        _invite(staff, child)
        link = newest_link(live, MOTHER, "/l/")
        without: dict[str, Any] = {"width": NARROW, "scripts": False, "names": names}
        with tab_of(KeyTab, browser, live["primary"], **without) as shown:  # nor a mouse
            page = shown.go(link)
            read_out_code(shown, staff)
            expect(page.locator("h1")).to_contain_text(child.surname)
            assert not shown.says("afeguarding")
            _refuse_the_first_paper(shown)
            _add_views(shown)
            until(shown, shown.page.url, "You disagree")
            _type_and_leave(browser, live, shown, names)
        until(staff, f"/pupils/{child.pupil_id}/family", "does not want it sent")
        until(staff, f"/pupils/{child.pupil_id}/family", "She sings when she is anxious")


def _refuse_the_first_paper(shown: KeyTab) -> None:
    page = shown.page
    shown.enter(page.locator("a[href^='/family/papers/']").first)
    shown.look()
    shown.choose(page.get_by_label("No, I do not want it sent"))
    shown.press("Send my answer")


def _add_views(shown: KeyTab) -> None:
    shown.follow("Add your views")
    shown.fill("What do you want the school to know?", "She sings when she is anxious.")
    shown.choose(shown.page.get_by_label("Yes, send them on"))
    shown.press("Send my words")


def _type_and_leave(browser: Browser, live: Street, shown: Tab, names: tuple[str, ...]) -> None:
    """With scripts, in the same visit: what is typed is there again though nobody sent it."""
    where = f"{live['primary'].share_url}/family/correction"
    with tab(browser, live["primary"], width=NARROW, names=names) as other:
        other.page.context.add_cookies(shown.page.context.cookies())  # type: ignore[arg-type]
        page = other.go(where)
        page.get_by_label("What is wrong").fill("She is left-handed.")
        expect(page.get_by_role("status")).to_have_text("What you typed is kept.")
        page = other.go(where)
        expect(page.get_by_label("What is wrong")).to_have_value("She is left-handed.")
        assert other.says("It is not sent yet")


def test_a_made_up_link_tells_nothing(browser: Browser, live: Street) -> None:
    with tab(browser, live["primary"], width=NARROW) as shown:
        shown.go(f"{live['primary'].share_url}/l/{'A' * 43}")
        shown.press("Get a code")
        assert shown.says("This link does not work")
