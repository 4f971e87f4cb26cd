"""Extracts of the school register: lenient about columns, strict about identity, row by row."""

from __future__ import annotations

import hashlib
import io
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.formats.gias import read_links, read_register
from adapters.formats.gias.table import fold
from exchange.errors import FormatError
from exchange.ports.schools import Phase, ReadLink, ReadSchool, School, SchoolStatus, UnreadRow
from tests.adapters.gias_files import HEADER, extract, school


def read(content: bytes) -> list[ReadSchool | UnreadRow]:
    return list(read_register(io.BytesIO(content)).rows)


def only(content: bytes) -> School:
    (row,) = read(content)
    assert isinstance(row, ReadSchool)
    assert row.remarks == ()
    return row.school


def refused(content: bytes) -> list[tuple[str, str]]:
    return [(row.error.code, row.error.path) for row in read(content) if isinstance(row, UnreadRow)]


def urns(content: bytes) -> list[str]:
    return [row.school.urn for row in read(content) if isinstance(row, ReadSchool)]


# -- third-party files, every one


@pytest.mark.corpus
def test_every_file_of_the_corpus_is_read_or_refused_by_name(corpora: Path) -> None:
    expected = {
        "edubasealldata20250422-establishment-types.csv": ("gias-not-a-register", "gias-not-links"),
        "edubasealldata_columns_2024.txt": ("gias-not-a-register", "gias-not-links"),
        "itt_gias_subset.redacted.csv": ({"ReadSchool": 8}, "gias-not-links"),
        "itt_import_with_trusts_and_regions.csv": ({"UnreadRow": 6}, "gias-not-links"),
        "links_edubasealldata20250422.csv": ("gias-not-a-register", {"ReadLink": 33_801}),
        "teaching_vacancies_example_schools_data.redacted.csv": (
            {"ReadSchool": 9, "UnreadRow": 10},
            "gias-not-links",
        ),
    }
    told = {}
    for path in sorted((corpora / "gias").iterdir()):
        verdicts: list[str | dict[str, int]] = []
        for reader in (read_register, read_links):
            with path.open("rb") as source:
                try:
                    rows = list(reader(source).rows)
                    verdicts.append(dict(Counter(type(row).__name__ for row in rows)))
                except FormatError as error:
                    verdicts.append(error.code)
        told[path.name] = tuple(verdicts)
    assert told == expected


@pytest.mark.corpus
def test_statuses_phases_and_provision_of_real_rows(corpora: Path) -> None:
    with (corpora / "gias/itt_gias_subset.redacted.csv").open("rb") as source:
        rows = [row for row in read_register(source).rows if isinstance(row, ReadSchool)]
    assert [row.remarks for row in rows] == [()] * 8
    found = {row.school.urn: row.school for row in rows}
    assert Counter(one.status.value for one in found.values()) == {
        "open": 5,
        "closed": 2,
        "open-proposed-to-close": 1,
    }
    dominie = found["101077"]
    assert (dominie.status, dominie.closed) == (SchoolStatus.CLOSED, date(2022, 7, 7))
    assert dominie.sen == ("SpLD - Specific Learning Difficulty",)
    assert dominie.resourced_provision == "", "'Not applicable' is no provision"
    special = found["101173"]
    assert (special.type_name, special.phase) == ("Other independent special school", Phase.NONE)
    academy = found["137666"]
    assert (academy.laestab, academy.former_laestab) == ("8783106", "9113106")
    assert found["150516"].laestab == "0006328", "a British school overseas: council 000"
    assert found["126370"].closed == date(2024, 7, 31), "the day on which it is to close"


