"""The register itself: ``edubasealldata*.csv``, about 140 columns that change from year to year.

URN and name are needed; every other column may be missing, and a cell that cannot be read is left
out with a remark. Codes may have zeros before them (``02``) or not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import BinaryIO, TypeVar

from adapters.formats.gias import cells
from adapters.formats.gias.table import Cells, Extract, Table, open_table, unread
from exchange.ports.schools import Phase, ReadSchool, School, SchoolStatus, UnreadRow
from schemas.errors import IdentifierError
from schemas.identifiers import Ukprn, Urn

T = TypeVar("T")

_STATUS: Mapping[str, SchoolStatus] = MappingProxyType(
    {
        "1": SchoolStatus.OPEN,
        "2": SchoolStatus.CLOSED,
        "3": SchoolStatus.CLOSING,
        "4": SchoolStatus.PROPOSED,
        "open": SchoolStatus.OPEN,
        "closed": SchoolStatus.CLOSED,
        "open, but proposed to close": SchoolStatus.CLOSING,
        "proposed to open": SchoolStatus.PROPOSED,
    }
)
_PHASE: Mapping[str, Phase] = MappingProxyType(
    {
        "0": Phase.NONE,
        "1": Phase.NURSERY,
        "2": Phase.PRIMARY,
        "3": Phase.MIDDLE_PRIMARY,
        "4": Phase.SECONDARY,
        "5": Phase.MIDDLE_SECONDARY,
        "6": Phase.SIXTEEN_PLUS,
        "7": Phase.ALL_THROUGH,
        "not applicable": Phase.NONE,
        "nursery": Phase.NURSERY,
        "primary": Phase.PRIMARY,
        "middle deemed primary": Phase.MIDDLE_PRIMARY,
        "secondary": Phase.SECONDARY,
        "middle deemed secondary": Phase.MIDDLE_SECONDARY,
        "16 plus": Phase.SIXTEEN_PLUS,
        "all-through": Phase.ALL_THROUGH,
        "all through": Phase.ALL_THROUGH,
    }
)
_SEN = re.compile("sen([0-9]+)name")
_NO_LA = "999"
"""The code of a previous council where there was none."""


def read_register(source: BinaryIO) -> Extract[ReadSchool]:
    """Return the schools of an extract; a row that is wrong stops only that one.

    :param source: seekable.
    :raises FormatError: ``gias-not-a-register``, ``gias-zipped``, ``gias-encoding``.
    """
    table = open_table(source, ("URN", "EstablishmentName"), "gias-not-a-register")
    return Extract(table.sha256, _schools(table))


def _schools(table: Table) -> Iterator[ReadSchool | UnreadRow]:
    columns = _Columns.of(table)
    for row in table.rows:
        yield row if isinstance(row, UnreadRow) else _school(columns, *row)


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where the cells of a row lie; -1 is an empty cell."""

    urn: int
    name: int
    la_code: int
    la_name: int
    number: int
    former_la: int
    former_number: int
    ukprn: int
    status: tuple[int, int]
    phase: tuple[int, int]
    type_code: int
    type_name: int
    town: int
    locality: int
    postcode: int
    telephone: int
    opened: int
    closed: int
    sen: tuple[int, ...]
    resourced: int
    section41: int

    @classmethod
    def of(cls, table: Table) -> _Columns:
        place = table.place
        found = ((_SEN.fullmatch(name), at) for name, at in table.columns.items())
        sen = sorted((int(match[1]), at) for match, at in found if match)
        return cls(
            urn=place("URN"),
            name=place("EstablishmentName"),
            la_code=place("LA (code)"),
            la_name=place("LA (name)"),
            number=place("EstablishmentNumber"),
            former_la=place("PreviousLA (code)"),
            former_number=place("PreviousEstablishmentNumber"),
            ukprn=place("UKPRN"),
            status=(place("EstablishmentStatus (code)"), place("EstablishmentStatus (name)")),
            phase=(place("PhaseOfEducation (code)"), place("PhaseOfEducation (name)")),
            type_code=place("TypeOfEstablishment (code)"),
            type_name=place("TypeOfEstablishment (name)"),
            town=place("Town"),
            locality=place("Locality"),
            postcode=place("Postcode"),
            telephone=place("TelephoneNum"),
            opened=place("OpenDate"),
            closed=place("CloseDate"),
            sen=tuple(at for _, at in sen),
            resourced=place("TypeOfResourcedProvision (name)"),
            section41=place("Section41Approved (name)"),
        )


