"""Term dates as schools paste them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.domain.clocks import Term
from exchange.domain.clocks.pasted import read_terms, written

AUTUMN = Term(date(2026, 9, 2), date(2026, 10, 23))


@pytest.mark.parametrize(
    "line",
    [
        "Autumn term 1: 2 September 2026 to 23 October 2026",
        "Autumn term 1: Wednesday 2nd September 2026 - Friday 23rd October 2026",
        "Autumn term 1 2 September to 23 October 2026",
        "Autumn term 1, 02/09/2026 - 23/10/2026",
        "Autumn term 1: 02.09.2026 to 23.10.2026",
        "Autumn term 1 (2026-09-02 to 2026-10-23)",
        "Autumn term 1: 2 Sept 2026 until 23 Oct. 2026",
    ],
)
def test_a_line_is_read_however_its_dates_are_written(line: str) -> None:
    (term,) = read_terms(line).terms
    assert (term.first, term.last) == (AUTUMN.first, AUTUMN.last)
    assert term.name.startswith("Autumn term 1")


def test_a_stretch_over_the_new_year_takes_the_earlier_year_for_its_first_day() -> None:
    (term,) = read_terms("7 December to 8 January 2027").terms
    assert (term.first, term.last) == (date(2026, 12, 7), date(2027, 1, 8))


@pytest.mark.parametrize(
    "line",
    [
        "Autumn term",
        "2 September 2026",  # where does it end?
        "23 October 2026 to 2 September 2026",
        "31 June 2026 to 23 July 2026",
        "2 September 2026 to 21 July 2027",  # a year in one line: the holidays are not in it
        "2 September to 23 October",  # of which year?
        "1 to 2 to 3 May 2026, 4 May 2026, 5 May 2026",
    ],
)
def test_a_line_that_cannot_be_read_is_named_and_nothing_is_guessed(line: str) -> None:
    found = read_terms(f"\n2 November 2026 to 18 December 2026\n{line}\n")
    assert found.wrong == (3,)
    assert len(found.terms) == 1


def test_a_closure_may_be_a_single_day_or_a_week_of_one_month() -> None:
    text = "INSET: Monday 2 November 2026\nHalf term 26 to 30 October 2026\nTerm 1 - 4 May 2026"
    found = read_terms(text, single_days=True)
    assert found.terms == (
        Term(date(2026, 5, 1), date(2026, 5, 4), "Term"),
        Term(date(2026, 10, 26), date(2026, 10, 30), "Half term"),
        Term(date(2026, 11, 2), date(2026, 11, 2), "INSET"),
    )
    assert read_terms("Term 1 - 2 September 2026 to 23 October 2026").terms == (
        Term(AUTUMN.first, AUTUMN.last, "Term 1"),
    )


@given(
    st.lists(
        st.builds(
            lambda first, days, name: Term(first, date.fromordinal(first.toordinal() + days), name),
            st.dates(date(2020, 1, 1), date(2040, 1, 1)),
            st.integers(0, 130),
            st.sampled_from(["", "Autumn term", "Half term", "INSET"]),
        ),
        max_size=9,
    )
)
def test_what_is_written_is_read_again(terms: list[Term]) -> None:
    found = read_terms(written(tuple(terms)), single_days=True)
    assert found.terms == tuple(sorted(terms))
    assert found.wrong == ()


@given(st.text(max_size=300))
def test_no_text_breaks_the_reader(text: str) -> None:
    read_terms(text)
