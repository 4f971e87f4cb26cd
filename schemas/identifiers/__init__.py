"""Identifiers of pupils and organisations: parsed once, typed afterwards.

Each is a frozen value made by ``parse``, which forgives spaces and case, checks form and check
character, and raises :class:`schemas.errors.IdentifierError` with a code and without the value.
``str()`` gives the canonical text. What identifies a person hides itself from ``repr``.
"""

from __future__ import annotations

from schemas.identifiers.organisations import (
    LaCode,
    Laestab,
    OdsCode,
    OrganisationIdentifier,
    OrgId,
    Ukprn,
    Urn,
    parse_any,
)
from schemas.identifiers.pupils import NhsNumber, Uln, Upn, upn_check_letter

__all__ = [
    "LaCode",
    "Laestab",
    "NhsNumber",
    "OdsCode",
    "OrgId",
    "OrganisationIdentifier",
    "Ukprn",
    "Uln",
    "Upn",
    "Urn",
    "parse_any",
    "upn_check_letter",
]
