"""CTF and CSV in, a pack between two live nodes, CTF and CSV out: field by field, what is left.

The account stands in docs/adapters/what-survives.md and is compared line by line. To write it anew:
``python -m tests.journeys.test_what_survives``.
"""

from __future__ import annotations

import csv
import io
import re
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from lxml import etree

from exchange.domain.access import Role
from exchange.services.accept import accept
from exchange.services.choose_destination import choose_destination
from exchange.services.keep_pupil import import_pupils
from exchange.services.queue_bundle import Order
from exchange.services.send import send
from tests.exchange.services.town import SENCO
from tests.exchange.web.imports.walking import begun, kept, post
from tests.exchange.web.site import Site, made_site

PAGE = Path(__file__).resolve().parents[2] / "docs" / "adapters" / "what-survives.md"
CTF = Path(__file__).resolve().parents[1] / "adapters" / "ctf_files" / "full.xml"
TABLE = {
    "Surname": "Quillfeather",
    "Forename": "Zenobia",
    "Date of birth": "25/04/2015",
    "Sex": "Female",
    "Known as": "Zen",
    "Middle names": "May",
    "Preferred surname": "Quill",
    "Year group": "Year 6",
    "ULN": "1000000043",
    "In care": "yes",
    "SEN status": "SEN Support",
    "SEN start date": "01/09/2023",
    "Primary need": "Autism",
    "Second need": "SLCN",
    "Need start date": "05/01/2024",
    "SEN notes": "Needs a quiet corner",
    "Religion": "Jedi",
    "Postcode": "ZZ1 1ZZ",
}
"""What a school's list says of one pupil: heading -> cell."""
_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
SHORT = {
    "STAYS": "goes through unchanged",
    "FORM": "the same, in another form",
    "LEFT": "not carried",
}


def account(folder: Path) -> list[tuple[str, str, str]]:
    """Return file, field and what became of it, for a CTF and for a table."""
    with made_site(folder) as site:
        _ctf_in(site)
        _table_in(site)
        _across(site)
        client = site["secondary"].client(Role.SENCO)
        client.get("/arrivals")
        xml = client.post("/arrivals/export.xml", {}).data
        client.get("/arrivals")
        text = client.post("/arrivals/export.csv", {}).data.decode("utf-8-sig")
    return [*_of_ctf(CTF.read_bytes(), xml), *_of_table(xml, text)]


def _ctf_in(site: Site) -> None:
    place = site["primary"]
    inside, node = place.node.inside, place.node
    taken = import_pupils(inside, node.ctf("UN1"), place.org_id, CTF.open("rb"), "ctf", SENCO)
    assert {one.outcome for one in taken} == {"added"}


def _table_in(site: Site) -> None:
    client = site["primary"].client(Role.SENCO)
    data = "\r\n".join(";".join(row) for row in (TABLE.keys(), TABLE.values())).encode("cp1252")
    where = begun(client, data)
    assert post(client, f"{where}/columns", no_upn="UN3").status_code == 302
    post(client, f"{where}/pupils", pupil=["1"])
    assert "1 pupil is new" in kept(client, where)


def _across(site: Site) -> None:
    """Send everybody, as two workers carry it over TLS; accept all there."""
    here, there = site["primary"], site["secondary"]
    inside = here.node.inside
    with inside.store.reading(here.org_id) as unit:
        pupils = [one.pupil_id for one in unit.pupils.all()]
    for one in pupils:
        choose_destination(inside, here.org_id, one, "999002", "Riverside Academy", SENCO)
        send(inside, here.org_id, one, Order(), SENCO, leave_undecided=True)
    site.settle(20)
    with there.node.inside.store.reading(there.org_id) as unit:
        arrived = [one.bundle_id for one in unit.arrivals.all()]
    assert len(arrived) == len(pupils)
    for bundle in arrived:
        accept(there.node.inside, there.org_id, bundle, SENCO)


def _leaves(element: etree._Element, path: str = "") -> Iterator[tuple[str, str]]:
    for child in element:
        here = f"{path}/{child.tag}".lstrip("/")
        if len(child):
            yield from _leaves(child, here)
        else:
            yield here, (child.text or "").strip()


def _surname(pupil: etree._Element) -> str:
    return (pupil.findtext("Surname") or "").strip()


def _pupil(data: bytes, surname: str) -> etree._Element:
    root = etree.fromstring(data, etree.XMLParser(remove_comments=True))
    found = [one for one in root.iter("Pupil") if _surname(one) == surname]
    assert len(found) == 1, surname
    return found[0]


