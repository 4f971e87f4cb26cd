"""The 25 papers of one request: reports of many pages, Word documents, photographs; all invented.

Each page says a mark of its own, so that a reader can tell which page of a pack it is.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from PIL import Image, ImageDraw

from exchange.domain.access import Role
from exchange.ports import Actor
from exchange.services.attach import NewDocument, attach
from exchange.services.keep_pupil import add_pupil, keep_record
from schemas.base import dump_bytes
from schemas.contact import Contact
from schemas.people import Address
from schemas.pupil import Names, Pupil
from schemas.sen import Need, SenRegister
from tests.adapters.papers.kit import tagged, untagged
from tests.browser.kit import LiveNode
from tests.exchange.services.ehc_request.school import plan_of
from tests.exchange.services.tray.papers import docx_saying

SENCO = Actor("Bridget Norcott", Role.SENCO.value)
TODAY = date.today()  # noqa: DTZ011  (the day of a paper, not of a clock)
OLD = "Early years report"
_REPORTS = (
    ("ep-report", "Educational psychologist's report", 14),
    ("slt-report", "Speech and language report", 12),
    ("ot-report", "Occupational therapy report", 12),
    ("specialist-teacher-report", "Specialist teacher's report", 12),
    ("provision-map-costed", "Costed provision map", 11),
    ("sen-support-plan", "Individual support plan", 12),
    ("standardised-scores", "Standardised scores", 11),
    ("behaviour", "Behaviour log", 36),
    ("provision-map", "Timetable of support", 11),
    ("annual-review", "Review notes", 12),
    ("attainment", "Attainment data", 12),
    ("attendance", "Attendance", 11),
)
_WORDS = ("attainment", "behaviour", "slt-report", "ot-report", "provision-map", "attendance")
_PICTURES = ("behaviour", "attainment", "standardised-scores")


@dataclass(frozen=True)
class _Bytes:
    """Plain bytes as a person hands them in."""

    content: bytes
    name: str

    def open(self) -> io.BytesIO:
        return io.BytesIO(self.content)


def papers() -> Iterator[NewDocument]:
    """Yield the papers: 16 PDFs, 6 Word documents, 3 pictures."""
    for number, (type_, title, pages) in enumerate(_REPORTS):
        said = [f"{title} leaf {one}" for one in range(1, pages + 1)]
        make = tagged if number % 2 else untagged
        yield _new(make(said), f"{number}.pdf", type_, title, 30 + number)
    for number in range(3):
        said = [f"Letter {number} leaf {one}" for one in range(1, 13)]
        yield _new(untagged(said, turned=90 * number), "l.pdf", "behaviour", f"Letter {number}", 60)
    yield _new(tagged([OLD]), "early.pdf", "ep-report", OLD, 1_200)
    for number, type_ in enumerate(_WORDS):
        title = f"Word document {number}"
        lines = [f"Words of {title}.", *(f"Line {one} of it." for one in range(40))]
        yield _new(docx_saying(*lines), f"{number}.docx", type_, title, 40)
    for number, type_ in enumerate(_PICTURES):
        kind = "PNG" if number else "JPEG"
        title = f"Photograph {number}"
        yield _new(_picture(title, kind), f"{number}.{kind.lower()}", type_, title, 20)


def _new(content: bytes, name: str, type_: str, title: str, days: int) -> NewDocument:
    return NewDocument(_Bytes(content, name), type_, "Dr Rowe", TODAY - timedelta(days=days), title)


def _picture(words: str, kind: str) -> bytes:
    out = io.BytesIO()
    made = Image.new("RGB", (900, 600), "#dfe8f0")
    drawing = ImageDraw.Draw(made)
    drawing.rectangle((60, 60, 840, 540), outline="#205080", width=8)
    drawing.text((120, 280), words, fill="black", font_size=48)
    made.save(out, kind)
    return out.getvalue()


def child_with_papers(here: LiveNode, forename: str, surname: str, born: str = "2016-03-09") -> str:
    """Add a child with what is written of her, a home, a mother, and the 25 papers."""
    inside, org_id = here.node.inside, here.org_id
    number = sum(forename.encode())
    pupil = Pupil(
        subject=f"{number:08x}-5555-4555-8555-{len(surname):012x}",
        names=Names(surname=surname, forename=forename),
        date_of_birth=date.fromisoformat(born),
        sex="F",
        upn_unknown="UN3",
        nc_year="5",
        address=Address(paon="17", street="Hidden Lane", town="Marlton", post_code="ZZ1 7QQ"),
        contacts=(Contact(order=1, surname=surname, forename="Ada", relationship="PAM"),),
    )
    pupil_id = add_pupil(inside, org_id, pupil, SENCO)
    needs = (Need(rank=1, type="SLCN", notes="Finds words slowly."),)
    for record in (
        plan_of(pupil_id),
        SenRegister(subject=pupil_id, provision="K", needs=needs),
    ):
        keep_record(inside, org_id, pupil_id, dump_bytes(record), SENCO)
    for one in papers():
        attach(inside, here.node.inspector, org_id, pupil_id, one, SENCO)
    return pupil_id
