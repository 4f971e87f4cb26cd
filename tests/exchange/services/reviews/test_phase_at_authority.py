"""At the authority: in the last year of a phase a report says by when the plan names a school."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from exchange.services.reviews.received import Received
from exchange.services.reviews.timing import soonest
from schemas.annual_review import Recommendation, ReviewKind
from schemas.review_decision import Outcome

TODAY = date(2026, 12, 1)
MADE = Received(
    report_id="a",
    sender="school",
    bundle_id="b",
    child="Anna",
    surname="Oak",
    kind=ReviewKind.PHASE_TRANSFER,
    meeting=date(2026, 10, 5),
    came=date(2026, 10, 12),
    recommendation=Recommendation.AMEND,
    nc_year="6",
)
TOLD = {"outcome": Outcome.AMEND, "told": date(2026, 11, 2), "notice": date(2026, 11, 2)}


def names(one: Received) -> list[tuple[str, date, date | None]]:
    """Return the clocks that are neither of the decision nor of the final plan."""
    others = ("review-decision", "review-amended")
    clocks = [each.clock for each in one.clocks(TODAY)]
    return [(c.rule.code, c.due, c.met) for c in clocks if c.rule.code not in others]


@pytest.mark.parametrize(
    ("year", "changes", "told"),
    [
        ("6", {}, [("phase-transfer", date(2027, 2, 14), None)]),
        ("11", {}, [("post-16-transfer", date(2027, 3, 30), None)]),
        ("6", TOLD, [("phase-transfer", date(2027, 2, 14), None)]),
        (
            "6",
            TOLD | {"final": date(2026, 12, 1)},
            [("phase-transfer", date(2027, 2, 14), date(2026, 12, 1))],
        ),
        (
            "6",
            {"outcome": Outcome.KEEP, "told": date(2026, 11, 2)},
            [("phase-transfer", date(2027, 2, 14), date(2026, 11, 2))],
        ),
        ("6", {"outcome": Outcome.END, "told": date(2026, 11, 2)}, []),
        ("6", {"meeting": date(2027, 1, 5)}, [("phase-transfer", date(2027, 2, 14), None)]),
        ("5", {}, []),
        ("", {}, []),
    ],
)
def test_a_plan_names_the_next_school_in_time(
    year: str, changes: dict[str, Any], told: list[tuple[str, date, date | None]]
) -> None:
    assert names(replace(MADE, nc_year=year, **changes)) == told


def test_the_list_shows_what_is_due_first() -> None:
    first = soonest(MADE.clocks(TODAY))
    assert first is not None
    assert first.clock.rule.code == "review-decision"
    assert not soonest(replace(MADE, **TOLD, final=TODAY).clocks(TODAY))  # type: ignore[arg-type]
