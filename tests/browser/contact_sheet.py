"""Make docs/screenshots: sheets of pages in a wide window, and on a telephone.

    python -m tests.browser.contact_sheet

Everybody on them is invented.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.sync_api import Browser

from demo.material.places import LA_CODE
from exchange.domain.access import Role
from tests.browser import test_family as family
from tests.browser.furnish import Furnished, furnish
from tests.browser.kit import EVERYBODY, LiveNode, Street, street
from tests.browser.stories import Stage, advising, council, meeting, planning, requesting
from tests.browser.tab import NARROW, WIDE, Tab, chromium, tab
from tests.browser.walks import newest_link, read_out_code, unlock

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
QUALITY = 48
TALLEST = 1500
"""Pixels of a page that are shown; what is below is cut off."""


@dataclass(frozen=True)
class Picture:
    """One page."""

    label: str
    image: Image.Image


class Sheet:
    """Pages of one width, side by side."""

    def __init__(self, width: int, shown: int, columns: int) -> None:
        self.width, self.shown, self.columns = width, shown, columns
        self.pictures: list[Picture] = []

    def take(self, tab_: Tab, label: str) -> None:
        """Take a picture of what the tab shows."""
        tab_.page.wait_for_timeout(300)
        image = Image.open(io.BytesIO(tab_.page.screenshot(full_page=True))).convert("RGB")
        image = image.crop((0, 0, image.width, min(image.height, TALLEST)))
        height = image.height * self.shown // image.width
        self.pictures.append(Picture(label, image.resize((self.shown, height))))

    def save(self, path: Path) -> None:
        """Lay the pictures out in columns, the shortest column next."""
        gap, line = 14, 18
        heights = [gap] * self.columns
        places = []
        for one in self.pictures:
            column = heights.index(min(heights))
            places.append((gap + column * (self.shown + gap), heights[column]))
            heights[column] += one.image.height + line + gap
        total = (gap + self.columns * (self.shown + gap), max(heights))
        sheet = Image.new("RGB", total, "#d9dfe0")
        pen = ImageDraw.Draw(sheet)
        for one, (x, y) in zip(self.pictures, places, strict=True):
            pen.text((x, y), one.label, fill="#16262b")
            sheet.paste(one.image, (x, y + line))
        path.parent.mkdir(parents=True, exist_ok=True)
        sheet.save(path, quality=QUALITY, optimize=True, progressive=True)


def of_staff(
    browser: Browser, node: LiveNode, role: Role, sheet: Sheet, pages: Sequence[tuple[str, str]]
) -> None:
    """Take pictures of the pages of one person."""
    someone = node.person(role, name=f"Sam {role.value.title()}")
    with tab(browser, node, someone, width=sheet.width) as shown:
        if role is Role.DSL:
            unlock(shown)
        for path, label in pages:
            shown.go(path, look=False)
            sheet.take(shown, label)


def take_all(browser: Browser, live: Street, made: Furnished, sheet: Sheet) -> None:
    """Take all pictures of one width."""
    primary, secondary = live["primary"], live["secondary"]
    first, last = made.children[0].pupil_id, made.children[5].pupil_id
    with tab(browser, primary, width=sheet.width) as shown:
        shown.go("/sign-in", look=False)
        sheet.take(shown, "Sign in")
    sender = (
        ("/", "Home of a SENCO"),
        ("/leavers", "Leavers"),
        (f"/pupils/{last}", "A pupil"),
        (f"/pupils/{last}/profile", "One-page profile"),
        (f"/pupils/{last}/destination?q=Ashdyke", "Choose the next school"),
        (f"/pupils/{last}/preview", "Preview: what goes, and why"),
        (f"/transfers/{made.sent[0]}", "A pack on its way"),
        ("/tray/folder", "Drop the leavers' folder"),
    )
    receiver = (
        ("/arrivals", "Arrivals"),
        (f"/arrivals/{made.sent[0]}", "A pack, readable in two minutes"),
        (f"/arrivals/{made.sent[0]}/accept", "Accept, and mark exceptions"),
        ("/class-sheet", "Class sheet"),
    )
    of_staff(browser, primary, Role.SENCO, sheet, sender)
    of_staff(browser, secondary, Role.SENCO, sheet, receiver)
    of_staff(browser, primary, Role.HEAD, sheet, [("/approvals", "The head's list")])
    lead = [("/safeguarding", "Safeguarding"), (f"/safeguarding/pupils/{first}", "A child")]
    of_staff(browser, primary, Role.DSL, sheet, lead)
    runs = [("/node", "System"), ("/node/keys", "Keys and their age")]
    of_staff(browser, primary, Role.NODE_ADMINISTRATOR, sheet, runs)


def take_council(stage: Stage, sheet: Sheet) -> None:
    """Take pictures of a request, from the school to the council's panel and back."""
    base, _ = requesting.sent_to_council(stage, "Hesper")
    case, plan = f"/cases/{council.placed(stage).case_id}", planning.drafted(stage)
    open_ = requesting.begun(stage, "Isidore", LA_CODE)
    school = (
        (open_, "A request for an assessment, at the school"),
        (f"{open_}/check", "What it shows, and what is missing"),
        (f"{open_}/send", "Send it to the council"),
        (base, "A request that was sent: the council's clocks"),
    )
    worker = (
        ("/", "Home of a caseworker"),
        ("/cases", "Cases"),
        (case, "A case"),
        (f"{case}/dates", "Its dates, and which rule they come from"),
        (f"{case}/advice", "Advice that is sought"),
        (f"{case}/advice/psychology/ask", "Ask for advice"),
        (f"{case}/decide/plan", "Record a decision"),
        (plan, "The plan, section by section"),
        (f"{plan}/schools/{stage.live['secondary'].org_id}?for=consultation", "What a school gets"),
        (f"{case}/panel", "Papers for the panel"),
        (f"/panel/{meeting.planned(stage)}", "A meeting of the panel"),
    )
    reader = (("/panel", "What a panel member sees"), (meeting.read(stage), "The pack"))
    asked = advising.asked_of_agency(stage)
    service = (
        ("/asked-of-us", "What a service is asked"),
        (asked, "A request to a service"),
        (f"{asked}/files", "Its report"),
    )
    live, browser = stage.live, stage.browser
    of_staff(browser, live["primary"], Role.SENCO, sheet, school)
    of_staff(browser, live["council"], Role.LA_CASEWORKER, sheet, worker)
    with stage.tab(
        live["council"], stage.walker("council", Role.PANEL_MEMBER), width=sheet.width
    ) as shown:
        for path, label in reader:
            shown.go(path, look=False)
            sheet.take(shown, label)
    of_staff(browser, live["agency"], Role.PRACTITIONER, sheet, service)


