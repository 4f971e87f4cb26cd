"""What became of each field between two schools: told in a CTF or a list, read from what comes out.

    lines = account(xml, text)      # the receiving school's CTF and table, as bytes
    page(lines)                     # docs/adapters/what-survives.md

Each line is compared, and what nobody told is a line too: a field that is lost, changed or added on
the way makes another page.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

__all__ = ["CTF", "CTF_SURNAME", "PAGE", "TABLE", "Line", "account", "list_file", "page"]

PAGE = Path(__file__).resolve().parents[2] / "docs" / "adapters" / "what-survives.md"
CTF = Path(__file__).resolve().parents[1] / "adapters" / "ctf_files" / "full.xml"
CTF_SURNAME = "O\u2019Neill"
TABLE = {
    "Surname": "Thistlewick",
    "Forename": "Zenobia",
    "Date of birth": "25/04/2015",
    "Sex": "Female",
    "Known as": "Zen",
    "Middle names": "May",
    "Preferred surname": "Thistle",
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
STAYS, FORM, LEFT = "goes through unchanged", "the same, in another form", "not carried"
_WORST = (STAYS, FORM, LEFT)
ADDED, ANEW, NOTHING = "added on the way", "written anew", "nothing of it"


@dataclass(frozen=True)
class Line:
    """What became of one field.

    :ivar told: ``CTF`` or ``list``: where it was told; ``file``: of the CTF itself, not of a pupil.
    :ivar ctf: what the CTF that comes out makes of it; ``table`` what the table does.
    """

    told: str
    field: str
    ctf: str
    table: str = ""


def list_file() -> bytes:
    """Return the list as a school's system writes it: semicolons, Windows-1252."""
    return "\r\n".join(";".join(row) for row in (TABLE.keys(), TABLE.values())).encode("cp1252")


def account(xml: bytes, text: str) -> list[Line]:
    """Return what became of every field of a CTF and of a list.

    :param xml: the CTF that the receiving school exported; ``text`` its table.
    :raises AssertionError: where a field came out that is neither what was told nor expected.
    """
    rows = {one["Surname"]: one for one in csv.DictReader(io.StringIO(text, newline=""))}
    return [
        *_of_ctf(xml, rows[CTF_SURNAME]),
        *_of_file(xml),
        *_of_list(xml, rows[TABLE["Surname"]]),
    ]


# What a CTF tells


def _of_ctf(xml: bytes, row: Mapping[str, str]) -> Iterator[Line]:
    before, after = _pupil(CTF.read_bytes(), CTF_SURNAME), _pupil(xml, CTF_SURNAME)
    became, added = _compared(before, after)
    for path, said in became.items():
        yield Line("CTF", path, said, _in_row(path, before, row))
    yield from (Line("CTF", path, ADDED, NOTHING) for path in added)
    yield from _own_cells("CTF", row, {head for head, _ in _CELLS.values()})


def _compared(before: etree._Element, after: etree._Element) -> tuple[dict[str, str], list[str]]:
    """Return what became of every told path, and the paths that nobody told."""
    came = list(_leaves(after))
    became: dict[str, str] = {}
    for path, value in _leaves(before):
        found = _found(path, value, came)
        if found is not None:
            came.remove(found)  # what was told twice must come twice
        said = LEFT if found is None else STAYS if found == (path, value) else FORM
        became[path] = max(became.get(path, STAYS), said, key=_WORST.index)
    _together(before, after, {path for path, said in became.items() if said == STAYS})
    return became, list(dict.fromkeys(path for path, _ in came))


def _found(path: str, value: str, came: list[tuple[str, str]]) -> tuple[str, str] | None:
    if (path, value) in came:
        return path, value
    alike = ((there, it) for there, it in came if _beside(path, there) and _same(value, it))
    return next(alike, None)


def _together(before: etree._Element, after: etree._Element, stay: set[str]) -> None:
    """Hold what stood side by side (a need and its rank, a contact and its number) to stay so."""
    groups = list(_groups(after))
    for path, group in _groups(before):
        kept = Counter(
            {one: n for one, n in group.items() if f"{path}/{one[0]}".lstrip("/") in stay}
        )
        assert any(there == path and kept <= other for there, other in groups), path


def _groups(
    element: etree._Element, path: str = ""
) -> Iterator[tuple[str, Counter[tuple[str, str]]]]:
    yield path, Counter((str(one.tag), _text(one)) for one in element if not len(one))
    for child in element:
        if len(child):
            yield from _groups(child, f"{path}/{child.tag}".lstrip("/"))


def _leaves(element: etree._Element, path: str = "") -> Iterator[tuple[str, str]]:
    for child in element:
        here = f"{path}/{child.tag}".lstrip("/")
        yield from ((f"{here}@{name}", str(value)) for name, value in child.attrib.items())
        if len(child):
            yield from _leaves(child, here)
        else:
            yield here, _text(child)


def _text(element: etree._Element) -> str:
    return (element.text or "").strip()


def _root(data: bytes) -> etree._Element:
    return etree.fromstring(data, etree.XMLParser(remove_comments=True))


def _pupil(data: bytes, surname: str) -> etree._Element:
    pupils = _root(data).iter("Pupil")
    found = [one for one in pupils if (one.findtext("Surname") or "").strip() == surname]
    assert len(found) == 1, surname
    return found[0]


def _beside(path: str, there: str) -> bool:
    """Return whether an element stands where another stood, if under another name."""
    return path.rpartition("/")[0] == there.rpartition("/")[0]


def _same(one: str, other: str) -> bool:
    if _DAY.match(one):
        return one[:10] == other
    return bool(one) and one.casefold().lstrip("0") == other.casefold().lstrip("0")


