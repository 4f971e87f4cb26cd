"""Small lists to read: text in any encoding, workbooks, and how the tests look at them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import date

from openpyxl import Workbook

from adapters.formats.mis.pupil_lists import PupilLists
from adapters.formats.pupils_ctf import CtfPupils
from exchange.ports import ReadPupil, UnreadPupil
from exchange.ports.imports import Given, Look, Plan, settled
from schemas.sen import SenRegister

READER = PupilLists(CtfPupils)
NO_UPN = Plan(no_upn="UN3")
HEADS = ("Surname", "Forename", "Date of birth", "Sex")
OAK = ("Oak", "Ann", "2015-03-09", "F")


def given(*contents: bytes) -> list[Given]:
    return [
        Given(f"list-{number}.csv", lambda content=content: io.BytesIO(content))  # type: ignore[misc]
        for number, content in enumerate(contents)
    ]


def text(*rows: Sequence[str], mark: str = ",", encoding: str = "utf-8") -> bytes:
    return "\r\n".join(mark.join(row) for row in rows).encode(encoding)


def book(*sheets: Sequence[Sequence[object]], hidden: bool = False) -> bytes:
    made = Workbook()
    for number, rows in enumerate(sheets):
        sheet = made.active if number == 0 else made.create_sheet(f"Sheet {number}")
        assert sheet is not None
        for row in rows:
            sheet.append(list(row))  # type: ignore[union-attr]
        if hidden and number:
            sheet.sheet_state = "hidden"
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def changed(data: bytes, name: str, content: bytes) -> bytes:
    """Return a ZIP with one part replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", 8) as new:
        for one in old.namelist():
            new.writestr(one, content if one == name else old.read(one))
    return out.getvalue()


def look(*contents: bytes, plan: Plan = NO_UPN) -> Look:
    return READER.look(given(*contents), plan, {})


def rows(*contents: bytes, plan: Plan = NO_UPN) -> list[ReadPupil | UnreadPupil]:
    found = look(*contents, plan=plan)
    return list(READER.read(given(*contents), settled(found, plan)))


def taken(*contents: bytes, plan: Plan = NO_UPN) -> list[ReadPupil]:
    found = rows(*contents, plan=plan)
    assert all(isinstance(one, ReadPupil) for one in found), found
    return [one for one in found if isinstance(one, ReadPupil)]


def one(*contents: bytes, plan: Plan = NO_UPN) -> ReadPupil:
    (found,) = taken(*contents, plan=plan)
    return found


def refused(*contents: bytes, plan: Plan = NO_UPN) -> list[tuple[str, str]]:
    return [
        (error.code, error.path)
        for row in rows(*contents, plan=plan)
        if isinstance(row, UnreadPupil)
        for error in row.errors
    ]


def told(row: ReadPupil) -> tuple[str, str, date, str]:
    pupil = row.pupil
    return pupil.names.surname, pupil.names.forename, pupil.date_of_birth, pupil.sex


def register(row: ReadPupil) -> SenRegister:
    (found,) = row.records
    assert isinstance(found, SenRegister)
    return found


def fields(found: Look) -> dict[str, str]:
    return {c.head: c.field for sheet in found.sheets for c in sheet.columns}
