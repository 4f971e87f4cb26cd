"""A reference to an EHC plan, its sections separately identified (SEND Regulations 2014, reg 12).

The plan itself is a document of the LA; this record says which sections are there, and may hold
the text of each that the recipient may see. It replaces no plan.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from schemas.base import SubjectRecord, SubjectSchema
from schemas.coded import Code
from schemas.fields import Choice, Day, Items
from schemas.parts import FieldPath, Nested, Part, PartSchema, Rule
from schemas.school import School, SchoolSchema
from schemas.texts import Line, Prose, Uuid


class EhcSectionName(StrEnum):
    """The sections of reg 12(1)."""

    VIEWS = "A"
    EDUCATIONAL_NEEDS = "B"
    HEALTH_NEEDS = "C"
    SOCIAL_CARE_NEEDS = "D"
    OUTCOMES = "E"
    EDUCATIONAL_PROVISION = "F"
    HEALTH_PROVISION = "G"
    SOCIAL_CARE_PROVISION_CSDPA = "H1"
    SOCIAL_CARE_PROVISION_OTHER = "H2"
    PLACEMENT = "I"
    PERSONAL_BUDGET = "J"
    ADVICE = "K"


class EhcStatus(StrEnum):
    """Where the plan stands."""

    DRAFT = "draft"
    FINAL = "final"
    AMENDED = "amended"
    CEASED = "ceased"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class EhcSection(Part):
    """One section.

    :ivar text: what it says; left out where only its existence may be told.
    :ivar documents: ids of files in the bundle that belong to it (section K).
    """

    section: EhcSectionName
    text: str | None = None
    documents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class EhcPlan(SubjectRecord):
    """Which EHC plan there is, and what of it may be told.

    :ivar authority: the LA that maintains it, three digits.
    :ivar reference: the LA's own reference.
    :ivar document: id of the file in the bundle that is the plan.
    """

    schema: str = "sen.ehc-plan/1.0"
    authority: str
    status: EhcStatus
    reference: str | None = None
    issued: date | None = None
    last_review: date | None = None
    names_school: School | None = None
    document: str | None = None
    sections: tuple[EhcSection, ...] = ()


def _sections_differ(made: EhcPlan) -> Iterator[FieldPath]:
    seen: set[EhcSectionName] = set()
    for index, each in enumerate(made.sections):
        if each.section in seen:
            yield ("sections", index, "section")
        seen.add(each.section)


class EhcSectionSchema(PartSchema):
    """Loads :class:`EhcSection`."""

    MAKES = EhcSection

    section = Choice(EhcSectionName, "Which one.")
    text = Prose("What it says.", most=100_000, required=False)
    documents = Items(Uuid(), "Files of this section.", most=200, unique=True, required=False)


class EhcPlanSchema(SubjectSchema):
    """Loads :class:`EhcPlan`."""

    SCHEMA_ID = "sen.ehc-plan/1.0"
    MAKES = EhcPlan
    RULES = (Rule("section-repeated", "no section twice", _sections_differ),)

    authority = Code("la", "The LA that maintains the plan.", history=True)
    status = Choice(EhcStatus, "Where it stands.")
    reference = Line("The LA's reference.", most=100, required=False)
    issued = Day("When this version was issued.", required=False)
    last_review = Day("When it was last reviewed.", required=False)
    names_school = Nested[School](SchoolSchema, "The school in section I.", required=False)
    document = Uuid("The file that is the plan.", required=False)
    sections = Items(
        Nested[EhcSection](EhcSectionSchema), "Section by section.", most=12, required=False
    )
