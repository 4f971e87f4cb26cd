"""A request for an EHC needs assessment, from the school's first word to the council's decision.

In the browser, on nodes that run: the school sends 25 papers, the council works the case, two
services answer (one by a link, one by a node of its own), a panel reads one pack, the school hears.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pypdfium2
import pytest
from playwright.sync_api import Browser, FilePayload

from exchange.domain.access import Role
from exchange.services.people.account import Account
from tests.adapters.papers.kit import astray, roles, tagged, texts
from tests.browser.case_papers import OLD, child_with_papers
from tests.browser.days import today
from tests.browser.kit import Street
from tests.browser.parties import AGENCY, AGENCY_ODS
from tests.browser.tab import NARROW, Tab, tab
from tests.browser.walks import newest_link, until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
FORENAME, SURNAME = "Odile", "Marrowby"
NAME = f"{FORENAME} {SURNAME}"
BORN = "Born 9 March 2016"
NEEDS = "She reads as a six-year-old does. " * 30 + "And that is all of it."
MAIL = "sam@psychology.example"
CAP = 20_000_000


@dataclass
class Desk:
    """Everybody's tabs, opened once, what the walk has come to, and the day on which it began."""

    town: Street
    browser: Browser
    stack: ExitStack
    tabs: dict[str, Tab] = field(default_factory=dict)
    request: str = ""
    case: str = ""
    meeting: str = ""
    pack: bytes = b""
    day: date = field(default_factory=today)

    def at(self, where: str, role: Role | None, name: str = "", *, narrow: bool = False) -> Tab:
        """Return the tab of somebody; without a role, of somebody who has a link alone."""
        key = name or where
        if key not in self.tabs:
            here = self.town[where]
            account: Account | None = here.person(role, name=name) if role else None
            options: dict[str, Any] = {"width": NARROW, "has_touch": True} if narrow else {}
            made = tab(self.browser, here, account, names=(SURNAME,), **options)
            self.tabs[key] = self.stack.enter_context(made)
        return self.tabs[key]

    @property
    def senco(self) -> Tab:
        return self.at("primary", Role.SENCO, "Bridget Norcott")

    @property
    def kay(self) -> Tab:
        return self.at("council", Role.LA_CASEWORKER, "Kay Seworker")

    def done(self) -> None:
        """Fail over whatever a page so far had wrong."""
        for one in self.tabs.values():
            one.done()


@pytest.fixture(scope="module")
def desk(town: Street, browser: Browser) -> Iterator[Desk]:
    with ExitStack() as stack:
        made = Desk(town, browser, stack)
        town["council"].person(Role.PANEL_MEMBER, name="Ivy Marsh")
        yield made


def begin(desk: Desk, pupil_id: str, council: str) -> str:
    """Begin a request in the browser and give its reasons; return its path."""
    shown = desk.senco
    shown.go(f"/pupils/{pupil_id}/ehc-request")
    shown.page.get_by_label("Which council is asked?").select_option(council)
    shown.press("Begin the request")
    path = shown.page.url.removeprefix(shown.live.url)
    shown.go(f"{path}/write/reasons")
    shown.fill("Why does the child have", NEEDS)
    shown.fill("Why may provision through", "Two years of help have not been enough.")
    shown.press("Save")
    return path


def test_a_school_sends_25_papers_and_the_council_has_a_case(desk: Desk) -> None:
    shown = desk.senco
    pupil_id = child_with_papers(desk.town["primary"], FORENAME, SURNAME)
    desk.request = begin(desk, pupil_id, "820")
    shown.go(f"{desk.request}/papers")
    assert shown.page.locator("input[name=documents]:checked").count() == 25
    shown.go(f"{desk.request}/check")
    assert shown.says("None of this stops the request")
    shown.go(f"{desk.request}/send")
    assert shown.says("25 documents")
    shown.press("Declare and send")
    kay = desk.kay
    until(kay, "/cases", NAME, seconds=120)
    kay.follow(NAME)
    desk.case = kay.page.url.removeprefix(kay.live.url)
    for weeks in (6, 16, 20):
        assert kay.says(_words(desk.day + timedelta(weeks=weeks))), weeks
    assert kay.page.locator("svg[role=img]").count() == 1
    until(shown, desk.request, "Reached the council", seconds=120)
    desk.done()


