"""A record in full: nothing that it says is forgotten, ids and costs are left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from exchange.services.record_view import Told, told
from schemas.base import load
from schemas.records import RECORDS
from tests.schemas import record_examples as examples

MAKERS = (
    examples.pupil,
    examples.register,
    examples.plan,
    examples.profile,
    examples.transition,
    examples.report,
    examples.attendance,
    examples.attainment,
    examples.safeguarding,
    examples.ehc_plan,
)
UNSAID = {"schema", "subject", "extras", "document", "documents", "replaces"} | {
    "hourly_rate_pence",
    "nhs_number_reason",
}


def texts(rows: tuple[Told, ...]) -> Iterator[str | date]:
    for one in rows:
        if one.text != "":
            yield one.text
        yield from texts(one.below)


def values(value: Any) -> Iterator[str]:
    """Yield every free text of a record that a reader wants."""
    if isinstance(value, dict):
        for name, each in value.items():
            if name not in UNSAID:
                yield from values(each)
    elif isinstance(value, list):
        for each in value:
            yield from values(each)
    elif isinstance(value, str) and " " in value:
        yield value


@pytest.mark.parametrize("maker", MAKERS)
def test_every_text_is_told(maker: Callable[..., dict[str, Any]]) -> None:
    value = maker()
    found = {str(one) for one in texts(told(load(RECORDS, value)))}
    missing = [one for one in values(value) if one not in found]
    assert missing == []


def test_costs_and_ids_are_not_told() -> None:
    one = {"what": "Group", "who": "a TA", "times": 1, "per": "day", "minutes": 30}
    plan = load(RECORDS, examples.plan(provision=[{**one, "hourly_rate_pence": 98_765}]))
    found = {str(one) for one in texts(told(plan))}
    assert "98765" not in found
    assert plan.subject not in found  # type: ignore[attr-defined]


def test_codes_are_told_by_their_labels_and_days_are_days() -> None:
    found = set(texts(told(load(RECORDS, examples.register()))))
    assert "SEN support" in found
    assert "Speech, language and communication needs" in found
    assert date(2021, 1, 11) in found


def test_a_result_says_in_what() -> None:
    value = examples.attainment()
    found = {str(one) for one in texts(told(load(RECORDS, value)))}
    assert {one["subject"] for one in value["results"]} <= found
    assert str(value["subject"]) not in found, "our reference of the child says nothing to a reader"
