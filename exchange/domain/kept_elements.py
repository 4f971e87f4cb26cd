"""Elements of a transfer file that no field of a record could hold, kept as the XML they were.

Some stand for a field of ours, which refused what they say: a learner number with a wrong digit.
Where the field is filled such an element has done its work. Pure: no I/O, and nothing is parsed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeGuard

from exchange.domain.difference import Object

KEPT: Final = ("extras", "ctf_extras")
"""The fields that hold them: of a pupil, and of a thing of a list."""

_TAG = re.compile(r"\s*<([^\s<>/]+)")
_SPACE = re.compile(r"\s+")
_AROUND = re.compile(r" ?([<>]) ?")


def _below(place: str, **fields: str) -> dict[str, str]:
    return {f"{place}/{tag}": field for tag, field in fields.items()}


_ADDRESS = {
    **_below(
        "Address/BS7666Address",
        SAON="address.saon",
        PAON="address.paon",
        Street="address.street",
        Locality="address.locality",
        Town="address.town",
        AdministrativeArea="address.administrative_area",
        PostTown="address.post_town",
        UniquePropertyReferenceNumber="address.uprn",
    ),
    **_below(
        "Address",
        County="address.county",
        PostCode="address.post_code",
        Country="address.country",
    ),
}
_PHONE = {"TelephoneType": "kind", "PhoneNo": "number"}
_SCHOOL = {"LEA": "laestab", "Estab": "laestab"}

STANDS_FOR: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "pupil": {
            "UniqueLearnerNumber": "uln",
            "UCI": "uci",
            **_below(
                "BasicDetails",
                PreferredSurname="names.preferred_surname",
                PreferredForename="names.known_as",
                FormerSurname="names.former_surname",
                FormerForename="names.former_forename",
                MiddleNames="names.middle_names",
                NCyearActual="nc_year",
                Ethnicity="ethnicity",
                EthnicitySource="ethnicity_source",
                ServiceChild="service_child",
                MedicalFlag="medical_flag",
                EnrolStatus="enrol_status",
            ),
            "FSMhistory/FSMreviewDate": "free_meals_review",
            "LookedAfter/InCare": "looked_after.in_care",
            "LookedAfter/CareAuthority": "looked_after.care_authority",
            **_ADDRESS,
            "Email": "email",
        },
        "pupil/contacts": {
            "Order": "order",
            "Title": "title",
            "Surname": "surname",
            "Forename": "forename",
            "MiddleNames": "middle_names",
            "Gender": "sex",
            "Sex": "sex",
            "Relationship": "relationship",
            "Responsibility": "responsibility",
            "Address/AddressAsPupil": "address_as_pupil",
            **_ADDRESS,
            "Email": "email",
        },
        "pupil/phones": _PHONE,
        "pupil/contacts/phones": _PHONE,
        "pupil/languages": {"LanguageType": "kind", "Language": "language"},
        "pupil/free_meals": {
            "FSMstartDate": "starts",
            "FSMendDate": "ends",
            "UKcountry": "country",
        },
        "pupil/school_history": {
            **_SCHOOL,
            "URN": "urn",
            "SchoolName": "name",
            "EntryDate": "entry_date",
            "LeavingDate": "leaving_date",
            "LeavingReason": "leaving_reason",
            "LastSchool": "last_school",
        },
        "attendance/years": {
            **_SCHOOL,
            "Year": "year",
            "SchoolName": "school_name",
            "SessionsPossible": "possible",
            "SessionsAuthorised": "authorised",
            "SessionsAttended": "attended",
            "SessionsUnauthorised": "unauthorised",
        },
        "attendance/years/marks": {"AttendanceStartDate": "starts", "AttendanceMarks": "marks"},
    }
)
"""Which field an element is for, by the object that keeps it."""


def squeezed(xml: str) -> str:
    """Return an element without the white space that only lays it out."""
    return _AROUND.sub(r"\1", _SPACE.sub(" ", xml)).strip()


def key_of(element: Object) -> tuple[str, str]:
    """Return where an element stood, and its name."""
    found = _TAG.match(str(element.get("xml")))
    return str(element.get("within") or ""), found[1] if found else ""


def are_elements(value: object) -> TypeGuard[list[Object]]:
    """Tell whether a list holds elements; what others send in its name may be anything."""
    return isinstance(value, list) and all(
        isinstance(one, dict) and isinstance(one.get("xml"), str) for one in value
    )


def standing_in(path: str, elements: Iterable[Object], said: Object, other: Object) -> set[int]:
    """Return the places of elements whose field is empty where they stand and filled in the other.

    :param said: the object that keeps them.
    """
    fields = STANDS_FOR.get(path, {})
    return {
        place
        for place, one in enumerate(elements)
        if (field := fields.get("/".join(part for part in key_of(one) if part)))
        and _empty(said, field)
        and not _empty(other, field)
    }


def _empty(holder: Any, field: str) -> bool:
    for step in field.split("."):
        holder = holder.get(step) if isinstance(holder, dict) else None
    return holder in (None, "", [])


def drop_done(path: str, before: Object, made: Object) -> None:
    """Take out of an object the elements of before whose field has been filled since.

    What a list had before stands first in it, in the same order.
    """
    for name in KEPT:
        elements, kept = before.get(name), made.get(name)
        if not (are_elements(elements) and are_elements(kept)):
            continue
        if done := standing_in(path, elements, before, made):
            made[name] = [one for place, one in enumerate(kept) if place not in done]
            if not made[name]:
                del made[name]
    for name, things in before.items():
        if (inner := f"{path}/{name}") in STANDS_FOR:
            for was, now in zip(things, made[name], strict=False):
                drop_done(inner, was, now)
