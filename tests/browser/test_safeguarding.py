"""The safeguarding lead's own area: flag, child protection file, protected move."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from exchange.domain.access import Role
from tests.browser.furnish import Furnished
from tests.browser.kit import Street
from tests.browser.tab import NARROW, WIDE, tab
from tests.browser.walks import add_file, find_leaver, send_file, unlock, until
from tests.journeys.material import pdf

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.mark.parametrize(("width", "scripts"), [(WIDE, True), (NARROW, False)])
def test_a_file_from_one_lead_to_the_other(
    browser: Browser,
    live: Street,
    furnished: Furnished,
    width: int,
    scripts: bool,
) -> None:
    child = furnished.children[0 if scripts else 1]
    here = live["primary"].person(Role.DSL, name="Owen Tranter")
    there = live["secondary"].person(Role.DSL, name="Farah Lodge")
    options = {"width": width, "scripts": scripts, "names": furnished.names}
    with tab(browser, live["primary"], here, **options) as shown:
        unlock(shown)
        shown.go(f"/safeguarding/pupils/{child.pupil_id}")
        add_file(shown, child.pupil_id, pdf(f"Concern {width}"))
        shown.go(f"/safeguarding/pupils/{child.pupil_id}/flag")
        send_file(shown, child.pupil_id)
    with tab(browser, live["secondary"], there, **options) as shown:
        until(shown, "/safeguarding", live["primary"].name)
        unlock(shown)
        shown.go("/safeguarding")
        if shown.page.get_by_role("button", name="Open what waits").count():
            shown.press("Open what waits")
        shown.go("/safeguarding")
        with shown.page.expect_navigation():
            shown.page.locator("a[href*='/safeguarding/arrivals/']").first.click()
        shown.look()


def test_a_protected_move_is_seen_by_two_people(
    browser: Browser, live: Street, furnished: Furnished
) -> None:
    child = furnished.children[4]
    lead = live["primary"].person(Role.DSL, name="Owen Tranter")
    live["primary"].person(Role.HEAD, name="Judith Ackerley")
    senco = live["primary"].person(Role.SENCO, name="Bridget Norcott")
    names = furnished.names
    with tab(browser, live["primary"], lead, names=names) as shown:
        page = shown.go(f"/safeguarding/pupils/{child.pupil_id}/protect")
        page.get_by_role("radio").first.check()
        for number, who in enumerate(("Owen Tranter", "Judith Ackerley")):
            box = page.locator("main select").nth(number)
            box.select_option(label=box.get_by_text(who).inner_text().strip())
        shown.press("Protect this move")
    with tab(browser, live["primary"], senco, names=names, width=NARROW) as shown:
        shown.go(f"/pupils/{child.pupil_id}")
        assert shown.says("This move is protected")
        assert live["secondary"].name not in shown.page.content()
        find_leaver(shown, child.surname)
        row = shown.page.locator("tr", has_text=child.surname)
        assert live["secondary"].name not in row.inner_text()
