"""What a local authority decided after a review of an EHC plan, told to the school.

It travels as a bundle of kind ``message`` that names the report's pack in ``in_reply_to``. The
parent or young person is told by the authority itself, in writing; this record replaces no such
letter. A later one of the same report takes the place of an earlier: the amended plan was sent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from schemas.base import SubjectRecord, SubjectSchema
from schemas.fields import Choice, Day
from schemas.parts import FieldPath, Nested, Rule
from schemas.people import Person, PersonSchema
from schemas.texts import Prose


class Outcome(StrEnum):
    """What an authority decides after a review (SEND Regulations 2014, reg 20(10))."""

    KEEP = "keep"
    AMEND = "amend"
    END = "end"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ReviewDecision(SubjectRecord):
    """A decision after a review.

    :ivar meeting: the day of the meeting, as the report gave it.
    :ivar told: when the family was told.
    :ivar notice: when the notice of amendments was sent; ``final``: the amended plan.
    :ivar reasons: why, in words meant for the school.
    """

    schema: str = "sen.review-decision/1.0"
    meeting: date
    outcome: Outcome
    told: date
    decided_by: Person
    notice: date | None = None
    final: date | None = None
    reasons: str | None = None


def _after_the_meeting(made: ReviewDecision) -> Iterator[FieldPath]:
    if made.told < made.meeting:
        yield ("told",)
    if made.notice is not None and made.notice < made.meeting:
        yield ("notice",)


def _amended_by_notice(made: ReviewDecision) -> Iterator[FieldPath]:
    if (made.notice is not None) is not (made.outcome is Outcome.AMEND):
        yield ("notice",)


def _final_after_notice(made: ReviewDecision) -> Iterator[FieldPath]:
    if made.final is not None and (made.notice is None or made.final < made.notice):
        yield ("final",)


class ReviewDecisionSchema(SubjectSchema):
    """Loads :class:`ReviewDecision`."""

    SCHEMA_ID = "sen.review-decision/1.0"
    MAKES = ReviewDecision
    RULES = (
        Rule("before-meeting", "told on or after the meeting", _after_the_meeting),
        Rule("notice-needed", "a notice where the plan is amended, alone", _amended_by_notice),
        Rule("final-early", "the amended plan after its notice", _final_after_notice),
    )

    meeting = Day("The day of the meeting.")
    outcome = Choice(Outcome, "What was decided.")
    told = Day("When the parent or young person was told.")
    decided_by = Nested[Person](PersonSchema, "Who decided, by name and role.")
    notice = Day("When the notice of amendments was sent.", required=False)
    final = Day("When the amended plan was sent.", required=False)
    reasons = Prose("Why.", most=10_000, required=False)