def _of_ctf(before: bytes, after: bytes) -> list[tuple[str, str, str]]:
    first = etree.fromstring(before).find(".//Pupil")
    assert first is not None
    told = list(_leaves(_pupil(before, _surname(first))))
    came = list(_leaves(_pupil(after, _surname(first))))
    lines: dict[str, str] = {}
    for path, value in told:
        if (path, value) in came:
            said = "STAYS"
            came.remove((path, value))  # what was told twice must come twice
        elif any(_beside(path, there) and _same(value, other) for there, other in came):
            said = "FORM"
        else:
            said = "LEFT"
        before_it = lines.get(path, "STAYS")
        lines[path] = max(before_it, said, key=list(SHORT).index)
    return [("CTF", path, said) for path, said in lines.items()]


def _beside(path: str, there: str) -> bool:
    """Return whether an element stands where another stood, if under another name."""
    return path.rpartition("/")[0] == there.rpartition("/")[0]


def _same(one: str, other: str) -> bool:
    if _DAY.match(one):
        return one[:10] == other
    return bool(one) and one.casefold().lstrip("0") == other.casefold().lstrip("0")


def _of_table(xml: bytes, text: str) -> list[tuple[str, str, str]]:
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    (row,) = [one for one in rows if one["Surname"] == TABLE["Surname"]]
    leaves = list(_leaves(_pupil(xml, TABLE["Surname"])))
    pupil, (type_, _) = dict(leaves), _AT["Primary need"]
    assert [value for path, value in leaves if path == type_] == ["ASD", "SLCN"]
    assert {head: row[head] for head in _IN_TABLE} == _IN_TABLE
    lines = [("table", head, _became(head, row, pupil)) for head in TABLE]
    for _, head, said in lines:
        if said == "LEFT":  # and so it must be nowhere
            assert TABLE[head].encode() not in xml, head
            assert TABLE[head] not in text, head
    return lines


_AT: Mapping[str, tuple[str, str]] = {
    "Surname": ("Surname", "Quillfeather"),
    "Forename": ("Forename", "Zenobia"),
    "Date of birth": ("DOB", "2015-04-25"),
    "Sex": ("Sex", "F"),
    "Known as": ("BasicDetails/PreferredForename", "Zen"),
    "Middle names": ("BasicDetails/MiddleNames", "May"),
    "Preferred surname": ("BasicDetails/PreferredSurname", "Quill"),
    "Year group": ("BasicDetails/NCyearActual", "6"),
    "ULN": ("UniqueLearnerNumber", "1000000043"),
    "In care": ("LookedAfter/InCare", "true"),
    "SEN status": ("SENhistory/SEN/SENprovision", "K"),
    "SEN start date": ("SENhistory/SEN/StartDate", "2023-09-01"),
    "Primary need": ("SENhistory/SENneeds/SENneed/SENtype", "ASD"),
    "Second need": ("SENhistory/SENneeds/SENneed/SENtype", "SLCN"),
    "Need start date": ("SENhistory/SENneeds/SENneed/NeedStartDate", "2024-01-05"),
}
"""Heading -> where a CTF has it, and what must stand there."""


_IN_TABLE = {
    "Surname": "Quillfeather",
    "Forename": "Zenobia",
    "Date of birth": "25/04/2015",
    "Sex": "F",
    "Known as": "Zen",
    "Year": "Year 6",
    "SEN provision": "SEN support",
    "First need": "Autistic spectrum disorder",
    "Second need": "Speech, language and communication needs",
    "UPN": "",
}
"""What the table says of the same pupil: heading -> cell."""


def _became(head: str, row: Mapping[str, str], pupil: Mapping[str, str]) -> str:
    if head not in _AT:
        return "LEFT"
    path, value = _AT[head]
    if head == "Primary need":  # a second element of this name follows; both were checked
        return "FORM"
    assert pupil[path] == value, head
    return "STAYS" if TABLE[head] == value else "FORM"


def page(lines: list[tuple[str, str, str]]) -> str:
    """Return the page that says it."""
    told = [
        "# What survives",
        "",
        "A Common Transfer File and a school's own list go into one node, packs go to another, and",
        "a CTF and a table come out there. This is what became of every field; a journey over two",
        "live nodes compares each line (`tests/journeys/test_what_survives.py`).",
        "",
        "What this service does not know of a CTF's pupil is kept as it was. Notes about a need",
        "reach the other school in the pack, though no CTF has a place for them. What is not for",
        "SEN is left out of a list before anything is stored.",
    ]
    for name, title in (
        ("CTF", "From a CTF to a CTF"),
        ("table", "From a list to a CTF and a table"),
    ):
        told += ["", f"## {title}", "", "| field | what became of it |", "|---|---|"]
        told += [f"| {path} | {SHORT[said]} |" for file, path, said in lines if file == name]
    return "\n".join(told) + "\n"


def test_the_account_of_what_survives_is_true(tmp_path: Path) -> None:
    assert page(account(tmp_path)) == PAGE.read_text("utf-8")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        PAGE.write_text(page(account(Path(made))), "utf-8")