def _school(at: _Columns, line: int, row: Cells) -> ReadSchool | UnreadRow:
    try:
        urn = Urn.parse(row[at.urn]).value
    except IdentifierError as error:
        return unread(line, "/URN", "gias-urn-invalid", error.hint)
    name = cells.clean(row[at.name])
    if not cells.is_text(name):
        return unread(line, "/EstablishmentName", "gias-name-invalid")
    reading = _Reading(row)
    school = School(
        urn=urn,
        name=name,
        status=reading.code(at.status, _STATUS, SchoolStatus.UNKNOWN, "EstablishmentStatus"),
        laestab=reading.laestab(at.la_code, at.number, "EstablishmentNumber"),
        former_laestab=reading.former(at.former_la, at.former_number),
        ukprn=reading.ukprn(at.ukprn),
        town=reading.text(at.town, "Town"),
        locality=reading.text(at.locality, "Locality"),
        la_name=reading.text(at.la_name, "LA (name)"),
        postcode=reading.postcode(at.postcode),
        telephone=reading.telephone(at.telephone),
        phase=reading.code(at.phase, _PHASE, Phase.NONE, "PhaseOfEducation"),
        type_code=cells.clean(row[at.type_code]).lstrip("0")[:4],
        type_name=reading.text(at.type_name, "TypeOfEstablishment (name)"),
        opened=reading.day(at.opened, "OpenDate"),
        closed=reading.day(at.closed, "CloseDate"),
        sen=tuple(text for place in at.sen if row[place] and (text := reading.text(place, "SEN"))),
        resourced_provision=reading.text(at.resourced, "TypeOfResourcedProvision (name)"),
        section41=cells.clean(row[at.section41]).casefold() == "approved",
    )
    return ReadSchool(line, school, tuple((code, f"/{line}/{path}") for code, path in reading.left))


class _Reading:
    """One row as it is read; ``left`` are the cells that were left out."""

    __slots__ = ("_row", "left")

    def __init__(self, row: Cells) -> None:
        self._row = row
        self.left: list[tuple[str, str]] = []

    def text(self, at: int, name: str) -> str:
        if not (cell := self._row[at]):
            return ""
        found = cells.said(cell)
        if not found or cells.is_text(found):
            return found
        self.left.append(("gias-text-invalid", name))
        return ""

    def code(self, at: tuple[int, int], known: Mapping[str, T], unknown: T, name: str) -> T:
        """Read a code, or the name beside it; what the table does not know is not guessed."""
        code, label = (cells.clean(self._row[place]).casefold() for place in at)
        for said in (code.lstrip("0") or code[:1], label):
            if said in known:
                return known[said]
        if code or label:
            self.left.append(("gias-code-unknown", name))
        return unknown

    def laestab(self, la: int, number: int, name: str) -> str | None:
        """Read an LA's and an establishment's number; colleges and some others have none."""
        if not cells.said(self._row[la]) or not cells.said(self._row[number]):
            return None
        parts = cells.digits(self._row[la], 3), cells.digits(self._row[number], 4)
        if parts[0] is not None and parts[1] is not None:
            return parts[0] + parts[1]
        self.left.append(("gias-number-invalid", name))
        return None

    def former(self, la: int, number: int) -> str | None:
        if cells.clean(self._row[la]) in ("", _NO_LA):
            return None
        return self.laestab(la, number, "PreviousEstablishmentNumber")

    def ukprn(self, at: int) -> str | None:
        return self._read(at, "UKPRN", lambda text: Ukprn.parse(text).value) or None

    def day(self, at: int, name: str) -> date | None:
        try:
            return cells.day(self._row[at])
        except ValueError:
            self.left.append(("gias-date-invalid", name))
            return None

    def postcode(self, at: int) -> str:
        found = cells.postcode(self._row[at])
        if found is None:
            self.left.append(("gias-postcode-invalid", "Postcode"))
        return found or ""

    def telephone(self, at: int) -> str:
        found = "".join(one for one in self._row[at] if one.isdigit() and one.isascii())
        # A spreadsheet takes the zero at the front of a number away.
        return f"0{found}" if len(found) == 10 and not found.startswith("0") else found[:15]

    def _read(self, at: int, name: str, parse: Callable[[str], str]) -> str:
        text = cells.said(self._row[at])
        try:
            return parse(text) if text else ""
        except IdentifierError:
            self.left.append(("gias-number-invalid", name))
            return ""
