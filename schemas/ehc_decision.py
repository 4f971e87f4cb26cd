"""What a local authority decided about a request for an EHC needs assessment, told to the school.

It travels as a bundle of kind ``message`` that names the request in ``in_reply_to``. The parent or
young person is told by the authority itself, in writing; this record replaces no such letter.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from schemas.base import SubjectRecord, SubjectSchema
from schemas.fields import Choice, Day, Flag
from schemas.parts import FieldPath, Nested, Rule
from schemas.people import Person, PersonSchema
from schemas.texts import Line, Prose


class Decided(StrEnum):
    """What the authority tells."""

    RECEIVED = "received"
    """It has the request; the day on which it reached the authority is ``reached``."""
    ASSESS = "assess"
    """Whether there will be an assessment (Children and Families Act 2014, s.36(8), reg 5)."""
    PLAN = "plan"
    """Whether there will be a plan (s.37, reg 10)."""
    ISSUED = "issued"
    """The final plan was issued on the day ``decided`` (reg 13(2)); the plan goes its own way."""
    NOT_OURS = "not-ours"
    """The child is not in the authority's area (s.24)."""
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class EhcDecision(SubjectRecord):
    """A decision about a request.

    :ivar reached: the day on which the request first reached the authority: clocks run from it.
    :ivar yes: of ``assess`` and ``plan``: there will be one.
    :ivar told: the day on which the parent or young person was told in writing.
    :ivar reference: the authority's own.
    :ivar reasons: why; without what the family alone was told.
    :ivar contact: whom to ask about it.
    """

    schema: str = "sen.ehc-decision/1.0"
    what: Decided
    reached: date
    decided: date
    decided_by: Person
    yes: bool | None = None
    told: date | None = None
    reference: str | None = None
    reasons: str | None = None
    contact: Person | None = None


_ANSWERED = frozenset({Decided.ASSESS, Decided.PLAN})


def _answer_where_asked(made: EhcDecision) -> Iterator[FieldPath]:
    if (made.yes is not None) is not (made.what in _ANSWERED):
        yield ("yes",)


def _no_has_reasons(made: EhcDecision) -> Iterator[FieldPath]:
    if made.yes is False and made.reasons is None:
        yield ("reasons",)


def _decided_after_it_came(made: EhcDecision) -> Iterator[FieldPath]:
    if made.decided < made.reached:
        yield ("decided",)


class EhcDecisionSchema(SubjectSchema):
    """Loads :class:`EhcDecision`."""

    SCHEMA_ID = "sen.ehc-decision/1.0"
    MAKES = EhcDecision
    RULES = (
        Rule("answer-kind", "yes or no to what was asked alone", _answer_where_asked),
        Rule("reasons-missing", "a no has reasons", _no_has_reasons),
        Rule("decided-early", "decided on or after the day it came", _decided_after_it_came),
    )

    what = Choice(Decided, "What it tells.")
    reached = Day("The day on which the request reached the authority.")
    decided = Day("The day of the decision.")
    decided_by = Nested[Person](PersonSchema, "Who decided, by name and role.")
    yes = Flag("There will be one.", required=False)
    told = Day("When the parent or young person was told.", required=False)
    reference = Line("The authority's reference.", most=100, required=False)
    reasons = Prose("Why.", most=10_000, required=False)
    contact = Nested[Person](PersonSchema, "Whom to ask.", required=False)
