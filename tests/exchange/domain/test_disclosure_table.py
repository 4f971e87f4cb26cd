"""Every row of the table of documents, tried against every kind of recipient.

The expectations are written out by hand from the table of docs/disclosure.md, and do not come
from the data file that the code reads.
"""

from __future__ import annotations

from datetime import date

import pytest

from exchange.domain.disclosure import (
    Decision,
    Facts,
    Outcome,
    Purpose,
    Recipient,
    class_of,
    decide,
)
from schemas.codes import code_set

DAY = date(2026, 7, 1)
SCHOOL = Recipient(org_id="school", kind="school")
NAMED = Recipient(org_id="school", kind="school", named_school=True)
DSL = Recipient(org_id="school", kind="school", inbox="dsl")
LA = Recipient(org_id="la", kind="la")
HEALTH = Recipient(org_id="icb", kind="health")
AGENCY = Recipient(org_id="service", kind="agency")
EP = Recipient(org_id="service", kind="agency", role="ep")
FAMILY = Recipient(org_id="family", kind="family")
RECIPIENTS = {"SENCO": SCHOOL, "LA": LA, "health": HEALTH, "agency": AGENCY, "family": FAMILY}

# type: what the SENCO of a school, the LA, a health body, an agency, the family get.
# + goes, - never; a word: who decides.
TABLE: dict[str, tuple[str, str, str, str, str]] = {
    "profile": ("+", "-", "-", "-", "-"),
    "sen-support-plan": ("+", "+", "-", "-", "+"),
    "provision-map": ("+", "+", "-", "-", "-"),
    "provision-map-costed": ("-", "+", "-", "-", "-"),
    "strategies": ("+", "-", "-", "-", "-"),
    "standardised-scores": ("+", "+", "-", "-", "-"),
    "attainment": ("+", "+", "-", "-", "-"),
    "access-arrangements": ("+", "-", "-", "-", "-"),
    "risk-assessment": ("+", "-", "-", "-", "-"),
    "healthcare-plan": ("+", "-", "-", "-", "-"),
    "ep-report": ("+", "+", "-", "-", "+"),
    "slt-report": ("+", "+", "-", "-", "+"),
    "ot-report": ("+", "+", "-", "-", "+"),
    "physio-report": ("+", "+", "-", "-", "+"),
    "camhs-report": ("clinician", "clinician", "clinician", "clinician", "-"),
    "paediatric-report": ("clinician", "clinician", "clinician", "clinician", "-"),
    "social-care-advice": ("dsl", "+", "-", "-", "-"),
    "parent-views": ("family", "family", "family", "family", "+"),
    "pupil-views": ("pupil", "pupil", "pupil", "pupil", "pupil"),
    "attendance": ("+", "+", "-", "-", "-"),
    "behaviour": ("+", "+", "-", "-", "-"),
    "ehc-plan": ("senco", "-", "+", "-", "+"),
    "ehc-plan-consultation": ("-", "-", "-", "-", "-"),
    "annual-review": ("senco", "+", "senco", "senco", "-"),
    "safeguarding-flag": ("+", "-", "-", "-", "-"),
    "cp-file": ("-", "-", "-", "-", "-"),
    "sharing-agreement": ("-", "+", "-", "-", "-"),
    "ehc-request": ("-", "+", "-", "-", "-"),
    "pep": ("+", "-", "-", "-", "-"),
    "sensory-report": ("+", "+", "-", "-", "+"),
    "specialist-teacher-report": ("+", "+", "-", "-", "+"),
    "diagnosis-letter": ("+", "+", "-", "-", "+"),
    "screening": ("+", "+", "-", "-", "+"),
    "early-help": ("+", "-", "-", "-", "-"),
    "transition-plan": ("+", "-", "-", "-", "-"),
    "equipment": ("+", "-", "-", "-", "-"),
    "peep": ("+", "-", "-", "-", "-"),
    "communication-profile": ("+", "-", "-", "-", "-"),
    "other": ("+", "-", "-", "-", "-"),
}
# A purpose that is open to each kind of recipient.
OPEN_TO = {
    "SENCO": Purpose(),
    "LA": Purpose(code="ehc-needs-assessment"),
    "health": Purpose(code="ehc-needs-assessment"),
    "agency": Purpose(code="specialist-advice"),
    "family": Purpose(code="correspondence"),
}


def asked(type_: str, recipient: Recipient, purpose: Purpose | None = None) -> Decision:
    return decide(Facts(type=type_), recipient, purpose or Purpose(), DAY)


def test_the_table_has_a_row_for_every_type_of_today_and_for_no_other() -> None:
    assert set(TABLE) == {one.code for one in code_set("document-type").current(DAY)}


