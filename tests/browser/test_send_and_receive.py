"""A tired SENCO sends, another receives: the folder drop, a pack, an exception, a question."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from exchange.domain.access import Role
from tests.browser.furnish import Furnished, arrived
from tests.browser.kit import Street
from tests.browser.tab import NARROW, WIDE, Tab, tab
from tests.browser.walks import confirm_documents, leavers_folder, send, until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]


@pytest.mark.parametrize(("width", "scripts"), [(WIDE, True), (NARROW, False)])
def test_the_leavers_folder(
    browser: Browser,
    live: Street,
    furnished: Furnished,
    tmp_path: Path,
    width: int,
    scripts: bool,
) -> None:
    children = list(furnished.children[4:6])
    folder = leavers_folder(tmp_path, children)
    senco = live["primary"].person(Role.SENCO, name="Bridget Norcott")
    with tab(
        browser, live["primary"], senco, width=width, scripts=scripts, names=furnished.names
    ) as shown:
        _hand_in(shown, folder, scripts)
        page = _all_checked(shown, shown.page.url)
        if page.get_by_label("All of this sub-folder").count():
            page.get_by_label("All of this sub-folder").first.select_option(index=1)
            shown.press("Save")
        with page.expect_navigation():
            page.locator(".sx-board a").first.click()
        for _ in range(6):
            if not page.get_by_role("button", name="Confirm and go on").count():
                break
            confirm_documents(shown)
        shown.press("Done with this folder")
        for child in children:
            shown.go(f"/pupils/{child.pupil_id}")
            assert shown.says("Occupational therapy report")


def _all_checked(shown: Tab, address: str) -> Page:
    """Load the folder's page until every file was looked at."""
    page = shown.page
    for _ in range(90):
        shown.load(address)
        if shown.says("By child") and not page.locator("progress").count():
            break
        page.wait_for_timeout(700)
    shown.look()
    return page


def _hand_in(shown: Tab, folder: Path, scripts: bool) -> None:
    page = shown.go("/tray/folder")
    if scripts:
        page.locator("#folder-files").set_input_files(folder)
        page.wait_for_url("**/tray/folder/*", timeout=60_000)
        return
    archive = shutil.make_archive(str(folder), "zip", folder.parent, folder.name)
    page.get_by_label("ZIP of the folder").set_input_files(archive)
    shown.press("Add the ZIP")


def test_from_one_senco_to_the_other(browser: Browser, live: Street, furnished: Furnished) -> None:
    child = furnished.children[2]
    primary, secondary = live["primary"], live["secondary"]
    bridget = primary.person(Role.SENCO, name="Bridget Norcott")
    helen = secondary.person(Role.SENCO, name="Helen Prowse")
    with (
        tab(browser, primary, bridget, names=furnished.names) as sender,
        tab(browser, secondary, helen, names=furnished.names) as receiver,
    ):
        sender.go("/leavers")
        transfer = send(sender, child.pupil_id)
        bundle = transfer.rpartition("/")[2]
        arrived(live, [bundle])
        until(sender, transfer, "Opened and checked")
        _read_the_pack(receiver, bundle, child.surname)
        _accept_but_one(receiver, bundle)
        until(sender, transfer, "The document is unclear")
        _ask(receiver, bundle)
        until(sender, f"{transfer}/questions", "Which year is the map from?")
        _answer(sender)
        until(receiver, f"/arrivals/{bundle}", "It is from 2025.")


def _read_the_pack(receiver: Tab, bundle: str, surname: str) -> None:
    until(receiver, "/arrivals", surname)
    page = receiver.go(f"/arrivals/{bundle}")
    assert receiver.says("What helps")
    papers = page.locator(f"a[href*='/arrivals/{bundle}/documents/']")
    with page.expect_navigation():
        papers.first.click()
    expect(page.locator("iframe.sx-viewer")).to_be_visible()
    receiver.look()
    receiver.go(f"/arrivals/{bundle}/print")


def _accept_but_one(receiver: Tab, bundle: str) -> None:
    page = receiver.go(f"/arrivals/{bundle}/accept")
    page.locator("select[name^=document-]").first.select_option("unclear")
    receiver.press("Accept the pack")
    assert receiver.says("Accepted")


def _ask(receiver: Tab, bundle: str) -> None:
    receiver.go(f"/arrivals/{bundle}/questions")
    receiver.fill("Your question", "Which year is the map from?")
    receiver.press("Send the question")


def _answer(sender: Tab) -> None:
    sender.page.locator("textarea").first.fill("It is from 2025.")
    with sender.page.expect_navigation():
        sender.page.locator("main form button[type=submit]").first.click()
    sender.look()


def test_a_pack_is_called_back_and_sent_elsewhere(
    browser: Browser, live: Street, furnished: Furnished
) -> None:
    child = furnished.children[3]
    bridget = live["primary"].person(Role.SENCO, name="Bridget Norcott")
    with tab(browser, live["primary"], bridget, names=furnished.names, width=NARROW) as shown:
        transfer = send(shown, child.pupil_id)
        shown.go(transfer + "/recall")
        shown.press("Call it back")
        until(shown, transfer, "Called back")


def test_the_receiving_side_without_scripts_on_a_telephone(
    browser: Browser, live: Street, furnished: Furnished
) -> None:
    helen = live["secondary"].person(Role.SENCO, name="Helen Prowse")
    with tab(
        browser,
        live["secondary"],
        helen,
        names=furnished.names,
        width=NARROW,
        scripts=False,
    ) as shown:
        bundle = furnished.sent[1]
        for path in ("", "/print", "/accept", "/reject", "/questions"):
            shown.go(f"/arrivals/{bundle}{path}")
        shown.go(f"/arrivals/{bundle}/accept")
        shown.press("Accept the pack")
        shown.go("/class-sheet")
        shown.go("/counts")
