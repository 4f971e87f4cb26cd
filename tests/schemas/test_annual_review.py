"""The report of a review of an EHC plan."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.annual_review import AnnualReview, InvitedAs, Recommendation
from schemas.base import RecordRefused, dump, load
from schemas.ehc import EhcSectionName
from tests.schemas.record_examples import annual_review


def test_a_report_is_read_and_written_as_it_was() -> None:
    made = load(AnnualReview, annual_review())
    assert made.recommendation is Recommendation.AMEND
    assert made.invited[0].invited_as is InvitedAs.FAMILY
    assert made.sections == (
        EhcSectionName.OUTCOMES,
        EhcSectionName.EDUCATIONAL_PROVISION,
        EhcSectionName.PLACEMENT,
    )
    assert dump(made) == annual_review()


@pytest.mark.parametrize(
    ("value", "code", "path"),
    [
        (annual_review(written="2026-11-08"), "written-early", "/written"),
        (annual_review(recommendation="perhaps"), "not-in-set", "/recommendation"),
        (annual_review(sections=["E", "Z"]), "not-in-set", "/sections/1"),
    ],
)
def test_what_is_wrong_is_named(value: dict[str, Any], code: str, path: str) -> None:
    with pytest.raises(RecordRefused) as refused:
        load(AnnualReview, value)
    assert (code, path) in refused.value.problems