def _words(on: date) -> str:
    return f"{on.day} {on:%B %Y}"


def test_the_case_is_opened_and_it_is_decided_to_assess(desk: Desk) -> None:
    kay = desk.kay
    kay.go(desk.case)
    kay.follow("Say whose case it is")
    kay.press("Make a record for a new child")
    kay.follow("Record the decision whether to assess")
    kay.page.get_by_label("Yes").check()
    _day(kay, "The day of the decision", desk.day)
    kay.press("Record the decision")
    kay.follow("Record when the family was told")
    _day(kay, "On which day was the family told in writing?", desk.day)
    kay.press("Record it")
    assert kay.says("Assessing")
    desk.done()


def _day(shown: Tab, legend: str, on: date) -> None:
    boxes = shown.page.get_by_role("group", name=legend)
    for label, value in (("Day", on.day), ("Month", on.month), ("Year", on.year)):
        boxes.get_by_label(label).fill(str(value))


def ask(desk: Desk, kind: str, wanted: str, paper: str, **told: str) -> None:
    """Fill in what a service is asked; ``told`` are fields by their names."""
    kay = desk.kay
    kay.go(f"{desk.case}/advice/{kind}/ask")
    for name, value in told.items():
        kay.page.locator(f"input[name={name}]").fill(value)
    kay.page.get_by_label("What do you want from them?").select_option(wanted)
    kay.fill("Who agreed that they are asked?", f"Ada {SURNAME}, mother")
    _day(kay, "When did they agree?", desk.day)
    kay.page.get_by_label("How did they agree?").select_option(index=1)
    kay.page.get_by_label(paper).check()


def test_two_services_are_asked_and_both_answer(desk: Desk) -> None:
    kay = desk.kay
    by_link = {
        **{"body": "Marlshire Psychology", "person": "Sam Reed", "phone": "01632 960555"},
        **{"role": "Educational psychologist", "mail": MAIL, "confirmed": "Rang our own number"},
    }
    ask(desk, "psychology", "ep-report", "Individual support plan", **by_link)
    kay.page.get_by_label("I read it out to them").check()
    kay.press("Ask them")
    by_node = {"body": AGENCY, "joined": AGENCY_ODS, "person": "Pat Lane", "role": "Therapist"}
    ask(desk, "medical", "slt-report", "Speech and language report", **by_node)
    kay.press("Ask them")
    assert kay.says("The request is on its way")
    _answer_by_link(desk)
    _answer_by_node(desk)
    for _ in range(2):
        _file_one(kay)
    kay.go(f"{desk.case}/advice")
    here = kay.page.locator("main li", has_text=_words(desk.day))
    for title in ("Educational psychologist", "Speech and language therapy"):
        assert here.filter(has_text=title).count() >= 1, title
    assert kay.page.locator("main").inner_text().count(f"they had it on {_words(desk.day)}") == 2
    desk.done()


def _report(words: str) -> bytes:
    return tagged([f"{words} leaf 1", f"{NAME}. {BORN}", f"{words} leaf 3"])


def _answer_by_link(desk: Desk) -> None:
    kay, sam = desk.kay, desk.at("council", None, "Sam Reed", narrow=True)
    sam.go(newest_link(desk.town, MAIL, "/l/"))
    sam.press("Get a code")
    kay.go(f"{desk.case}/advice")
    kay.follow("Look at the request to Marlshire Psychology", look=False)
    for _ in range(80):
        kay.press("Show the code", look=False)
        if kay.page.locator(".sx-code").count():
            break
        kay.page.wait_for_timeout(500)
    sam.fill("Code", kay.page.locator(".sx-code").inner_text())
    sam.press("Continue")
    door = sam.live.share_url
    sam.go(f"{door}/report/files")
    sam.page.locator("input[type=file]").first.set_input_files(_file("Psychology advice"))
    sam.press("Add")
    sam.go(f"{door}/report/about")
    for label, value in (("Day", desk.day.day), ("Month", desk.day.month), ("Year", desk.day.year)):
        sam.page.get_by_label(label).first.fill(str(value))
    sam.page.get_by_label("No, as is usual").check()
    sam.press("Continue")
    sam.press("Send the report")
    assert sam.says("Your report is sent")