def test_every_type_has_a_class_on_every_day_on_which_it_is_one() -> None:
    for one in code_set("document-type"):
        kind, source = class_of(one.code, one.since or DAY)
        assert kind in ("must-go", "school-decides", "family-own")
        assert len(source) > 10
    assert len(list(code_set("disclosure-class"))) == len(list(code_set("document-type")))


@pytest.mark.parametrize("who", RECIPIENTS)
@pytest.mark.parametrize("type_", TABLE)
def test_each_row(type_: str, who: str) -> None:
    expected = TABLE[type_][list(RECIPIENTS).index(who)]
    found = asked(type_, RECIPIENTS[who], OPEN_TO[who])
    told = {
        Outcome.ALLOWED: "+",
        Outcome.WITHHELD: "-",
        Outcome.NEEDS_DECISION: found.by,
    }[found.outcome]
    assert told == expected, found
    assert found.code
    assert found.basis


def test_the_named_school_gets_the_plan_and_any_other_school_must_be_asked_about() -> None:
    assert asked("ehc-plan", NAMED).code == "named-in-section-i"
    assert asked("ehc-plan", SCHOOL).code == "section-i-unknown"


def test_a_consulted_school_gets_the_consultation_edition_and_never_the_plan() -> None:
    consultation = Purpose(code="school-consultation")
    assert asked("ehc-plan-consultation", SCHOOL, consultation).allowed
    for school in (SCHOOL, NAMED):
        found = asked("ehc-plan", school, consultation)
        assert (found.outcome, found.code) == (Outcome.WITHHELD, "consultation-edition-only")
    assert asked("ehc-plan-consultation", SCHOOL).code == "not-consulted"


def test_a_role_that_a_pack_is_addressed_to_counts() -> None:
    advice = Purpose(code="specialist-advice")
    assert asked("standardised-scores", EP, advice).allowed
    assert asked("standardised-scores", AGENCY, advice).code == "not-for-role"


@pytest.mark.parametrize("type_", sorted(TABLE))
def test_the_dsl_alone_gets_a_cp_file_and_in_its_pack_nothing_else(type_: str) -> None:
    found = asked(type_, DSL, Purpose(kind="cp-file"))
    assert found.allowed is (type_ == "cp-file")
    if type_ == "cp-file":
        for purpose in (Purpose(), Purpose(code="safeguarding")):
            assert asked(type_, DSL, purpose).code == "cp-apart"
        assert asked(type_, SCHOOL, Purpose(kind="cp-file")).code == "cp-to-dsl-only"


@pytest.mark.parametrize("type_", ["safeguarding-flag", "cp-file", "social-care-advice"])
def test_the_familys_page_never_shows_what_its_allow_list_leaves_out(type_: str) -> None:
    assert asked(type_, FAMILY, OPEN_TO["family"]).outcome is Outcome.WITHHELD


@pytest.mark.parametrize(
    ("recipient", "purpose", "code"),
    [
        (AGENCY, Purpose(), "purpose-unfit"),
        (LA, Purpose(code="school-consultation"), "purpose-unfit"),
        (SCHOOL, Purpose(code="educational-record", lawful_basis="consent"), "basis-unfit"),
        (SCHOOL, Purpose(lawful_basis="vital-interests"), "basis-unfit"),
        (SCHOOL, Purpose(code="safeguarding"), "not-for-this-purpose"),
    ],
)
def test_purpose_and_basis_must_fit(recipient: Recipient, purpose: Purpose, code: str) -> None:
    found = asked("ep-report", recipient, purpose)
    assert (found.outcome, found.code, found.by) == (Outcome.WITHHELD, code, "rule")


def test_every_purpose_is_open_to_somebody_on_some_basis() -> None:
    bases = {one.code for one in code_set("lawful-basis")}
    types = set(TABLE)
    for one in code_set("purpose"):
        assert one.attributes["recipients"]
        assert set(map(str, one.attributes["bases"])) <= bases  # type: ignore[arg-type]
        assert set(map(str, one.attributes.get("types") or ())) <= types  # type: ignore[arg-type]


def test_consent_is_warned_about() -> None:
    found = asked("ep-report", SCHOOL, Purpose(lawful_basis="consent"))
    assert found.allowed
    assert found.warnings == ("consent-usually-wrong",)


def test_an_isp_is_a_document_once_there_are_any() -> None:
    later = date(2029, 9, 1)
    assert decide(Facts(type="isp"), SCHOOL, Purpose(), later).allowed
    assert not decide(Facts(type="isp"), LA, Purpose(), later).allowed


def test_every_term_of_the_column_is_a_role_or_one_that_the_code_knows() -> None:
    special = {
        "named-people",
        "as-author-chooses",
        "named-school",
        "consulted-schools",
        "invitees",
        "sender",
    }
    roles = {one.code for one in code_set("recipient-role")}
    for one in code_set("document-type"):
        terms = one.attributes["may_receive"]
        assert isinstance(terms, list)
        assert set(map(str, terms)) <= roles | special, one.code
