"""A request for advice or a referral, and the answer that is no report.

The request travels as a bundle of kind ``advice`` with the documents that the body was chosen to
see; a report comes back as a bundle of kind ``report`` (schemas/report.py) that names it in
``in_reply_to``. A body that cannot help says so with an answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from schemas.base import SubjectRecord, SubjectSchema
from schemas.coded import Code
from schemas.fields import Choice, Day, Items
from schemas.message import AskedChild, AskedChildSchema
from schemas.parts import FieldPath, Nested, Part, PartSchema, Rule
from schemas.people import Person, PersonSchema
from schemas.texts import Line, Prose, Uuid


class AdvicePurpose(StrEnum):
    """What the advice is for; each has its own purpose of disclosure."""

    REFERRAL = "referral"
    """A school or an LA asks a specialist for an opinion or for work with the pupil."""
    EHC_ASSESSMENT = "ehc-assessment"
    """An LA asks for advice for an EHC needs assessment (SEND Regulations 2014, reg 6(1))."""


class ConsentHow(StrEnum):
    """How the consent to contact the body was given."""

    FORM = "signed-form"
    SPOKEN = "spoken"
    TELEPHONE = "telephone"
    WRITTEN = "mail-or-letter"
    NOT_NEEDED = "not-needed"
    """The law lets the body be asked without it; ``note`` says why."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Consent(Part):
    """Who agreed that the body is asked, when and how.

    :ivar given_by: a name and what they are to the pupil; with ``not-needed`` who decided that.
    """

    given_by: str
    given: date
    how: ConsentHow
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class AdviceAsked(SubjectRecord):
    """A request for advice or a referral, as the body that is asked reads it.

    :ivar reference: the asker's own reference; says nothing.
    :ivar child: names and day of birth, and no more.
    :ivar wanted: type of the report that is asked for.
    :ivar due: the day by which it is asked for.
    :ivar documents: ids, in the bundle, of the documents that are shared.
    """

    schema: str = "sen.advice-request/1.0"
    reference: str
    purpose: AdvicePurpose
    child: AskedChild
    question: str
    wanted: str
    asked: date
    asked_by: Person
    consent: Consent
    due: date | None = None
    documents: tuple[str, ...] = ()


class AdviceOutcome(StrEnum):
    """What the body says."""

    REPORT = "report"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class AdviceAnswer(SubjectRecord):
    """What a body answers to a request; its report travels beside it.

    :ivar reference: of the request.
    :ivar reason: why it cannot help.
    """

    schema: str = "sen.advice-answer/1.0"
    reference: str
    outcome: AdviceOutcome
    answered: date
    answered_by: Person
    reason: str | None = None


def _why_not_needed(made: Consent) -> Iterator[FieldPath]:
    if made.how is ConsentHow.NOT_NEEDED and made.note is None:
        yield ("note",)


def _due_after_asked(made: AdviceAsked) -> Iterator[FieldPath]:
    if made.due is not None and made.due < made.asked:
        yield ("due",)


def _declined_with_reason(made: AdviceAnswer) -> Iterator[FieldPath]:
    if made.outcome is AdviceOutcome.DECLINED and made.reason is None:
        yield ("reason",)


class ConsentSchema(PartSchema):
    """Loads :class:`Consent`."""

    MAKES = Consent
    RULES = (Rule("consent-unexplained", "says why none is needed", _why_not_needed),)

    given_by = Line("Who agreed, and what they are to the pupil.")
    given = Day("The day.")
    how = Choice(ConsentHow, "How.")
    note = Prose("What else must be known of it.", most=4_000, required=False)


class AdviceAskedSchema(SubjectSchema):
    """Loads :class:`AdviceAsked`."""

    SCHEMA_ID = "sen.advice-request/1.0"
    MAKES = AdviceAsked
    RULES = (Rule("due-early", "due is not before asked", _due_after_asked),)

    reference = Uuid("The asker's reference.")
    purpose = Choice(AdvicePurpose, "What it is for.")
    child = Nested[AskedChild](AskedChildSchema, "About whom.")
    question = Prose("What is asked.", most=10_000)
    wanted = Code("document-type", "What kind of report.")
    asked = Day("The day on which it was asked.")
    asked_by = Nested[Person](PersonSchema, "Who asks.")
    consent = Nested[Consent](ConsentSchema, "Who agreed.")
    due = Day("By when.", required=False)
    documents = Items(Uuid(), "What is shared.", most=500, unique=True, required=False)


class AdviceAnswerSchema(SubjectSchema):
    """Loads :class:`AdviceAnswer`."""

    SCHEMA_ID = "sen.advice-answer/1.0"
    MAKES = AdviceAnswer
    RULES = (Rule("reason-missing", "who declines says why", _declined_with_reason),)

    reference = Uuid("Of the request.")
    outcome = Choice(AdviceOutcome, "What is answered.")
    answered = Day("The day.")
    answered_by = Nested[Person](PersonSchema, "Who answers.")
    reason = Prose("Why.", most=4_000, required=False)
