"""Small numbers cannot be read, nor worked out from a total that somebody knows."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from exchange.domain.small_numbers import SMALL, hidden, suppressed

TABLES = st.integers(1, 4).flatmap(
    lambda width: st.lists(
        st.lists(st.integers(0, 30), min_size=width, max_size=width), min_size=1, max_size=8
    )
)


def lines(table: list[list[int]]) -> list[list[tuple[int, int]]]:
    rows = [[(r, c) for c in range(len(table[0]))] for r in range(len(table))]
    return rows + [[(r, c) for r in range(len(table))] for c in range(len(table[0]))]


def test_what_is_read_of_one_number() -> None:
    assert [hidden(one) for one in (0, 1, 5, 6, 1200)] == [
        "0",
        "fewer than 6",
        "fewer than 6",
        "6",
        "1,200",
    ]


def test_the_complement_goes_with_a_small_number() -> None:
    # 23 packs are known from elsewhere: 20 shown on time would tell the 3 that were late.
    assert suppressed([[20, 3]]) == [[None, None]]
    assert suppressed([[20, 0]]) == [[20, 0]]
    assert suppressed([[20, 6]]) == [[20, 6]]


def test_two_small_ones_that_come_to_little_take_a_third_with_them() -> None:
    assert suppressed([[1, 2, 40]]) == [[None, None, None]]
    assert suppressed([[5, 2, 40]]) == [[None, None, 40]]  # 7 together


def test_a_column_gives_nothing_away_either() -> None:
    found = suppressed([[10, 3], [30, 20], [40, 50]])
    assert found == [[None, None], [None, None], [40, 50]]


@given(TABLES)
def test_no_small_number_is_shown(table: list[list[int]]) -> None:
    for shown in suppressed(table):
        assert not any(one is not None and 0 < one < SMALL for one in shown)


@given(TABLES)
def test_no_line_gives_a_number_away_by_its_total(table: list[list[int]]) -> None:
    shown = suppressed(table)
    for line in lines(table):
        gone = [table[r][c] for r, c in line if shown[r][c] is None]
        left = [table[r][c] for r, c in line if shown[r][c]]
        assert not gone or not left or (len(gone) > 1 and sum(gone) >= SMALL)


@given(TABLES)
def test_what_is_shown_is_true_and_noughts_are_shown(table: list[list[int]]) -> None:
    for row, shown in zip(table, suppressed(table), strict=True):
        assert all(now is None or now == before for before, now in zip(row, shown, strict=True))
        assert all(now == 0 for before, now in zip(row, shown, strict=True) if before == 0)
