"""CSV for a spreadsheet: no cell of it acts, whoever typed it and however it is read."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.formats.csv_export import GuardedCsv, guarded

STARTS = tuple("=+-@|%\t\r＝＋－＠")


def written(*rows: tuple[str, ...]) -> str:
    out = io.BytesIO()
    GuardedCsv().write(out, ("Name", "School"), rows)
    assert out.getvalue().startswith(b"\xef\xbb\xbf"), "Excel needs the mark"
    return out.getvalue().decode("utf-8-sig")


def acts(cell: str) -> bool:
    """Return whether a program could take a cell for a formula, whatever it strips first."""
    return cell.lstrip(' "\u00a0`‘’“”').startswith(STARTS)


def cells(text: str) -> Iterator[str]:
    """Yield the cells as a careful reader has them, and as careless ones do."""
    for row in csv.reader(io.StringIO(text, newline="")):
        yield from row
    for mark in (",", ";"):
        for line in text.splitlines():
            yield from line.split(mark)


@pytest.mark.parametrize(
    "payload",
    [
        "=1+1",
        "+44 20 7946 0018",
        "-5",
        "@SUM(1+9)*cmd|' /C calc'!A0",
        "\t=1",
        "\r=1",
        "\n=cmd|' /C notepad'!'A1'",
        '"=1+1"',
        "' =1",
        "  =1",
        "\u00a0=1",
        "\ufeff=1",
        "\u200b=1",
        'x","=1',
        "x;=1",
        'x"\r\n=1',
        "＝1+1",
        "−1",
        "|calc",
        "a,@b",
    ],
)
def test_no_cell_acts(payload: str) -> None:
    text = written((payload, "Elm"), ("Ann", payload))
    assert not [one for one in cells(text) if acts(one)]
    assert all(len(row) == 2 for row in csv.reader(io.StringIO(text, newline="")))


@given(st.text(st.sampled_from("=+-@\t\r\n\"',; aA1|%'\u00a0\u200b＝"), max_size=12))
def test_no_text_acts(payload: str) -> None:
    text = written((payload, payload))
    assert not [one for one in cells(text) if acts(one)]
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert [len(row) for row in rows] == [2, 2]


@pytest.mark.parametrize(
    "name", ["Ann Smith", "O'Brien", "Smith-Jones", "Núñez, Zoë", "李 小龙", "7B", "50% of 20"]
)
def test_plain_names_stay_as_they_are(name: str) -> None:
    assert guarded(name) == name


@pytest.mark.corpus
def test_published_payloads_do_not_act(corpora: Path) -> None:
    files = [one for one in (corpora / "csv").rglob("*") if one.is_file()]
    payloads = [
        line for file in files for line in file.read_text(errors="replace").splitlines() if line
    ]
    assert len(payloads) > 40
    text = written(*((one, one.strip()) for one in payloads))
    assert not [one for one in cells(text) if acts(one)]
