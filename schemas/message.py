"""A message between two organisations about one pupil: a question, a request, or an answer.

It travels as a bundle of kind ``message``, whose statement says what it answers (``in_reply_to``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from schemas.base import SubjectRecord, SubjectSchema
from schemas.coded import upn_field
from schemas.fields import Choice, Day, Items
from schemas.identifiers import Upn
from schemas.parts import FieldPath, Nested, Part, PartSchema, Rule
from schemas.people import Person, PersonSchema
from schemas.texts import Line, Prose, Uuid


class MessageKind(StrEnum):
    """What a message is for."""

    QUESTION = "question"
    ANSWER = "answer"
    RECORDS_REQUEST = "records-request"
    RECORDS_ANSWER = "records-answer"


class RecordsAnswer(StrEnum):
    """How the old school answers a request for records."""

    SEND = "send"
    NOT_OURS = "not-ours"
    THROUGH_LA = "through-la"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class AskedChild(Part):
    """The child whose records are asked for, as the new school knows the child."""

    surname: str
    forename: str
    date_of_birth: date
    known_as: str | None = None
    upn: Upn | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Message(SubjectRecord):
    """A question about a pack, a request for records, or the answer to either.

    :ivar written_by: who asks or answers, by name and role.
    :ivar documents: ids, in the pack, of the documents that a question is about.
    :ivar child: of a request for records, and of its answer where that repeats it.
    :ivar starts: the day on which the child starts, or started, at the new school.
    :ivar answer: of the answer to a request for records.
    """

    schema: str = "sen.message/1.0"
    kind: MessageKind
    written: date
    written_by: Person
    text: str | None = None
    documents: tuple[str, ...] = ()
    child: AskedChild | None = None
    starts: date | None = None
    answer: RecordsAnswer | None = None


def _says_something(made: Message) -> Iterator[FieldPath]:
    if made.kind in (MessageKind.QUESTION, MessageKind.ANSWER) and made.text is None:
        yield ("text",)


def _requests_name_a_child(made: Message) -> Iterator[FieldPath]:
    if made.kind is MessageKind.RECORDS_REQUEST and made.child is None:
        yield ("child",)


def _answers_are_coded(made: Message) -> Iterator[FieldPath]:
    if (made.kind is MessageKind.RECORDS_ANSWER) is not (made.answer is not None):
        yield ("answer",)


class AskedChildSchema(PartSchema):
    """Loads :class:`AskedChild`."""

    MAKES = AskedChild

    surname = Line("Surname.", most=100)
    forename = Line("Forename.", most=100)
    date_of_birth = Day("Date of birth.")
    known_as = Line("What the child is called.", most=100, required=False)
    upn = upn_field("Unique pupil number.", required=False)


class MessageSchema(SubjectSchema):
    """Loads :class:`Message`."""

    SCHEMA_ID = "sen.message/1.0"
    MAKES = Message
    RULES = (
        Rule("text-missing", "a question and its answer have a text", _says_something),
        Rule("child-missing", "a request for records names a child", _requests_name_a_child),
        Rule("answer-kind", "an answer to a request has a code", _answers_are_coded),
    )

    kind = Choice(MessageKind, "What it is for.")
    written = Day("The day.")
    written_by = Nested[Person](PersonSchema, "Who asks or answers.")
    text = Prose("What is said.", most=10_000, required=False)
    documents = Items(Uuid(), "Documents asked about.", most=500, unique=True, required=False)
    child = Nested[AskedChild](AskedChildSchema, "Whose records are asked for.", required=False)
    starts = Day("The first day at the new school.", required=False)
    answer = Choice(RecordsAnswer, "What the old school answers.", required=False)
