"""Third-party files: census extracts, workbooks good and broken, cells that want to act."""

from __future__ import annotations

import csv
import io
import random
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest

from adapters.formats.csv_export import GuardedCsv
from adapters.formats.mis.workbooks import read_workbook
from exchange.errors import FormatError
from exchange.ports import ReadPupil
from exchange.ports.imports import Given, Plan, settled
from tests.adapters.mis.lists import HEADS, READER, look, rows, text

pytestmark = pytest.mark.corpus


def files(*paths: Path) -> list[Given]:
    return [Given(path.name, lambda path=path: path.open("rb")) for path in paths]  # type: ignore[misc]


def test_a_school_census(corpora: Path) -> None:
    """Random values in real columns: nothing there is a UPN, so that column is left out."""
    folder = corpora / "school-census"
    given = files(folder / "2025_spring_pupilonroll.csv", folder / "2025_spring_senneeds.csv")
    found = READER.look(given, Plan(), {})
    assert [one.layout for one in found.sheets] == ["census", "census"]
    assert [one.rows for one in found.sheets] == [100, 100]
    assert found.missing == ()
    assert found.asks == ()
    refused = Counter(
        error.code
        for row in READER.read(given, settled(found, Plan()))
        for error in row.errors  # type: ignore[union-attr]
    )
    assert refused["upn-form"] + refused["provision-outdated"] == 100
    plan = settled(found, Plan(no_upn="UN1"))
    without = {k: "" if v in ("upn", "former_upn", "uln") else v for k, v in plan.fields.items()}
    taken = list(READER.read(given, Plan(without, plan.orders, plan.words, "UN1")))
    assert sum(isinstance(row, ReadPupil) for row in taken) == 82
    outdated = [row for row in taken if not isinstance(row, ReadPupil)]
    assert {error.code for row in outdated for error in row.errors} == {"provision-outdated"}


@pytest.mark.parametrize("kind", ["*.xlsx", "*.xlsm", "*.xlsb", "*.xls"])
def test_every_workbook_is_read_or_refused_with_a_code(corpora: Path, kind: str) -> None:
    found = sorted((corpora / "office").rglob(kind))
    assert found
    outcomes = Counter(outcome(path) for path in found)
    assert set(outcomes) <= {
        *("read", "list-empty", "list-too-large", "list-old-workbook"),
        *("list-workbook-broken", "list-workbook-strict"),
    }
    if kind == "*.xlsx":
        assert outcomes["read"] >= 35, outcomes
    if kind == "*.xls":
        assert set(outcomes) == {"list-old-workbook"}


def outcome(path: Path) -> str:
    try:
        look = READER.look(files(path), Plan(), {})
        list(READER.read(files(path), settled(look, Plan())))
    except FormatError as error:
        return error.code
    return "read"


def test_workbooks_with_bits_turned_are_read_or_refused(corpora: Path) -> None:
    data = (corpora / "office/poi/spreadsheet/SimpleMultiCell.xlsx").read_bytes()
    chance = random.Random(20)
    for _ in range(150):
        bad = bytearray(data)
        for _ in range(chance.randrange(1, 6)):
            bad[chance.randrange(len(bad))] = chance.randrange(256)
        with suppress(FormatError):  # anything else is a fault
            for table in read_workbook(io.BytesIO(bytes(bad)), "x"):
                list(table.rows())


def payloads(corpora: Path) -> list[str]:
    lines = (corpora / "csv/payloadbox/Intruder/csv-payload.txt").read_text("utf-8").splitlines()
    return [one for one in lines if one.strip()]


def test_a_payload_is_a_name_of_nobody_or_plain_text(corpora: Path) -> None:
    for payload in payloads(corpora):
        out = io.StringIO()
        csv.writer(out).writerows([HEADS, (payload, "Ann", "2015-03-09", "F")])
        for row in rows(out.getvalue().encode()):
            if isinstance(row, ReadPupil):
                assert not row.pupil.names.surname.startswith("=")


def test_a_payload_does_not_act_in_what_is_exported_and_comes_back(corpora: Path) -> None:
    for payload in payloads(corpora):
        if payload.startswith("="):
            continue
        out = io.BytesIO()
        GuardedCsv().write(out, HEADS, [(payload, "Ann", "2015-03-09", "F")])
        assert look(out.getvalue()).missing == ()
    assert look(text(HEADS)).missing == ()
