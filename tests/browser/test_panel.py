"""A panel in the browser: a caseworker has a pack made and circulates it, a member reads it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pypdfium2
import pytest
from playwright.sync_api import Browser

from exchange.domain.access import Role
from exchange.services.cases import Case
from exchange.services.cases.placing import place
from tests.adapters.papers.kit import tagged, untagged
from tests.browser.days import today
from tests.browser.kit import LiveNode, Street
from tests.browser.tab import NARROW, Tab, tab
from tests.exchange.web.cases.council import Council
from tests.exchange.web.panel.sitting import CASEWORKER, Sitting
from tests.exchange.web.site import Site
from tests.journeys.machine import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
NAMES = ("Oak",)
MEMBER = "Ivy Marsh"


@pytest.fixture(scope="module")
def sitting(town: Street) -> Sitting:
    """A council that runs, with a case of three papers."""
    here = town["council"]
    council = Council(Site({name: node.place for name, node in town.nodes.items()}))
    reasons: dict[str, Any] = {
        "needs_reason": "Reading is hard.",
        "plan_reason": "More is needed.",
        "request": "88888888-8888-4888-8888-888888888882",
    }
    council.send(2, **reasons)
    wait_for("a case", lambda: bool(council.cases), 60)
    held, node = council.only, here.node
    wait_for("its papers", lambda: _placed(here, held), 60)
    made = Sitting(council, held.case_id)
    made.add("slt-report", "Speech report", tagged(["Speech", "Plans"]), today())
    made.add("sen-support-plan", "Support plan", untagged(["Plan"] * 3), today())
    here.person(Role.PANEL_MEMBER, name=MEMBER)
    assert node.inside is made.here.node.inside
    return made


def _placed(here: LiveNode, held: Case) -> bool:
    node = here.node
    try:
        place(node.inside, None, node.inspector, here.org_id, held.case_id, None, CASEWORKER)
    except Exception:  # noqa: BLE001  (the worker has not checked it yet)
        return False
    return True


def opened(browser: Browser, here: LiveNode, member: bool = False, **options: Any) -> Any:
    role, name = (Role.PANEL_MEMBER, MEMBER) if member else (Role.LA_CASEWORKER, "Kay Seworker")
    return tab(browser, here, here.person(role, name=name), names=NAMES, **options)


def test_a_pack_is_made_circulated_and_read(
    browser: Browser, town: Street, sitting: Sitting
) -> None:
    here = town["council"]
    with opened(browser, here) as shown:
        shown.go("/panel/new")
        _day(shown, "When does the panel meet?")
        shown.page.get_by_label(MEMBER).check()
        shown.press("Plan it")
        shown.go(f"/cases/{sitting.case_id}")
        shown.follow("Papers for the panel")
        shown.press("Put it on the list")
        shown.go(f"/cases/{sitting.case_id}/panel")
        shown.fill("What should the panel know first? (optional)", "Look at paper 1.")
        shown.press("Make the pack", look=False)
        shown.page.get_by_role("link", name="Read the pack").wait_for(timeout=90_000)
        shown.look()
        shown.page.get_by_role("main").get_by_role("link", name="meeting of").click()
        shown.page.wait_for_url("**/panel/*")
        meeting = urlsplit(shown.page.url).path  # other tests of this street have meetings, too
        shown.press("Circulate the papers")
        shown.press("Circulate")
    with opened(browser, here, member=True, width=NARROW) as shown:
        shown.go("/")
        shown.page.get_by_role("main").get_by_role("link", name="Panel").click()
        shown.page.locator(f"main a[href='{meeting}']").click()
        shown.follow("Read the pack")
        assert shown.page.locator("iframe").count() == 1
        with shown.page.expect_download() as taken:
            shown.page.get_by_role("link", name="download it").click()
        assert taken.value.suggested_filename == "panel-pack.pdf"
        with pypdfium2.PdfDocument(taken.value.path().read_bytes()) as pdf:
            said = " ".join(one.get_textpage().get_text_range() for one in pdf)
    for word in ("Look at paper 1.", "Reading is hard.", "Words of Speech", "Index of the papers"):
        assert word in said
    told = [str(one) for one in town.letters.mails if "panel" in str(one["Subject"]).casefold()]
    assert not any("Oak" in one for one in told)


def _day(shown: Tab, legend: str) -> None:
    boxes = shown.page.get_by_role("group", name=legend)
    on = today()
    for label, value in (("Day", on.day), ("Month", on.month), ("Year", on.year)):
        boxes.get_by_label(label).fill(str(value))
