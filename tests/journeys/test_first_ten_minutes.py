"""The first ten minutes: an invitation mail, an account from work, no phone, no import file.

A SENCO joins, adds a pupil, drops two PDFs, prints a profile, and sends to a school that has
nothing. Its SENCO reads and accepts in a browser. Real processes, a real provider, real mail; what
a browser with scripts adds is told apart (tests/browser).
"""

from __future__ import annotations

import dataclasses
import io
import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin

import pytest
from pdfminer.high_level import extract_text

from exchange.settings import Home, load, save
from tests.adapters.gias_files import extract, school
from tests.adapters.oidc_house import provider
from tests.browser.kit import LiveNode, Street, street
from tests.journeys.machine import wait_for
from tests.journeys.walker import Walker

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]

JO, RAVI, OFFICE = "jo@larkfield.example", "ravi@hill.example", "office@hill.example"
HILL = "Hill Special School"
FORENAME, SURNAME = "Zuleika", "Quorndon"


@dataclass
class Beginning:
    """A node as a host would hand it over: one school, its provider, mail, the register."""

    node: LiveNode
    made: Street

    def mail_to(self, address: str) -> str:
        """Wait for a message and return it."""
        wait_for(f"mail to {address}", lambda: self.made.letters.to(address))
        return str(self.made.letters.to(address)[-1].get_content()).replace("\r\n", "\n")


@pytest.fixture(scope="module")
def beginning(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Beginning]:
    folder = tmp_path_factory.mktemp("first")
    with provider() as house, street(folder, ("primary",)) as made:
        node = made["primary"]
        node.stop()
        sign_in = folder / "sign-in.json"
        one = {
            "code": "work",
            "label": "Work account",
            "issuer": house.issuer,
            "client_id": "sen",
            "client_secret": "secret",
            "mfa": "enforced",
        }
        sign_in.write_text(json.dumps([one]))
        home = Home(node.root)
        save(home, dataclasses.replace(load(home), sign_in_file=str(sign_in)))
        row = school(
            999777, HILL, EstablishmentNumber="7777", TelephoneNum="01632 960777", Town="Hillton"
        )
        register = folder / "register.csv"
        register.write_bytes(extract([row]))
        node.senx("schools", "import", str(register), "--smaller")
        node.start()
        house.put_user("jo", email=JO, email_verified=True, name="Jo Brown")
        node.senx("people", "invite", JO, "--name", "Jo Brown", "--post", "senco", "--as", "Ada")
        yield Beginning(node, made)


def link_in(mail: str, path: str) -> str:
    found = re.search(rf"^http\S+{path}/\S+$", mail, re.MULTILINE)
    assert found is not None, mail
    return found[0]


def pdf(text: str) -> bytes:
    canvas = pytest.importorskip("reportlab.pdfgen.canvas")
    out = io.BytesIO()
    page = canvas.Canvas(out)
    page.drawString(72, 720, text)
    page.save()
    return out.getvalue()


def test_the_first_ten_minutes(beginning: Beginning) -> None:
    began = time.monotonic()
    jo = Walker(beginning.node.url)

    # From the mail, with the account from work: no password, no phone, no code.
    jo.go(link_in(beginning.mail_to(JO), "/join"))
    jo.press("Work account").fill(sub="jo").press("Authorize")
    assert jo.url.startswith(beginning.node.url)
    assert "Jo Brown, SENCO" in jo.text

    # A pupil by hand.
    jo.click("Leavers").click("Add a pupil")
    jo.label("Surname", SURNAME).label("Forename", FORENAME)
    jo.label("Day", "2").label("Month", "3").label("Year", "2015").tick("Female")
    jo.fill(upn_unknown="UN5").press("Add this pupil")
    assert list(jo.errors()) == []
    child = jo.url
    assert f"{FORENAME} {SURNAME}" in jo.text

    # Two PDFs, whose kinds are guessed and confirmed.
    titles = {"EP report.pdf": "Educational psychologist's report", "Plan.pdf": "SEN support plan"}
    for name, told in titles.items():
        words = pdf(f"{told} about {FORENAME} {SURNAME}")
        jo.choose_file("files", name, words, "application/pdf")
    jo.press("Add files")
    wait_for("the files to be checked", lambda: jo.go("/tray").text.count("Ready") >= len(titles))
    for name in titles:
        jo.go("/tray").click(name).fill(title="Report", author="Dr Hale").press("File it")
        assert list(jo.errors()) == []
    assert all(told in jo.go(child).text for told in titles.values())

    # A profile, printed.
    jo.click("One-page profile").fill(known_as=FORENAME, support="Say my name first").press("Save")
    jo.go(child).click("Print the profile").click("Profile as a PDF")
    assert jo.answer.headers["Content-Type"] == "application/pdf"
    assert "Say my name first" in extract_text(io.BytesIO(jo.answer.content))

    # To a school that has nothing. Nobody else is here to confirm it: Jo rings the school.
    jo.go(child).click("Choose where").fill(q=f"{HILL} Hillton").press("Search")
    jo.click(f"Choose this school: {HILL}").fill(confirmation="820/7777").tick("The SENCO")
    jo.press("Confirm this school")
    jo.go("/approvals").click(HILL).fill(spoke_to="The office").press("I called, and it is right")
    jo.go(child).click("Preview the pack").click("Send a link and a code")
    jo.fill(name="Ravi Hill", mail=RAVI, code_mail=OFFICE, confirmed="Rang the number on GIAS")
    jo.tick("By mail, to another address").press("Send the pack by link")
    assert list(jo.errors()) == []
    assert "the link is on its way" in jo.text

    # At the other school, in a browser, with nothing.
    ravi = Walker(beginning.node.share_url)
    ravi.go(link_in(beginning.mail_to(RAVI), "/l")).press("Get a code")
    code = re.search(r"^(\d{4} \d{4})$", beginning.mail_to(OFFICE), re.MULTILINE)
    assert code is not None
    ravi.fill(code=code[1]).press("Continue")
    assert f"{FORENAME} {SURNAME}" in ravi.text
    assert "Say my name first" in ravi.text
    summary = ravi.session.get(urljoin(ravi.url, "/pack/summary.pdf"), timeout=30).content
    assert FORENAME in extract_text(io.BytesIO(summary))
    original = ravi.session.get(urljoin(ravi.url, "/pack/documents/1"), timeout=30).content
    assert original.startswith(b"%PDF-")
    ravi.press("Accept")
    assert "You have accepted this pack" in ravi.text

    # And back at the first: it is told.
    wait_for("the answer to arrive", lambda: "Accepted" in jo.go(child).text)
    assert time.monotonic() - began < 600
    _nobody_is_named_where_others_look(beginning, jo, ravi)


def _nobody_is_named_where_others_look(beginning: Beginning, jo: Walker, ravi: Walker) -> None:
    """Addresses, titles of windows, mails and logs name no child."""
    mails = "".join(f"{one['Subject']} {one.get_content()}" for one in beginning.made.letters.mails)
    log = beginning.node.log.read_text("utf-8", "replace")
    for where in ("\n".join(jo.seen), "\n".join(ravi.seen), mails, log):
        assert FORENAME.lower() not in where.lower()
        assert SURNAME.lower() not in where.lower()
