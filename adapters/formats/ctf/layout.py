"""The layout of a CTF: the one table that reading and writing share.

Names and order are those collected from public code and guidance, CTF 12 to 25. No schema of the
DfE's was to be had, so this is a CTF-compatible subset. What is not listed is kept as XML.
"""

from __future__ import annotations

from adapters.formats.ctf.nodes import DfeNumber, Group, Kept, Kind, Leaf, Many, Node

ROOT = "CTfile"
HEADER_TAG = "Header"
PUPILS_TAG = "CTFpupilData"
PUPIL_TAG = "Pupil"
DOCUMENT_NAME = "Common Transfer File"

OLDEST_VERSION = 12
NEWEST_VERSION = 25
VERSION = "25.0"
FIRST_WITH_SEX = 25
"""From this version on the element is ``Sex``; before it was ``Gender``."""

_PHONE = (Leaf("TelephoneType", "kind", Kind.CODE), Leaf("PhoneNo", "number"))


def _address(at: str) -> tuple[Node, ...]:
    return (
        Group(
            "BS7666Address",
            (
                Leaf("SAON", f"{at}.saon"),
                Leaf("PAON", f"{at}.paon"),
                Leaf("Street", f"{at}.street"),
                Leaf("Locality", f"{at}.locality"),
                Leaf("Town", f"{at}.town"),
                Leaf("AdministrativeArea", f"{at}.administrative_area"),
                Leaf("PostTown", f"{at}.post_town"),
                Leaf("UniquePropertyReferenceNumber", f"{at}.uprn", Kind.CODE),
            ),
        ),
        Group("AddressLines", (Many("AddressLine", f"{at}.lines", kind=Kind.TEXT, numbered=5),)),
        Leaf("County", f"{at}.county"),
        Leaf("PostCode", f"{at}.post_code"),
        Kept("Zip"),
        Leaf("Country", f"{at}.country"),
        Kept("Easting"),
        Kept("Northing"),
    )


_BASIC_DETAILS = Group(
    "BasicDetails",
    (
        Many("FormerUPN", "pupil.former_upns", kind=Kind.UPN),
        Leaf("PreferredSurname", "pupil.names.preferred_surname"),
        Leaf("PreferredForename", "pupil.names.known_as"),
        Leaf("FormerSurname", "pupil.names.former_surname"),
        Leaf("FormerForename", "pupil.names.former_forename"),
        Leaf("MiddleNames", "pupil.names.middle_names"),
        Leaf("NCyearActual", "pupil.nc_year", Kind.YEAR_GROUP),
        Leaf("Ethnicity", "pupil.ethnicity", Kind.CODE),
        Leaf("EthnicitySource", "pupil.ethnicity_source", Kind.CODE),
        Group(
            "Languages",
            (
                Many(
                    "Type",
                    "pupil.languages",
                    (
                        Leaf("LanguageType", "kind", Kind.CODE),
                        Leaf("Language", "language", Kind.CODE),
                    ),
                ),
            ),
        ),
        Leaf("ServiceChild", "pupil.service_child", Kind.CODE),
        Leaf("MedicalFlag", "pupil.medical_flag", Kind.FLAG),
        Group("Disabilities", (Many("Disability", "pupil.disabilities", kind=Kind.CODE),)),
        Leaf("EnrolStatus", "pupil.enrol_status", Kind.CODE),
    ),
)

_FREE_MEALS = Group(
    "FSMhistory",
    (
        Leaf("FSMreviewDate", "pupil.free_meals_review", Kind.DATE),
        Many(
            "FSMinstance",
            "pupil.free_meals",
            (
                Leaf("FSMstartDate", "starts", Kind.DATE),
                Leaf("FSMendDate", "ends", Kind.DATE),
                Leaf("UKcountry", "country", Kind.CODE),
            ),
        ),
    ),
)

_NEED = (
    Leaf("NeedStartDate", "starts", Kind.DATE),
    Leaf("NeedEndDate", "ends", Kind.DATE),
    Leaf("SENtypeRank", "rank", Kind.WHOLE),
    Leaf("SENtype", "type", Kind.CODE),
)

_SEN_HISTORY = Group(
    "SENhistory",
    (
        Many(
            "SEN",
            "sen.provision_history",
            (
                Leaf("StartDate", "starts", Kind.DATE),
                Leaf("SENprovision", "provision", Kind.CODE),
            ),
        ),
        Group("SENneeds", (Many("SENneed", "sen.needs", _NEED),)),
        Many("SENneed", "sen.needs", _NEED, read_only=True),  # some leave the wrapper out
    ),
)

_CONTACTS = Group(
    "Contacts",
    (
        Many(
            "Contact",
            "pupil.contacts",
            (
                Leaf("Order", "order", Kind.WHOLE),
                Leaf("Title", "title"),
                Leaf("Surname", "surname"),
                Leaf("Forename", "forename"),
                Leaf("MiddleNames", "middle_names"),
                Leaf("Gender", "sex", Kind.CODE, also=("Sex",)),
                Leaf("Relationship", "relationship", Kind.CODE),
                Leaf("Responsibility", "responsibility", Kind.FLAG),
                Group(
                    "Address",
                    (Leaf("AddressAsPupil", "address_as_pupil", Kind.FLAG), *_address("address")),
                ),
                Group("Phones", (Many("Phone", "phones", _PHONE),)),
                Leaf("Email", "email"),
            ),
        ),
    ),
)