@pytest.mark.corpus
def test_rows_whose_cells_stand_in_wrong_columns_are_refused(corpora: Path) -> None:
    """Ten rows of 135 cells under a header of 120: their postcodes would read "Ms"."""
    with (corpora / "gias/teaching_vacancies_example_schools_data.redacted.csv").open("rb") as file:
        rows = list(read_register(file).rows)
    bad = [row for row in rows if isinstance(row, UnreadRow)]
    assert {row.error.code for row in bad} == {"gias-row-shape"}
    assert [row.line for row in bad] == list(range(11, 21))
    units = [row.school for row in rows if isinstance(row, ReadSchool) and row.school.sen]
    assert [(one.urn, one.resourced_provision) for one in units] == [("100007", "SEN Unit")]
    assert {row.school.type_code for row in rows if isinstance(row, ReadSchool)} >= {"2", "1", "14"}


@pytest.mark.corpus
def test_the_columns_of_2024_are_those_that_are_read(corpora: Path) -> None:
    lines = (corpora / "gias/edubasealldata_columns_2024.txt").read_text("ascii").split("\n")
    there = {fold(line) for line in lines}
    assert {fold(name) for name in HEADER} <= there


@pytest.mark.corpus
def test_links_by_kind(corpora: Path) -> None:
    with (corpora / "gias/links_edubasealldata20250422.csv").open("rb") as source:
        found = read_links(source)
        rows = list(found.rows)
        source.seek(0)
        assert found.sha256 == hashlib.sha256(source.read()).hexdigest()
    kinds = Counter(row.kind for row in rows if isinstance(row, ReadLink))
    assert kinds == {"successor": 16_930, "predecessor": 16_661, "other": 210}


# -- encodings and columns


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8-sig", "utf-8"])
def test_encodings(encoding: str) -> None:
    name = "St Thomas à Becket’s School – North Star 82°"
    assert only(extract([school(123456, name)], encoding=encoding)).name == name


def test_an_undefined_byte_spoils_its_own_cell() -> None:
    content = extract([school(123456, "Good"), school(123457, "B#d"), school(123458, Town="L#")])
    rows = read(content.replace(b"#", b"\x81"))
    assert [type(row) for row in rows] == [ReadSchool, UnreadRow, ReadSchool]
    assert refused(content.replace(b"#", b"\x81")) == [
        ("gias-name-invalid", "/3/EstablishmentName")
    ]
    last = rows[2]
    assert isinstance(last, ReadSchool)
    assert (last.school.town, last.remarks) == ("", (("gias-text-invalid", "/4/Town"),))


def test_two_columns_are_enough_and_their_order_is_free() -> None:
    found = only(b"Anything,EstablishmentName,URN\r\nx,Somewhere School,123456\r\n")
    assert (found.urn, found.name) == ("123456", "Somewhere School")
    assert (found.status, found.phase) == (SchoolStatus.UNKNOWN, Phase.NONE)
    assert (found.laestab, found.ukprn, found.postcode, found.sen) == (None, None, "", ())


@given(st.permutations(HEADER), st.lists(st.sampled_from(HEADER[2:]), unique=True))
def test_columns_may_stand_anywhere_and_be_missing(order: list[str], gone: list[str]) -> None:
    """Whatever columns a year brings: what is there is read the same."""
    row = school(
        123456, "Somewhere School", EstablishmentNumber="2001", UKPRN="10012345", Town="Larkham"
    )
    whole = only(extract([row]))
    kept = [name for name in order if name not in gone or name == "EstablishmentName"]
    found = only(extract([row], [*kept, "NewIn2031 (name)"]))
    assert (found.urn, found.name) == (whole.urn, whole.name)
    assert found.town == ("" if "Town" in gone else whole.town)
    assert found.ukprn == (None if "UKPRN" in gone else whole.ukprn)
    expected = None if "EstablishmentNumber" in gone or "LA (code)" not in kept else whole.laestab
    assert found.laestab == expected


@pytest.mark.parametrize(
    ("code", "name", "status"),
    [
        ("1", "", SchoolStatus.OPEN),
        ("01", "", SchoolStatus.OPEN),
        ("2", "Closed", SchoolStatus.CLOSED),
        ("3", "", SchoolStatus.CLOSING),
        ("4", "", SchoolStatus.PROPOSED),
        ("", "Open, but proposed to close", SchoolStatus.CLOSING),
        ("", "CLOSED", SchoolStatus.CLOSED),
        ("", "", SchoolStatus.UNKNOWN),
    ],
)
def test_status(code: str, name: str, status: SchoolStatus) -> None:
    row = school(123456, EstablishmentStatus_code=code, EstablishmentStatus_name=name)
    assert only(extract([row])).status is status


