"""Tables and progress lines, to the column."""

from __future__ import annotations

import io

import pytest

from demo.tables import Progress, fit, size, table, width


def test_a_table_lines_up_whatever_the_script() -> None:
    text = table(["Name", "Size"], [["Zoë", 7], ["李佳怡", 12], ["O'Connor", 100]], right="Size")
    assert text.splitlines() == [
        "Name      Size",
        "--------  ----",
        "Zoë          7",
        "李佳怡      12",
        "O'Connor   100",
    ]
    assert len({width(line) for line in text.splitlines()}) == 1


def test_a_long_cell_is_cut_and_a_newline_cannot_break_the_table() -> None:
    assert table(["A"], [["x" * 50]], most=5).splitlines()[-1] == "xxxx…"
    assert table(["A"], [["x\ny"]]).splitlines()[-1] == "x y"


@pytest.mark.parametrize(
    ("text", "columns", "expected"),
    [("ab", 4, "ab  "), ("abcd", 3, "ab…"), ("李佳", 3, "李…"), ("李佳", 4, "李佳"), ("", 1, " ")],
)
def test_fit_is_exact(text: str, columns: int, expected: str) -> None:
    assert fit(text, columns) == expected
    assert width(fit(text, columns)) == columns


@pytest.mark.parametrize(
    ("count", "expected"),
    [(0, "0 B"), (999, "999 B"), (13_045_000, "13.0 MB"), (2_500_000_000, "2.5 GB")],
)
def test_sizes_are_written_as_people_read_them(count: int, expected: str) -> None:
    assert size(count) == expected


def test_progress_in_a_log_is_one_line() -> None:
    out = io.StringIO()
    with Progress("Sending", 3, out) as progress:
        for done in range(1, 4):
            progress.at(done, 3)
    assert out.getvalue().count("\n") == 1
    assert "3/3" in out.getvalue()
    assert "\r" not in out.getvalue()


def test_progress_that_is_broken_off_says_so() -> None:
    out = io.StringIO()
    progress = Progress("Sending", 3, out)
    progress.at(1, 3)
    progress.__exit__(RuntimeError, RuntimeError(), None)
    assert out.getvalue().endswith("1/3  stopped\n")
