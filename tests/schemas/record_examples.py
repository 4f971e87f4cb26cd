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
        "home_authority": "330",
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


def ehc_request(**changes: Any) -> dict[str, Any]:
    ep, form = "66666666-6666-4666-8666-666666666666", "77777777-7777-4777-8777-777777777777"
    line = {"what": "Reading in a small group", "who": "Teaching assistant", "times": 3}
    line |= {"per": "week", "minutes": 30, "group_size": 2, "staff": 1, "weeks": 38}
    line |= {"hourly_rate_pence": 1_650, "yearly_pence": 47_025}
    consent = {"to": "contact-professionals", "given": True, "voice": "parent", "name": "Jo Ray"}
    declared = {"by": PERSON, "on": "2026-06-20", "words": "What is told here is true."}
    fields = {
        "request": "88888888-8888-4888-8888-888888888888",
        "edition": 2,
        "status": "withdrawn",
        "authority": "213",
        "requested_by": "school",
        "source": "2",
        "submitted": "2026-06-20",
        "needs_reason": "Reading is four years behind.",
        "plan_reason": "Two years of help moved it by two months.",
        "youth_accommodation": False,
        "evidence": [{"point": "attainment", "text": "Below.", "documents": [ep]}],
        "advice": [
            {
                "kind": "psychology",
                "title": "EP report",
                "author": "Dr Ama Osei",
                "authored": "2026-05-01",
                "document": ep,
            }
        ],
        "cycles": [
            {
                "number": 1,
                "starts": "2025-09-08",
                "did": "Reading, three times a week.",
                "ends": "2025-12-12",
                "reviewed": "2025-12-10",
                "result": "One book band.",
            }
        ],
        "costs": {"lines": [line], "total_pence": 47_025, "threshold_pence": 600_000},
        "views": [
            {
                "voice": "child",
                "text": "I like small groups.",
                "name": "Cy Ray",
                "told": "2026-06-01",
                "how": "In a conversation.",
                "documents": [form],
            }
        ],
        "consents": [consent | {"on": "2026-06-02", "how": "Form.", "document": form}],
        "professionals": [
            {
                "person": PERSON,
                "kind": "medical",
                "involvement": "Therapy until May.",
                "last_seen": "2026-05-02",
                "may_contact": True,
            }
        ],
        "answers": [{"code": "early-help", "question": "Is there early help?", "text": "No."}],
        "profile": "generic",
        "profile_version": "2026-09-01",
        "added": [form],
        "withdrawn_because": "The family moves abroad.",
        "declared": declared | {"approved_by": PERSON, "approved_on": "2026-06-19"},
    }
    return _record("ehc-request", fields, changes)


def ehc_decision(**changes: Any) -> dict[str, Any]:
    fields = {
        "what": "assess",
        "reached": "2026-06-22",
        "decided": "2026-07-28",
        "decided_by": PERSON,
        "yes": False,
        "told": "2026-07-29",
        "reference": "C-7QK2M",
        "reasons": "The panel found that the help given so far is working.",
        "contact": PERSON,
    }
    return _record("ehc-decision", fields, changes)


def advice_request(**changes: Any) -> dict[str, Any]:
    fields = {
        "reference": "3f0c9a52-2a44-4d0c-9d15-0d9a9c6f1e11",
        "purpose": "referral",
        "child": {"surname": "Oak", "forename": "Anna", "date_of_birth": "2015-03-04"},
        "question": "What helps with listening in class?",
        "wanted": "slt-report",
        "asked": "2026-06-22",
        "asked_by": PERSON,
        "consent": {"given_by": "Ana Oak, mother", "given": "2026-06-20", "how": "signed-form"},
        "due": "2026-08-17",
        "documents": ["0a0c9a52-2a44-4d0c-9d15-0d9a9c6f1e12"],
    }
    return _record("advice-request", fields, changes)


def advice_answer(**changes: Any) -> dict[str, Any]:
    fields = {
        "reference": "3f0c9a52-2a44-4d0c-9d15-0d9a9c6f1e11",
        "outcome": "declined",
        "answered": "2026-06-30",
        "answered_by": PERSON,
        "reason": "The child lives outside our area.",
    }
    return _record("advice-answer", fields, changes)


def consultation_answer(**changes: Any) -> dict[str, Any]:
    fields = {
        "answer": "can-meet-with-changes",
        "written": "2026-07-01",
        "written_by": PERSON,
        "text": "We would need a second adult in practical lessons.",
    }
    return _record("consultation-answer", fields, changes)


def review_decision(**changes: Any) -> dict[str, Any]:
    fields = {
        "meeting": "2026-11-09",
        "outcome": "amend",
        "told": "2026-12-01",
        "decided_by": PERSON,
        "notice": "2026-12-01",
        "final": "2027-01-12",
        "reasons": "The outcomes of the last phase were reached.",
    }
    return _record("review-decision", fields, changes)


def annual_review(**changes: Any) -> dict[str, Any]:
    fields = {
        "kind": "phase-transfer",
        "meeting": "2026-11-09",
        "written": "2026-11-16",
        "author": PERSON,
        "recommendation": "amend",
        "authority": "301",
        "nc_year": "6",
        "invited": [
            {"name": "Ana Oak", "invited_as": "family", "came": True, "advice": True},
            {"name": "Dr Ida Moss", "invited_as": "health", "came": False},
        ],
        "child_views": "I want to see the new school twice.",
        "family_views": "We ask for Riverside Academy.",
        "progress": "Outcome 1 was reached, outcome 2 was not.",
        "advice": "The therapist advises to go on.",
        "provision": "Small groups help.",
        "health_and_care": "Nothing new.",
        "adulthood": "Not yet.",
        "next_placement": "Riverside Academy.",
        "sections": ["E", "F", "I"],
        "changes": "New outcomes for the next phase.",
        "disagreements": "The family wants more hours.",
    }
    return _record("annual-review", fields, changes)


def message(**changes: Any) -> dict[str, Any]:
    fields = {
        "kind": "records-answer",
        "written": "2026-06-30",
        "written_by": PERSON,
        "text": "He starts with us in September.",
        "documents": [DOCUMENTS[0]],
        "child": {
            "surname": "Okafor",
            "forename": "Chidubem",
            "date_of_birth": "2015-03-09",
            "known_as": "Chidi",
            "upn": "B801200005001",
        },
        "starts": "2026-09-02",
        "answer": "through-la",
    }
    return _record("message", fields, changes)
