"""One full example of every record about a pupil: each optional field is there."""

from __future__ import annotations

from typing import Any

from tests.schemas.examples import DOCUMENTS, PUPIL

PERSON: dict[str, Any] = {
    "name": "Ms Aoife Byrne",
    "role": "SENCO",
    "organisation": "Elm Grove Primary School",
    "phone": "020 7946 0018",
    "email": "senco@elmgrove.example",
}
SCHOOL: dict[str, Any] = {
    "name": "Riverside Academy",
    "urn": "137421",
    "laestab": "3304009",
    "ukprn": "10034567",
}


def _record(name: str, fields: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return {"schema": f"sen.{name}/1.0", "subject": PUPIL, **fields, **changes}


def contact(**changes: Any) -> dict[str, Any]:
    return {
        "order": 1,
        "title": "Mrs",
        "surname": "Okafor-Núñez",
        "forename": "Ifeoma",
        "middle_names": "Rosa",
        "sex": "F",
        "relationship": "PAM",
        "responsibility": True,
        "court_order": False,
        "arrangements": "Text before you ring.\nNever leave a message.",
        "address": {"lines": ["2 The Row", "Larkhill"], "post_code": "ZZ1 1AA", "country": "UK"},
        "phones": [{"number": "07700 900123", "kind": "M"}],
        "email": "i.okafor@family.example",
        **changes,
    }


def pupil(**changes: Any) -> dict[str, Any]:
    address = {
        "saon": "Flat 3",
        "paon": "14",
        "street": "Mill Lane",
        "locality": "Northside",
        "town": "Larkhill",
        "administrative_area": "Larkshire",
        "post_town": "LARKHILL",
        "uprn": "100012345678",
        "county": "Larkshire",
        "post_code": "ZZ1 1AB",
    }
    school = {
        "name": "Elm Grove Primary School",
        "urn": "102345",
        "laestab": "8012000",
        "entry_date": "2019-09-02",
        "leaving_date": "2026-07-21",
        "leaving_reason": "PM",
        "last_school": True,
    }
    second = contact(order=2, address_as_pupil=True)
    del second["address"]
    fields: dict[str, Any] = {
        "names": {
            "surname": "Okafor",
            "forename": "Chidubem",
            "middle_names": "José",
            "known_as": "Chidi",
            "preferred_surname": "Okafor-Núñez",
            "former_surname": "Núñez",
            "former_forename": "José",
        },
        "date_of_birth": "2015-02-28",
        "sex": "M",
        "upn": "B801200005001",
        "former_upns": ["P801200019007"],
        "uln": "1000000043",
        "uci": "8012300260012",
        "nhs_number": "9434765870",
        "nhs_number_reason": "healthcare-plan",
        "nc_year": "6",
        "enrol_status": "C",
        "ethnicity": "BAFR",
        "ethnicity_source": "P",
        "languages": [{"language": "IGB", "kind": "F"}, {"language": "ENG"}],
        "service_child": "N",
        "medical_flag": True,
        "disabilities": ["MOB", "COMM"],
        "looked_after": {"in_care": True, "care_authority": "330"},
        "free_meals": [{"starts": "2021-09-01", "ends": "2023-07-20", "country": "ENG"}],
        "free_meals_review": "2023-07-01",
        "address": address,
        "phones": [{"number": "+44 7700 900456"}],
        "email": "chidi@school.example",
        "contacts": [contact(), second],
        "school_history": [school],
        "extras": [{"within": "BasicDetails", "xml": "<YSSA>Yes</YSSA>"}],
    }
    return _record("pupil", fields, changes)


def register(**changes: Any) -> dict[str, Any]:
    fields = {
        "provision": "K",
        "provision_starts": "2021-01-11",
        "provision_history": [
            {"provision": "A", "starts": "2013-09-02", "ends": "2014-08-31"},
            {"provision": "K"},
        ],
        "needs": [
            {"rank": 1, "type": "SLCN", "starts": "2021-01-11", "notes": "Says little in groups."},
            {"rank": 1, "type": "BESD", "starts": "2013-01-01", "ends": "2014-08-31"},
            {"rank": 2, "type": "SPLD"},
        ],
        "suspected_needs": [
            {
                "area": "communication-interaction",
                "noticed": "Covers his ears in the hall, every day.",
                "noticed_by": "Class teacher",
                "since": "2025-10-01",
                "tried": "Ear defenders; they help.",
                "next_step": "Ask the family about an assessment.",
            }
        ],
        "written": "2026-05-20",
    }
    return _record("sen-register", fields, changes)


def review(**changes: Any) -> dict[str, Any]:
    return {
        "held": "2026-03-26",
        "progress": "Reads 70 of the 100 words.",
        "attended": [dict(PERSON)],
        "parent_view": "He reads to his sister now.",
        "pupil_view": "I like the computer game.",
        "decisions": "Go on until July.",
        "next_review": "2026-07-02",
        **changes,
    }


def plan(**changes: Any) -> dict[str, Any]:
    fields = {
        "written": "2026-05-20",
        "author": dict(PERSON),
        "outcomes": [
            {
                "number": 1,
                "outcome": "Reads the first 100 words on sight.",
                "measure": "Checked on cards by the teacher, three days running.",
                "by": "2026-07-17",
                "area": "cognition-learning",
                "baseline": "34 words in January.",
                "status": "under-way",
            }
        ],
        "provision": [
            {
                "what": "Precision teaching",
                "who": "Teaching assistant",
                "times": 4,
                "per": "week",
                "minutes": 15,
                "group_size": 1,
                "weeks": 38,
                "hourly_rate_pence": 1650,
                "outcomes": [1],
                "starts": "2026-01-12",
                "ends": "2026-07-17",
            }
        ],
        "strategies": [
            {
                "helps": "One instruction at a time.",
                "avoid": "Cold calling.",
                "where": "All lessons",
            }
        ],
        "cycles": [
            {
                "number": 1,
                "starts": "2026-01-12",
                "ends": "2026-03-26",
                "assess": "Phonics screening repeated.",
                "plan": "Daily words.",
                "do": "Given 38 of 40 times.",
                "review": review(),
            }
        ],
        "reviews": [review()],
        "specialists": [
            {
                "person": dict(PERSON, role="Speech and language therapist"),
                "involvement": "Block of six sessions.",
                "since": "2025-11-03",
                "until": "2026-02-06",
            }
        ],
        "agreed_with_parents": "2026-05-22",
        "next_review": "2026-07-02",
    }
    return _record("sen-support-plan", fields, changes)


def profile(**changes: Any) -> dict[str, Any]:
    fields = {
        "known_as": "Chidi",
        "written": "2026-06-01",
        "strengths": ["Kind to younger children", "Knows every bus route"],
        "important": ["Football at lunch"],
        "support": ["Tell me before something changes"],
        "avoid": ["Shouting"],
        "communication": "I nod for yes. A red card means stop.",
        "hopes": "To drive a bus.",
        "medical_alert": "Nut allergy: pen in the office",
        "written_with": ["Mum", "Key worker"],
    }
    return _record("one-page-profile", fields, changes)


def transition(**changes: Any) -> dict[str, Any]:
    fields = {
        "written": "2026-06-10",
        "moves_to": dict(SCHOOL),
        "moves_on": "2026-09-03",
        "key_adults": [dict(PERSON, role="Head of Year 7")],
        "visits": [
            {
                "day": "2026-06-24",
                "purpose": "See the canteen.",
                "made": True,
                "how_it_went": "Well.",
            }
        ],
        "meetings": [
            {
                "held": "2026-06-12",
                "notes": "Both SENCOs.",
                "attended": [dict(PERSON)],
                "agreed": ["Own locker by the door"],
            }
        ],
        "first_day": "Met at the side gate at 8.20.",
        "worries": "Losing the timetable.",
        "arrangements": ["Leaves lessons two minutes early"],
    }
    return _record("transition-plan", fields, changes)


def report(**changes: Any) -> dict[str, Any]:
    fields = {
        "type": "ep-report",
        "title": "Psychological advice",
        "authors": [
            {
                "name": "Dr Nkechi Öztürk",
                "role": "Educational psychologist",
                "organisation": "Larkshire EPS",
                "registration": {
                    "body": "other",
                    "number": "PYL12345",
                    "name_of_body": "A register",
                },
            }
        ],
        "written": "2026-05-01",
        "status": "amended",
        "issued": "2026-05-04",
        "seen": ["2026-04-20", "2026-04-22"],
        "document": DOCUMENTS[0],
        "replaces": DOCUMENTS[1],
        "original_type": {
            "system": "http://snomed.info/sct",
            "code": "371530004",
            "display": "Clinical consultation report",
        },
        "question": "What holds back reading?",
        "summary": "Working memory.",
        "recommendations": ["Short instructions"],
        "sections": [{"title": "Background", "text": "Seen twice."}],
        "readers": {
            "may_read": ["senco", "named-people"],
            "may_not_read": ["staff"],
            "named": ["Ms Aoife Byrne"],
            "parents_have_seen": True,
            "reason": "Health details of a brother.",
        },
    }
    return _record("specialist-report", fields, changes)


def attendance(**changes: Any) -> dict[str, Any]:
    fields = {
        "years": [
            {
                "year": 2025,
                "possible": 320,
                "attended": 301,
                "authorised": 15,
                "unauthorised": 4,
                "laestab": "8012000",
                "school_name": "Elm Grove Primary School",
                "marks": [{"starts": "2025-09-01", "marks": "/\\/\\I-"}],
            }
        ],
        "until": "2026-05-22",
    }
    return _record("attendance", fields, changes)


def attainment(**changes: Any) -> dict[str, Any]:
    fields = {
        "results": [
            {
                "stage": "KS2",
                "locale": "ENG",
                "year": "2026",
                "subject": "MAT",
                "method": "TT",
                "component": "PAPER 1",
                "status": "R",
                "qualifier": "NS",
                "result": "104",
                "result_date": "2026-07-07",
            }
        ]
    }
    return _record("attainment", fields, changes)


def safeguarding(**changes: Any) -> dict[str, Any]:
    dsl = {"name": "Mr Tom Hale", "phone": "020 7946 0019", "email": "dsl@elmgrove.example"}
    return _record("safeguarding-flag", {"flag": True, "dsl": dsl}, changes)


def ehc_plan(**changes: Any) -> dict[str, Any]:
    fields = {
        "authority": "330",
        "status": "final",
        "reference": "LK/2024/118",
        "issued": "2024-02-09",
        "last_review": "2025-10-03",
        "names_school": dict(SCHOOL),
        "document": DOCUMENTS[0],
        "sections": [
            {"section": "A", "text": "I want friends."},
            {"section": "F"},
            {"section": "K", "documents": [DOCUMENTS[1]]},
        ],
    }
    return _record("ehc-plan", fields, changes)
