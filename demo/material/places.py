"""The invented places: a primary school, two secondary schools, a local authority, a service.

No such school, council or service exists. The codes are well-formed and held by nobody:
URNs from 999001 (the register of schools is far below them), DfE numbers ``820/9xxx`` (LA code 820
was closed on 31 March 2009; schools' establishment numbers end below 9000), UKPRNs from 19990001.
Telephone numbers come from Ofcom's drama ranges, postcodes begin ``ZZ`` and electronic addresses
end in ``.example`` (RFC 2606).
"""

from __future__ import annotations

from dataclasses import dataclass

LA_CODE = "820"


@dataclass(frozen=True, slots=True)
class Place:
    """An invented organisation, as a directory entry would name it."""

    key: str
    name: str
    kind: str
    urn: str | None
    estab: str | None
    ukprn: str | None
    address: tuple[str, ...]
    phone: str
    domain: str
    head: str
    senco: str
    dsl: str

    @property
    def laestab(self) -> str | None:
        """The DfE number, seven digits, or None for what is no school."""
        return f"{LA_CODE}{self.estab}" if self.estab else None

    def email(self, who: str) -> str:
        """Return the address of a mailbox, such as ``senco``, at this place."""
        return f"{who}@{self.domain}"


PRIMARY = Place(
    key="larkfield",
    name="Larkfield-under-Wold Primary School",
    kind="primary",
    urn="999001",
    estab="9101",
    ukprn="19990001",
    address=("Chapel Rise", "Larkfield-under-Wold", "Marlshire", "ZZ1 4LK"),
    phone="01632 960101",
    domain="larkfield.example",
    head="Mrs Judith Ackerley",
    senco="Ms Bridget Norcott",
    dsl="Mr Owen Tranter",
)
QUILLBRIDGE = Place(
    key="quillbridge",
    name="Quillbridge Academy",
    kind="secondary",
    urn="999002",
    estab="9401",
    ukprn="19990002",
    address=("Weir Lane", "Quillbridge", "Marlshire", "ZZ1 7QB"),
    phone="01632 960201",
    domain="quillbridge.example",
    head="Dr Samuel Adeyinka",
    senco="Mrs Helen Prowse",
    dsl="Ms Farah Lodge",
)
SALTMERE = Place(
    key="saltmere",
    name="Saltmere High School",
    kind="secondary",
    urn="999003",
    estab="9402",
    ukprn="19990003",
    address=("Estuary Road", "Saltmere", "Marlshire", "ZZ2 3SM"),
    phone="01632 960301",
    domain="saltmere.example",
    head="Mr Gareth Pellew",
    senco="Mr Daniel Osgood",
    dsl="Mrs Ruth Inchbald",
)
COUNCIL = Place(
    key="marlshire",
    name="Marlshire County Council",
    kind="la",
    urn=None,
    estab=None,
    ukprn="19990004",
    address=("Wold Hall", "Marlborne", "Marlshire", "ZZ1 1CC"),
    phone="01632 960001",
    domain="marlshire.example",
    head="Ms Catherine Doyle-Webb",
    senco="Mr Simon Thirsk",
    dsl="Ms Anita Galbraith",
)
THERAPIES = Place(
    key="therapies",
    name="Marlshire Children's Therapies",
    kind="agency",
    urn=None,
    estab=None,
    ukprn="19990005",
    address=("Tern House", "Marlborne", "Marlshire", "ZZ1 2TH"),
    phone="01632 960801",
    domain="therapies.example",
    head="Mrs Gwen Ashcombe",
    senco="Ms Sunita Kaur-Bains",
    dsl="Mr Peter Lumley",
)
SECONDARIES = (QUILLBRIDGE, SALTMERE)
PLACES = (PRIMARY, QUILLBRIDGE, SALTMERE, COUNCIL, THERAPIES)
BY_KEY = {place.key: place for place in PLACES}
