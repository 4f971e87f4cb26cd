"""What is kept counted and sorted is what counting and sorting everything anew would say."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.services.boards import Listing, Look

FILTERS = {"all": lambda row: True, "even": lambda row: row % 2 == 0, "none": lambda row: False}
SORTS = {"up": lambda row: (row,), "down": lambda row: (-row,), "last": lambda row: row % 10}
ROWS = st.dictionaries(st.sampled_from("abcdefghijkl"), st.integers(0, 40), max_size=12)


def listing() -> Listing[int]:
    return Listing(FILTERS, SORTS, {"tens": lambda row: str(row // 10) if row >= 10 else None})


def check(look: Look[int], rows: dict[str, int]) -> None:
    assert len(look) == len(rows)
    for show, fits in FILTERS.items():
        found = {key: row for key, row in rows.items() if fits(row)}
        assert look.found.get(show, 0) == len(found)
        for sort, by in SORTS.items():
            wanted = [rows[key] for _, key in sorted((by(row), key) for key, row in found.items())]
            assert look.all(show, sort) == wanted
            assert look.part(show, sort, 2, 3) == wanted[2:5]
    tens = Counter(str(row // 10) for row in rows.values() if row >= 10)
    assert look.tallied["tens"] == dict(tens)


@settings(max_examples=200)
@given(st.lists(ROWS, min_size=1, max_size=6))
def test_it_follows_every_change(steps: list[dict[str, int]]) -> None:
    kept = listing()
    for rows in steps:
        check(kept.follow(rows), rows)
        check(kept.follow(rows), rows)


def test_many_changes_at_once_are_sorted_anew() -> None:
    kept = listing()
    few = {f"{number:04}": number for number in range(100)}
    check(kept.follow(few), few)
    many = {f"{number:04}": number * 7 % 1000 for number in range(1, 1500)}
    check(kept.follow(many), many)


def test_a_look_sees_what_it_saw_when_it_began() -> None:
    kept = listing()
    before = kept.follow({"a": 1, "b": 2})
    after = kept.follow({"a": 4})
    assert before.all("all", "up") == [1, 2]
    assert before.found["all"] == 2
    assert after.all("all", "up") == [4]
