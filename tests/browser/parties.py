"""Who lives in the street of the browser tests: all invented, as is everybody in them."""

from __future__ import annotations

import csv
from pathlib import Path

from demo.material.places import LA_CODE, PRIMARY, QUILLBRIDGE
from exchange.wiring import NewOrganisation
from keys.directory import DatedIdentifier
from tests.exchange.web.site import DSL_PASSPHRASE

SCHOOLS = {"primary": PRIMARY, "secondary": QUILLBRIDGE}
COUNCIL = "Marlshire Council"
"""The local authority; its caseworkers are at the node ``council``."""
AGENCY = "Marlshire Children's Therapies"
"""A service of speech and occupational therapists that has joined; the node ``agency``."""
AGENCY_ODS = "RZ9X7"
ASHDYKE_URN, ASHDYKE = "999011", "Ashdyke Community College"
"""A school of the register that has not joined."""
BRAMBLE_URN, BRAMBLE = "999012", "Bramble Hill School"
"""Another one."""
_REGISTER_HEAD = (
    *("URN", "LA (code)", "LA (name)", "EstablishmentNumber", "EstablishmentName"),
    *("EstablishmentStatus (code)", "EstablishmentStatus (name)", "PhaseOfEducation (code)"),
    *("TypeOfEstablishment (code)", "Town", "Postcode", "TelephoneNum"),
)


def organisation(name: str) -> NewOrganisation:
    """Return what is said of the organisation at a node of the street."""
    if name == "council":
        return NewOrganisation(COUNCIL, "la", (DatedIdentifier("la", LA_CODE),), "classic")
    if name == "agency":
        return NewOrganisation(AGENCY, "health", (DatedIdentifier("ods", AGENCY_ODS),), "classic")
    school = SCHOOLS[name]
    numbers = (("urn", school.urn), ("laestab", school.laestab))
    identifiers = tuple(DatedIdentifier(scheme, value or "") for scheme, value in numbers)
    return NewOrganisation(school.name, "school", identifiers, "classic", DSL_PASSPHRASE)


def write_register(file: Path) -> None:
    """Write an open register of schools, with two that have not joined."""
    rows = [
        (
            *(one.urn or "", LA_CODE, "Marlshire", one.estab or "", one.name),
            *("1", "Open", "2" if one is PRIMARY else "4", "2"),
            *(one.address[1], one.address[-1], one.phone),
        )
        for one in (PRIMARY, QUILLBRIDGE)
    ]
    outside = [
        (
            *(ASHDYKE_URN, LA_CODE, "Marlshire", "9411", ASHDYKE),
            *("1", "Open", "4", "2", "Ashdyke", "ZZ3 2AD", "01632 960901"),
        ),
        (
            *(BRAMBLE_URN, LA_CODE, "Marlshire", "9412", BRAMBLE),
            *("1", "Open", "4", "2", "Bramble", "ZZ3 3BH", "01632 960902"),
        ),
    ]
    with file.open("w", encoding="cp1252", newline="") as out:
        csv.writer(out).writerows([_REGISTER_HEAD, *rows, *outside])
