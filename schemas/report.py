"""A specialist's report with its metadata: who wrote it, in what standing, and who may read it.

The report itself is a document of the bundle or the sections of this record, or both.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from schemas.base import SubjectRecord, SubjectSchema
from schemas.coded import Code
from schemas.fields import Choice, Day, Flag, Items
from schemas.parts import FieldPath, Nested, Part, PartSchema, Rule
from schemas.texts import Line, Prose, Text, Uuid


class RegistrationBody(StrEnum):
    """The register that a professional stands in."""

    HCPC = "hcpc"
    GMC = "gmc"
    NMC = "nmc"
    GPHC = "gphc"
    SOCIAL_WORK_ENGLAND = "social-work-england"
    PATOSS = "patoss"
    BPS = "bps"
    TRA = "tra"
    OTHER = "other"


class Reader(StrEnum):
    """Whom an author's wish about readers can name."""

    SENCO = "senco"
    DSL = "dsl"
    HEAD = "head"
    STAFF = "staff"
    LOCAL_AUTHORITY = "local-authority"
    PARENTS = "parents"
    YOUNG_PERSON = "young-person"
    HEALTH = "health"
    SOCIAL_CARE = "social-care"
    NAMED_PEOPLE = "named-people"


class ReportStatus(StrEnum):
    """Where the report stands; ``entered-in-error`` withdraws it."""

    DRAFT = "draft"
    FINAL = "final"
    AMENDED = "amended"
    ENTERED_IN_ERROR = "entered-in-error"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Registration(Part):
    """A professional's registration, as the author gives it; nobody has looked it up."""

    body: RegistrationBody
    number: str
    name_of_body: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Author(Part):
    """Who wrote the report."""

    name: str
    role: str
    organisation: str | None = None
    registration: Registration | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ReaderWishes(Part):
    """The author's wishes about readers; a person decides, with these before their eyes.

    :ivar parents_have_seen: whether the parents have seen the report.
    """

    may_read: tuple[Reader, ...] = ()
    may_not_read: tuple[Reader, ...] = ()
    named: tuple[str, ...] = ()
    parents_have_seen: bool | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Coding(Part):
    """The type in another system's words, kept beside ours (FHIR Coding)."""

    system: str
    code: str
    display: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ReportSection(Part):
    """One section of the report's text."""

    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SpecialistReport(SubjectRecord):
    """A report and what must be known to handle it.

    :ivar type: document type code, such as ``ep-report``.
    :ivar seen: days on which the pupil was seen or assessed.
    :ivar document: id of the file in the bundle that is the report.
    :ivar replaces: id of the report's earlier file.
    """

    schema: str = "sen.specialist-report/1.0"
    type: str
    title: str
    authors: tuple[Author, ...]
    written: date
    status: ReportStatus = ReportStatus.FINAL
    issued: date | None = None
    seen: tuple[date, ...] = ()
    document: str | None = None
    replaces: str | None = None
    original_type: Coding | None = None
    question: str | None = None
    summary: str | None = None
    recommendations: tuple[str, ...] = ()
    sections: tuple[ReportSection, ...] = ()
    readers: ReaderWishes | None = None


def _body_is_named(made: Registration) -> Iterator[FieldPath]:
    if (made.body is RegistrationBody.OTHER) is not (made.name_of_body is not None):
        yield ("name_of_body",)


def _wishes_agree(made: ReaderWishes) -> Iterator[FieldPath]:
    for index, reader in enumerate(made.may_not_read):
        if reader in made.may_read:
            yield ("may_not_read", index)


def _named_people_have_names(made: ReaderWishes) -> Iterator[FieldPath]:
    if (Reader.NAMED_PEOPLE in made.may_read) is not bool(made.named):
        yield ("named",)


def _issued_after_writing(made: SpecialistReport) -> Iterator[FieldPath]:
    if made.issued is not None and made.issued < made.written:
        yield ("issued",)


class RegistrationSchema(PartSchema):
    """Loads :class:`Registration`."""

    MAKES = Registration
    RULES = (Rule("body-unnamed", "name_of_body for body other alone", _body_is_named),)

    body = Choice(RegistrationBody, "The register.")
    number = Text("Registration number.", pattern="^[A-Za-z0-9][A-Za-z0-9 /-]*$", most=30)
    name_of_body = Line("The register's name, if it is another.", required=False)


class AuthorSchema(PartSchema):
    """Loads :class:`Author`."""

    MAKES = Author

    name = Line("Name.")
    role = Line("Profession.", most=100)
    organisation = Line("Where they work.", required=False)
    registration = Nested[Registration](RegistrationSchema, "Standing.", required=False)


class ReaderWishesSchema(PartSchema):
    """Loads :class:`ReaderWishes`."""

    MAKES = ReaderWishes
    RULES = (
        Rule("readers-disagree", "nobody both may and may not read", _wishes_agree),
        Rule("readers-unnamed", "named for named-people alone", _named_people_have_names),
    )

    may_read = Items(Choice(Reader), "Who may.", most=20, unique=True, required=False)
    may_not_read = Items(Choice(Reader), "Who may not.", most=20, unique=True, required=False)
    named = Items(Line(), "The named people.", most=20, required=False)
    parents_have_seen = Flag("Whether the parents have seen it.", required=False)
    reason = Prose("Why.", most=4_000, required=False)


class CodingSchema(PartSchema):
    """Loads :class:`Coding`."""

    MAKES = Coding

    system = Line("The system, a URI.", most=300)
    code = Line("The code there.", most=100)
    display = Line("Its words there.", required=False)


class ReportSectionSchema(PartSchema):
    """Loads :class:`ReportSection`."""

    MAKES = ReportSection

    title = Line("Heading.")
    text = Prose("Text.", most=100_000)


class SpecialistReportSchema(SubjectSchema):
    """Loads :class:`SpecialistReport`."""

    SCHEMA_ID = "sen.specialist-report/1.0"
    MAKES = SpecialistReport
    RULES = (Rule("issued-early", "issued is not before written", _issued_after_writing),)

    type = Code("document-type", "What kind of report.")
    title = Line("Title.")
    authors = Items(Nested[Author](AuthorSchema), "Who wrote it.", least=1, most=20)
    written = Day("When it was written.")
    status = Choice(ReportStatus, "Where it stands.", required=False)
    issued = Day("When it was issued.", required=False)
    seen = Items(Day(), "When the pupil was seen.", most=100, unique=True, required=False)
    document = Uuid("The file that is the report.", required=False)
    replaces = Uuid("The earlier report's file.", required=False)
    original_type = Nested[Coding](CodingSchema, "The source's own type.", required=False)
    question = Prose("What was asked.", required=False)
    summary = Prose("What was found, in short.", required=False)
    recommendations = Items(Prose(), "What is recommended.", most=100, required=False)
    sections = Items(
        Nested[ReportSection](ReportSectionSchema), "The text.", most=100, required=False
    )
    readers = Nested[ReaderWishes](ReaderWishesSchema, "Wishes about readers.", required=False)
