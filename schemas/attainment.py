"""Results of statutory assessments, as the Common Transfer File carries them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from schemas.base import SubjectRecord, SubjectSchema
from schemas.fields import Day, Items
from schemas.parts import Nested, Part, PartSchema
from schemas.texts import Text

CODE = "^[A-Za-z0-9][A-Za-z0-9 ._/+-]*$"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class StageResult(Part):
    """One result (CTF StageAssessment); the codes are CTF's and are kept as they came.

    :ivar stage: key stage (CTF Stage).
    :ivar year: the year of the assessment, as CTF writes it.
    """

    stage: str
    subject: str
    result: str
    locale: str | None = None
    year: str | None = None
    method: str | None = None
    component: str | None = None
    status: str | None = None
    qualifier: str | None = None
    result_date: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Attainment(SubjectRecord):
    """The pupil's results so far."""

    schema: str = "sen.attainment/1.0"
    results: tuple[StageResult, ...]


class StageResultSchema(PartSchema):
    """Loads :class:`StageResult`."""

    MAKES = StageResult

    stage = Text("CTF Stage.", pattern=CODE, most=10)
    subject = Text("CTF Subject.", pattern=CODE, most=20)
    result = Text("CTF Result.", pattern=CODE, most=20)
    locale = Text("CTF Locale.", pattern=CODE, most=10, required=False)
    year = Text("CTF Year.", pattern="^[0-9]{4}$", least=4, most=4, required=False)
    method = Text("CTF Method.", pattern=CODE, most=10, required=False)
    component = Text("CTF Component.", pattern=CODE, most=20, required=False)
    status = Text("CTF ResultStatus.", pattern=CODE, most=10, required=False)
    qualifier = Text("CTF ResultQualifier.", pattern=CODE, most=10, required=False)
    result_date = Day("CTF ResultDate.", required=False)


class AttainmentSchema(SubjectSchema):
    """Loads :class:`Attainment`."""

    SCHEMA_ID = "sen.attainment/1.0"
    MAKES = Attainment

    results = Items(Nested[StageResult](StageResultSchema), "Result by result.", most=2_000)
