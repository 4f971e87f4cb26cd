"""Attendance in numbers, a line for each school year and school (CTF Attendance)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from schemas.base import SubjectRecord, SubjectSchema
from schemas.coded import laestab_field
from schemas.fields import Day, Items, Whole
from schemas.identifiers import Laestab
from schemas.parts import FieldPath, Nested, Part, PartSchema, Rule
from schemas.texts import Line, Text

MARKS = "^[-!-~ ]+$"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SessionMarks(Part):
    """The register's marks, a character a session (CTF AttendSessions)."""

    starts: date
    marks: str


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class YearAttendance(Part):
    """Sessions (half days) in one school year at one school.

    :ivar year: as CTF's YearData writes it, four digits.
    :ivar possible: sessions that the pupil could have attended.
    :ivar authorised: absences that the school authorised.
    """

    year: int
    possible: int
    attended: int
    authorised: int = 0
    unauthorised: int = 0
    laestab: Laestab | None = None
    school_name: str | None = None
    marks: tuple[SessionMarks, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Attendance(SubjectRecord):
    """The pupil's attendance so far."""

    schema: str = "sen.attendance/1.0"
    years: tuple[YearAttendance, ...]
    until: date | None = None


def _adds_up(made: YearAttendance) -> Iterator[FieldPath]:
    if made.attended + made.authorised + made.unauthorised > made.possible:
        yield ("possible",)


class SessionMarksSchema(PartSchema):
    """Loads :class:`SessionMarks`."""

    MAKES = SessionMarks

    starts = Day("The day of the first mark.")
    marks = Text("A character a session.", pattern=MARKS, most=1_000)


class YearAttendanceSchema(PartSchema):
    """Loads :class:`YearAttendance`."""

    MAKES = YearAttendance
    RULES = (Rule("sessions-exceed", "attended and absent at most possible", _adds_up),)

    year = Whole("School year as CTF writes it.", least=1990, most=2199)
    possible = Whole("Sessions possible.", most=1_000)
    attended = Whole("Sessions attended.", most=1_000)
    authorised = Whole("Sessions of authorised absence.", most=1_000, required=False)
    unauthorised = Whole("Sessions of unauthorised absence.", most=1_000, required=False)
    laestab = laestab_field("DfE number of the school.", required=False)
    school_name = Line("Name of the school.", required=False)
    marks = Items(
        Nested[SessionMarks](SessionMarksSchema), "The register's marks.", most=60, required=False
    )


class AttendanceSchema(SubjectSchema):
    """Loads :class:`Attendance`."""

    SCHEMA_ID = "sen.attendance/1.0"
    MAKES = Attendance

    years = Items(Nested[YearAttendance](YearAttendanceSchema), "Year by year.", most=60)
    until = Day("The last day counted.", required=False)
