"""Invented leavers as a management system would export them, and documents made by hand."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from xml.sax.saxutils import escape

from exchange.ports import Inspection
from exchange.services.attach import NewDocument, attach
from exchange.services.choose_destination import choose_destination
from exchange.services.keep_pupil import import_pupils
from schemas.identifiers import Upn
from tests.journeys.town import TESTER, House


@dataclass(frozen=True)
class Leaver:
    """One pupil of the file."""

    upn: str
    surname: str
    forename: str


_NAMES = (
    ("Abara", "Nneka"),
    ("Brook", "Owen"),
    ("Chaudhry", "Zainab"),
    ("Dunne", "Niamh"),
    ("Evans", "Rhys"),
    ("Fenn", "Isla"),
    ("Gill", "Arjan"),
    ("Hart", "Maya"),
    ("Ilić", "Luka"),
    ("Jay", "Robin"),
    ("King", "Amara"),
    ("Lowe", "Teddy"),
)


def leavers(count: int) -> list[Leaver]:
    """Return that many pupils with checksummed UPNs."""
    found = []
    for number in range(1, count + 1):
        surname, forename = _NAMES[(number - 1) % len(_NAMES)]
        upn = str(Upn.compose(la="801", establishment="2001", year=19, serial=f"{number:03d}"))
        found.append(Leaver(upn, surname, forename))
    return found


def ctf(pupils: Sequence[Leaver]) -> bytes:
    """Return a Common Transfer File with a need and a provision for each."""
    rows = "".join(
        f"<Pupil><UPN>{one.upn}</UPN><Surname>{escape(one.surname)}</Surname>"
        f"<Forename>{escape(one.forename)}</Forename><DOB>2015-03-{1 + number % 28:02d}</DOB>"
        "<Sex>F</Sex><SENhistory><SEN><StartDate>2021-01-11</StartDate>"
        "<SENprovision>K</SENprovision></SEN><SENneeds><SENneed><SENtypeRank>1</SENtypeRank>"
        "<SENtype>SLCN</SENtype></SENneed></SENneeds></SENhistory></Pupil>"
        for number, one in enumerate(pupils)
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?><CTfile><Header>'
        "<DocumentName>Common Transfer File</DocumentName><CTFversion>25.0</CTFversion>"
        "<DateTime>2026-07-06T15:40:00</DateTime><DocumentQualifier>full</DocumentQualifier>"
        "<SupplierID>Invented</SupplierID><SourceSchool><LEA>801</LEA><Estab>2001</Estab>"
        "<SchoolName>Larkfield</SchoolName><AcademicYear>2025</AcademicYear></SourceSchool>"
        f"</Header><CTFpupilData>{rows}</CTFpupilData></CTfile>"
    ).encode()


def pdf(text: str, padding: int = 0) -> bytes:
    """Return a PDF of one page whose text is in its bytes as written.

    :param padding: incompressible bytes in a further stream, to give it weight.
    """
    shown = text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    page = f"BT /F1 12 Tf 72 720 Td ({shown}) Tj ET".encode("latin-1", "replace")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(page), page),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    if padding:
        objects.append(b"<< /Length %d >>\nstream\n%b\nendstream" % (padding, os.urandom(padding)))
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, start)
    return bytes(out)


class _Trusting:
    """Takes every file for a PDF: for set-up, where inspecting is not what is tested."""

    def inspect(self, source: Path | BinaryIO) -> Inspection:
        return Inspection("application/pdf")


def fill(
    house: House, destination: House, pupils: Sequence[Leaver], folder: Path, padding: int = 0
) -> list[str]:
    """Import pupils, give each one document and a confirmed destination; in this process.

    :returns: the pupils' references.
    """
    folder.mkdir(exist_ok=True)
    file = folder / "leavers.xml"
    file.write_bytes(ctf(pupils))
    node, org_id = house.node, house.org_id
    with file.open("rb") as source:
        kept = list(import_pupils(node.inside, node.ctf(None), org_id, source, "ctf", TESTER))
    assert [one.outcome for one in kept] == ["added"] * len(pupils)
    references = [one.pupil_id or "" for one in kept]
    for reference, pupil in zip(references, pupils, strict=True):
        document = folder / f"{pupil.upn}.pdf"
        document.write_bytes(pdf(f"Report about {pupil.forename}", padding))
        new = NewDocument(document, "ep-report", "Dr Invented")
        attach(node.inside, _Trusting(), org_id, reference, new, TESTER)
        choose_destination(
            node.inside, org_id, reference, destination.urn, destination.laestab, TESTER
        )
    return references
