"""Extracts of the school register: lenient about columns, strict about identity, row by row."""

from __future__ import annotations

import hashlib
import io
import random
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.formats.gias import read_links, read_register
from adapters.formats.gias.table import fold
from exchange.errors import FormatError
from exchange.ports.schools import Phase, ReadLink, ReadSchool, School, SchoolStatus, UnreadRow
from tests.adapters.gias_files import HEADER, extract, links, school


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


# -- rows that are wrong stop only themselves


@pytest.mark.parametrize(
    ("urn", "name", "path", "code"),
    [
        ("", "X", "/3/URN", "gias-urn-invalid"),
        ("12345", "X", "/3/URN", "gias-urn-invalid"),
        ("1234567", "X", "/3/URN", "gias-urn-invalid"),
        ("012345", "X", "/3/URN", "gias-urn-invalid"),
        ("=1+1", "X", "/3/URN", "gias-urn-invalid"),
        ("123457", "", "/3/EstablishmentName", "gias-name-invalid"),
        ("123457", " \t ", "/3/EstablishmentName", "gias-name-invalid"),
        ("123457", "N" * 251, "/3/EstablishmentName", "gias-name-invalid"),
    ],
)
def test_a_bad_row_stops_only_that_row(urn: str, name: str, path: str, code: str) -> None:
    content = extract([school(123456), school(urn, name), school(123458)])
    assert refused(content) == [(code, path)]
    assert urns(content) == ["123456", "123458"]


def test_no_error_holds_a_value() -> None:
    content = extract([school("SECRET", "SECRET"), school(123456, "SECRET" * 60)])
    for row in read(content):
        assert isinstance(row, UnreadRow)
        assert "SECRET" not in repr(row.error.args) + str(row.error) + row.error.hint
        assert row.error.__cause__ is None
        assert row.error.hint


@pytest.mark.parametrize(
    "bad",
    [
        b'123457,"never closed',
        b'123457,"closed" twice"',
        b'123457,"a",b,c,d',
        b'123457,"' + b"long" * 100_000,
        b"123457," + b"x" * 400_000,
    ],
)
def test_a_quote_or_a_line_that_never_ends_spoils_no_other_row(bad: bytes) -> None:
    lines = [b"URN,EstablishmentName", b'123456,"Good, one"', bad]
    lines += [b'%d,"Good, one"' % number for number in range(123458, 123490)]
    content = b"\r\n".join(lines) + b"\r\n"
    assert urns(content) == ["123456", *map(str, range(123458, 123490))]
    ((code, path),) = refused(content)
    assert code in ("gias-row-malformed", "gias-row-shape")
    assert path == "/3"


def test_a_line_break_inside_quotes_is_part_of_the_cell() -> None:
    content = b'URN,EstablishmentName,Town\n123456,"Two\r\nlines","Lark\nham"\n123457,Good,X\n'
    found = read(content)
    assert [row.school.name for row in found if isinstance(row, ReadSchool)] == [
        "Two lines",
        "Good",
    ]
    assert [row.line for row in found] == [2, 5]


def test_short_rows_are_filled_up_and_empty_ones_left_out() -> None:
    content = b"URN,EstablishmentName,Town,UKPRN\n123456,Short\n\n,,,\n123457,Long,X,,,,\n"
    assert urns(content) == ["123456", "123457"]
    assert refused(content) == []


def test_a_file_that_was_cut_off_gives_what_is_whole() -> None:
    content = extract([school(123456), school(123457, "Cut, in the middle")])
    cut = content[: content.index(b"in the middle")]
    assert urns(cut) == ["123456"]
    assert [code for code, _ in refused(cut)] == ["gias-row-malformed"]


@given(st.binary(max_size=400))
def test_no_bytes_do_more_than_be_refused(noise: bytes) -> None:
    content = b"URN,EstablishmentName\n123456,First\n" + noise + b"\n123457,Last\n"
    found = urns(content)
    assert found[0] == "123456"
    assert found[-1] == "123457" or b'"' in noise
    with suppress(FormatError):
        read(noise)


_NAMES = st.text(
    st.characters(codec="cp1252", exclude_categories=("C",)), min_size=1, max_size=60
).map(lambda text: " ".join(text.split()))


