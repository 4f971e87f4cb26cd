"""A transfer file and a list in by the pages, packs across, and out again by the export buttons."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from demo.material.places import QUILLBRIDGE
from exchange.domain.access import Role
from tests.browser.kit import Street
from tests.browser.tab import NARROW, Tab, tab
from tests.browser.walks import find_leaver, send, until
from tests.journeys.survival import CTF, CTF_SURNAME, PAGE, TABLE, account, list_file, page

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
NAMES = (CTF_SURNAME, TABLE["Surname"])
KNOWN_AS = ("Neill", TABLE["Preferred surname"])
"""The surnames that pages show: the preferred ones, and nobody else in the street has them."""


def test_what_survives_from_page_to_page(browser: Browser, live: Street, tmp_path: Path) -> None:
    primary, secondary = live["primary"], live["secondary"]
    bridget = primary.person(Role.SENCO, name="Bridget Norcott")
    helen = secondary.person(Role.SENCO, name="Helen Prowse")
    with (
        tab(browser, primary, bridget, names=NAMES) as sender,
        tab(browser, secondary, helen, names=NAMES, width=NARROW) as receiver,
    ):
        _take_in(sender, "leavers.xml", CTF.read_bytes())
        _take_in(sender, "class.csv", list_file())
        for name in KNOWN_AS:
            bundle = _send(sender, name)
            _accept(receiver, bundle, name)
        assert TABLE["SEN notes"] in receiver.page.locator("main").inner_text()
        receiver.go("/arrivals")
        xml = _saved(receiver, "Common Transfer File (CTF)", tmp_path)
        text = _saved(receiver, "Table (CSV)", tmp_path).decode("utf-8-sig")
    assert page(account(xml, text)) == PAGE.read_text("utf-8")


def _take_in(shown: Tab, name: str, content: bytes) -> None:
    """Read a file on the page for lists, answer what it asks, keep everybody."""
    file = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    upload = shown.go("/imports").locator("input[type=file]")
    upload.set_input_files(file)  # type: ignore[arg-type]
    shown.press("Read the list")
    if shown.page.locator("#no_upn").count():
        shown.page.locator("#no_upn").select_option("UN3")
        shown.press("Read the pupils")
    for box in shown.page.locator("input[name=pupil]").all():
        box.check()
    shown.press("Go on with those who are ticked")
    where = shown.page.url.removeprefix(shown.live.url).removesuffix("/check")
    with shown.page.expect_navigation():
        shown.page.get_by_role("button", name="Keep ").click()
    until(shown, where, "The list is read")


def _send(shown: Tab, name: str) -> str:
    """Choose the next school of a pupil and send the pack; return its id."""
    find_leaver(shown, name)
    shown.follow(name)
    pupil = shown.page.url.rpartition("/")[2]
    number = QUILLBRIDGE.urn
    shown.go(f"/pupils/{pupil}/destination?q={number}")
    shown.follow("Choose this school")
    shown.fill("DfE number, URN or whole name", QUILLBRIDGE.name)
    shown.page.get_by_label("The SENCO (special educational needs co-ordinator)").check()
    shown.press("Confirm this school")
    assert not shown.says("There is a problem"), shown.page.locator("main").inner_text()
    transfer = send(shown, pupil)
    until(shown, transfer, "Opened and checked")
    return transfer.rpartition("/")[2]


def _accept(shown: Tab, bundle: str, name: str) -> None:
    until(shown, "/arrivals", name)
    shown.go(f"/arrivals/{bundle}/accept")
    shown.press("Accept the pack")
    assert shown.says("Accepted")


def _saved(shown: Tab, button: str, folder: Path) -> bytes:
    """Press a button that gives a file; return what was saved."""
    with shown.page.expect_download() as waiting:
        shown.page.get_by_role("button", name=button).click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path.read_bytes()
