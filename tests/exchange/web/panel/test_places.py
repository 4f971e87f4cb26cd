"""Where the papers of a pack stand: whoever moves one types one number."""

from __future__ import annotations

from itertools import permutations

import pytest

from exchange.web.panel.places import Place, ordered, wrong


def places(typed: str, shown: str = "23456") -> list[Place]:
    """Return papers a, b, c, ...: what the page showed of each and what came back."""
    letters = "abcdefgh"
    return [
        Place(letters[at], one.strip(), back.strip())
        for at, (one, back) in enumerate(zip(shown, typed, strict=True))
    ]


@pytest.mark.parametrize(
    ("typed", "order"),
    [
        ("23456", "abcde"),  # nothing was moved
        ("23452", "eabcd"),  # the last is to be the first
        ("53456", "bcdae"),  # the first is to be number 5, and is
        ("13456", "abcde"),  # before the request itself nothing can stand
        ("2345 ", "abcde"),  # no number: last
        ("2 456", "acdeb"),
        ("93456", "bcdea"),  # further than there are papers
        ("65432", "edcba"),
    ],
)
def test_a_paper_stands_where_it_was_put_and_the_others_keep_their_order(
    typed: str, order: str
) -> None:
    assert "".join(ordered(places(typed), 2)) == order


def test_numbers_that_were_all_typed_anew_are_the_order() -> None:
    for typed in permutations("12345"):
        put = places("".join(typed), "     ")
        assert [typed["abcde".index(one)] for one in ordered(put, 1)] == list("12345")


def test_one_number_for_two_papers_and_what_is_no_number_are_wrong() -> None:
    assert wrong(places("23456")) == {}
    assert set(wrong(places("73457"))) == {"a", "e"}
    assert set(wrong(places("23422"))) == {"d", "e"}
    assert set(wrong(places("x3456"))) == {"a"}
    assert wrong(places("33456")) == {}  # the paper that stood at 3 makes room
