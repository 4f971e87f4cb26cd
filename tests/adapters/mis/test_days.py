"""Days as people write them, against a table and against Python's own writing of them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.formats.mis.days import could_be_day, order_of, orders_of, to_day

DAY = date(2015, 4, 3)


@pytest.mark.parametrize(
    "text",
    [
        "03/04/2015", "3/4/15", "3.4.2015", "03-04-2015", "3 April 2015", "3 Apr 15", "3-Apr-15",
        "3rd April 2015", "2015-04-03", "2015/04/03", "20150403", "2015-04-03T00:00:00",
        "2015-Apr-03 00:00:00", "03/04/2015 00:00", "April 3, 2015", " 03/04/2015 ",
        "42097", "42097.0", "2015-04-03 00:00:00.000", "2015-04-03T00:00:00Z",
    ],
)  # fmt: skip
def test_many_spellings_of_one_day(text: str) -> None:
    assert to_day(text, "dmy") == DAY


@pytest.mark.parametrize(
    "text", ["", "x", "2015", "31/02/2015", "03/04/115", "99999", "0", "1/1/1", "5 Smarch 2015"]
)
def test_what_is_no_day(text: str) -> None:
    assert to_day(text, "dmy") is None
    assert not could_be_day(text)


def test_29_february_only_in_leap_years() -> None:
    assert to_day("29/02/2016", "dmy") == date(2016, 2, 29)
    assert to_day("29/02/2015", "dmy") is None


def test_month_first_only_where_the_column_is_so() -> None:
    assert to_day("03/04/2015", "mdy") == date(2015, 3, 4)
    assert to_day("04/13/2015", "dmy") is None


@pytest.mark.parametrize(
    ("cells", "order"),
    [
        (["03/04/2015", "13/04/2015"], "dmy"),
        (["03/04/2015", "04/13/2015"], "mdy"),
        (["03/04/2015", "05/06/2015"], "ask"),
        (["03/03/2015"], "ymd"),
        (["2015-04-03", "42097", "3 Apr 2015"], "ymd"),
        (["13/04/2015", "04/13/2015"], "ask"),
        (["", "nonsense"], "ymd"),
        (["01/09/2022"] * 5 + ["09/13/2022"], "ask"),
        (["09/01/2022"] * 5 + ["13/09/2022"], "ask"),
        (["01/09/2022"] * 4 + ["13/09/2022"], "dmy"),
    ],
)
def test_one_plain_cell_decides_for_the_column_and_else_a_person(
    cells: list[str], order: str
) -> None:
    assert order_of(cells) == order


@pytest.mark.parametrize(
    ("columns", "orders"),
    [
        (["13/04/2015 14/04/2015", "01/09/2022"], ["dmy", "dmy"]),
        (["2015-04-13", "01/09/2022 13/09/2022"], ["ymd", "dmy"]),
        (["13/04/2015 14/04/2015", "01/09/2022 01/09/2022 09/13/2022"], ["ask", "ask"]),
        (["13/04/2015", "01/09/2022 09/13/2022", "02/09/2022"], ["ask", "ask", "ask"]),
        (["13/04/2015", "14/09/2022 09/13/2022", "02/09/2022"], ["dmy", "ask", "dmy"]),
        (["13/04/2015 14/04/2015", "01/09/2022 " * 9], ["dmy", "dmy"]),
        (["13/04/2015", "01/09/2022 " * 9], ["ask", "ask"]),
    ],
)
def test_columns_of_one_table_agree_or_a_person_is_asked(
    columns: list[str], orders: list[str]
) -> None:
    told = {at: cells.split() for at, cells in enumerate(columns)}
    assert list(orders_of(told).values()) == orders


@given(st.dates(date(1941, 1, 1), date(2039, 12, 31)))
def test_every_day_comes_back_from_every_spelling(day: date) -> None:
    serial = (day - date(1899, 12, 30)).days
    for form in ("%d/%m/%Y", "%Y-%m-%d", "%d %B %Y", "%d-%b-%Y", "%Y%m%d"):
        assert to_day(day.strftime(form), "dmy") == day
    assert to_day(day.strftime("%m/%d/%Y"), "mdy") == day
    assert to_day(str(serial), "dmy") == day
