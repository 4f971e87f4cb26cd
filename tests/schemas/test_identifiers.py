"""Identifiers: check characters, forms that people type, and nothing that leaks."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from schemas.errors import IdentifierError
from schemas.identifiers import (
    LaCode,
    Laestab,
    NhsNumber,
    OdsCode,
    OrgId,
    Ukprn,
    Uln,
    Upn,
    Urn,
    parse_any,
    upn_check_letter,
)
from schemas.identifiers.pupils import UPN_ALPHABET

ORG = "0198c5a2-7d3e-4c1b-9a55-3f6f0d9b2c11"


def code_of(parse: Callable[..., object], *arguments: object) -> str:
    with pytest.raises(IdentifierError) as caught:
        parse(*arguments)
    return caught.value.code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("A801200005001", "upn-check-letter"),
        ("X80120000A001", "upn-form"),
        ("I801200005001", "upn-form"),
        ("B80120000500", "upn-form"),
        ("B8012000050011", "upn-form"),
        ("", "upn-form"),
        ("B80120000500\uff11", "upn-form"),
        ("E000200005001", "upn-la-unknown"),
        ("B801200005001" * 1000, "upn-form"),
    ],
)
def test_wrong_upns_are_refused_by_name(text: str, code: str) -> None:
    assert code_of(Upn.parse, text) == code


@pytest.mark.parametrize(
    "text", ["B801200005001", " b801 2000 05 001\t", "B801\u00a0200005001\u200b", "b801200005001\n"]
)
def test_a_upn_is_read_as_people_type_it(text: str) -> None:
    upn = Upn.parse(text)
    assert str(upn) == "B801200005001"
    assert (upn.la, upn.establishment, upn.temporary) == ("801", "2000", False)


def test_a_temporary_upn_ends_in_a_letter() -> None:
    assert Upn.parse("Q80120000500C").temporary
    assert Upn.parse("M20700001604A").temporary
    assert code_of(lambda: Upn.parse("Q80120000500I")) == "upn-form"


def test_the_letter_of_the_published_example_that_is_wrong() -> None:
    assert upn_check_letter("207000016049") == "P"


def test_a_upn_keeps_the_code_of_an_la_that_is_no_more_but_not_of_one_to_come() -> None:
    old = Upn.compose(la="928", establishment="2000", year=2015, serial="001")
    assert Upn.parse(str(old), on=date(2025, 9, 1)) == old
    new = Upn.compose(la="940", establishment="2000", year=2021, serial="001")
    assert Upn.parse(str(new), on=date(2021, 4, 1)) == new
    assert code_of(lambda: Upn.parse(str(new), on=date(2021, 3, 31))) == "upn-la-unknown"


@given(
    st.sampled_from(["801", "330", "943"]),
    st.from_regex("[0-9]{4}", fullmatch=True),
    st.integers(1999, 2026),
    st.from_regex(f"[0-9]{{2}}[0-9{UPN_ALPHABET}]", fullmatch=True),
    st.integers(1, 12),
    st.sampled_from("0123456789"),
)
def test_composed_upns_parse_and_no_single_digit_can_change(
    la: str, establishment: str, year: int, serial: str, place: int, digit: str
) -> None:
    upn = Upn.compose(la=la, establishment=establishment, year=year, serial=serial)
    assert Upn.parse(str(upn)) == upn
    changed = str(upn)[:place] + digit + str(upn)[place + 1 :]
    assume(changed != str(upn))
    if upn.temporary and place == 12:
        return  # a letter and a digit may be worth the same there
    assert code_of(lambda: Upn.parse(changed)) == "upn-check-letter"


def test_uln_and_nhs_number() -> None:
    assert str(Uln.parse("1000 000 043")) == "1000000043"
    assert code_of(lambda: Uln.parse("9999999999")) == "uln-temporary"
    assert code_of(lambda: Uln.parse("100000004")) == "uln-form"
    assert str(NhsNumber.parse("943-476-5870")) == "9434765870"
    assert str(NhsNumber.parse("943 476 5870")) == "9434765870"
    assert NhsNumber.parse("9990000018").for_tests
    assert not NhsNumber.parse("9434765870").for_tests
    assert code_of(lambda: NhsNumber.parse("94347658701")) == "nhs-number-form"
    assert code_of(lambda: NhsNumber.parse("9-434765870")) == "nhs-number-form"
    for placeholder in ("0000000000", "9999999999"):
        assert code_of(NhsNumber.parse, placeholder) == "nhs-number-placeholder"


def test_organisations_are_read_as_people_write_them() -> None:
    assert str(Urn.parse(" 123 456 ")) == "123456"
    for text in ("1234567", "123/4567", "123-4567", "123 4567", " 123 / 4567"):
        number = Laestab.parse(text)
        assert (str(number), number.with_slash) == ("1234567", "123/4567")
    assert str(Ukprn.parse("10012345")) == "10012345"
    assert str(OdsCode.parse("rx1")) == "RX1"
    assert str(OrgId.parse(ORG.upper())) == ORG
    assert LaCode.parse("801").name == "Bristol, City of"


@pytest.mark.parametrize(
    ("parse", "code"),
    [
        (lambda: Urn.parse("12345"), "urn-form"),
        (lambda: Urn.parse("012345"), "urn-form"),
        (lambda: Laestab.parse("12/34567"), "laestab-form"),
        (lambda: Laestab.parse("123//4567"), "laestab-form"),
        (lambda: Ukprn.parse("20012345"), "ukprn-form"),
        (lambda: OdsCode.parse("R1"), "ods-form"),
        (lambda: OdsCode.parse("R-123"), "ods-form"),
        (lambda: OrgId.parse(ORG.replace("-", "")), "org-id-form"),
        (lambda: LaCode.parse("80"), "la-form"),
        (lambda: LaCode.parse("999"), "la-unknown"),
        (lambda: LaCode.parse("928", on=date(2021, 4, 1)), "la-closed"),
        (lambda: LaCode.parse("940", on=date(2021, 3, 31)), "la-not-yet"),
    ],
)
def test_wrong_organisation_identifiers_are_refused_by_name(
    parse: Callable[[], object], code: str
) -> None:
    assert code_of(parse) == code


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("123456", [Urn("123456")]),
        ("123/4567", [Laestab("1234567")]),
        ("1234567", [Laestab("1234567")]),
        ("10012345", [Ukprn("10012345")]),
        ("801", [LaCode("801"), OdsCode("801")]),
        ("999", [OdsCode("999")]),
        ("RX1", [OdsCode("RX1")]),
        (ORG, [OrgId(ORG)]),
        ("urn: 123456", [Urn("123456")]),
        ("DfE: 123/4567", [Laestab("1234567")]),
        ("ODS#y05868", [OdsCode("Y05868")]),
        ("ukprn:10012345", [Ukprn("10012345")]),
        ("org_id:" + ORG, [OrgId(ORG)]),
    ],
)
def test_whatever_is_typed_finds_its_candidates(text: str, found: list[object]) -> None:
    assert list(parse_any(text)) == found


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("St Anne's Primary", "organisation-identifier-unknown"),
        ("", "organisation-identifier-unknown"),
        ("12345678901", "organisation-identifier-unknown"),
        ("urn:12", "urn-form"),
        ("la:999", "la-unknown"),
        ("x" * 100_000, "organisation-identifier-unknown"),
    ],
)
def test_what_finds_nothing_says_so(text: str, code: str) -> None:
    assert code_of(parse_any, text) == code


def test_schemes_never_compare_equal_and_name_themselves() -> None:
    assert LaCode("801") != OdsCode("801")
    assert {Urn("123456").scheme, OrgId(ORG).scheme} == {"urn", "org_id"}


def test_nothing_about_a_person_shows_in_errors_or_reprs() -> None:
    for parse, text in [
        (Upn.parse, "A801200005001"),
        (Uln.parse, "1000000042"),
        (NhsNumber.parse, "9434765871"),
    ]:
        with pytest.raises(IdentifierError) as caught:
            parse(text, path="/upn")
        assert text not in f"{caught.value!r} {caught.value} {caught.value.hint}"
        assert caught.value.path == "/upn"
    shown = repr([Upn.parse("B801200005001"), Uln.parse("1000000043")])
    assert shown == "[Upn(hidden), Uln(hidden)]"
    assert "943" not in repr(NhsNumber.parse("9434765870"))


@given(st.text(max_size=40))
def test_nothing_but_a_typed_refusal_escapes(text: str) -> None:
    for parse in (Upn.parse, Uln.parse, NhsNumber.parse, Laestab.parse, OdsCode.parse, parse_any):
        try:
            parse(text)
        except IdentifierError:
            continue


@pytest.mark.corpus
def test_published_vectors(corpora: Path) -> None:
    vectors = json.loads((corpora / "identifiers" / "test_vectors.json").read_text())
    not_an_la = {"A950000178301", "H243278544154", "A123456789012", "E000200005001"}
    for case in vectors["UPN"]["valid_check_letter"]:
        assert upn_check_letter(case["v"][1:]) == case["v"][0]
        if case["v"] in not_an_la:
            assert code_of(Upn.parse, case["v"]) == "upn-la-unknown"
        else:
            assert str(Upn.parse(case["v"])) == case["v"]
    for case in vectors["UPN"]["invalid"]:
        assert code_of(Upn.parse, case["v"]) in {"upn-check-letter", "upn-form"}
        if "want" in case:
            assert upn_check_letter(case["v"][1:]) == case["want"]
    for case in vectors["UPN"]["computed_here_temporary_form"]:
        assert Upn.parse(case["v"]).temporary
    for kind, name in ((Uln, "ULN"), (NhsNumber, "NHS")):
        for text in vectors[name]["valid"]:
            assert str(kind.parse(text)) == text
        for text in vectors[name]["invalid"]:
            assert code_of(kind.parse, text).endswith("-check-digit")