def test_a_status_that_nobody_knows_is_not_taken_for_open() -> None:
    (row,) = read(extract([school(123456, EstablishmentStatus_code="9")]))
    assert isinstance(row, ReadSchool)
    assert row.school.status is SchoolStatus.UNKNOWN
    assert not row.school.status.takes_pupils
    assert row.remarks == (("gias-code-unknown", "/2/EstablishmentStatus"),)


@pytest.mark.parametrize(
    ("cell", "phase"),
    [
        ("0", Phase.NONE),
        ("00", Phase.NONE),
        ("02", Phase.PRIMARY),
        ("7", Phase.ALL_THROUGH),
        ("6", Phase.SIXTEEN_PLUS),
    ],
)
def test_phase_codes_with_and_without_zeros(cell: str, phase: Phase) -> None:
    assert only(extract([school(123456, PhaseOfEducation_code=cell)])).phase is phase


def test_numbers_that_a_spreadsheet_has_shortened() -> None:
    row = school(
        123456, LA_code="20", EstablishmentNumber="45", TelephoneNum="2079460123", UKPRN="10012345"
    )
    found = only(extract([row]))
    assert (found.laestab, found.telephone) == ("0200045", "02079460123")
    assert found.dfe_number == "020/0045"


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("31-08-1992", date(1992, 8, 31)),
        ("01/09/2021", date(2021, 9, 1)),
        ("2021-09-01", date(2021, 9, 1)),
        ("2021-09-01 00:00:00", date(2021, 9, 1)),
        ("", None),
    ],
)
def test_dates(cell: str, day: date | None) -> None:
    assert only(extract([school(123456, CloseDate=cell)])).closed == day


def test_optional_cells_that_make_no_sense_are_left_out_and_named() -> None:
    row = school(
        123456,
        UKPRN="99",
        CloseDate="31-02-2020",
        OpenDate="soon",
        Postcode="Principal",
        EstablishmentNumber="12345",
        PhaseOfEducation_code="77",
    )
    (found,) = read(extract([row]))
    assert isinstance(found, ReadSchool)
    school_ = found.school
    assert (school_.ukprn, school_.closed, school_.opened) == (None, None, None)
    assert (school_.postcode, school_.laestab, school_.phase) == ("", None, Phase.NONE)
    assert sorted(found.remarks) == [
        ("gias-code-unknown", "/2/PhaseOfEducation"),
        ("gias-date-invalid", "/2/CloseDate"),
        ("gias-date-invalid", "/2/OpenDate"),
        ("gias-number-invalid", "/2/EstablishmentNumber"),
        ("gias-number-invalid", "/2/UKPRN"),
        ("gias-postcode-invalid", "/2/Postcode"),
    ]


def test_sen_provision_in_its_own_order() -> None:
    cells = {
        "SEN1_name": "ASD",
        "SEN2_name": "Not Applicable",
        "SEN10_name": "VI",
        "SEN9_name": "PD",
    }
    row = school(
        123456, Section41Approved_name="Approved", TypeOfResourcedProvision_name="SEN unit", **cells
    )
    backwards = [*reversed(HEADER)]
    found = only(extract([row], backwards))
    assert found.sen == ("ASD", "PD", "VI")
    assert (found.section41, found.resourced_provision) == (True, "SEN unit")
    for other in ("Not approved", "Not applicable", ""):
        assert not only(extract([school(123456, Section41Approved_name=other)])).section41


def test_nothing_invisible_comes_through() -> None:
    name = "Good\u202e\u200b \x1b[31mSchool\t  North"
    assert only(extract([school(123456, name)], encoding="utf-8")).name == "Good [31mSchool North"
