"""Year groups by age: school years run from 1 September to 31 August."""

from __future__ import annotations

from datetime import date

import pytest

from exchange.domain.year_group import may_be_in, usual_year

AUTUMN, SUMMER = date(2026, 9, 1), date(2026, 8, 31)


@pytest.mark.parametrize(
    ("born", "today", "year"),
    [
        (date(2015, 9, 1), AUTUMN, "6"),  # turns 11 in this school year
        (date(2016, 8, 31), AUTUMN, "6"),
        (date(2016, 9, 1), AUTUMN, "5"),
        (date(2015, 8, 31), AUTUMN, "7"),
        (date(2015, 8, 31), SUMMER, "6"),
        (date(2021, 10, 1), AUTUMN, "R"),
        (date(2022, 9, 1), AUTUMN, ""),
        (date(2010, 9, 1), AUTUMN, "11"),
        (date(2007, 9, 1), AUTUMN, "14"),
        (date(2007, 8, 31), AUTUMN, ""),
    ],
)
def test_the_usual_year_group_of_an_age(born: date, today: date, year: str) -> None:
    assert usual_year(born, today) == year


@pytest.mark.parametrize(
    ("entered", "born", "may"),
    [
        ("5", date(2016, 1, 1), True),  # last year's
        ("", date(2016, 1, 1), True),
        ("X", date(2016, 1, 1), True),
        ("6", date(2016, 1, 1), False),  # it was entered
        ("4", date(2016, 1, 1), False),
        ("5", date(2017, 1, 1), False),  # so it is by age
        ("", date(2017, 1, 1), False),
    ],
)
def test_somebody_may_be_a_year_further_than_was_entered(
    entered: str, born: date, may: bool
) -> None:
    assert may_be_in("6", entered, born, AUTUMN) is may
