"""Words as they are compared: a name is found however it stands in a sentence."""

from __future__ import annotations

import pytest

from exchange.domain.folding import words


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
