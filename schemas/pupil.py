"""The pupil's record: who the pupil is, whom to reach, which schools came before.

CTF names are given where a field comes from the Common Transfer File, which this record holds
without loss: what it does not know stays in ``extras`` as the XML it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from schemas.base import SubjectRecord, SubjectSchema
from schemas.coded import (
    CbdsCode,
    Code,
    nhs_number_field,
    uln_field,
    upn_field,
)
from schemas.contact import Contact, ContactSchema
from schemas.fields import Choice, Day, Flag, Items
from schemas.identifiers import NhsNumber, Uln, Upn
from schemas.parts import FieldPath, Nested, Part, PartSchema, Rule
from schemas.people import Address, AddressSchema, Phone, PhoneSchema, email_field
from schemas.school import SchoolAttended, SchoolAttendedSchema
from schemas.texts import Line, Text

XML = "^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\ufffe\\uffff]*$"
ELEMENT_PATH = "^([A-Za-z_][A-Za-z0-9_.-]*(/[A-Za-z_][A-Za-z0-9_.-]*)*)?$"


class NhsNumberReason(StrEnum):
    """Why the NHS number is in the record or not; without a reason to be in, it is left out."""

    HEALTHCARE_PLAN = "healthcare-plan"
    HEALTH_REFERRAL = "health-referral"
    EHC_ASSESSMENT = "ehc-assessment"
    NOT_NEEDED = "not-needed"
    NOT_KNOWN = "not-known"
    OBJECTION = "objection"


_REASONS_TO_HAVE_IT = frozenset(
    {
        NhsNumberReason.HEALTHCARE_PLAN,
        NhsNumberReason.HEALTH_REFERRAL,
        NhsNumberReason.EHC_ASSESSMENT,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Names(Part):
    """The pupil's names.

    :ivar known_as: what the pupil is called (CTF PreferredForename).
    :ivar preferred_surname: CTF PreferredSurname.
    """

    surname: str
    forename: str
    middle_names: str | None = None
    known_as: str | None = None
    preferred_surname: str | None = None
    former_surname: str | None = None
    former_forename: str | None = None

    @property
    def display(self) -> str:
        """The name that pages show first: as the pupil is called."""
        return f"{self.known_as or self.forename} {self.preferred_surname or self.surname}"


class NamesSchema(PartSchema):
    """Loads :class:`Names`."""

    MAKES = Names

    surname = Line("Legal surname.", most=100)
    forename = Line("Legal forename.", most=100)
    middle_names = Line("Middle names.", most=200, required=False)
    known_as = Line("Forename that the pupil is called by.", most=100, required=False)
    preferred_surname = Line("Surname that the pupil uses.", most=100, required=False)
    former_surname = Line("Surname before a change.", most=100, required=False)
    former_forename = Line("Forename before a change.", most=100, required=False)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Language(Part):
    """A language that the pupil has.

    :ivar kind: CTF LanguageType, such as F for the first language.
    """

    language: str
    kind: str | None = None


class LanguageSchema(PartSchema):
    """Loads :class:`Language`."""

    MAKES = Language

    language = Code("language", "The language.", history=True)
    kind = CbdsCode("language-type", "CTF LanguageType.", required=False)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class LookedAfter(Part):
    """Whether a council looks after the pupil, and which."""

    in_care: bool
    care_authority: str | None = None


class LookedAfterSchema(PartSchema):
    """Loads :class:`LookedAfter`."""

    MAKES = LookedAfter

    in_care = Flag("Whether the pupil is looked after now.")
    care_authority = Code(
        "la", "The council that looks after the pupil.", history=True, required=False
    )


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class FreeMeals(Part):
    """A time of eligibility for free school meals (CTF FSMinstance)."""

    starts: date
    ends: date | None = None
    country: str | None = None


class FreeMealsSchema(PartSchema):
    """Loads :class:`FreeMeals`."""

    MAKES = FreeMeals

    starts = Day("First day.")
    ends = Day("Last day.", required=False)
    country = CbdsCode(None, "CTF UKcountry.", required=False)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ExtraElement(Part):
    """An element of a CTF that this project does not know, kept to be handed back.

    :ivar within: names of the elements around it, from below ``Pupil``; empty for ``Pupil``.
    :ivar xml: the element as XML text.
    """

    within: str
    xml: str


class ExtraElementSchema(PartSchema):
    """Loads :class:`ExtraElement`."""

    MAKES = ExtraElement

    within = Text("Where it stood below Pupil.", pattern=ELEMENT_PATH, least=0, most=200)
    xml = Text("The element.", pattern=XML, most=100_000)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Pupil(SubjectRecord):
    """Who the pupil is.

    :ivar upn: unique pupil number; without one ``upn_unknown`` says why (CTF, UN1 to UN7).
    :ivar nhs_number: only with a reason to have it.
    :ivar disabilities: CTF Disability codes.
    :ivar home_authority: the council of the home address; for a child of another council than the
        school's it is that one which is responsible.
    :ivar extras: unknown CTF elements.
    """

    schema: str = "sen.pupil/1.0"
    names: Names
    date_of_birth: date
    sex: str
    upn: Upn | None = None
    upn_unknown: str | None = None
    former_upns: tuple[Upn, ...] = ()
    uln: Uln | None = None
    uci: str | None = None
    nhs_number: NhsNumber | None = None
    nhs_number_reason: NhsNumberReason = NhsNumberReason.NOT_NEEDED
    nc_year: str | None = None
    enrol_status: str | None = None
    ethnicity: str | None = None
    ethnicity_source: str | None = None
    languages: tuple[Language, ...] = ()
    service_child: str | None = None
    medical_flag: bool | None = None
    disabilities: tuple[str, ...] = ()
    looked_after: LookedAfter | None = None
    free_meals: tuple[FreeMeals, ...] = ()
    free_meals_review: date | None = None
    address: Address | None = None
    home_authority: str | None = None
    phones: tuple[Phone, ...] = ()
    email: str | None = None
    contacts: tuple[Contact, ...] = ()
    school_history: tuple[SchoolAttended, ...] = ()
    extras: tuple[ExtraElement, ...] = ()


def _upn_or_reason(made: Pupil) -> Iterator[FieldPath]:
    if (made.upn is None) is (made.upn_unknown is None):
        yield ("upn",)


def _nhs_number_with_reason(made: Pupil) -> Iterator[FieldPath]:
    if (made.nhs_number is not None) is not (made.nhs_number_reason in _REASONS_TO_HAVE_IT):
        yield ("nhs_number_reason",)


def _contact_orders_differ(made: Pupil) -> Iterator[FieldPath]:
    seen: set[int] = set()
    for index, contact in enumerate(made.contacts):
        if contact.order in seen:
            yield ("contacts", index, "order")
        seen.add(contact.order)


class PupilSchema(SubjectSchema):
    """Loads :class:`Pupil`."""

    SCHEMA_ID = "sen.pupil/1.0"
    MAKES = Pupil
    RULES = (
        Rule("upn-or-reason", "a UPN or the reason for none, one of them", _upn_or_reason),
        Rule(
            "nhs-number-reason",
            "an NHS number with a reason to have it; a reason to leave it out without one",
            _nhs_number_with_reason,
        ),
        Rule("order-repeated", "no two contacts with one order", _contact_orders_differ),
    )

    names = Nested[Names](NamesSchema, "The pupil's names.")
    date_of_birth = Day("Date of birth.")
    sex = Code("sex", "Sex as recorded.")
    upn = upn_field("Unique pupil number.", required=False)
    upn_unknown = Code("upn-unknown-reason", "Why there is no UPN.", required=False)
    former_upns = Items(upn_field(), "UPNs before.", most=10, unique=True, required=False)
    uln = uln_field("Unique learner number.", required=False)
    uci = Text(
        "Unique candidate identifier.", pattern="^[0-9A-Z]{13}$", least=13, most=13, required=False
    )
    nhs_number = nhs_number_field("NHS number; off by default.", required=False)
    nhs_number_reason = Choice(
        NhsNumberReason, "Why the NHS number is here or not.", required=False
    )
    nc_year = Code("nc-year", "National curriculum year.", required=False)
    enrol_status = Code("enrol-status", "Enrolment status.", required=False)
    ethnicity = Code("ethnicity", "Ethnicity.", history=True, required=False)
    ethnicity_source = CbdsCode("ethnicity-source", "CTF EthnicitySource.", required=False)
    languages = Items(Nested[Language](LanguageSchema), "Languages.", most=20, required=False)
    service_child = Code("service-child", "Child of a parent in the services.", required=False)
    medical_flag = Flag("Whether there is something medical to know.", required=False)
    disabilities = Items(
        CbdsCode("disability"), "CTF Disability codes.", most=20, unique=True, required=False
    )
    looked_after = Nested[LookedAfter](LookedAfterSchema, "Care by a council.", required=False)
    free_meals = Items(
        Nested[FreeMeals](FreeMealsSchema), "Free school meals.", most=50, required=False
    )
    free_meals_review = Day("CTF FSMreviewDate.", required=False)
    address = Nested[Address](AddressSchema, "Home address.", required=False)
    home_authority = Code("la", "The council of the home address.", history=True, required=False)
    phones = Items(Nested[Phone](PhoneSchema), "The pupil's own numbers.", most=10, required=False)
    email = email_field("The pupil's own address.")
    contacts = Items(
        Nested[Contact](ContactSchema),
        "Parents, carers and others to reach.",
        most=30,
        required=False,
    )
    school_history = Items(
        Nested[SchoolAttended](SchoolAttendedSchema), "Schools so far.", most=50, required=False
    )
    extras = Items(
        Nested[ExtraElement](ExtraElementSchema), "Unknown CTF elements.", most=500, required=False
    )
