"""Steps that several journeys share."""

from __future__ import annotations

import re
import time
from pathlib import Path

from tests.browser.furnish import Child, Furnished
from tests.browser.kit import Street
from tests.browser.tab import Tab
from tests.exchange.web.site import DSL_PASSPHRASE
from tests.journeys.machine import wait_for
from tests.journeys.material import pdf


def until(shown: Tab, path: str, *texts: str, seconds: float = 60) -> None:
    """Load a page again and again until it says one of these; then look at it."""
    end = time.monotonic() + seconds
    address = path if "://" in path else shown.live.url + path
    shown.load(address)
    while not any(shown.says(text) for text in texts):
        assert time.monotonic() < end, f"{texts!r} never came at {path}"
        shown.page.wait_for_timeout(700)
        shown.load(address)
    shown.look()


def find_leaver(shown: Tab, name: str, seconds: float = 60) -> None:
    """Look for a leaver by name until the board has one; a long board has further pages."""
    end = time.monotonic() + seconds
    search(shown, name)
    while not shown.page.locator("main table a", has_text=name).count():
        assert time.monotonic() < end, f"{name!r} never came on the leavers' board"
        shown.page.wait_for_timeout(700)
        search(shown, name)
    shown.look()


def search(shown: Tab, name: str) -> None:
    """Look for a pupil by name on the leavers' board."""
    shown.load(shown.live.url + "/leavers")
    shown.fill("Find a pupil by name", name)
    shown.press("Find", look=False)


def newest_link(live: Street, address: str, marker: str, before: int = 0) -> str:
    """Return the link in the newest mail to an address."""

    def found() -> list[str]:
        return [
            link
            for mail in live.letters.to(address)[before:]
            for link in re.findall(r"http://localhost:\d+/\S+", mail.get_content())
            if marker in link
        ]

    wait_for(f"a mail to {address}", found)
    return found()[-1]


def leavers_folder(folder: Path, children: list[Child]) -> Path:
    """Make a folder as a school has it: a sub-folder a child, and a scan that says nothing."""
    top = folder / "Leavers"
    top.mkdir()
    for child in children:
        pupil = child.material.pupil
        own = top / f"{pupil.surname} {pupil.forename}"
        own.mkdir()
        words = f"Occupational therapy report about {pupil.forename}"
        (own / "OT report.pdf").write_bytes(pdf(words))
        (own / "Strategies.pdf").write_bytes(pdf("Strategies for the classroom"))
    (top / "scan0001.pdf").write_bytes(pdf("A letter without a name"))
    return top


def confirm_documents(shown: Tab) -> None:
    """On a child's page of a folder: give a kind where none was guessed, and go on."""
    for box in shown.page.get_by_label("Kind of document").all():
        if not box.input_value():
            box.select_option("other")
    shown.press("Confirm and go on")


def send(shown: Tab, pupil_id: str) -> str:
    """Preview and send a pack; return the path of its page."""
    shown.go(f"/pupils/{pupil_id}/preview")
    shown.press("Send")
    rest = shown.page.get_by_label("Send the rest now")
    if rest.count():
        rest.check()
    shown.press("Send")
    assert "/transfers/" in shown.page.url
    return shown.page.url.removeprefix(shown.live.url)


def read_out_code(shown: Tab, staff: Tab) -> None:
    """Ask for a code, have it read out by the school's person, type it."""
    shown.press("Get a code")
    end = time.monotonic() + 60
    while True:
        staff.press("Show the code")
        if staff.page.locator(".sx-code").count():
            break
        assert time.monotonic() < end, "no code came"
        staff.page.wait_for_timeout(500)
    code = staff.page.locator(".sx-code").inner_text()
    shown.fill("Code", code)
    shown.press("Continue")


def arrived_path(furnished: Furnished) -> str:
    """Return the path of a pack at the receiving school."""
    return f"/arrivals/{furnished.sent[0]}"


def unlock(shown: Tab) -> None:
    """Open the safeguarding area with its passphrase."""
    page = shown.go("/safeguarding/unlock")
    page.locator("input[type=password]").first.fill(DSL_PASSPHRASE)
    shown.press("Unlock")


def add_file(shown: Tab, pupil_id: str, content: bytes) -> None:
    """Add a child-protection file in the unlocked area."""
    page = shown.go(f"/safeguarding/pupils/{pupil_id}", look=False)
    file = {"name": "concern.pdf", "mimeType": "application/pdf", "buffer": content}
    page.locator("#files").set_input_files(file)  # type: ignore[arg-type]
    shown.press("Add")
    assert shown.says("added")


def send_file(shown: Tab, pupil_id: str) -> None:
    """Send a child's files to the lead of the next school."""
    page = shown.go(f"/safeguarding/pupils/{pupil_id}/send")
    page.locator("main form button[type=submit]").last.click(no_wait_after=True)
    page.wait_for_url(f"**/safeguarding/pupils/{pupil_id}")
    shown.look()