def _file(words: str) -> FilePayload:
    return FilePayload(name=f"{words}.pdf", mimeType="application/pdf", buffer=_report(words))


def _answer_by_node(desk: Desk) -> None:
    pat = desk.at("agency", Role.PRACTITIONER, "Pat Lane")
    until(pat, "/asked-of-us", NAME, seconds=120)
    pat.follow(NAME)
    task = pat.page.url.removeprefix(pat.live.url)
    pat.go(f"{task}/files")
    pat.page.locator("input[type=file]").first.set_input_files(_file("Speech advice"))
    pat.press("Add")
    until(pat, f"{task}/files", "Ready", seconds=120)
    pat.go(f"{task}/send")
    pat.fill("Profession", "Speech and language therapist")
    for label, value in (("Day", desk.day.day), ("Month", desk.day.month), ("Year", desk.day.year)):
        pat.page.get_by_label(label).first.fill(str(value))
    pat.page.get_by_label("As is usual").check()
    pat.press("Send the report")
    assert pat.says("The report is on its way")


def _file_one(kay: Tab) -> None:
    """File the first report that waits: a person looks, and says whose it is."""
    ours = kay.page.locator("main tr", has_text="Ready").filter(has_text=NAME)
    came = ours.locator("a[href*='/advice/reports/']")
    for _ in range(120):
        kay.load(f"{kay.live.url}/advice")
        if came.count():
            break
        kay.page.wait_for_timeout(700)
    kay.go(str(came.first.get_attribute("href")))
    kay.page.locator("#looked").check()
    kay.press("File it")
    assert kay.says("filed") or "/pupils/" in kay.page.url


def test_a_pack_of_all_papers_is_made_and_a_panel_member_reads_it(desk: Desk) -> None:
    kay = desk.kay
    kay.go("/panel/new")
    _day(kay, "When does the panel meet?", today())
    kay.page.get_by_label("Ivy Marsh").check()
    kay.press("Plan it")
    desk.meeting = kay.page.url.removeprefix(kay.live.url)
    kay.go(f"{desk.case}/panel")
    assert kay.says("Paper 1 is the request itself")
    kay.page.locator("#meeting").select_option(desk.meeting.rpartition("/")[2])
    kay.press("Put it on the list")
    kay.go(f"{desk.case}/panel")
    ticks = kay.page.locator("input[name=papers]")
    assert ticks.count() == 27
    for one in ticks.all():
        one.check()
    kay.fill(f"Number of {OLD}", "1")
    kay.fill("What should the panel know first? (optional)", "Read paper 2 before paper 3.")
    kay.press("Make the pack", look=False)
    kay.page.get_by_role("link", name="Read the pack").wait_for(timeout=240_000)
    kay.look()
    assert kay.says("28 papers")
    kay.page.get_by_role("main").get_by_role("link", name="meeting of").click()
    kay.press("Circulate the papers")
    kay.press("Circulate")
    desk.pack = _read_by_a_member(desk)
    desk.done()


def _read_by_a_member(desk: Desk) -> bytes:
    ivy = desk.at("council", Role.PANEL_MEMBER, "Ivy Marsh", narrow=True)
    ivy.go("/panel")
    assert ivy.page.locator(f"main a[href='{desk.meeting}']").count() == 1
    ivy.go(desk.meeting)
    ivy.follow("Read the pack")
    assert ivy.page.locator("iframe").count() == 1
    with ivy.page.expect_download() as taken:
        ivy.page.get_by_role("link", name="download it").click()
    assert taken.value.suggested_filename == "panel-pack.pdf"
    return taken.value.path().read_bytes()


