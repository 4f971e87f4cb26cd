"""A PDF of a pack is drawn within our page, in a frame that is a sandbox: seen, not supposed."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator
from reportlab.pdfgen.canvas import Canvas

from exchange.domain.access import Role
from exchange.services.attach import NewDocument, attach
from exchange.services.queue_bundle import Order
from exchange.services.send import send
from tests.browser.furnish import SENCO, Furnished, arrived
from tests.browser.kit import Street
from tests.browser.stories.stage import Paper, Stage
from tests.browser.tab import NARROW, WIDE, Tab, tab

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
INK = (230, 0, 126)
"""A colour that neither our pages nor the browser's own frame have."""
NEAR, ENOUGH = 24, 2_000


def poster() -> bytes:
    """Return a PDF of one page with one big square."""
    out = io.BytesIO()
    page = Canvas(out, invariant=1)  # the same bytes each time
    page.setFillColorRGB(*(part / 255 for part in INK))
    page.rect(60, 260, 480, 480, stroke=0, fill=1)
    page.showPage()
    page.save()
    return out.getvalue()


def inked(frame: Locator) -> int:
    """Return how many points of what is seen of a frame have the square's colour."""
    shown = Image.open(io.BytesIO(frame.screenshot())).convert("RGB")
    listed = shown.getcolors(shown.width * shown.height) or []
    return sum(
        count
        for count, colour in listed
        if isinstance(colour, tuple)
        and all(abs(a - b) < NEAR for a, b in zip(colour, INK, strict=True))
    )


def settles(shown: Tab, frame: Locator) -> int:
    """Wait until the square is drawn; return how much of it is seen."""
    for _ in range(240):
        found = inked(frame)
        if found >= ENOUGH:
            break
        shown.page.wait_for_timeout(250)
    return found


@pytest.fixture(scope="module")
def pack(
    browser: Browser, live: Street, furnished: Furnished, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, str]:
    """Return the ids of a pack that came, and of the document in it."""
    stage = Stage(live, furnished, browser, tmp_path_factory.mktemp("viewer"))
    primary, pupil = live["primary"], stage.child("Lysander", report=False)
    inside, org_id = primary.node.inside, primary.org_id
    new = NewDocument(Paper("poster.pdf", poster()), "ep-report", "An Author")
    paper = attach(inside, primary.node.inspector, org_id, pupil, new, SENCO).document
    sent = send(inside, org_id, pupil, Order(), SENCO, leave_undecided=True)
    arrived(live, [sent.transfer.bundle_id])
    return sent.transfer.bundle_id, paper.document_id


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_a_pdf_is_drawn_in_its_frame(
    browser: Browser, live: Street, pack: tuple[str, str], width: int
) -> None:
    """That the frame's answer is a sandbox its headers say: tests/exchange/web/arrivals."""
    bundle, document = pack
    helen = live["secondary"].person(Role.SENCO, name="Helen Prowse")
    with tab(browser, live["secondary"], helen, width=width) as shown:
        shown.go(f"/arrivals/{bundle}/documents/{document}", look=False)
        assert settles(shown, shown.page.locator("iframe.sx-viewer")) >= ENOUGH


def test_without_scripts_it_is_downloaded(
    browser: Browser, live: Street, pack: tuple[str, str]
) -> None:
    """The browser's own viewer is a script; with all of them off, the file is a click away."""
    bundle, document = pack
    helen = live["secondary"].person(Role.SENCO, name="Helen Prowse")
    with tab(browser, live["secondary"], helen, width=NARROW, scripts=False) as shown:
        page = shown.go(f"/arrivals/{bundle}/documents/{document}")
        with page.expect_download() as got:
            page.get_by_role("link", name="Download it").click()
        assert got.value.path().read_bytes() == poster()


def test_a_frame_without_its_document_is_not_taken_for_one(
    browser: Browser, live: Street, pack: tuple[str, str]
) -> None:
    bundle, document = pack
    helen = live["secondary"].person(Role.SENCO, name="Helen Prowse")
    with tab(browser, live["secondary"], helen) as shown:
        shown.page.route("**/file", lambda route: route.abort())
        shown.go(f"/arrivals/{bundle}/documents/{document}", look=False)
        shown.page.wait_for_timeout(1_500)
        assert inked(shown.page.locator("iframe.sx-viewer")) < ENOUGH
        shown.grumbles.clear()  # what was held back
