"""The journeys by keyboard alone: nobody touches a mouse, and no script puts the focus anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, FilePayload

from exchange.domain.access import Role
from exchange.services.advice.asking import asked_by_link
from exchange.services.advice.model import AdviceOrder, Body, ConsentGiven
from exchange.services.links.model import Channel, Inviter
from exchange.services.links.pick_up import Means
from schemas.advice import ConsentHow
from tests.browser.children import BORN, PAPER, SURNAME, child
from tests.browser.days import today
from tests.browser.furnish import SENCO, arrived
from tests.browser.keys import KeyTab
from tests.browser.kit import LiveNode, Street
from tests.browser.tab import tab_of
from tests.browser.walks import find_leaver, until
from tests.exchange.services.tray.papers import pdf_saying
from tests.journeys.machine import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
LINK_TO, CODE_TO = "kim@keys.example", "desk@keys.example"
_CODE = re.compile(r"^(\d{4} \d{4})\s*$", re.MULTILINE)


@contextmanager
def keys(browser: Browser, node: LiveNode, role: Role | None = None) -> Iterator[KeyTab]:
    """Open a tab for somebody without a mouse: of a role, else of who has a link."""
    someone = node.person(role, name=f"Keys {role.value}") if role else None
    with tab_of(KeyTab, browser, node, someone, names=(SURNAME,)) as shown:
        yield shown


def test_a_pack_is_sent_and_accepted(browser: Browser, town: Street) -> None:
    primary, secondary = town["primary"], town["secondary"]
    child(town, "Keziahanne")
    with (
        keys(browser, primary, Role.SENCO) as sender,
        keys(browser, secondary, Role.SENCO) as next_,
    ):
        find_leaver(sender, "Keziahanne")
        sender.follow("Keziahanne")
        sender.press("Preview the pack")
        sender.press("Send")
        if sender.page.get_by_label("Send the rest now").count():
            sender.tick("Send the rest now")
        sender.press("Send")
        transfer = sender.page.url.removeprefix(sender.live.url)
        assert "/transfers/" in transfer
        arrived(town, [transfer.rpartition("/")[2]])
        until(next_, "/arrivals", "Keziahanne")
        next_.follow("Keziahanne")
        next_.follow(PAPER)
        next_.enter(next_.page.get_by_role("link", name="Back to the pack"))
        next_.press("Accept the pack")
        next_.select(next_.page.locator("select[name^=document-]").first, "unclear")
        next_.press("Accept the pack")
        assert next_.says("Accepted")
        until(sender, transfer, "The document is unclear")


def _asked(town: Street, pupil_id: str) -> str:
    """Ask a specialist who has a link and gets the code by mail; return the link."""
    primary = town["primary"]
    body = Body(
        kind="agency",
        name="Keys Psychology",
        person="Kim Keys",
        role="educational psychologist",
        mail=LINK_TO,
        channel=Channel.MAIL,
        code_mail=CODE_TO,
        confirmed="The number in the contract was called",
    )
    order = AdviceOrder(
        pupil_id=pupil_id,
        body=body,
        question="What helps with reading?",
        wanted_type="ep-report",
        consent=ConsentGiven("Kit Thackray, father", today(), ConsentHow.FORM),
    )
    means = Means(primary.share_url, primary.node.renderer)
    inviter = Inviter(SENCO.name, SENCO.role, "senco@larkfield.example")
    inside = primary.node.inside
    asked = asked_by_link(inside, primary.org_id, order, SENCO, means=means, inviter=inviter)
    return asked.address


def test_a_specialist_answers_by_a_link(browser: Browser, town: Street) -> None:
    link = _asked(town, child(town, "Wilhelmina"))
    with keys(browser, town["primary"]) as shown:
        shown.go(link)
        shown.press("Get a code")
        wait_for("the code", lambda: town.letters.to(CODE_TO))
        code = _CODE.search(town.letters.to(CODE_TO)[-1].get_content())
        assert code is not None
        shown.fill("Code", code[1])
        shown.press("Continue")
        assert shown.says("What helps with reading?")
        shown.follow("Add your files")
        said = f"Psychological report. Wilhelmina {SURNAME}, born {BORN:%-d %B %Y}."
        shown.hand_in(
            shown.page.locator("#files"),
            [FilePayload(name="Report.pdf", mimeType="application/pdf", buffer=pdf_saying(said))],
        )
        shown.press("Add")
        shown.press("Continue")
        shown.day("When was it written?", today() - timedelta(days=1))
        shown.press("Continue")
        shown.press("Send the report")
        assert shown.says("Your report is sent")


def test_a_request_is_sent_and_the_council_decides(browser: Browser, town: Street) -> None:
    pupil_id = child(town, "Xanthe")
    with keys(browser, town["primary"], Role.SENCO) as shown:
        shown.go(f"/pupils/{pupil_id}/ehc-request")
        shown.select(shown.page.get_by_label("Which council is asked?"), "820")
        shown.press("Begin the request")
        request = shown.page.url.removeprefix(shown.live.url)
        shown.follow("Why an assessment, and why a plan may be necessary")
        shown.fill("Why does the child have", "She reads as a six-year-old does.")
        shown.fill("Why may provision through", "Two years of help have not been enough.")
        shown.press("Save")
        shown.press("Check what goes")
        shown.press("Go on to send")
        shown.press("Declare and send")
        with keys(browser, town["council"], Role.LA_CASEWORKER) as kay:
            _decides(kay)
        until(shown, request, "They will assess", seconds=120)


def _decides(kay: KeyTab) -> None:
    until(kay, "/cases", "Xanthe", seconds=120)
    kay.fill("Find by name or reference", "xanthe")
    kay.press("Find")
    kay.follow("Xanthe")
    kay.follow("Say whose case it is")
    kay.press("Make a record for a new child")
    kay.follow("Record the decision whether to assess")
    kay.choose(kay.page.get_by_label("Yes"))
    kay.day("The day of the decision", today())
    kay.press("Record the decision")
    kay.follow("Record when the family was told")
    kay.day("On which day was the family told in writing?", today())
    kay.press("Record it")
    assert kay.says("Assessing")
