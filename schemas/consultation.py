"""A school's or college's answer to an authority that asks whether to name it in an EHC plan.

It travels as a bundle of kind ``message`` that names the consultation pack in ``in_reply_to``
(Children and Families Act 2014, ss.39 and 40; SEND Regulations 2014, reg 13).
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


class CanMeet(StrEnum):
    """What the school says."""

    YES = "can-meet"
    WITH_CHANGES = "can-meet-with-changes"
    """It could, if the plan or what the school has were changed; ``text`` says how."""
    NO = "cannot-meet"
    """``text`` says why: the grounds of s.39(4) are the authority's to weigh."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ConsultationAnswer(SubjectRecord):
    """The answer.

    :ivar written_by: who answers for the school, by name and role.
    """

    schema: str = "sen.consultation-answer/1.0"
    answer: CanMeet
    written: date
    written_by: Person
    text: str | None = None


def _reasons_are_given(made: ConsultationAnswer) -> Iterator[FieldPath]:
    if made.answer is not CanMeet.YES and made.text is None:
        yield ("text",)


class ConsultationAnswerSchema(SubjectSchema):
    """Loads :class:`ConsultationAnswer`."""

    SCHEMA_ID = "sen.consultation-answer/1.0"
    MAKES = ConsultationAnswer
    RULES = (Rule("reasons-missing", "all but a plain yes says why or how", _reasons_are_given),)

    answer = Choice(CanMeet, "Whether it can meet the child's needs.")
    written = Day("The day.")
    written_by = Nested[Person](PersonSchema, "Who answers.")
    text = Prose("Why, or what would have to change.", most=10_000, required=False)
