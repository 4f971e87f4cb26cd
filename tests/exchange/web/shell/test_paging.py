"""Pages of a long list."""

from __future__ import annotations

import pytest

from exchange.web.paging import Paging


@pytest.mark.parametrize(
    ("page", "last", "shown"),
    [
        (1, 1, [1]),
        (1, 3, [1, 2, 3]),
        (1, 9, [1, 2, None, 9]),
        (4, 9, [1, 2, 3, 4, 5, None, 9]),
        (5, 9, [1, None, 4, 5, 6, None, 9]),
        (9, 9, [1, None, 8, 9]),
    ],
)
def test_numbers_shown(page: int, last: int, shown: list[int | None]) -> None:
    assert list(Paging(page, 10, last * 10).shown) == shown


def test_rows_of_a_page() -> None:
    paging = Paging(3, 10, 25)
    assert (paging.last, paging.first_row, paging.last_row) == (3, 21, 25)
    assert list(paging.of(range(25))) == [20, 21, 22, 23, 24]


@pytest.mark.parametrize("asked", [-5, 0, 99])
def test_a_page_that_is_none_is_the_nearest(asked: int) -> None:
    assert Paging(asked, 10, 25).page == (3 if asked == 99 else 1)


def test_an_empty_list_has_one_empty_page() -> None:
    paging = Paging(1, 10, 0)
    assert (paging.last, paging.first_row, paging.last_row) == (1, 0, 0)
    assert list(paging.shown) == [1]
