"""Documents in a real browser: files one by one, a whole folder, broken off and resumed, a PDF."""

from __future__ import annotations

import re
import time
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from exchange.domain.access import Role
from exchange.services.keep_pupil import add_pupil
from exchange.services.tray.upload import in_tray
from schemas.pupil import Names
from tests.browser.kit import LiveNode, Street
from tests.browser.tab import NARROW, WIDE, Tab, tab
from tests.exchange.services.town import SENCO, pupil_record
from tests.exchange.services.tray.papers import pdf_saying, scan

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
NAMES = ("Ximena", "Yarrow", "Zebedee")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two twins' sub-folders, as a school has them."""
    top = tmp_path_factory.mktemp("papers") / "Leavers 2026"
    for place, content in {
        "YARROW Ximena/EP report.pdf": pdf_saying("Educational psychology report", "Ximena Yarrow"),
        "YARROW Ximena/plan.pdf": pdf_saying("SEN support plan", "Zebedee finds maths hard."),
        "Zebedee Yarrow/scan.pdf": scan(),
        "notes.txt": b"Nobody's notes",
        ".DS_Store": b"x",
    }.items():
        path = top / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return top


@pytest.fixture(scope="module")
def twins(live: Street) -> tuple[str, str]:
    made = []
    for number, forename in enumerate(("Ximena", "Zebedee")):
        record = pupil_record(
            0,
            subject=f"abcdef0{number}-5555-4555-8555-555555555555",
            names=Names(surname="Yarrow", forename=forename),
            date_of_birth=date(2015, 7, 7),
            upn=None,
            upn_unknown="UN1",
        )
        node = live["primary"]
        made.append(add_pupil(node.node.inside, node.org_id, record, SENCO))
    return made[0], made[1]


def settled(node: LiveNode, page: Page) -> None:
    """Wait until the worker has looked at everything."""
    until = time.monotonic() + 60
    while True:
        with node.node.inside.store.reading(node.org_id) as unit:
            items = [one.state for one in unit.items.all("upload")]
        if not {"received", "checking"} & set(items):
            return
        assert time.monotonic() < until, items
        page.wait_for_timeout(200)


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_files_one_by_one(
    browser: Browser, live: Street, twins: tuple[str, str], tmp_path: Path, width: int
) -> None:
    primary = live["primary"]
    who = primary.person(Role.SENCO, name="Sena Senco")
    with tab(browser, primary, who, width=width, names=NAMES) as shown:
        page = shown.go(f"/pupils/{twins[0]}")
        path = tmp_path / f"report {width}.pdf"
        path.write_bytes(pdf_saying("Occupational therapy report", "Ximena Yarrow", f"{width}"))
        page.get_by_label("Reports, plans and letters").set_input_files(path)
        with page.expect_navigation(url=re.compile("/tray/files/")):
            page.get_by_role("button", name="Add files").click()
        expect(page.locator("h1")).to_have_text("File a document", timeout=30_000)
        shown.look()
        expect(page.get_by_label("What kind of document is it?")).to_have_value("ot-report")
        with page.expect_popup() as opened:
            page.get_by_role("link", name=re.compile("Look at it")).click()
        assert opened.value.url.endswith("/content")
        opened.value.close()
        shown.press("File it")
        expect(page.locator("main")).to_contain_text("Occupational therapy report")
        shown.done()


def test_a_folder_that_breaks_off_and_goes_on(
    browser: Browser, live: Street, twins: tuple[str, str], folder: Path
) -> None:
    primary = live["primary"]
    who = primary.person(Role.SENCO, name="Sena Senco")
    with tab(browser, primary, who, names=NAMES) as shown:
        page = shown.go("/tray/folder")
        sent: list[str] = []

        def flaky(route: object) -> None:
            sent.append("")
            if len(sent) > 2:
                route.abort("connectionreset")  # type: ignore[attr-defined]
            else:
                route.continue_()  # type: ignore[attr-defined]

        page.route("**/tray/files", flaky)
        page.get_by_label("Choose the folder").set_input_files(folder)
        expect(page.locator("[data-folder-status]")).to_contain_text(
            "The connection broke", timeout=60_000
        )
        page.unroute("**/tray/files")
        shown.grumbles = [one for one in shown.grumbles if "ERR_CONNECTION_RESET" not in one]
        again: list[str] = []
        page.on("request", lambda one: again.append(one.method) if one.method == "PUT" else None)
        with page.expect_navigation(url=re.compile("/tray/folder/[0-9a-f-]{36}$")):
            page.get_by_label("Choose the folder").set_input_files(folder)
        assert len(again) == 2, "only what was missing"
        # The page goes on by itself once everything was looked at.
        expect(page.locator("main")).to_contain_text("to confirm", timeout=60_000)
        expect(page.locator("[data-progress]")).to_have_count(0, timeout=60_000)
        shown.look()
        expect(page.locator("main")).to_contain_text("Ximena Yarrow")
        expect(page.locator("main")).to_contain_text("Zebedee Yarrow")
        expect(page.locator("main")).to_contain_text("Whose are these?")
        _confirm_ximena(shown)
        # The browser may tell of the broken connection late.
        shown.grumbles = [one for one in shown.grumbles if "ERR_CONNECTION_RESET" not in one]
        shown.done()


def _confirm_ximena(shown: Tab) -> None:
    page = shown.page
    shown.follow("Ximena Yarrow")
    expect(page.locator("main")).to_contain_text("It may be about another child")
    shown.press("Confirm and go on")
    expect(page.get_by_role("alert")).to_contain_text("Look at it, then say that it is about")
    page.get_by_label("I have looked at it.").check()
    shown.press("Confirm and go on")
    expect(page.locator("h1")).to_have_text("Zebedee Yarrow")


def test_without_a_script_a_form_does_it(
    browser: Browser, live: Street, twins: tuple[str, str], tmp_path: Path
) -> None:
    primary = live["primary"]
    who = primary.person(Role.SEN_ADMINISTRATOR, name="Addie Admin")
    with tab(browser, primary, who, scripts=False, names=NAMES) as shown:
        page = shown.go("/tray")
        path = tmp_path / "without script.pdf"
        path.write_bytes(pdf_saying("Pupil passport"))
        page.get_by_label("Reports, plans and letters").set_input_files(path)
        shown.press("Add files")
        settled(primary, page)
        shown.go(page.url)
        page.get_by_label("Whose document is it?").select_option(twins[1])
        shown.press("File it")
        with primary.node.inside.store.reading(primary.org_id) as unit:
            listed = unit.documents.of_pupil(twins[1])
            assert any(one.file_name == path.name for one in listed)
            assert all(one.file_name != path.name for one in in_tray(unit))
        shown.done()
