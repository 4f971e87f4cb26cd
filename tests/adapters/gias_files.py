"""Invented extracts of the register: real column names, schools that do not exist."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from adapters.formats.gias import read_links, read_register
from adapters.school_register import SchoolRegisterFile
from exchange.domain.school_names import parse_query
from exchange.ports.schools import RegisterReport, RegisterSource

NOW = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
HEADER = (
    "URN",
    "LA (code)",
    "LA (name)",
    "EstablishmentNumber",
    "EstablishmentName",
    "TypeOfEstablishment (code)",
    "TypeOfEstablishment (name)",
    "EstablishmentStatus (code)",
    "EstablishmentStatus (name)",
    "OpenDate",
    "CloseDate",
    "PhaseOfEducation (code)",
    "PhaseOfEducation (name)",
    "UKPRN",
    "Locality",
    "Town",
    "Postcode",
    "TelephoneNum",
    "Section41Approved (name)",
    *(f"SEN{number} (name)" for number in range(1, 14)),
    "TypeOfResourcedProvision (name)",
    "PreviousLA (code)",
    "PreviousEstablishmentNumber",
)
LINKS = ("URN", "LinkURN", "LinkName", "LinkType", "LinkEstablishedDate")
_USUAL = {
    "LA (code)": "820",
    "LA (name)": "Larkshire",
    "EstablishmentName": "Invented School",
    "EstablishmentStatus (code)": "1",
    "PhaseOfEducation (code)": "2",
}


def school(urn: int | str, name: str = "Invented School", **cells: str) -> dict[str, str]:
    """Return one row: usual cells, and others by column name with ``_`` for what is no letter."""
    row = {**_USUAL, "URN": str(urn), "EstablishmentName": name}
    for given, value in cells.items():
        row[_column(given)] = value
    return row


def _column(given: str) -> str:
    plain = given.replace("_", "").casefold()
    (found,) = (one for one in HEADER if "".join(c for c in one if c.isalnum()).casefold() == plain)
    return found


def extract(
    rows: Iterable[Mapping[str, str]], header: Sequence[str] = HEADER, encoding: str = "cp1252"
) -> bytes:
    """Return an extract as the register writes it."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, header, extrasaction="ignore", restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode(encoding)


def links(*pairs: tuple[int, int, str]) -> bytes:
    """Return a links file of (URN, other URN, type)."""
    return extract(
        [{"URN": str(a), "LinkURN": str(b), "LinkType": kind} for a, b, kind in pairs], LINKS
    )


def taken(
    folder: Path,
    rows: Iterable[Mapping[str, str]],
    pairs: bytes = b"",
    *,
    allow_smaller: bool = False,
) -> tuple[SchoolRegisterFile, RegisterReport]:
    """Return a register in a folder that was taken in from rows and a links file."""
    register = SchoolRegisterFile(folder / "schools.db")
    read = read_register(io.BytesIO(extract(rows)))
    if not pairs:
        source = RegisterSource(read.rows, read.sha256)
    else:
        found = read_links(io.BytesIO(pairs))
        source = RegisterSource(read.rows, read.sha256, found.rows, found.sha256)
    return register, register.replace(source, NOW, allow_smaller=allow_smaller)


def found(register: SchoolRegisterFile, text: str, limit: int = 20) -> list[str]:
    """Return the URNs of the schools that a search finds, the best first."""
    return [one.urn for one in register.search(parse_query(text), limit)]
