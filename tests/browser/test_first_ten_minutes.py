"""From an invitation mail to a pack that is sent, with a work account: no phone, no import file.

The next school has nothing: its SENCO picks the pack up with a link, and a code from another way.
"""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from exchange.domain.access import Role
from tests.browser.keys import KeyTab
from tests.browser.kit import ASHDYKE, Street
from tests.browser.tab import NARROW, Tab, tab, tab_of
from tests.browser.walks import newest_link, read_out_code, until
from tests.journeys.material import pdf

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
MAIL = "new.senco@larkfield.example"
FARROW = "c.farrow@ashdyke.example"
CHILD, SURNAME = "Ottoline", "Pemberwick"
NAMES = (CHILD, SURNAME)


def invite(browser: Browser, live: Street) -> str:
    """The organisation's administrator invites the SENCO by mail."""
    primary = live["primary"]
    admin = primary.person(Role.ORGANISATION_ADMINISTRATOR, name="Olive Office")
    with tab(browser, primary, admin) as shown:
        shown.go("/people")
        shown.go("/people/invite")
        shown.fill("Name", "Nia Newcombe")
        shown.fill("E-mail address", MAIL)
        shown.page.get_by_label("SENCO. Builds").check()
        shown.press("Send the invitation")
    return newest_link(live, MAIL, "/join/")


def join(shown: Tab, live: Street, link: str) -> None:
    """Join with the account that one uses at work."""
    live.provider.put_user(MAIL, email=MAIL, email_verified=True, amr=["pwd", "mfa"])
    page = shown.go(link)
    shown.press("Join with Marlshire Schools", look=False)
    page.locator("input[name=sub]").fill(MAIL)
    with page.expect_navigation(url=re.compile(re.escape(live["primary"].url))):
        page.get_by_role("button", name="Authorize").click()
    shown.look()


def add_a_pupil(shown: Tab) -> None:
    page = shown.go("/pupils/new")
    shown.fill("Surname", SURNAME)
    shown.fill("Forename", CHILD)
    page.get_by_label("Day").fill("27")
    page.get_by_label("Month").fill("3")
    page.get_by_label("Year", exact=True).fill("2015")
    page.get_by_role("group", name="Sex as recorded").get_by_label("Female").check()
    page.get_by_label("If there is no UPN, why?").select_option(index=1)
    page.get_by_label("Year group").select_option(label="Year 6")
    shown.press("Add this pupil")
    expect(page.locator("h1")).to_contain_text(CHILD)


def drop_two_documents(shown: Tab, folder: Path) -> None:
    """Add two PDFs on the pupil's page and file each where its name and words say it belongs."""
    files = []
    for name, text in (
        ("EP report.pdf", "Educational psychologist's report"),
        ("SALT report.pdf", "Speech and language therapy report"),
    ):
        (folder / name).write_bytes(pdf(f"{text} about {CHILD} {SURNAME}"))
        files.append(folder / name)
    page = shown.page
    page.get_by_label("Reports, plans and letters").set_input_files(files)
    with page.expect_navigation(url=re.compile("/tray$")):
        page.get_by_role("button", name="Add files").click()
    for name in ("EP report.pdf", "SALT report.pdf"):
        when_checked(shown, name)
        shown.follow(name)
        shown.press("File it")


def when_checked(shown: Tab, name: str) -> None:
    """Wait until the tray has looked at a file."""
    shown.load(shown.live.url + "/tray")
    row = shown.page.get_by_role("row").filter(has_text=name)
    end = time.monotonic() + 60
    while "Ready" not in row.inner_text():
        assert time.monotonic() < end, row.inner_text()
        shown.page.wait_for_timeout(500)
        shown.load(shown.live.url + "/tray")


