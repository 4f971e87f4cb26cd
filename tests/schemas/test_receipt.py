"""The receipt: codes, hashes and random ids; a chain with one beginning."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.base import dump, load
from schemas.codes import code_set
from schemas.receipt import ExceptionCode, Receipt, ReceiptKind, RejectionCode
from tests.schemas.examples import DIGEST, DOCUMENTS, receipt
from tests.schemas.verdicts import only, problems


@pytest.mark.parametrize("kind", [each for each in ReceiptKind if each != "rejected"])
def test_kinds_without_a_code(kind: str) -> None:
    assert load(Receipt, receipt(kind=kind)).kind == kind
    assert only(receipt(kind=kind, code="expired")) == ("code-kind", "/code")


@pytest.mark.parametrize("code", RejectionCode)
def test_a_rejection_says_why(code: RejectionCode) -> None:
    made = load(Receipt, receipt(kind="rejected", code=str(code)))
    assert made.code is code
    assert dump(made) == receipt(kind="rejected", code=str(code))


@pytest.mark.parametrize("name", sorted(set(receipt()) - {"schema"}))
def test_every_field_is_required(name: str) -> None:
    value = receipt()
    del value[name]
    assert problems(value) == (("missing", f"/{name}"),)


@pytest.mark.parametrize(
    ("changes", "code", "path"),
    [
        ({"kind": "rejected"}, "code-kind", "/code"),
        ({"kind": "rejected", "code": "he has moved"}, "not-in-set", "/code"),
        ({"kind": "opened"}, "not-in-set", "/kind"),
        ({"seq": 0}, "out-of-range", "/seq"),
        ({"seq": 2}, "previous-seq", "/previous"),
        ({"previous": DIGEST}, "previous-seq", "/previous"),
        ({"previous": ""}, "too-short", "/previous"),
        ({"key_id": "SHA256:" + "A" * 42}, "too-short", "/key_id"),
        ({"key_id": "sha256:" + "A" * 43}, "wrong-form", "/key_id"),
        ({"code": None}, "wrong-type", "/code"),
        (
            {"exceptions": [{"document_id": DOCUMENTS[0], "code": "unclear"}]},
            "exceptions-kind",
            "/exceptions",
        ),
        (
            {"kind": "imported", "exceptions": [{"document_id": DOCUMENTS[0], "code": "ugly"}]},
            "not-in-set",
            "/exceptions/0/code",
        ),
        (
            {
                "kind": "imported",
                "exceptions": [
                    {"document_id": DOCUMENTS[0], "code": "unclear"},
                    {"document_id": DOCUMENTS[0], "code": "missing"},
                ],
            },
            "document-repeated",
            "/exceptions/1/document_id",
        ),
    ],
)
def test_a_bad_field(changes: dict[str, Any], code: str, path: str) -> None:
    assert only(receipt(**changes)) == (code, path)


def test_the_chain_goes_on() -> None:
    value = receipt(
        kind="imported",
        seq=4,
        previous=DIGEST,
        exceptions=[{"document_id": DOCUMENTS[0], "code": "cannot-open"}],
    )
    made = load(Receipt, value)
    assert made.exceptions[0].code is ExceptionCode.CANNOT_OPEN
    assert dump(made) == value


def test_null_is_kept_where_it_is_a_value() -> None:
    assert dump(load(Receipt, receipt()))["previous"] is None


def test_the_exceptions_are_those_of_the_code_set() -> None:
    labelled = {each.code for each in code_set("document-exception")}
    assert {str(code) for code in ExceptionCode} == labelled


def test_the_rejections_are_those_of_the_code_set() -> None:
    labelled = {each.code for each in code_set("rejection-reason")}
    assert {str(code) for code in RejectionCode} == labelled


def test_only_an_import_tells_which_documents_were_used() -> None:
    used = [DOCUMENTS[0], DOCUMENTS[1]]
    made = load(Receipt, receipt(kind="imported", used=used))
    assert made.used == tuple(used)
    assert dump(made) == receipt(kind="imported", used=used)
    assert only(receipt(kind="accepted", used=used)) == ("used-kind", "/used")
    assert only(receipt(kind="imported", used=used[:1] * 2)) == ("repeated", "/used/1")
