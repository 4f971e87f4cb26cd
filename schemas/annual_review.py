"""The report of a review of an EHC plan, as the school sends it to the local authority.

After the SEND Regulations 2014, regs 18 and 20, and the SEND Code of Practice 2015, chapter 9. It
recommends; the authority decides. What was sent round before the meeting goes beside it as
documents of the bundle.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from schemas.base import SubjectRecord, SubjectSchema
from schemas.coded import Code
from schemas.ehc import EhcSectionName
from schemas.fields import Choice, Day, Flag, Items
from schemas.parts import FieldPath, Nested, Part, PartSchema, Rule
from schemas.people import Person, PersonSchema
from schemas.texts import Line, Prose


class ReviewKind(StrEnum):
    """Why the review was held."""

    ANNUAL = "annual"
    PHASE_TRANSFER = "phase-transfer"
    """Before a move to another phase of education (reg 18)."""
    EARLY = "early"
    """Sooner than the twelve months."""
    AFTER_MOVE = "after-move"
    """The plan came over from another authority (reg 15)."""


class InvitedAs(StrEnum):
    """Who is invited (reg 20(2)), and who else."""

    CHILD = "child"
    FAMILY = "family"
    SCHOOL = "school"
    AUTHORITY = "authority"
    HEALTH = "health"
    SOCIAL_CARE = "social-care"
    OTHER = "other"


class Recommendation(StrEnum):
    """What the meeting recommends to the authority."""

    KEEP = "keep"
    AMEND = "amend"
    END = "end"
    REASSESS = "reassess"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Invited(Part):
    """Somebody who was invited.

    :ivar came: whether they took part; none where nobody noted it.
    :ivar advice: whether they gave advice or views.
    """

    name: str
    invited_as: InvitedAs
    came: bool | None = None
    advice: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class AnnualReview(SubjectRecord):
    """What was reviewed, who took part, and what is recommended.

    :ivar authority: the LA that maintains the plan, three digits.
    :ivar meeting: the day of the meeting; the authority's four weeks run from it.
    :ivar sections: which sections should change; ``changes`` says how.
    :ivar disagreements: what was not agreed, and who sees it how.
    """

    schema: str = "sen.annual-review/1.0"
    kind: ReviewKind
    meeting: date
    written: date
    author: Person
    recommendation: Recommendation
    authority: str | None = None
    nc_year: str | None = None
    invited: tuple[Invited, ...] = ()
    child_views: str | None = None
    family_views: str | None = None
    progress: str | None = None
    advice: str | None = None
    provision: str | None = None
    health_and_care: str | None = None
    adulthood: str | None = None
    next_placement: str | None = None
    sections: tuple[EhcSectionName, ...] = ()
    changes: str | None = None
    disagreements: str | None = None


def _written_after_the_meeting(made: AnnualReview) -> Iterator[FieldPath]:
    if made.written < made.meeting:
        yield ("written",)


class InvitedSchema(PartSchema):
    """Loads :class:`Invited`."""

    MAKES = Invited

    name = Line("Name.")
    invited_as = Choice(InvitedAs, "As whom.")
    came = Flag("Whether they took part.", required=False)
    advice = Flag("Whether they gave advice or views.", required=False)


class AnnualReviewSchema(SubjectSchema):
    """Loads :class:`AnnualReview`."""

    SCHEMA_ID = "sen.annual-review/1.0"
    MAKES = AnnualReview
    RULES = (Rule("written-early", "written on or after the meeting", _written_after_the_meeting),)

    kind = Choice(ReviewKind, "Why it was held.")
    meeting = Day("The day of the meeting.")
    written = Day("The day on which the report was written.")
    author = Nested[Person](PersonSchema, "Who wrote it.")
    recommendation = Choice(Recommendation, "What is recommended.")
    authority = Code("la", "The LA that maintains the plan.", history=True, required=False)
    nc_year = Code("nc-year", "The year group.", required=False)
    invited = Items(Nested[Invited](InvitedSchema), "Who was invited.", most=60, required=False)
    child_views = Prose("What the child or young person says.", most=20_000, required=False)
    family_views = Prose("What the family says.", most=20_000, required=False)
    progress = Prose("Progress towards the outcomes of section E.", most=40_000, required=False)
    advice = Prose("What the advice says.", most=40_000, required=False)
    provision = Prose("What was given, and whether it helps.", most=40_000, required=False)
    health_and_care = Prose("Health and social care.", most=20_000, required=False)
    adulthood = Prose("Preparing for adulthood, from Year 9.", most=20_000, required=False)
    next_placement = Prose("The next school or college.", most=20_000, required=False)
    sections = Items(
        Choice(EhcSectionName),
        "Which sections should change.",
        most=12,
        unique=True,
        required=False,
    )
    changes = Prose("How they should change.", most=40_000, required=False)
    disagreements = Prose("What was not agreed.", most=20_000, required=False)
