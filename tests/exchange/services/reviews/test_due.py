"""By when a plan must be reviewed: its year, and the phase that ends."""

from __future__ import annotations

from datetime import date

import pytest

from exchange.services.reviews.due import TO_COME, TOO_EARLY, doubts_of, plan_clocks

TODAY = date(2026, 10, 15)


@pytest.mark.parametrize(
    ("issued", "last", "year", "first"),
    [
        (date(2026, 1, 20), None, "4", ("plan-review", date(2027, 1, 19))),
        (date(2025, 1, 20), date(2026, 3, 2), "4", ("plan-review", date(2027, 3, 1))),
        (date(2025, 1, 20), date(2026, 3, 2), "6", ("last-safe-review", date(2026, 11, 23))),
        (date(2025, 1, 20), date(2026, 10, 2), "6", ("plan-review", date(2027, 10, 1))),
        (date(2025, 1, 20), None, "11", ("plan-review", date(2026, 1, 19))),
        (None, date(2026, 3, 2), "11", ("last-safe-review-post-16", date(2027, 1, 6))),
        (None, None, "4", None),
    ],
)
def test_a_plan_is_due_by_the_earlier_of_its_year_and_its_phase(
    issued: date | None, last: date | None, year: str, first: tuple[str, date] | None
) -> None:
    found = plan_clocks(issued, last, year, TODAY)
    told = (found[0].clock.rule.code, found[0].clock.due) if found else None
    assert told == first


@pytest.mark.parametrize(
    ("year", "moves", "last", "told"),
    [
        ("2", date(2027, 9, 2), None, [("last-safe-review", date(2026, 11, 23))]),
        ("2", date(2027, 9, 2), date(2026, 9, 20), [("plan-review", date(2027, 9, 19))]),
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
    found = plan_clocks(None, last, year, TODAY, moves)
    assert [(one.clock.rule.code, one.clock.due) for one in found] == told


GOOD = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("issued", "last", "doubts", "told"),
    [
        (date(2012, 5, 1), None, {"issued": TOO_EARLY}, []),  # a Statement, carried over
        (date(1026, 5, 1), None, {"issued": TOO_EARLY}, []),
        (date(2062, 5, 1), None, {"issued": TO_COME}, []),
        (GOOD, date(2062, 5, 1), {"last_review": TO_COME}, [date(2027, 3, 1)]),
        (GOOD, date(2013, 5, 1), {"last_review": TOO_EARLY}, [date(2027, 3, 1)]),
        (date(2012, 5, 1), GOOD, {"issued": TOO_EARLY}, [date(2027, 3, 1)]),
        (date(2014, 9, 1), None, {}, [date(2015, 8, 31)]),
        (TODAY, None, {}, [date(2027, 10, 14)]),
        (None, None, {}, []),
    ],
)
def test_no_date_is_counted_from_a_day_that_cannot_be_right(
    issued: date | None, last: date | None, doubts: dict[str, str], told: list[date]
) -> None:
    assert doubts_of(issued, last, TODAY) == doubts
    assert [one.clock.due for one in plan_clocks(issued, last, "4", TODAY)] == told


def test_a_review_on_a_day_to_come_was_not_held() -> None:
    codes = {one.clock.rule.code for one in plan_clocks(GOOD, date(2062, 5, 1), "6", TODAY)}
    assert codes == {"plan-review", "last-safe-review"}