_CELLS: Mapping[str, tuple[str, str]] = {
    "Surname": ("Surname", CTF_SURNAME),
    "Forename": ("Forename", "Zo\u00eb"),
    "DOB": ("Date of birth", "09/03/2015"),
    "UPN": ("UPN", "L801200015001"),
    "Gender": ("Sex", "F"),
    "BasicDetails/PreferredForename": ("Known as", "Zo"),
    "BasicDetails/NCyearActual": ("Year", "Year 6"),
    "SENhistory/SEN/SENprovision": ("SEN provision", "Education, health and care plan"),
    "SENhistory/SENneeds/SENneed/SENtype": ("First need", "Hearing impairment"),
}
"""Path in the CTF -> heading and cell of the table."""
_SECOND_NEED = "Speech, language and communication needs"


def _in_row(path: str, before: etree._Element, row: Mapping[str, str]) -> str:
    if path not in _CELLS:
        return LEFT
    head, cell = _CELLS[path]
    assert row[head] == cell, head
    if head == "First need":
        assert row["Second need"] == _SECOND_NEED
    return STAYS if (before.findtext(path) or "").strip() == cell else FORM


def _own_cells(told: str, row: Mapping[str, str], explained: set[str]) -> Iterator[Line]:
    """Yield what the table says that nobody told; an empty cell says nothing."""
    for head, cell in row.items():
        if cell and head not in explained | {"Second need"}:
            yield Line(told, f"the table's {head}", NOTHING, ADDED)


def _of_file(xml: bytes) -> Iterator[Line]:
    """Yield what became of what a CTF says of itself."""
    before, after = _root(CTF.read_bytes()), _root(xml)
    for root in (before, after):
        for pupil in list(root.iter("Pupil")):
            parent = pupil.getparent()
            assert parent is not None
            parent.remove(pupil)
    came = dict(_leaves(after))
    for path, value in _leaves(before):
        same = came.get(path) == value
        yield Line("file", path, STAYS if same else ANEW if path in came else LEFT)


# What a list tells


_PATHS: Mapping[str, tuple[str, str]] = {
    "Surname": ("Surname", "Thistlewick"),
    "Forename": ("Forename", "Zenobia"),
    "Date of birth": ("DOB", "2015-04-25"),
    "Sex": ("Sex", "F"),
    "Known as": ("BasicDetails/PreferredForename", "Zen"),
    "Middle names": ("BasicDetails/MiddleNames", "May"),
    "Preferred surname": ("BasicDetails/PreferredSurname", "Thistle"),
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
_HEADINGS: Mapping[str, tuple[str, str]] = {
    "Surname": ("Surname", "Thistlewick"),
    "Forename": ("Forename", "Zenobia"),
    "Date of birth": ("Date of birth", "25/04/2015"),
    "Sex": ("Sex", "F"),
    "Known as": ("Known as", "Zen"),
    "Year group": ("Year", "Year 6"),
    "SEN status": ("SEN provision", "SEN support"),
    "Primary need": ("First need", "Autistic spectrum disorder"),
    "Second need": ("Second need", _SECOND_NEED),
}
"""Heading of the list -> heading of our table, and what must stand there."""


def _of_list(xml: bytes, row: Mapping[str, str]) -> Iterator[Line]:
    came = list(_leaves(_pupil(xml, TABLE["Surname"])))
    for head, told in TABLE.items():
        ctf, table = LEFT, LEFT
        if head in _PATHS:
            came.remove(_PATHS[head])  # says so where it is not there
            ctf = _kept(told, _PATHS[head][1])
        if head in _HEADINGS:
            there, cell = _HEADINGS[head]
            assert row[there] == cell, head
            table = _kept(told, cell)
        if ctf == table == LEFT:
            assert told.encode() not in xml, head
            assert told not in row.values(), head
        yield Line("list", head, ctf, table)
    for path in dict.fromkeys(one for one, _ in came):
        yield Line("list", path, ADDED, NOTHING)
    yield from _own_cells("list", row, {head for head, _ in _HEADINGS.values()})


def _kept(told: str, came: str) -> str:
    return STAYS if told == came else FORM


# The page

_SECTIONS = (
    ("CTF", "From a CTF to a CTF and a table"),
    ("file", "What a CTF says of itself"),
    ("list", "From a list to a CTF and a table"),
)


def page(lines: list[Line]) -> str:
    """Return the page that says it."""
    told = [
        "# What survives",
        "",
        "A Common Transfer File and a school's own list go into one node, packs go to another, and",
        "a CTF and a table come out there. This is what became of every field, and what is there",
        "that nobody told. A journey over two live nodes compares each line",
        "(`tests/journeys/test_what_survives.py`), and another does it by the buttons of the pages",
        "(`tests/browser/test_what_survives.py`).",
        "",
        "What this service does not know of a CTF's pupil is kept as it was; what stood side by",
        "side stays so. Notes about a need reach the other school in the pack, though no CTF has a",
        "place for them. What is not for SEN is left out of a list before anything is stored. The",
        "table is for a first look at a class: whoever imports into another system takes the CTF.",
    ]
    for told_in, title in _SECTIONS:
        both = told_in != "file"
        told += ["", f"## {title}", ""]
        told += ["| field | in the CTF | in the table |", "|---|---|---|"] if both else []
        told += [] if both else ["| field | in the CTF |", "|---|---|"]
        for line in lines:
            if line.told == told_in:
                rest = f" {line.table} |" if both else ""
                told.append(f"| {line.field} | {line.ctf} |{rest}")
    return "\n".join(told) + "\n"