def write_and_print_a_profile(shown: Tab, pupil: str) -> None:
    page = shown.go(f"/pupils/{pupil}/profile")
    shown.fill("What people like and admire about me", "Kind to younger children")
    shown.fill("How best to support me", "One instruction at a time\nTime to answer")
    shown.press("Save")
    shown.go(f"/pupils/{pupil}/profile/print")
    assert "One instruction at a time" in page.locator("main").inner_text()
    page.emulate_media(media="print")
    assert not page.locator(".sx-header").is_visible()
    assert not page.get_by_role("button", name="Print").first.is_visible()
    page.emulate_media(media="screen")


def choose_the_school_that_has_nothing(shown: Tab, pupil: str) -> None:
    shown.go(f"/pupils/{pupil}/destination")
    shown.fill("Search for the school", "Ashdyke")
    shown.press("Search")
    shown.follow("Choose this school")
    shown.fill("DfE number, URN or whole name", ASHDYKE)
    shown.page.get_by_label("The SENCO (special educational needs co-ordinator)").check()
    shown.press("Confirm this school")


def a_second_person_says_yes(browser: Browser, live: Street) -> None:
    head = live["primary"].person(Role.HEAD, name="Judith Ackerley")
    with tab(browser, live["primary"], head) as shown:
        shown.go("/approvals")
        shown.follow(ASHDYKE)
        shown.page.get_by_label("Yes", exact=False).first.check()
        shown.press("Save the answer")


def send_by_link(shown: Tab, pupil: str) -> None:
    page = shown.go(f"/pupils/{pupil}/preview")
    shown.press("Send a link and a code")
    shown.fill("Name of the SENCO there", "Colin Farrow")
    shown.fill("Their role", "SENCO")
    shown.fill("Mail address for the link", FARROW)
    page.get_by_label("read", exact=False).first.check()
    shown.fill("Telephone number", "01632 960901")
    shown.fill("How did you confirm that?", "Rang the number on GIAS and spoke to the office")
    if page.get_by_label("What waits for a decision stays here").count():
        page.get_by_label("What waits for a decision stays here").check()
    shown.press("Send the pack by link")


def pick_up(browser: Browser, live: Street, senco: Tab, width: int) -> None:
    """The SENCO there, who has no mouse, opens the link, has the code read out, reads, accepts."""
    link = newest_link(live, FARROW, "/l/")
    with tab_of(KeyTab, browser, live["primary"], width=width, names=NAMES) as shown:
        page = shown.go(link)
        read_out_code(shown, senco)
        expect(page.locator("h1")).to_contain_text(CHILD)
        assert shown.says("One instruction at a time")
        shown.to(page.get_by_role("link", name="Download this page as one PDF").first)
        with page.expect_download() as got:
            page.keyboard.press("Enter")
        assert got.value.path().read_bytes().startswith(b"%PDF")
        shown.to(page.get_by_role("link", name="Educational psychologist's report").first)
        with page.expect_download() as got:
            page.keyboard.press("Enter")
        assert got.value.path().read_bytes().startswith(b"%PDF")
        shown.press("Accept")
        assert shown.says("You have accepted this pack")


def test_the_first_ten_minutes(browser: Browser, live: Street, tmp_path: Path) -> None:
    began = time.monotonic()
    link = invite(browser, live)
    friends = (live.provider.issuer,)
    with tab(browser, live["primary"], names=NAMES, friends=friends) as shown:
        join(shown, live, link)
        add_a_pupil(shown)
        pupil = shown.page.url.rpartition("/")[2]
        drop_two_documents(shown, tmp_path)
        write_and_print_a_profile(shown, pupil)
        choose_the_school_that_has_nothing(shown, pupil)
        a_second_person_says_yes(browser, live)
        send_by_link(shown, pupil)
        pick_up(browser, live, shown, NARROW)
        until(shown, f"/pupils/{pupil}", "Accepted")
    assert time.monotonic() - began < 600
    told = " ".join(str(mail) + mail.get_content() for mail in live.letters.mails)
    assert not [name for name in NAMES if name in told]
