"""The pupil's record: lives that do not fit the form among them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from schemas.base import dump, load
from schemas.identifiers import Laestab, NhsNumber, Upn
from schemas.pupil import NhsNumberReason, Pupil
from tests.schemas.record_examples import contact, pupil
from tests.schemas.verdicts import only, problems


def without(*names: str, **changes: Any) -> dict[str, Any]:
    value = pupil(**changes)
    for name in names:
        del value[name]
    return value


def test_it_loads_into_types_and_comes_back() -> None:
    made = load(Pupil, pupil())
    assert made.upn == Upn("B801200005001")
    assert made.nhs_number == NhsNumber("9434765870")
    assert made.nhs_number_reason is NhsNumberReason.HEALTHCARE_PLAN
    assert made.date_of_birth == date(2015, 2, 28)
    assert made.school_history[0].laestab == Laestab("8012000")
    assert made.contacts[0].phones[0].number == "07700 900123"
    assert made.extras[0].xml == "<YSSA>Yes</YSSA>"
    assert dump(made) == pupil()


def test_the_least_that_ctf_asks_is_enough() -> None:
    least = {
        "schema": "sen.pupil/1.0",
        "subject": pupil()["subject"],
        "names": {"surname": "Okafor", "forename": "Chidubem"},
        "date_of_birth": "2015-02-28",
        "sex": "M",
        "upn": "B801200005001",
    }
    made = load(Pupil, least)
    assert made.contacts == ()
    assert dump(made) == {**least, "nhs_number_reason": "not-needed"}


def test_the_name_that_pages_show_is_the_one_the_pupil_is_called_by() -> None:
    assert load(Pupil, pupil()).names.display == "Chidi Okafor-Núñez"
    plain = pupil(names={"surname": "Okafor", "forename": "Chidubem"})
    assert load(Pupil, plain).names.display == "Chidubem Okafor"


def test_no_upn_needs_a_reason() -> None:
    assert only(without("upn")) == ("upn-or-reason", "/upn")
    assert only(pupil(upn_unknown="UN3")) == ("upn-or-reason", "/upn")
    assert load(Pupil, without("upn", upn_unknown="UN3")).upn_unknown == "UN3"


def test_an_nhs_number_needs_a_reason() -> None:
    assert only(without("nhs_number_reason")) == ("nhs-number-reason", "/nhs_number_reason")
    assert only(without("nhs_number")) == ("nhs-number-reason", "/nhs_number_reason")
    made = load(Pupil, without("nhs_number", nhs_number_reason="objection"))
    assert made.nhs_number is None


@pytest.mark.parametrize(
    ("changes", "code", "path"),
    [
        ({"upn": "A801200005001"}, "upn-check-letter", "/upn"),
        ({"upn": "b801200005001"}, "wrong-form", "/upn"),
        ({"upn": "B 801200005001"}, "wrong-form", "/upn"),
        ({"former_upns": ["P801200019007"] * 2}, "repeated", "/former_upns/1"),
        ({"uln": "1000000042"}, "uln-check-digit", "/uln"),
        ({"uln": "9999999999"}, "uln-temporary", "/uln"),
        ({"nhs_number": "9434765871"}, "nhs-number-check-digit", "/nhs_number"),
        ({"nhs_number": 9434765870}, "wrong-type", "/nhs_number"),
        ({"date_of_birth": "2015-02-29"}, "not-a-day", "/date_of_birth"),
        ({"date_of_birth": "28/02/2015"}, "wrong-form", "/date_of_birth"),
        ({"sex": "male"}, "not-in-set", "/sex"),
        ({"nc_year": 6}, "wrong-type", "/nc_year"),
        ({"nc_year": "15"}, "not-in-set", "/nc_year"),
        ({"medical_flag": "yes"}, "wrong-type", "/medical_flag"),
        ({"medical_flag": None}, "wrong-type", "/medical_flag"),
        ({"names": {"surname": "Okafor"}}, "missing", "/names/forename"),
        ({"names": {"surname": "", "forename": "C"}}, "too-short", "/names/surname"),
        (
            {"looked_after": {"in_care": True, "care_authority": "999"}},
            "not-in-set",
            "/looked_after/care_authority",
        ),
        ({"address": {"county": "Larkshire"}}, "address-empty", "/address/lines"),
        ({"phones": [{"number": "call me!"}]}, "wrong-form", "/phones/0/number"),
        ({"email": "nobody"}, "wrong-form", "/email"),
        ({"contacts": [contact(), contact()]}, "order-repeated", "/contacts/1/order"),
        ({"contacts": [contact(address_as_pupil=True)]}, "address-twice", "/contacts/0/address"),
        ({"contacts": [contact(relationship="MUM")]}, "not-in-set", "/contacts/0/relationship"),
        (
            {"school_history": [{"leaving_date": "2026-07-21"}]},
            "school-unnamed",
            "/school_history/0/name",
        ),
        (
            {
                "school_history": [
                    {"name": "x", "entry_date": "2026-01-02", "leaving_date": "2026-01-01"}
                ]
            },
            "leaves-early",
            "/school_history/0/leaving_date",
        ),
        ({"extras": [{"within": "../x", "xml": "<a/>"}]}, "wrong-form", "/extras/0/within"),
        ({"extras": ["<a/>"]}, "wrong-type", "/extras/0"),
    ],
)
def test_a_bad_field(changes: dict[str, Any], code: str, path: str) -> None:
    assert only(pupil(**changes)) == (code, path)


def test_extras_at_the_pupil_itself_and_with_any_text() -> None:
    xml = "<Odd note='\u202eabc'>\n\t\u00e9 \U0001f98a</Odd>"
    made = load(Pupil, pupil(extras=[{"within": "", "xml": xml}]))
    assert made.extras[0].xml == xml


def test_names_are_not_normalised() -> None:
    decomposed = "Jose\u0301"
    made = load(Pupil, pupil(names={"surname": "O\u2019Neil-St. John", "forename": decomposed}))
    assert made.names.forename == decomposed


def test_the_subject_says_whose_record_it_is() -> None:
    assert problems(without("subject")) == (("missing", "/subject"),)
    assert only(pupil(subject="B801200005001")) == ("too-short", "/subject")
