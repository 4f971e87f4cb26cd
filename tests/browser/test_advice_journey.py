"""A specialist's report, from the question to the next school: by a link, and between two nodes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from exchange.domain.access import Role
from tests.browser.children import BORN, SURNAME, child
from tests.browser.days import today
from tests.browser.furnish import arrived
from tests.browser.kit import LiveNode, Street
from tests.browser.parties import AGENCY
from tests.browser.tab import NARROW, Tab, tab
from tests.browser.walks import newest_link, read_out_code, send, until
from tests.exchange.services.tray.papers import docx_saying, pdf_saying

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PHONE: dict[str, Any] = {"width": NARROW, "has_touch": True, "is_mobile": True}
THERAPIST = "sam.reed@therapy.example"


def report(forename: str, *lines: str) -> bytes:
    """Return a report as a therapist writes it: it says whom it is about."""
    said = f"Speech and language report. {forename} {SURNAME}, born {BORN:%-d %B %Y}."
    return pdf_saying(said, *lines)


@contextmanager
def at(browser: Browser, node: LiveNode, *role: Role, **options: Any) -> Iterator[Tab]:
    """Open a tab at a node: of somebody with a role, else of somebody with a link."""
    someone = node.person(*role, name=f"Advice {role[0].value}") if role else None
    with tab(browser, node, someone, names=(SURNAME,), **options) as shown:
        yield shown


_WIDE_ENOUGH = """one => {
  one.scrollIntoView({block: "center"});
  const box = one.getBoundingClientRect();
  const meets = y => one.contains(document.elementFromPoint(box.x + box.width / 2, y));
  const middle = box.y + box.height / 2;
  return meets(middle - 11) && meets(middle + 11);
}"""
"""Whether a thumb meets it in 24 px of height: in a list of tasks the whole row is the link."""


_NOTE_PROGRESS = """() => {
  const list = document.querySelector("[data-progress]");
  const note = () => {
    const bars = [...list.querySelectorAll("progress")];
    const told = bars.map((bar) => bar.nextElementSibling.textContent.trim());
    sessionStorage.setItem("told", told.join("; "));
  };
  new MutationObserver(note).observe(list, {childList: true, subtree: true, characterData: true});
}"""
"""Remember what the bars of the files say: the page goes on by itself once all are received."""


def tap(shown: Tab, name: str) -> None:
    """Touch a link or a button as a thumb does."""
    page = shown.page
    found = page.get_by_role("link", name=name).or_(page.get_by_role("button", name=name)).first
    assert found.evaluate(_WIDE_ENOUGH), name
    with page.expect_navigation():
        found.tap()
    shown.look()


def ask(staff: Tab, pupil_id: str, find: str = "", **who: str) -> str:
    """Ask from the child's page, sharing the paper; return the path of the request."""
    staff.go(f"/pupils/{pupil_id}")
    staff.follow("Ask a specialist")
    if find:  # it has joined: it is looked for by its name, and chosen
        staff.fill("Has the service joined? Look for it", find)
        staff.press("Look")
        staff.page.locator("main").get_by_role("link", name=find).first.click()
        staff.look()
        assert staff.says("They have joined")
    for label, value in who.items():
        staff.fill(_LABELS[label], value)
    page = staff.page
    page.get_by_label("Which report do you ask for?").select_option("slt-report")
    staff.fill("What do you want to know?", "What helps in a loud class?")
    staff.fill("Who agreed that you ask?", "Kit Thackray, father")
    page.get_by_role("group", name="How?", exact=True).get_by_role("radio").first.check()
    day(staff, "When?", today() - timedelta(days=5))
    page.get_by_label("What we see in class").check()
    staff.press("Send the request")
    assert staff.says("The question") or staff.says("What helps in a loud class?")
    return page.url.removeprefix(staff.live.url)


_LABELS = {
    "name": "Name of the service",
    "person": "Who is asked there?",
    "role": "What they are",
    "mail": "Mail address for the link",
    "phone": "Telephone number",
    "confirmed": "How did you confirm that?",
}


