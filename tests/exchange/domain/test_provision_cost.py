"""What provision costs: figures worked by hand, and properties."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.domain.provision_cost import (
    Line,
    from_plan,
    from_record,
    standing,
    to_record,
)
from schemas.sen.plan import Per, Provision


def line(**changes: object) -> Line:
    told: dict[str, object] = {"what": "Reading", "who": "TA", "times": 1, "per": Per.WEEK}
    told |= {"minutes": 60, "rate": Decimal("16.50")} | changes
    return Line(**told)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "yearly"),
    [
        # one hour a week, one to one: 38 x 16.50
        ({}, "627.00"),
        # 30 minutes three times a week in a group of two: 38 x 3 x 0.5 / 2 = 28.5 h x 16.50
        ({"times": 3, "minutes": 30, "group_size": 2}, "470.25"),
        # 20 minutes every day in a group of three: 190 x 20 / 60 / 3 = 21.111... h x 16.50
        ({"per": Per.DAY, "minutes": 20, "group_size": 3}, "348.33"),
        # a full-time adult, 25 hours a week: 950 h x 16.50
        ({"times": 25}, "15675.00"),
        # two adults for one pupil
        ({"staff": 2}, "1254.00"),
        # once a fortnight over 39 weeks, 45 minutes: 19.5 x 0.75 = 14.625 h x 16.50 = 241.3125
        ({"per": Per.FORTNIGHT, "minutes": 45, "weeks": 39}, "241.31"),
        # a therapist once a half-term at 75 an hour, 90 minutes: 6 x 1.5 x 75
        ({"per": Per.HALF_TERM, "minutes": 90, "rate": Decimal(75)}, "675.00"),
        ({"per": Per.TERM, "rate": Decimal("45.50")}, "136.50"),
        ({"per": Per.YEAR, "minutes": 120, "rate": Decimal("80.00")}, "160.00"),
        # half a penny goes up: 1 x 1/60 h x 0.30 = 0.005
        ({"per": Per.YEAR, "minutes": 1, "rate": Decimal("0.30")}, "0.01"),
        ({"per": Per.YEAR, "minutes": 1, "rate": Decimal("0.29")}, "0.00"),
        ({"rate": Decimal(0)}, "0.00"),
    ],
)
def test_figures_worked_by_hand(changes: dict[str, object], yearly: str) -> None:
    assert line(**changes).yearly == Decimal(yearly)


def test_the_total_is_what_the_page_adds_up_to() -> None:
    thirds = [line(per=Per.YEAR, minutes=1, group_size=3, rate=Decimal("0.90"))] * 3
    assert thirds[0].yearly == Decimal("0.01")  # 0.005 each, and 0.015 together
    assert standing(thirds, None).total == Decimal("0.03")


def test_against_the_threshold() -> None:
    small, big = standing([line()], Decimal(6000)), standing([line(times=25)], Decimal(6000))
    assert (small.over, big.over) == (Decimal("-5373.00"), Decimal("9675.00"))
    assert standing([], Decimal(6000)).total == Decimal(0)
    assert standing([line()], None).over is None


def test_a_plan_gives_its_lines() -> None:
    planned = Provision(what="Lego", who="TA", times=2, per=Per.WEEK, minutes=45, group_size=4)
    assert from_plan(planned, Decimal(16), weeks=39).yearly == Decimal("234.00")
    priced = Provision(
        what="Lego", who="TA", times=2, per=Per.WEEK, minutes=45, hourly_rate_pence=2_000, weeks=10
    )
    assert from_plan(priced, Decimal(16)).yearly == Decimal("300.00")


def test_no_lines_are_no_map() -> None:
    assert to_record([], Decimal(6000)) is None


lines = st.builds(
    Line,
    what=st.just("Reading"),
    who=st.just("TA"),
    times=st.integers(1, 50),
    per=st.sampled_from(Per),
    minutes=st.integers(1, 480),
    rate=st.decimals(0, 500, places=2),
    group_size=st.integers(1, 40),
    staff=st.integers(1, 5),
    weeks=st.integers(1, 52),
)


@given(lines)
def test_it_is_the_formula_reckoned_another_way(one: Line) -> None:
    factor = {"day": 5 * one.weeks, "week": one.weeks, "half-term": 6, "term": 3, "year": 1}
    sessions = Decimal(factor.get(one.per.value, 0)) or Decimal(one.weeks) / 2
    with localcontext() as context:
        context.prec = 60
        top = sessions * one.times * one.minutes * one.staff * one.rate
        naive = (top / (60 * one.group_size)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert one.yearly == naive


@given(lines)
def test_within_half_a_penny_of_the_truth(one: Line) -> None:
    exact = one.sessions * one.minutes * one.staff * Fraction(one.rate) / (60 * one.group_size)
    assert abs(Fraction(one.yearly) - exact) <= Fraction(1, 200)


@given(st.lists(lines, min_size=1, max_size=6), st.decimals(0, 10_000, places=2))
def test_a_record_says_the_same(many: list[Line], threshold: Decimal) -> None:
    record = to_record(many, threshold)
    assert record is not None
    assert record.total_pence == standing(many, threshold).total * 100
    assert [from_record(each) for each in record.lines] == many


@given(lines)
def test_more_adults_cost_more_and_more_pupils_less(one: Line) -> None:
    base = {"what": one.what, "who": one.who, "times": one.times, "per": one.per}
    base |= {"minutes": one.minutes, "rate": one.rate, "weeks": one.weeks}
    assert line(**base, staff=one.staff + 1, group_size=one.group_size).yearly >= one.yearly
    assert line(**base, staff=one.staff, group_size=one.group_size + 1).yearly <= one.yearly
