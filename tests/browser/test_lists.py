"""Lists: a class file and whom to keep, several packs at once, an admissions list, a request."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from exchange.domain.access import Role
from exchange.domain.clocks import transfer_year
from tests.browser.days import today
from tests.browser.furnish import Furnished
from tests.browser.kit import Street
from tests.browser.tab import NARROW, WIDE, tab
from tests.browser.walks import find_leaver, search, until
from tests.journeys.material import ctf, leavers

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.mark.parametrize(("width", "scripts"), [(WIDE, True), (NARROW, False)])
def test_a_class_file_and_whom_to_keep(
    browser: Browser, live: Street, tmp_path: Path, width: int, scripts: bool
) -> None:
    file = tmp_path / "class.xml"
    file.write_bytes(ctf(leavers(4)))
    someone = live["primary"].person(Role.SEN_ADMINISTRATOR, name="Ann Admin")
    names = ("Abara", "Chaudhry")
    with tab(browser, live["primary"], someone, width=width, scripts=scripts, names=names) as shown:
        page = shown.go("/imports")
        page.locator("input[type=file]").set_input_files(file)
        shown.press("Read the list")
        boxes = page.locator("input[name=pupil]")
        for number in range(boxes.count()):
            boxes.nth(number).set_checked(number == 0)
        shown.press("Go on with those who are ticked")
        where = page.url.removeprefix(live["primary"].url).removesuffix("/check")
        shown.press("Keep 1 pupil", look=False)
        until(shown, where, "The list is read")
        find_leaver(shown, "Abara")
        search(shown, "Chaudhry")
        assert shown.says("Nobody fits")


TABLE = (
    "Surname;Forename;DOB;Sex;UPN;SEN;Need;Shoe size\r\n"
    "Winterbourne;Ann;03/04/2015;F;;SEN Support;Autism;3\r\n"
    "Winterbourne;Zo\u00eb;05/06/2015;F;;Wave 3;Dyslexic;3\r\n"
)


@pytest.mark.parametrize(("width", "scripts"), [(WIDE, True), (NARROW, False)])
def test_a_table_its_columns_and_what_differs(
    browser: Browser, live: Street, tmp_path: Path, width: int, scripts: bool
) -> None:
    file = tmp_path / "class.csv"
    someone = live["primary"].person(Role.SENCO, name="Bridget Norcott")
    names = ("Winterbourne",)
    with tab(browser, live["primary"], someone, width=width, scripts=scripts, names=names) as shown:
        for text in (TABLE, TABLE.replace("Autism", "SLCN").replace("Sup", "sup")):
            file.write_bytes(text.replace(";3", f";{width}").encode("cp1252"))
            page = shown.go("/imports")
            page.locator("input[type=file]").set_input_files(file)
            shown.press("Read the list")
            for radio in page.get_by_label("Day first").all():
                radio.check()
            for word in page.locator("select[name^=word-]").all():
                word.select_option(index=2)
            page.locator("#no_upn").select_option("UN3")
            shown.press("Read the pupils")
            for box in page.locator("input[name=pupil]").all():
                box.check()
            shown.press("Go on with those who are ticked")
            compare = page.locator("main table a")
            if compare.count():
                with page.expect_navigation():
                    compare.first.click()
                shown.look()
                page.locator("input[value=theirs]").first.check()
                shown.press("Save")
            where = page.url.removeprefix(live["primary"].url).removesuffix("/check")
            shown.press("Keep 2 pupils", look=False)
            until(shown, where, "The list is read")
        find_leaver(shown, "Winterbourne")


def test_several_packs_at_once(browser: Browser, live: Street, furnished: Furnished) -> None:
    child = furnished.children[6]
    senco = live["primary"].person(Role.SENCO, name="Bridget Norcott")
    with tab(browser, live["primary"], senco, names=furnished.names) as shown:
        find_leaver(shown, child.surname)
        page = shown.page
        page.locator(f"#pick-{child.pupil_id}").check()
        shown.press("Send those who are ticked")
        rest = page.get_by_label("Send the rest of it now")
        if rest.count():
            rest.check()
        shown.press("Send", look=False)
        assert "/leavers/send/" in page.url
        until(shown, f"/pupils/{child.pupil_id}", "Opened")


def test_an_admissions_list(browser: Browser, live: Street) -> None:
    senco = live["secondary"].person(Role.SENCO, name="Helen Prowse")
    rows = "Surname,Forename,Date of birth,Primary school\nQuince,Rowan,3/4/2015,999001\n"
    with tab(browser, live["secondary"], senco, names=("Quince",), width=NARROW) as shown:
        page = shown.go("/admissions")
        page.locator("textarea").first.fill(rows)
        shown.press("Check the list")
        with page.expect_navigation():
            page.locator("main form button[type=submit]", has_text="Take").click()
        shown.look()
        until(shown, "/arrivals", "Quince")


def test_a_request_for_records_is_answered(
    browser: Browser, live: Street, furnished: Furnished
) -> None:
    child = furnished.children[7].material.pupil
    helen = live["secondary"].person(Role.SENCO, name="Helen Prowse")
    bridget = live["primary"].person(Role.SENCO, name="Bridget Norcott")
    with (
        tab(browser, live["secondary"], helen, names=furnished.names) as asking,
        tab(browser, live["primary"], bridget, names=furnished.names) as answering,
    ):
        page = asking.go("/requests/new")
        page.locator("[name=school]").fill("999001")
        page.locator("[name=forename]").fill(child.forename)
        page.locator("[name=surname]").fill(child.surname)
        for box, text in zip(
            page.locator("input[name=born]").all(),
            (child.birth.day, child.birth.month, child.birth.year),
            strict=True,
        ):
            box.fill(str(text))
        starts = (3, 9, transfer_year(today()))
        for box, text in zip(page.locator("input[name=starts]").all(), starts, strict=True):
            box.fill(str(text))
        asking.press("Send the request")
        until(answering, "/requests", child.surname)
        with answering.page.expect_navigation():
            answering.page.locator("a[href^='/requests/']", has_text=child.surname).first.click()
        answering.look()
        answering.page.locator("input[name=answer]").first.check()
        answering.press("Send the answer")
