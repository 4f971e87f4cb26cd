"""Writes the cohort as a Common Transfer File 25.0 (a CTF-compatible subset), as a MIS would.

The pupil without a UPN has no ``UPN`` element; ``UPNunknown`` with the reason stands in its place.
CTF has no such element: the name is that of the SEN2 return. One pupil has an element of the MIS's
own, ``LockerNumber``, which a careful reader keeps and hands back.
"""

from __future__ import annotations

from collections.abc import Iterable

from lxml import etree

from demo.material.people import Contact, Pupil
from demo.material.places import LA_CODE, PRIMARY

Element = etree._Element
WRITTEN = "2026-07-06T15:40:00"
ACADEMIC_YEAR = "2025"
LANGUAGE_KINDS = "FHT"


def file_name(serial: int = 1) -> str:
    """Return ``LLLSSSS_CTF_LLLSSSS_nnn.xml``; the destination is open, as there are several."""
    return f"{LA_CODE}{PRIMARY.estab}_CTF_XXXXXXX_{serial:03d}.xml"


def write_ctf(pupils: Iterable[Pupil]) -> bytes:
    """Return the CTF as UTF-8 XML."""
    root = _el(
        "CTfile",
        _el(
            "Header",
            _el("DocumentName", "Common Transfer File"),
            _el("CTFversion", "25.0"),
            _el("DateTime", WRITTEN),
            _el("DocumentQualifier", "full"),
            _el("SupplierID", "InventedMIS"),
            _el(
                "SourceSchool",
                _el("LEA", LA_CODE),
                _el("Estab", PRIMARY.estab),
                _el("URN", PRIMARY.urn),
                _el("SchoolName", PRIMARY.name),
                _el("AcademicYear", ACADEMIC_YEAR),
            ),
            _el("DestSchool", _el("LEA", "XXX"), _el("Estab", "XXXX")),
        ),
        _el("CTFpupilData", *[_pupil(pupil) for pupil in pupils]),
    )
    etree.indent(root)
    return etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True)


def _el(name: str, *content: Element | str | None) -> Element:
    """Build an element of child elements, or of one text."""
    element = etree.Element(name)
    for part in content:
        if isinstance(part, str):
            element.text = part
        elif part is not None:
            element.append(part)
    return element


def _pupil(pupil: Pupil) -> Element:
    own = [_el("LockerNumber", "114")] if pupil.number == 1 else []
    return _el(
        "Pupil",
        _el("UPN", pupil.upn) if pupil.upn else _el("UPNunknown", pupil.no_upn_reason),
        _el("Surname", pupil.surname),
        _el("Forename", pupil.forename),
        _el("DOB", pupil.birth.isoformat()),
        _el("Sex", pupil.sex),
        _basic(pupil),
        _looked_after(pupil),
        _sen(pupil),
        _address(pupil),
        _phones("H", pupil.phone),
        _el("Contacts", *[_contact(contact) for contact in pupil.contacts]),
        _attendance(pupil),
        _stages(pupil),
        _schools(pupil),
        *own,
    )


def _basic(pupil: Pupil) -> Element:
    languages = [
        _el("Type", _el("LanguageType", kind), _el("Language", language))
        for kind, language in zip(LANGUAGE_KINDS, pupil.languages, strict=False)
    ]
    return _el(
        "BasicDetails",
        _el("PreferredSurname", pupil.preferred_surname),
        _el("PreferredForename", pupil.known_as),
        _el("MiddleNames", pupil.middle) if pupil.middle else None,
        _el("NCyearActual", "6"),
        _el("Ethnicity", pupil.ethnicity),
        _el("EthnicitySource", "P"),
        _el("Languages", *languages),
        _el("ServiceChild", "Y" if pupil.service_child else "N"),
        _el("MedicalFlag", "true" if pupil.condition else "false"),
        _el("EnrolStatus", "C"),
    )


def _looked_after(pupil: Pupil) -> Element | None:
    if not pupil.looked_after:
        return None
    return _el("LookedAfter", _el("InCare", "true"), _el("CareAuthority", LA_CODE))


