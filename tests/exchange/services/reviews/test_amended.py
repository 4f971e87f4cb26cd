"""A plan that is to be amended has its date, whether or not the notice of amendments is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from exchange.services.reviews.model import Outcome, Review
from exchange.services.reviews.noting import note_decision, note_handed_over
from exchange.services.reviews.timing import clocks_of, next_of
from schemas.annual_review import ReviewKind
from tests.exchange.services.reviews.planned import MEETING, TODAY, finished, with_plan
from tests.exchange.services.reviews.test_board import rows_of
from tests.exchange.services.town import PRIMARY, SENCO, Town

HELD = date(2026, 5, 4)
MADE = Review(
    "a",
    "b",
    ReviewKind.ANNUAL,
    datetime(2026, 5, 1, tzinfo=UTC),
    meeting=HELD,
    held=True,
    papers_out=HELD,
    sent=HELD,
    outcome=Outcome.AMEND,
    decided=HELD,
)


@pytest.mark.parametrize(
    ("notice", "due"),
    [
        (None, date(2026, 7, 27)),  # 84 days after 4 May
        (date(2026, 5, 11), date(2026, 7, 6)),  # 56 days after 11 May
        (date(2026, 6, 20), date(2026, 7, 27)),  # it came late: the 84 days stand
        (date(2996, 5, 11), date(2026, 7, 27)),  # no day: an authority's slip of the pen
        (date(1026, 5, 11), date(2026, 7, 27)),
    ],
)
def test_the_final_plan_is_due_84_days_after_the_meeting_at_most(
    notice: date | None, due: date
) -> None:
    last = clocks_of(replace(MADE, notice=notice), date(2026, 7, 1))[-1]
    assert (last.clock.rule.code, last.clock.due) == ("review-amended", due)
    assert next_of(replace(MADE, notice=notice), date(2026, 7, 1)) == last


def test_a_plan_that_is_kept_has_no_such_date() -> None:
    found = clocks_of(replace(MADE, outcome=Outcome.KEEP), date(2026, 7, 1))
    assert all(one.clock.rule.code != "review-amended" for one in found)


def test_the_board_goes_on_to_ask_for_the_amended_plan(town: Town) -> None:
    inside, made = town.primary.inside, finished(town, with_plan(town))
    here = made.review_id
    made = note_handed_over(inside, PRIMARY, here, TODAY, SENCO, based_on=made.version)
    note_decision(
        inside, PRIMARY, here, Outcome.AMEND, TODAY, None, None, SENCO, based_on=made.version
    )
    (row,) = rows_of(town.primary, PRIMARY)
    assert row.next is not None
    assert (row.next.clock.due, row.attention) == (MEETING + timedelta(days=84), False)
    (row,) = rows_of(town.primary, PRIMARY, MEETING + timedelta(days=85))
    assert row.attention
