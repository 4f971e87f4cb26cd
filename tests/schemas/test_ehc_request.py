"""The request for an EHC needs assessment: editions, points, costs, who declares."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.base import dump, load
from schemas.codes import code_set
from schemas.ehc_request import EhcRequest, Requester, RequestStatus, source_of
from tests.schemas.record_examples import PERSON, ehc_request
from tests.schemas.verdicts import only, problems


def first(**changes: Any) -> dict[str, Any]:
    value = ehc_request(edition=1, status="made")
    del value["withdrawn_because"]
    return value | changes


def test_it_loads_and_comes_back() -> None:
    made = load(EhcRequest, ehc_request())
    assert made.status is RequestStatus.WITHDRAWN
    assert made.costs is not None
    assert made.costs.total_pence == 47_025
    assert dump(made) == ehc_request()


def test_almost_empty_is_a_request_too() -> None:
    keep = ("schema", "subject", "request", "authority", "requested_by", "source", "submitted")
    value = {name: each for name, each in first().items() if name in (*keep, "declared")}
    assert not problems(value)
    made = load(EhcRequest, value)
    assert (made.edition, made.status) == (1, RequestStatus.MADE)


def test_sen2_counts_a_school_as_2_and_a_parent_as_1() -> None:
    kinds = {
        kind: entry.code
        for entry in code_set("request-source")
        for kind in entry.attributes["kinds"]  # type: ignore[union-attr]
    }
    assert kinds == {str(each): source_of(each) for each in Requester}
    assert kinds["school"] == "2"


def test_six_points_of_the_code_in_its_order() -> None:
    entries = [*code_set("evidence-point")]
    assert [each.attributes["number"] for each in entries] == [1, 2, 3, 4, 5, 6]
    assert [each.attributes["from_age"] for each in entries if "from_age" in each.attributes] == [
        18
    ]
    known = {each.code for each in code_set("document-type")}
    for name in ("evidence-point", "ehc-advice"):
        for entry in code_set(name):
            assert set(entry.attributes["types"]) <= known  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "code", "path"),
    [
        (first(source="1"), "source-kind", "/source"),
        (first(requested_by="school", source="9"), "not-in-set", "/source"),
        (first(authority="999"), "not-in-set", "/authority"),
        (first(evidence=[{"point": "luck"}]), "not-in-set", "/evidence/0/point"),
        (first(evidence=[{"point": "needs"}] * 2), "point-repeated", "/evidence/1/point"),
        (ehc_request(edition=1), "edition-status", "/status"),
        (first(edition=2), "edition-status", "/status"),
        (first(withdrawn_because="x"), "withdrawn-why", "/withdrawn_because"),
        (first(declared={"by": PERSON, "on": "2026-06-20"}), "missing", "/declared/words"),
        (
            first(declared={"by": PERSON, "on": "2026-06-20", "words": "x", "approved_by": PERSON}),
            "approved-half",
            "/declared/approved_on",
        ),
    ],
)
def test_a_bad_request(value: dict[str, Any], code: str, path: str) -> None:
    assert only(value) == (code, path)


@pytest.mark.parametrize(
    ("changes", "code", "path"),
    [
        ({"total_pence": 47_024}, "total-differs", "/costs/total_pence"),
        ({"lines": []}, "too-short", "/costs/lines"),
    ],
)
def test_bad_costs(changes: dict[str, Any], code: str, path: str) -> None:
    assert only(first(costs=ehc_request()["costs"] | changes)) == (code, path)


def test_a_withdrawal_says_why() -> None:
    value = ehc_request()
    del value["withdrawn_because"]
    assert only(value) == ("withdrawn-why", "/withdrawn_because")
