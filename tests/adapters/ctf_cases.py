"""Small CTFs to read, and how the tests of reading and writing look at them."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import cast

from lxml import etree

from adapters.formats.ctf import (
    CtfHeader,
    CtfImport,
    CtfParty,
    CtfPupil,
    CtfPupilError,
    CtfRow,
    read_ctf,
    write_ctf,
)
from schemas.pupil import ExtraElement

AT = "/CTFpupilData/Pupil[1]"
FILES = Path(__file__).parent / "ctf_files"
SUBJECT = "0198c5a2-7d3e-4c1b-9a55-3f6f0d9b2c11"
UPN = "L801200015001"
OTHER_UPN = "A801200015002"
HEADER = (
    "<Header><DocumentName>Common Transfer File</DocumentName><CTFversion>25.0</CTFversion>"
    "<DateTime>2026-07-01T09:30:00</DateTime><DocumentQualifier>full</DocumentQualifier>"
    "<SourceSchool><LEA>801</LEA><Estab>2000</Estab></SourceSchool>"
    "<DestSchool><LEA>801</LEA><Estab>4001</Estab></DestSchool></Header>"
)
IDENTITY = {
    "UPN": f"<UPN>{UPN}</UPN>",
    "Surname": "<Surname>Oak</Surname>",
    "Forename": "<Forename>Ann</Forename>",
    "DOB": "<DOB>2015-03-09</DOB>",
    "Sex": "<Sex>F</Sex>",
}
SOURCE = CtfParty("801", "2000", name="Elm Primary")
TO = CtfParty("801", "4001")


def ctf(*pupils: str, header: str = HEADER) -> bytes:
    rows = "".join(f"<Pupil>{pupil}</Pupil>" for pupil in pupils)
    return f"<CTfile>{header}<CTFpupilData>{rows}</CTFpupilData></CTfile>".encode()


def pupil(further: str = "", **changed: str) -> str:
    return "".join({**IDENTITY, **changed}.values()) + further


def with_header(old: str, new: str) -> bytes:
    return ctf(header=HEADER.replace(old, new))


def opened(data: bytes, no_upn_reason: str | None = None) -> CtfImport:
    return read_ctf(io.BytesIO(data), no_upn_reason=no_upn_reason, subject=lambda: SUBJECT)


def rows(data: bytes, no_upn_reason: str | None = None) -> list[CtfRow]:
    return list(opened(data, no_upn_reason).pupils)


def taken(data: bytes, no_upn_reason: str | None = None) -> CtfPupil:
    (row,) = rows(data, no_upn_reason)
    assert isinstance(row, CtfPupil), row
    return row


def refused(data: bytes) -> list[tuple[str, str]]:
    (row,) = rows(data)
    assert isinstance(row, CtfPupilError), row
    return [(error.code, error.path) for error in row.errors]


def written(found: list[CtfPupil], header: CtfHeader, extras: list[ExtraElement]) -> bytes:
    stream = io.BytesIO()
    write_ctf(stream, header, found, extras=extras)
    return stream.getvalue()


def header_of(**changed: object) -> CtfHeader:
    header = CtfHeader(source=SOURCE, destination=TO, date_time=datetime(2026, 7, 1, 9, 30))  # noqa: DTZ001
    return replace(header, **changed)  # type: ignore[arg-type]


def names(element: etree._Element) -> list[str]:
    return [str(child.tag) for child in element]


def full() -> tuple[CtfImport, list[CtfPupil]]:
    """Read the file that holds every element of the layout."""
    found = opened((FILES / "full.xml").read_bytes())
    return found, [cast(CtfPupil, row) for row in found.pupils]


def cases(name: str) -> list[tuple[str, ...]]:
    lines = (FILES / name).read_text().splitlines()
    return [tuple(line.split("\t")) for line in lines]


def row_of(change: str) -> str:
    """Change a good row: an element replaces its namesake, after ``with`` it is added."""
    added = change.removeprefix("with ")
    if added != change:
        return pupil(added)
    removed = re.match(r"without (\w+) ?", change)
    if removed:
        return pupil(change[removed.end() :], **{removed[1]: ""})
    tag = change[1 : re.search("[>/]", change).start()]  # type: ignore[union-attr]
    return pupil(**{tag: change})


def fragments() -> list[str]:
    """The children of the full file's first pupil, its identity apart, and some bad ones."""
    root = etree.fromstring((FILES / "full.xml").read_bytes())
    (first, _) = root.findall(".//Pupil")
    given_anyway = {*IDENTITY, "Gender"}
    good = [
        etree.tostring(c, encoding="unicode", with_tail=False)
        for c in first
        if c.tag not in given_anyway
    ]
    return [
        *good,
        "<Email>bad</Email>",
        "<Unknown><Deep a='1'> x <y/> &amp; &lt; </Deep></Unknown>",
        "<Contacts><Contact><Order>1</Order></Contact><Contact/></Contacts>",
        "<Phones><Phone><PhoneNo>?</PhoneNo></Phone><Phone/></Phones>",
        "<Address/>",
        "<x:Foreign xmlns:x='urn:x'><x:a/></x:Foreign>",
        "<Attendance><YearData><Year>x</Year><LEA>1</LEA></YearData></Attendance>",
    ]
