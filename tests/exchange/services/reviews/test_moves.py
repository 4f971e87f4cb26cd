"""Plans that move between authorities: no day closes the list, kept or typed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from exchange.domain.clocks import NO_SCHOOL
from exchange.errors import UsageError
from exchange.services.reviews.moves import Direction, PlanMove, keep_move, move_of, new_move
from tests.exchange.services.desk import CASEWORKER
from tests.exchange.services.reviews.planned import TODAY
from tests.exchange.services.town import COUNCIL, Town

LONG_AGO = date(1026, 11, 1)
BEFORE = TODAY - timedelta(days=1)


def moved(town: Town, direction: Direction) -> PlanMove:
    return new_move(town.council.inside, direction, "Yan Ash", "Norshire", TODAY)


@pytest.mark.parametrize(
    ("direction", "days", "code", "path"),
    [
        ("out", {"aware": LONG_AGO}, "date-unlikely", "/aware"),
        ("out", {"aware": date(2013, 11, 1)}, "date-unlikely", "/aware"),
        ("in", {"came": BEFORE}, "date-before-move", "/came"),
        ("in", {"came": LONG_AGO}, "date-unlikely", "/came"),
        ("in", {"moved": LONG_AGO}, "date-unlikely", "/moved"),
    ],
)
def test_a_day_from_which_no_clock_runs_is_not_kept(
    town: Town, direction: Direction, days: dict[str, date], code: str, path: str
) -> None:
    made = replace(moved(town, direction), **days)  # type: ignore[arg-type]
    with pytest.raises(UsageError) as refused:
        keep_move(town.council.inside, COUNCIL, made, CASEWORKER, new=True)
    assert (refused.value.code, refused.value.path) == (code, path)


def test_a_plan_may_be_handed_over_before_the_move(town: Town) -> None:
    made = replace(moved(town, "out"), came=BEFORE)
    kept = keep_move(town.council.inside, COUNCIL, made, CASEWORKER, new=True)
    assert kept.over
    with town.council.inside.store.reading(COUNCIL) as unit:
        assert move_of(unit, made.move_id) == kept


@pytest.mark.parametrize(
    ("direction", "days"),
    [
        ("out", {"aware": LONG_AGO}),
        ("out", {"moved": LONG_AGO}),
        ("in", {"came": date(2013, 11, 1)}),
        ("in", {"came": TODAY, "last_review": LONG_AGO}),
    ],
)
def test_a_kept_day_that_cannot_be_right_closes_nothing(
    town: Town, direction: Direction, days: dict[str, date]
) -> None:
    made = replace(moved(town, direction), **days)  # type: ignore[arg-type]
    assert (made.clocks(TODAY, NO_SCHOOL), made.is_unclear) == ((), True)
    waits = moved(town, "in")
    assert (waits.clocks(TODAY, NO_SCHOOL), waits.is_unclear) == ((), False)