@given(
    st.lists(_NAMES.filter(bool), min_size=1, max_size=8), st.sampled_from(["cp1252", "utf-8-sig"])
)
def test_names_come_back_as_they_were_written(names: list[str], encoding: str) -> None:
    names = [*names, "École"]  # few letters alone can be Windows-1252 and UTF-8 alike
    rows = [school(200_000 + at, name, Town=name) for at, name in enumerate(names)]
    found = [
        row.school.name
        for row in read(extract(rows, encoding=encoding))
        if isinstance(row, ReadSchool)
    ]
    assert found == names


# -- the file as a whole


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "gias-not-a-register"),
        (b"\n\n", "gias-not-a-register"),
        (b"URN,Name\n1,2\n", "gias-not-a-register"),
        (b"<html>Sign in</html>", "gias-not-a-register"),
        (b"PK\x03\x04rest of a zip", "gias-zipped"),
        ("URN,EstablishmentName\n".encode("utf-16"), "gias-encoding"),
    ],
)
def test_what_is_no_register(content: bytes, code: str) -> None:
    source = io.BytesIO(content)
    with pytest.raises(FormatError) as error:
        read_register(source)
    assert error.value.code == code
    assert error.value.hint
    assert not source.closed


def test_the_hash_is_that_of_the_bytes() -> None:
    content = extract([school(123456)])
    assert read_register(io.BytesIO(content)).sha256 == hashlib.sha256(content).hexdigest()


class _Endless(io.RawIOBase):
    """A register of many rows that is never whole in memory; seekable to its start alone."""

    def __init__(self, rows: int) -> None:
        self._rows = rows
        self._made = self._make()
        self._left = b""

    def _make(self) -> Iterator[bytes]:
        yield b"URN,EstablishmentName," + b",".join(b"C%d" % n for n in range(138)) + b"\r\n"
        filler = b"," + b",".join([b"filler"] * 138) + b"\r\n"
        for number in range(self._rows):
            yield b"%d,School %d" % (100_000 + number, number) + filler

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        assert (offset, whence) == (0, 0)
        self._made, self._left = self._make(), b""
        return 0

    def tell(self) -> int:
        return 0

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._left:
            piece = next(self._made, None)
            if piece is None:
                return 0
            self._left = piece
        size = min(len(buffer), len(self._left))
        buffer[:size], self._left = self._left[:size], self._left[size:]
        return size


def test_memory_does_not_grow_with_the_file() -> None:
    def peak(rows: int) -> int:
        source: BinaryIO = io.BufferedReader(_Endless(rows))  # type: ignore[assignment]
        tracemalloc.start()
        assert sum(1 for _ in read_register(source).rows) == rows
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    few = peak(300)
    assert peak(3_000) < few + 1_000_000


# -- links


def test_link_kinds() -> None:
    kinds = {
        "Successor": "successor",
        "Successor - merged": "successor",
        "  successor - Split School ": "successor",
        "Result of Amalgamation": "successor",
        "Merged - change in age range": "successor",
        "Closure": "successor",
        "Predecessor": "predecessor",
        "Predecessor - amalgamated": "predecessor",
        "Sixth Form Centre Link": "other",
        "Expansion": "other",
        "Other": "other",
        "": "other",
        "New in 2031": "other",
    }
    content = links(*((123456, 123457, kind) for kind in kinds))
    found = list(read_links(io.BytesIO(content)).rows)
    assert [row.kind for row in found if isinstance(row, ReadLink)] == list(kinds.values())


def test_a_bad_link_stops_only_that_link() -> None:
    content = links((123456, 1, "Successor"), (123456, 123457, "Successor"))
    bad, good = read_links(io.BytesIO(content)).rows
    assert isinstance(bad, UnreadRow)
    assert (bad.error.code, bad.error.path) == ("gias-urn-invalid", "/2/URN")
    assert isinstance(good, ReadLink)
    assert (good.urn, good.other) == ("123456", "123457")


def test_rows_in_any_order_are_the_same_rows() -> None:
    rows = [school(100_000 + number, f"School {number}") for number in range(50)]
    shuffled = rows[:]
    random.Random(1).shuffle(shuffled)
    assert sorted(urns(extract(shuffled))) == urns(extract(rows))