def day(shown: Tab, legend: str, on: date) -> None:
    """Fill in a day's three boxes."""
    boxes = shown.page.get_by_role("group", name=legend, exact=True)
    for label, value in (("Day", on.day), ("Month", on.month), ("Year", on.year)):
        boxes.get_by_label(label).fill(str(value))


def choose(shown: Tab, *files: tuple[str, str, bytes]) -> None:
    """Choose files at the field for files."""
    told = [{"name": one, "mimeType": kind, "buffer": content} for one, kind, content in files]
    shown.page.locator("#files").set_input_files(told)  # type: ignore[arg-type]


def test_a_therapist_answers_by_a_link_and_the_next_school_reads_it(
    browser: Browser, town: Street
) -> None:
    primary, secondary = town["primary"], town["secondary"]
    pupil_id = child(town, "Wren")
    with at(browser, primary, Role.SENCO) as staff:
        request = ask(
            staff,
            pupil_id,
            name="Marlshire Speech Therapy",
            person="Sam Reed",
            role="speech and language therapist",
            mail=THERAPIST,
            phone="01632 960555",
            confirmed="Rang the number on their site",
        )
        link = newest_link(town, THERAPIST, "/l/")
        with at(browser, primary, **PHONE) as shown:
            _comes_in(shown, staff, link)
            _reads_what_is_shared(shown)
            _answers(shown, report("Wren", "Give her two more minutes."), first=True)
            page = shown.page.url.partition("?")[0]
            words = _receipt(shown, page, 1)
            _saves_the_receipt(shown, words)
            # Something was wrong in it: inside of 14 days a corrected version takes its place.
            assert shown.says("Send a corrected version")
            _answers(shown, report("Wren", "Give her three more minutes."), first=False)
            assert _receipt(shown, page, 2) != words
            assert shown.says("(version 2)")
        _files_the_newest(staff, request, words)
        bundle = _sends_it_on(staff, pupil_id)
    arrived(town, [bundle])
    with at(browser, secondary, Role.SENCO) as receiver:
        _reads(receiver, bundle)


def _receipt(shown: Tab, page: str, number: int) -> str:
    """Load the page until a sending has its receipt; return the words that tell it from others."""
    words = shown.page.locator(f"#words-{number}")
    end = time.monotonic() + 90
    while not words.count():
        assert time.monotonic() < end, "no receipt came"
        shown.page.wait_for_timeout(700)
        shown.load(page)
    shown.look()
    return words.inner_text()


def _comes_in(shown: Tab, staff: Tab, link: str) -> None:
    """Open the link from the mail; the SENCO reads the code out."""
    shown.go(link)
    assert not shown.says(SURNAME)  # nobody is named before the code
    read_out_code(shown, staff)
    expect(shown.page.locator("h1")).to_contain_text(SURNAME)


def _reads_what_is_shared(shown: Tab) -> None:
    assert shown.says("What helps in a loud class?")
    with shown.page.expect_download() as taken:
        shown.page.get_by_role("link", name="What we see in class").tap()
    assert taken.value.path().read_bytes().startswith(b"%PDF")


def _answers(shown: Tab, written: bytes, *, first: bool) -> None:
    tap(shown, "Add your files")
    choose(
        shown,
        ("Report.pdf", "application/pdf", written),
        ("Programme.docx", WORD, docx_saying("Ten minutes a day", f"For Wren {SURNAME}")),
    )
    shown.page.evaluate(_NOTE_PROGRESS)
    with shown.page.expect_navigation():
        shown.page.get_by_role("button", name="Add", exact=True).tap()
    shown.look()
    assert shown.says("Programme.docx")
    told = shown.page.evaluate("sessionStorage.getItem('told')")
    assert "Report.pdf: Received" in told  # one bar for each file, and then what became of it
    assert "Programme.docx" in told
    tap(shown, "Continue")
    # What the asker wrote of them stands there already: they say when it was written, no more.
    if first:
        assert shown.page.get_by_label("Name of the author").input_value() == "Sam Reed"
        day(shown, "When was it written?", today() - timedelta(days=1))
    tap(shown, "Continue")
    assert shown.says("Report.pdf, Programme.docx")
    tap(shown, "Send the report")
    assert shown.says("Your report is sent")


