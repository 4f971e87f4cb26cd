"""Words as they are compared: a name is found however it stands in a sentence."""

from __future__ import annotations

import pytest

from exchange.domain.folding import spelling, words


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Zoe's report", ["zoe", "report"]),
        ("Zoe’s report", ["zoe", "report"]),
        ("ZOE'S PLAN", ["zoe", "plan"]),
        ("Zoë's", ["zoe"]),
        ("James' plan", ["james", "plan"]),
        ("Patrick O'Shea's work", ["patrick", "oshea", "work"]),
        ("D'Souza", ["dsouza"]),
        ("'s", ["s"]),
    ],
)
def test_a_name_that_owns_something_is_the_name(text: str, told: list[str]) -> None:
    assert words(text) == told


@pytest.mark.parametrize(
    "typed",
    [
        "St Mary's Church-School",
        "st mary\u2019s  church school",
        "St. Mary\u2018s Church\u2011School",
        "St.Marys Church\u2013School",
        "St M\u00e1ry's Church-School",
        "\uff33t Mary\u02bcs Church-School",
    ],
)
def test_one_name_has_many_spellings(typed: str) -> None:
    assert spelling(typed) == spelling("St Mary's Church-School")


@pytest.mark.parametrize(
    "other",
    [
        "St Mary Church School",
        "St Maryss Church School",
        "St Mary's School",
        "St Mary's Church School North",
        "St Mary's Church-School.",
        "St Mary's Church\u200bSchool",
        "St M\u0430ry's Church School",  # a Cyrillic a
        "StMary's Church School",
        "",
    ],
)
def test_another_name_is_another(other: str) -> None:
    assert spelling(other) != spelling("St Mary's Church-School")
