"""The safeguarding flag: yes or no and whom to ask. Nothing else may stand in it.

The one record that refuses fields it does not know: they could only say more than it may.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from schemas.base import SubjectRecord, SubjectSchema
from schemas.fields import Flag
from schemas.parts import FieldPath, Nested, Part, PartSchema, Rule
from schemas.people import PHONE, email_field
from schemas.texts import Line, Text


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class DslContact(Part):
    """How to reach the designated safeguarding lead of the school that sends."""

    name: str
    phone: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SafeguardingFlag(SubjectRecord):
    """Whether there is something that one DSL must tell the other."""

    schema: str = "sen.safeguarding-flag/1.0"
    flag: bool
    dsl: DslContact


def _can_be_reached(made: DslContact) -> Iterator[FieldPath]:
    if made.phone is None and made.email is None:
        yield ("phone",)


class DslContactSchema(PartSchema):
    """Loads :class:`DslContact`."""

    MAKES = DslContact
    CLOSED = True
    RULES = (Rule("no-way-to-reach", "a telephone number or an email address", _can_be_reached),)

    name = Line("Name of the designated safeguarding lead.", most=100)
    phone = Text("Telephone number.", pattern=PHONE, most=40, least=2, required=False)
    email = email_field("Email address.")


class SafeguardingFlagSchema(SubjectSchema):
    """Loads :class:`SafeguardingFlag`."""

    SCHEMA_ID = "sen.safeguarding-flag/1.0"
    MAKES = SafeguardingFlag
    CLOSED = True

    flag = Flag("Whether the DSL must be asked.")
    dsl = Nested[DslContact](DslContactSchema, "Whom to ask.")
