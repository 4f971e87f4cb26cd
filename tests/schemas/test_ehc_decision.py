"""What a decision about a request may say."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.base import RecordRefused, dump, load
from schemas.ehc_decision import Decided, EhcDecision
from tests.schemas.record_examples import ehc_decision


def test_a_decision_is_read_and_written_alike() -> None:
    made = load(EhcDecision, ehc_decision())
    assert made.what is Decided.ASSESS
    assert made.yes is False
    assert dump(made) == ehc_decision()


@pytest.mark.parametrize(
    ("value", "code", "path"),
    [
        (ehc_decision(what="received"), "answer-kind", "/yes"),
        (ehc_decision(what="not-ours"), "answer-kind", "/yes"),
        (ehc_decision(decided="2026-06-21"), "decided-early", "/decided"),
        (ehc_decision(what="maybe"), "not-in-set", "/what"),
    ],
)
def test_what_makes_no_sense_is_refused(value: dict[str, Any], code: str, path: str) -> None:
    with pytest.raises(RecordRefused) as refused:
        load(EhcDecision, value)
    assert refused.value.problems == ((code, path),)


def test_a_refusal_without_reasons_is_refused() -> None:
    value = ehc_decision()
    del value["reasons"]
    with pytest.raises(RecordRefused) as refused:
        load(EhcDecision, value)
    assert refused.value.problems == (("reasons-missing", "/reasons"),)