def _saves_the_receipt(shown: Tab, words: str) -> None:
    with shown.page.expect_download() as taken:
        shown.page.get_by_role("link", name="to read").tap()
    said = taken.value.path().read_text("utf-8")
    assert words in said
    assert SURNAME not in said


def _files_the_newest(staff: Tab, request: str, first_words: str) -> None:
    """File what was corrected; what it takes the place of is set aside, and can do no harm."""
    staff.go("/advice")
    assert staff.says("version 2")
    assert staff.says("A newer one came")
    staff.go(request)
    staff.follow("version 2")
    assert not staff.says(first_words)
    assert staff.says("It names the child in full")
    assert staff.says("It gives the child's day of birth")
    staff.page.get_by_label("I have looked at it").check()
    staff.press("File it")
    expect(staff.page.get_by_text("The report is filed.")).to_be_visible()
    staff.go("/advice")
    came = staff.page.get_by_role("table", name="Reports that came")
    came.get_by_role("link", name=SURNAME).click()
    assert staff.says("A newer version is filed")
    assert not staff.page.get_by_role("button", name="File it").count()
    staff.follow("Set this one aside")
    staff.press("Set it aside")
    assert not came.get_by_role("link", name=SURNAME).count()


def _sends_it_on(staff: Tab, pupil_id: str) -> str:
    transfer = send(staff, pupil_id)
    return transfer.rpartition("/")[2]


def _reads(receiver: Tab, bundle: str) -> None:
    page = receiver.go(f"/arrivals/{bundle}")
    papers = page.locator(f"a[href*='/arrivals/{bundle}/documents/']")
    names = " ".join(papers.all_inner_texts())
    assert "Speech" in names, names
    assert "earlier version" not in names
    with page.expect_navigation():
        papers.filter(has_text="(1 of 2)").first.click()
    receiver.look()
    expect(page.locator("iframe.sx-viewer")).to_be_visible()


def test_a_service_that_has_joined_answers_on_its_own_pages(browser: Browser, town: Street) -> None:
    primary, agency = town["primary"], town["agency"]
    pupil_id = child(town, "Imogenia")
    with (
        at(browser, primary, Role.SENCO) as staff,
        at(browser, agency, Role.PRACTITIONER) as shown,
    ):
        request = ask(staff, pupil_id, find=AGENCY.partition(" ")[0])
        until(shown, "/asked-of-us", SURNAME)
        shown.go("/")
        shown.page.get_by_role("main").get_by_role("link", name="Asked of us").first.click()
        shown.follow(SURNAME)
        assert shown.says("What helps in a loud class?")
        until(staff, request, "They have it since")
        _adds(shown, report("Imogenia", "Signs help."))
        day(shown, "When was it written?", today())
        shown.fill("Profession", "speech and language therapist")
        shown.press("Send the report")
        until(staff, request, "What came back")
        until(staff, "/advice", "ready", "Ready")
        staff.go(request)
        staff.follow("Speech")
        staff.page.get_by_label("I have looked at it").check()
        staff.press("File it")
        staff.go(f"/pupils/{pupil_id}")
        assert staff.says("Speech")


def _adds(shown: Tab, written: bytes) -> None:
    """Add the report and wait until it was checked."""
    with shown.page.expect_navigation():
        shown.page.get_by_role("button", name="Add files").click()
    shown.look()
    choose(shown, ("Our report.pdf", "application/pdf", written))
    shown.press("Add")
    page = shown.page
    for _ in range(90):
        if page.get_by_role("button", name="Continue").count():
            break
        page.wait_for_timeout(500)
        shown.load(page.url)
    with page.expect_navigation():
        page.get_by_role("button", name="Continue").click()
    shown.look()
