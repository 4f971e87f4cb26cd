"""What a decision after a review may say."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.base import RecordRefused, load
from schemas.review_decision import Outcome, ReviewDecision
from tests.schemas.record_examples import review_decision


def _without(*names: str, **changes: Any) -> dict[str, Any]:
    value = review_decision(**changes)
    return {key: each for key, each in value.items() if key not in names}


@pytest.mark.parametrize("outcome", [Outcome.KEEP, Outcome.END])
def test_a_plan_that_is_not_amended_has_no_notice(outcome: Outcome) -> None:
    value = _without("notice", "final", outcome=outcome.value)
    assert load(ReviewDecision, value).outcome is outcome
    with pytest.raises(RecordRefused) as refused:
        load(ReviewDecision, review_decision(outcome=outcome.value))
    assert ("notice-needed", "/notice") in refused.value.problems


@pytest.mark.parametrize(
    ("value", "code", "path"),
    [
        (_without("notice", "final"), "notice-needed", "/notice"),
        (review_decision(told="2026-11-08"), "before-meeting", "/told"),
        (review_decision(notice="2026-11-08"), "before-meeting", "/notice"),
        (review_decision(final="2026-11-30"), "final-early", "/final"),
        (review_decision(outcome="perhaps"), "not-in-set", "/outcome"),
    ],
)
def test_what_makes_no_sense_is_refused(value: dict[str, Any], code: str, path: str) -> None:
    with pytest.raises(RecordRefused) as refused:
        load(ReviewDecision, value)
    assert refused.value.problems == ((code, path),)
