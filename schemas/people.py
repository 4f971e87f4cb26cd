"""Parts that several records share: how to reach people, and who they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from schemas.coded import CbdsCode
from schemas.fields import Items
from schemas.parts import FieldPath, Part, PartSchema, Rule
from schemas.texts import Line, Text

EMAIL = "^[^@ \\u0000-\\u001f\\u007f]+@[^@ \\u0000-\\u001f\\u007f]+$"
PHONE = "^[0-9A-Za-z+(), ./#-]+$"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Phone(Part):
    """A telephone number.

    :ivar kind: CTF's TelephoneType, where it is known.
    """

    number: str
    kind: str | None = None


class PhoneSchema(PartSchema):
    """Loads :class:`Phone`."""

    MAKES = Phone

    number = Text("As people dial it.", pattern=PHONE, most=40, least=2)
    kind = CbdsCode("telephone-type", "CTF TelephoneType.", required=False)


def email_field(about: str = "", *, required: bool = False) -> Text:
    """Return a field for an email address; whether it works only a message can tell."""
    return Text(about, pattern=EMAIL, most=254, least=3, required=required)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Address(Part):
    """A postal address, in the parts of BS 7666 or in lines.

    :ivar saon: flat or room (secondary addressable object).
    :ivar paon: house name or number (primary addressable object).
    :ivar uprn: unique property reference number.
    """

    saon: str | None = None
    paon: str | None = None
    street: str | None = None
    locality: str | None = None
    town: str | None = None
    administrative_area: str | None = None
    post_town: str | None = None
    uprn: str | None = None
    lines: tuple[str, ...] = ()
    county: str | None = None
    post_code: str | None = None
    country: str | None = None


def _says_something(made: Address) -> Iterator[FieldPath]:
    if not (made.lines or made.paon or made.saon or made.street or made.post_code or made.uprn):
        yield ("lines",)


class AddressSchema(PartSchema):
    """Loads :class:`Address`."""

    MAKES = Address
    RULES = (Rule("address-empty", "holds lines, a house, a street or a code", _says_something),)

    saon = Line("Flat or room.", most=100, required=False)
    paon = Line("House name or number.", most=100, required=False)
    street = Line("Street.", most=100, required=False)
    locality = Line("Locality.", most=100, required=False)
    town = Line("Town.", most=100, required=False)
    administrative_area = Line("Administrative area.", most=100, required=False)
    post_town = Line("Post town.", most=100, required=False)
    uprn = Text(
        "Unique property reference number.", pattern="^[0-9]{1,12}$", most=12, required=False
    )
    lines = Items(Line(most=100), "Address lines.", most=5, required=False)
    county = Line("County.", most=100, required=False)
    post_code = Line("Postcode.", most=16, required=False)
    country = Line("Country.", most=100, required=False)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Person(Part):
    """Somebody who works with the pupil, named by what they do."""

    name: str
    role: str
    organisation: str | None = None
    phone: str | None = None
    email: str | None = None


class PersonSchema(PartSchema):
    """Loads :class:`Person`."""

    MAKES = Person

    name = Line("Name.")
    role = Line("What they do, as people say it: SENCO, class teacher.", most=100)
    organisation = Line("Where they work.", required=False)
    phone = Text("Telephone number.", pattern=PHONE, most=40, least=2, required=False)
    email = email_field("Email address.")
