"""The people of a request: whose views, who agreed, whom to ask, who declares."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from schemas.coded import Code
from schemas.fields import Choice, Day, Flag, Items
from schemas.parts import FieldPath, Nested, Part, PartSchema, Rule
from schemas.people import Person, PersonSchema
from schemas.texts import Line, Prose, Uuid


class Voice(StrEnum):
    """Whose views or whose word it is."""

    PARENT = "parent"
    CHILD = "child"
    YOUNG_PERSON = "young-person"
    CARER = "carer"


class ConsentTo(StrEnum):
    """To what somebody agreed or did not; agreement, never the lawful basis of the request."""

    REQUEST = "request"
    SHARE = "share"
    CONTACT_PROFESSIONALS = "contact-professionals"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class View(Part):
    """What family or pupil say.

    :ivar how: how it came to be known: in their words, in a conversation, by drawings.
    :ivar documents: ids of files in the bundle.
    """

    voice: Voice
    text: str | None = None
    name: str | None = None
    told: date | None = None
    how: str | None = None
    documents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Consent(Part):
    """Somebody's yes or no.

    :ivar document: id of the signed form, where it is in the bundle.
    """

    to: ConsentTo
    given: bool
    voice: Voice
    name: str
    on: date
    how: str | None = None
    document: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Professional(Part):
    """Somebody outside the school whom the authority may want to ask.

    :ivar kind: whose advice of reg 6 they could give.
    :ivar may_contact: whether the family agreed that the authority asks them.
    """

    person: Person
    kind: str | None = None
    involvement: str | None = None
    last_seen: date | None = None
    may_contact: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Declaration(Part):
    """By whom the request is made, in which role, and on which day."""

    by: Person
    on: date
    words: str
    approved_by: Person | None = None
    approved_on: date | None = None


def _approved_whole(made: Declaration) -> Iterator[FieldPath]:
    if (made.approved_by is None) is not (made.approved_on is None):
        yield ("approved_on",)


class ViewSchema(PartSchema):
    """Loads :class:`View`."""

    MAKES = View

    voice = Choice(Voice, "Whose view.")
    text = Prose("What they say.", required=False)
    name = Line("Their name.", required=False)
    told = Day("When they said it.", required=False)
    how = Line("How it came to be known.", most=400, required=False)
    documents = Items(Uuid(), "Files that hold it.", most=50, unique=True, required=False)


class ConsentSchema(PartSchema):
    """Loads :class:`Consent`."""

    MAKES = Consent

    to = Choice(ConsentTo, "To what.")
    given = Flag("Yes or no.")
    voice = Choice(Voice, "In what standing.")
    name = Line("Who said so.")
    on = Day("When.")
    how = Line("How it is recorded.", most=400, required=False)
    document = Uuid("The signed form.", required=False)


class ProfessionalSchema(PartSchema):
    """Loads :class:`Professional`."""

    MAKES = Professional

    person = Nested[Person](PersonSchema, "Who.")
    kind = Code("ehc-advice", "Whose advice they could give.", required=False)
    involvement = Prose("What they do or did.", most=4_000, required=False)
    last_seen = Day("When they last saw the child.", required=False)
    may_contact = Flag("Whether the authority may ask them.", required=False)


class DeclarationSchema(PartSchema):
    """Loads :class:`Declaration`."""

    MAKES = Declaration
    RULES = (Rule("approved-half", "approved by somebody on a day", _approved_whole),)

    by = Nested[Person](PersonSchema, "Who makes the request.")
    on = Day("When they declared it.")
    words = Prose("What they declared.", most=4_000)
    approved_by = Nested[Person](PersonSchema, "Who approved it.", required=False)
    approved_on = Day("When it was approved.", required=False)
