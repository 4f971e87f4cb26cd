"""The people to reach about a pupil, with what the school must know before it does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from schemas.coded import Code
from schemas.fields import Flag, Items, Whole
from schemas.parts import FieldPath, Nested, Part, PartSchema, Rule
from schemas.people import Address, AddressSchema, Phone, PhoneSchema, email_field
from schemas.texts import Line, Prose


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Contact(Part):
    """One person to reach (CTF Contact).

    :ivar order: whom to try first, from 1.
    :ivar responsibility: whether they have parental responsibility; ``None`` if not recorded.
    :ivar court_order: an order limits contact or what may be shared: ask the school first.
    :ivar arrangements: how to reach them safely.
    """

    order: int
    surname: str
    forename: str | None = None
    title: str | None = None
    middle_names: str | None = None
    sex: str | None = None
    relationship: str | None = None
    responsibility: bool | None = None
    court_order: bool | None = None
    arrangements: str | None = None
    address_as_pupil: bool | None = None
    address: Address | None = None
    phones: tuple[Phone, ...] = ()
    email: str | None = None


def _one_address(made: Contact) -> Iterator[FieldPath]:
    if made.address_as_pupil and made.address is not None:
        yield ("address",)


class ContactSchema(PartSchema):
    """Loads :class:`Contact`."""

    MAKES = Contact
    RULES = (Rule("address-twice", "the pupil's address or an own one", _one_address),)

    order = Whole("Whom to try first.", least=1, most=99)
    surname = Line("Surname.", most=100)
    forename = Line("Forename.", most=100, required=False)
    title = Line("Title.", most=40, required=False)
    middle_names = Line("Middle names.", required=False)
    sex = Code("sex", "Sex.", required=False)
    relationship = Code(
        "contact-relationship", "What they are to the pupil.", history=True, required=False
    )
    responsibility = Flag("Whether they have parental responsibility.", required=False)
    court_order = Flag("Whether an order limits contact or sharing.", required=False)
    arrangements = Prose("How to reach them safely.", most=2_000, required=False)
    address_as_pupil = Flag("Whether they live with the pupil.", required=False)
    address = Nested[Address](AddressSchema, "Their own address.", required=False)
    phones = Items(Nested[Phone](PhoneSchema), "Telephone numbers.", most=10, required=False)
    email = email_field("Email address.")
