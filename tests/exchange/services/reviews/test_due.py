"""By when a plan must be reviewed: its year, and the phase that ends."""

from __future__ import annotations

from datetime import date

import pytest

from exchange.services.reviews.timing import plan_clocks


@pytest.mark.parametrize(
    ("issued", "last", "year", "first"),
    [
        (date(2026, 1, 20), None, "4", ("plan-review", date(2027, 1, 20))),
        (date(2025, 1, 20), date(2026, 3, 2), "4", ("plan-review", date(2027, 3, 2))),
        (date(2025, 1, 20), date(2026, 3, 2), "6", ("last-safe-review", date(2026, 11, 23))),
        (date(2025, 1, 20), date(2026, 10, 2), "6", ("plan-review", date(2027, 10, 2))),
        (date(2025, 1, 20), None, "11", ("plan-review", date(2026, 1, 20))),
        (None, date(2026, 3, 2), "11", ("last-safe-review-post-16", date(2027, 1, 6))),
        (None, None, "4", None),
    ],
)
def test_a_plan_is_due_by_the_earlier_of_its_year_and_its_phase(
    issued: date | None, last: date | None, year: str, first: tuple[str, date] | None
) -> None:
    found = plan_clocks(issued, last, year, date(2026, 10, 15))
    told = (found[0].clock.rule.code, found[0].clock.due) if found else None
    assert told == first


@pytest.mark.parametrize(
    ("year", "moves", "last", "told"),
    [
        ("2", date(2027, 9, 2), None, [("last-safe-review", date(2026, 11, 23))]),
        ("2", date(2027, 9, 2), date(2026, 9, 20), [("plan-review", date(2027, 9, 20))]),
        ("2", date(2027, 1, 5), None, []),
        ("13", date(2027, 9, 1), None, [("post-16-move", date(2027, 4, 1))]),
        ("13", date(2036, 9, 1), None, []),  # a year mistyped
        ("13", date(1926, 9, 1), None, []),
        ("13", None, None, []),
    ],
)
def test_other_phases_and_colleges_have_their_dates_once_the_move_is_known(
    year: str, moves: date | None, last: date | None, told: list[tuple[str, date]]
) -> None:
    found = plan_clocks(None, last, year, date(2026, 10, 15), moves)
    assert [(one.clock.rule.code, one.clock.due) for one in found] == told