def _sen(pupil: Pupil) -> Element:
    history = [
        _el("SEN", _el("StartDate", start.isoformat()), _el("SENprovision", code))
        for start, code in pupil.provision
    ]
    needs = [
        _el(
            "SENneed",
            _el("NeedStartDate", need.since.isoformat()),
            _el("SENtypeRank", str(need.rank)),
            _el("SENtype", need.code),
        )
        for need in pupil.needs
    ]
    return _el("SENhistory", *history, _el("SENneeds", *needs) if needs else None)


def _address(pupil: Pupil) -> Element:
    home = pupil.address
    return _el(
        "Address",
        _el(
            "BS7666Address",
            _el("PAON", home.number),
            _el("Street", home.street),
            _el("Town", home.town),
        ),
        _el("County", "Marlshire"),
        _el("PostCode", home.postcode),
    )


def _phones(kind: str, number: str) -> Element:
    return _el("Phones", _el("Phone", _el("TelephoneType", kind), _el("PhoneNo", number)))


def _contact(contact: Contact) -> Element:
    return _el(
        "Contact",
        _el("Order", str(contact.order)),
        _el("Title", contact.title),
        _el("Surname", contact.surname),
        _el("Forename", contact.forename),
        _el("Relationship", contact.relationship),
        _el("Responsibility", "true" if contact.responsibility else "false"),
        _el("Address", _el("AddressAsPupil", "true")) if contact.at_home else None,
        _phones("M", contact.phone),
        _el("Email", contact.email) if contact.email else None,
    )


def _attendance(pupil: Pupil) -> Element:
    years = [
        _el(
            "YearData",
            _el("Year", str(year.year)),
            _el("LEA", LA_CODE),
            _el("Estab", PRIMARY.estab),
            _el("SchoolName", PRIMARY.name),
            _el("SessionsPossible", str(year.possible)),
            _el("SessionsAuthorised", str(year.authorised)),
            _el("SessionsAttended", str(year.attended)),
            _el("SessionsUnauthorised", str(year.unauthorised)),
            _el(
                "AttendSessions",
                _el("AttendanceStartDate", year.start.isoformat()),
                _el("AttendanceMarks", year.marks),
            ),
        )
        for year in pupil.attendance
    ]
    return _el("Attendance", *years)


def _stages(pupil: Pupil) -> Element | None:
    """Return key stage 1 teacher assessments of 2022 for those who were in England then."""
    if pupil.joined.year > 2022:
        return None
    low = pupil.need in {"MLD", "SLD", "PMLD", "DS"}
    found = []
    for subject in ("ENG", "MAT"):
        behind = low or (pupil.need == "SPLD" and subject == "ENG")
        found.append(
            _el(
                "StageAssessment",
                _el("Locale", "ENG"),
                _el("Year", "2022"),
                _el("Subject", subject),
                _el("Method", "TA"),
                _el("Component", "SUB"),
                _el("ResultStatus", "R"),
                _el("ResultQualifier", "NM"),
                _el("Result", "WTS" if behind else "EXS"),
            )
        )
    return _el("StageAssessments", _el("KeyStage", _el("Stage", "KS1"), *found))


def _schools(pupil: Pupil) -> Element:
    schools = []
    if pupil.previous:
        name, estab = pupil.previous
        schools.append(
            _el(
                "School",
                _el("LEA", LA_CODE if estab else "XXX"),
                _el("Estab", estab or "XXXX"),
                _el("SchoolName", name),
                _el("EntryDate", "2019-09-04"),
                _el("LeavingDate", pupil.joined.replace(day=1).isoformat()),
            )
        )
    schools.append(
        _el(
            "School",
            _el("LEA", LA_CODE),
            _el("Estab", PRIMARY.estab),
            _el("URN", PRIMARY.urn),
            _el("SchoolName", PRIMARY.name),
            _el("EntryDate", pupil.joined.isoformat()),
            _el("LeavingDate", "2026-07-22"),
            _el("LastSchool", "true"),
        )
    )
    return _el("SchoolHistory", *schools)