_ATTENDANCE = Group(
    "Attendance",
    (
        Many(
            "YearData",
            "attendance.years",
            (
                Leaf("Year", "year", Kind.WHOLE),
                DfeNumber("laestab"),
                Leaf("SchoolName", "school_name"),
                Leaf("SessionsPossible", "possible", Kind.WHOLE),
                Leaf("SessionsAuthorised", "authorised", Kind.WHOLE),
                Leaf("SessionsAttended", "attended", Kind.WHOLE),
                Leaf("SessionsUnauthorised", "unauthorised", Kind.WHOLE),
                Many(
                    "AttendSessions",
                    "marks",
                    (
                        Leaf("AttendanceStartDate", "starts", Kind.DATE),
                        Leaf("AttendanceMarks", "marks", Kind.MARKS),
                    ),
                ),
            ),
        ),
    ),
)

_STAGE_ASSESSMENTS = Group(
    "StageAssessments",
    (
        Many(
            "KeyStage",
            "attainment.stages",
            (
                Leaf("Stage", "stage"),
                Many(
                    "StageAssessment",
                    "results",
                    (
                        Leaf("Locale", "locale"),
                        Leaf("Year", "year"),
                        Leaf("Subject", "subject"),
                        Leaf("Method", "method"),
                        Leaf("Component", "component"),
                        Leaf("ResultStatus", "status"),
                        Leaf("ResultQualifier", "qualifier"),
                        Leaf("Result", "result"),
                        Leaf("ResultDate", "result_date", Kind.DATE),
                    ),
                ),
            ),
        ),
    ),
)

_SCHOOL_HISTORY = Group(
    "SchoolHistory",
    (
        Many(
            "School",
            "pupil.school_history",
            (
                DfeNumber("laestab"),
                Leaf("URN", "urn", Kind.CODE),
                Leaf("SchoolName", "name"),
                Leaf("EntryDate", "entry_date", Kind.DATE),
                Leaf("LeavingDate", "leaving_date", Kind.DATE),
                Leaf("LeavingReason", "leaving_reason", Kind.CODE),
                Leaf("LastSchool", "last_school", Kind.FLAG),
            ),
        ),
    ),
)

PUPIL: tuple[Node, ...] = (
    Leaf("UPN", "pupil.upn", Kind.UPN, vital=True),
    # As the SEN2 return has it; no CTF says so, hence it is read and never written.
    Leaf("UPNunknown", "pupil.upn_unknown", Kind.CODE, read_only=True, vital=True),
    Leaf("UniqueLearnerNumber", "pupil.uln", Kind.CODE),
    Leaf("UCI", "pupil.uci", Kind.CODE),
    Leaf("Surname", "pupil.names.surname", vital=True),
    Leaf("Forename", "pupil.names.forename", vital=True),
    Leaf("DOB", "pupil.date_of_birth", Kind.DATE, vital=True),
    Leaf("Sex", "pupil.sex", Kind.CODE, also=("Gender",), vital=True),
    _BASIC_DETAILS,
    _FREE_MEALS,
    Kept("NAWdetails"),
    Group(
        "LookedAfter",
        (
            Leaf("InCare", "pupil.looked_after.in_care", Kind.FLAG),
            Leaf("CareAuthority", "pupil.looked_after.care_authority", Kind.CODE),
        ),
    ),
    _SEN_HISTORY,
    Group("Address", _address("pupil.address")),
    Group("Phones", (Many("Phone", "pupil.phones", _PHONE),)),
    Leaf("Email", "pupil.email"),
    _CONTACTS,
    _ATTENDANCE,
    _STAGE_ASSESSMENTS,
    _SCHOOL_HISTORY,
    Kept("SuppInfo"),
)


def _school(at: str, *further: Node) -> tuple[Node, ...]:
    return (
        Leaf("LEA", f"{at}.la", Kind.CODE),
        Leaf("Estab", f"{at}.establishment", Kind.CODE),
        Leaf("URN", f"{at}.urn", Kind.CODE),
        Leaf("SchoolName", f"{at}.name"),
        *further,
    )


HEADER: tuple[Node, ...] = (
    Leaf("DocumentName", "document_name"),
    Leaf("CTFversion", "version"),
    Leaf("DateTime", "date_time"),
    Leaf("DocumentQualifier", "document_qualifier"),
    Leaf("DataQualifier", "data_qualifier"),
    Leaf("DataDescriptor", "data_descriptor"),
    Leaf("SupplierID", "supplier_id"),
    Group("SourceSchool", _school("source", Leaf("AcademicYear", "academic_year"))),
    Group("DestSchool", _school("destination")),
    Kept("SuppInfo"),
)