def test_the_pack_is_one_indexed_paper_with_the_request_first(desk: Desk) -> None:
    said = [re.sub(r"\s+", " ", one) for one in texts(desk.pack)]
    assert len(said) >= 200
    for number, one in enumerate(said, start=1):
        assert one.rstrip().endswith(str(number)), number
    marks = _bookmarks(desk.pack)
    papers = [title for title, _ in marks if re.match(r"\d+\. ", title)]
    assert len(papers) == 28
    assert papers[0] == "1. The request"
    assert papers[1] == f"2. {OLD}"
    firsts = [page for title, page in marks if title in papers]
    assert firsts == sorted(set(firsts))
    request = " ".join(said[firsts[0] - 1 : firsts[1] - 1])
    for words in ("And that is all of it.", "PLAN-WORDS phonics", "Bridget Norcott"):
        assert words in request, words
    assert "Hidden Lane" not in " ".join(said)
    front = " ".join(said[: firsts[0] - 1])
    for words in (NAME, "Read paper 2 before paper 3.", "Index of the papers", "usual limit"):
        assert words in front, words
    for title, leaf in (("Behaviour log", "Behaviour log leaf 36"), ("Letter 1", "leaf 12")):
        first = next(page for mark, page in marks if mark.endswith(f". {title}"))
        assert any(leaf in one for one in said[first - 1 : first + 36]), leaf
    assert astray(desk.pack) == []
    assert "H1" in roles(desk.pack, firsts[0])


def _bookmarks(pack: bytes) -> list[tuple[str, int]]:
    """Return the bookmarks of the first level, each with the page that it leads to, from 1."""
    with pypdfium2.PdfDocument(pack) as pdf:
        return [
            (one.get_title(), dest.get_index() + 1)
            for one in pdf.get_toc(max_depth=1)
            if (dest := one.get_dest()) is not None
        ]


def test_its_pages_show_something_when_they_are_drawn(desk: Desk) -> None:
    marks = dict(_bookmarks(desk.pack))
    picture = next(page for title, page in marks.items() if title.endswith(". Photograph 0"))
    request = marks["1. The request"]
    with pypdfium2.PdfDocument(desk.pack) as pdf:
        for number in (1, 2, 3, request, picture):
            drawn = pdf[number - 1].render(scale=0.5).to_pil().convert("L")
            assert sum(drawn.histogram()[:128]) > 100, f"page {number} is empty"


def test_what_the_panel_advised_reaches_the_school(desk: Desk) -> None:
    kay, shown = desk.kay, desk.senco
    kay.go(desk.meeting)
    kay.follow("Record it")
    kay.page.get_by_label("Issue a plan", exact=True).check()
    kay.fill("Why?", "What was tried has not been enough.")
    kay.press("Record it")
    kay.go(desk.case)
    kay.follow("Record when the family was told")
    _day(kay, "On which day was the family told in writing?", desk.day)
    kay.press("Record it")
    until(shown, desk.request, "They will issue a plan", seconds=120)
    for words in ("They will assess", "What was tried has not been enough.", "Kay Seworker"):
        assert shown.says(words), words
    desk.done()


def test_the_same_goes_to_a_council_that_has_not_joined_as_files(desk: Desk) -> None:
    shown = desk.senco
    pupil_id = child_with_papers(desk.town["primary"], "Perpetua", SURNAME, "2015-11-30")
    path = begin(desk, pupil_id, "330")
    shown.go(f"{path}/files")
    with shown.page.expect_download(timeout=120_000) as taken:
        shown.page.get_by_role("button", name="Declare and download").click()
    with zipfile.ZipFile(io.BytesIO(taken.value.path().read_bytes())) as archive:
        sizes = {one.filename: one.file_size for one in archive.infolist()}
        index = re.sub(r"\s+", " ", " ".join(texts(archive.read("00-index.pdf"))))
        form = " ".join(texts(archive.read("01-ehc-request.pdf")))
    assert [name[:2] for name in sizes] == [f"{number:02}" for number in range(27)]
    assert max(sizes.values()) <= CAP
    for name in sizes:
        assert SURNAME.casefold() not in name.casefold()
        assert name == "00-index.pdf" or name in index
    assert "And that is all of it." in re.sub(r"\s+", " ", form)
    shown.go(f"{path}/handed-in")
    _day(shown, "On which day was it submitted?", desk.day)
    shown.fill("How?", "By the council's portal")
    shown.page.locator("main form button[type=submit]").first.click()
    shown.page.wait_for_url(f"**{path}")
    shown.look()
    assert shown.says("By the council's portal")
    assert shown.says(_words(desk.day + timedelta(weeks=6)))
    desk.done()