def of_family(browser: Browser, live: Street, made: Furnished, sheet: Sheet) -> None:
    """Take pictures of what a parent sees."""
    staff_account = live["primary"].person(Role.SENCO, name="Bridget Norcott")
    with tab(browser, live["primary"], staff_account) as staff:
        family._invite(staff, made.children[5])
        link = newest_link(live, family.MOTHER, "/l/")
        with tab(browser, live["primary"], width=sheet.width) as shown:
            shown.go(link, look=False)
            sheet.take(shown, "A link asks for a code")
            read_out_code(shown, staff)
            sheet.take(shown, "What a parent sees")


def main() -> None:
    """Make both sheets."""
    schools = {"wide.jpg": Sheet(WIDE, 420, 5), "narrow.jpg": Sheet(NARROW, 230, 9)}
    councils = {
        "council-wide.jpg": Sheet(WIDE, 420, 5),
        "council-narrow.jpg": Sheet(NARROW, 230, 9),
    }
    with tempfile.TemporaryDirectory() as folder, street(Path(folder), EVERYBODY) as live:
        made = furnish(live, Path(folder))
        with chromium() as browser:
            for name, sheet in schools.items():
                take_all(browser, live, made, sheet)
                if name == "narrow.jpg":
                    of_family(browser, live, made, sheet)
                sheet.save(FOLDER / name)
            stage = Stage(live, made, browser, Path(folder))
            for name, sheet in councils.items():
                take_council(stage, sheet)
                sheet.save(FOLDER / name)
    for name in (*schools, *councils):
        print(name, (FOLDER / name).stat().st_size // 1024, "KB")


if __name__ == "__main__":
    main()
