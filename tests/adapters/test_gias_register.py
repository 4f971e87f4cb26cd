"""The index of the register: the same answers as looking through every school, whole or not."""

from __future__ import annotations

import fcntl
import io
import os
import resource
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.formats.gias import read_links, read_register
from adapters.school_register import MOST_ERRORS, SchoolRegisterFile
from exchange.domain.school_names import parse_query
from exchange.domain.schools import School, SchoolStatus, open_successors, rank
from exchange.errors import (
    Conflict,
    FormatError,
    NotFound,
    Refused,
    StoreError,
    UsageError,
)
from exchange.ports.schools import ReadSchool, RegisterSource, UnreadRow
from exchange.services.find_school import describe_school, find_schools
from tests.adapters.gias_files import NOW, extract, links, school, taken

ROOT = Path(__file__).parents[2]


def found(register: SchoolRegisterFile, text: str, limit: int = 20) -> list[str]:
    return [one.urn for one in register.search(parse_query(text), limit)]


def test_what_is_taken_in_comes_back_field_by_field(tmp_path: Path) -> None:
    row = school(
        123456,
        "St Mary’s Sch",
        EstablishmentStatus_code="3",
        CloseDate="31-08-2027",
        OpenDate="01-09-1990",
        EstablishmentNumber="4001",
        PreviousLA_code="819",
        PreviousEstablishmentNumber="4000",
        UKPRN="10012345",
        Locality="Green",
        Town="Larkham",
        Postcode="lk1  2ab",
        TelephoneNum="01632 960001",
        TypeOfEstablishment_code="07",
        TypeOfEstablishment_name="Community special school",
        Section41Approved_name="Approved",
        SEN1_name="ASD",
        SEN4_name="VI",
        TypeOfResourcedProvision_name="SEN unit",
    )
    read = next(iter(read_register(io.BytesIO(extract([row]))).rows))
    assert isinstance(read, ReadSchool)
    register, report = taken(tmp_path, [row])
    assert register.get("123456") == read.school
    assert (read.school.postcode, read.school.telephone) == ("LK1 2AB", "01632960001")
    assert report.stamp == register.stamp()
    assert report.stamp.imported_at == NOW
    assert register.get("123457") is None


@pytest.mark.corpus
def test_the_real_files_give_their_counts(tmp_path: Path, corpora: Path) -> None:
    register = SchoolRegisterFile(tmp_path / "schools.db")
    folder = corpora / "gias"
    with (
        (folder / "itt_gias_subset.redacted.csv").open("rb") as rows,
        (folder / "links_edubasealldata20250422.csv").open("rb") as ends,
    ):
        read, after = read_register(rows), read_links(ends)
        source = RegisterSource(read.rows, read.sha256, after.rows, after.sha256)
        report = register.replace(source, NOW)
    assert (report.stamp.schools, report.refused, report.stamp.links) == (8, 0, 16_986)
    assert report.statuses == {"open": 5, "closed": 2, "open-proposed-to-close": 1}
    assert found(register, "fairley house") == found(register, "SW1P 4AU") == ["101173"]
    assert found(register, "911/3106") == ["137666"], "by the number before its council changed"
    assert found(register, "chudleigh knighton c of e") == ["137666"]


@pytest.mark.corpus
def test_real_links_lead_on_without_circles(tmp_path: Path, corpora: Path) -> None:
    """Every URN of the links file, closed if anything came after it, else open."""
    with (corpora / "gias/links_edubasealldata20250422.csv").open("rb") as file:
        pairs = [
            (row.urn, row.other) if row.kind == "successor" else (row.other, row.urn)
            for row in read_links(file).rows
            if not isinstance(row, UnreadRow) and row.kind != "other"
        ]
    after: dict[str, set[str]] = {}
    for first, second in pairs:
        after.setdefault(first, set()).add(second)
    everyone = {
        one: School(
            urn=one,
            name="X",
            status=SchoolStatus.CLOSED if one in after else SchoolStatus.OPEN,
            successors=tuple(sorted(after.get(one, ()))),
        )
        for pair in pairs
        for one in pair
    }
    lost = [one for one in after if not open_successors(everyone[one], everyone.get)]
    assert len(after) > 16_000
    assert len(lost) < 200, "links that only run in circles (amalgamations among themselves)"


# -- searching is what looking through every school would be

_VOCABULARY = "st marys oak oaks school primary academy larkham lark c of e north the ls1 catholic"
_WORDS = st.sampled_from(_VOCABULARY.split())
_NAME = st.lists(_WORDS, min_size=1, max_size=4).map(" ".join)
_ROW = st.tuples(
    _NAME,
    st.sampled_from(["1", "2", "3", "4", ""]),
    st.sampled_from(["Larkham", "Oakton", "", "St Marys Bay"]),
    st.sampled_from(["LS1 4AP", "LS14 1AB", "LK2 2BB", ""]),
    st.sampled_from(["2001", "2002", ""]),
    st.sampled_from(["2001", "2009", ""]),
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(_ROW, min_size=1, max_size=12),
    st.lists(
        st.one_of(
            _NAME,
            st.sampled_from(["820/2001", "8192009", "100001", "LS1 4AP", "ls", "la", "lark oak"]),
        ),
        min_size=1,
        max_size=6,
    ),
    st.integers(1, 15),
)
def test_the_index_answers_as_looking_through_every_school(
    tmp_path: Path,
    rows: list[tuple[str, str, str, str, str, str]],
    texts: list[str],
    limit: int,
) -> None:
    content = [
        school(
            100_000 + at,
            name,
            EstablishmentStatus_code=status,
            Town=town,
            Postcode=postcode,
            EstablishmentNumber=number,
            PreviousLA_code="819",
            PreviousEstablishmentNumber=former,
        )
        for at, (name, status, town, postcode, number, former) in enumerate(rows)
    ]
    register, _ = taken(tmp_path, content, allow_smaller=True)
    everyone = [register.get(row["URN"]) for row in content]
    for text in texts:
        try:
            query = parse_query(text)
        except UsageError:
            continue
        ranked = sorted(
            (place, one.urn)
            for one in everyone
            if one is not None and (place := rank(query, one)) is not None
        )
        assert found(register, text, limit) == [urn for _, urn in ranked][:limit], text


@pytest.mark.parametrize(
    "text", ['"', "' OR 1=1 --", "name : x*", "NEAR(a b)", "a AND b", "*", "x" * 200, "NOT", "^st"]
)
def test_nothing_that_is_typed_reaches_a_statement(tmp_path: Path, text: str) -> None:
    register, _ = taken(tmp_path, [school(123456, "And Or Not Near School")])
    with suppress(UsageError):
        assert found(register, text) in ([], ["123456"])


def test_closed_schools_lead_on_and_lookalikes_are_shown_apart(tmp_path: Path) -> None:
    rows = [
        school(100001, "Larkham School", EstablishmentStatus_code="2", Town="Larkham"),
        school(100002, "Larkham Academy", EstablishmentStatus_code="2", Town="Larkham"),
        school(100003, "Larkham Academy", Town="Larkham"),
        school(100004, "Larkham Primary School", Town="Farhaven"),
        school(100005, "Meadow School", Town="Larkham"),
    ]
    # One link is told by its predecessor alone, as dozens are in the real file.
    pairs = links((100001, 100002, "Successor"), (100003, 100002, "Predecessor"))
    register, report = taken(tmp_path, rows, pairs)
    assert report.stamp.links == 2
    answers = {one.school.urn: one for one in find_schools(register, "Larkham")}
    assert [one.urn for one in answers["100001"].successors] == ["100003"]
    assert [one.urn for one in answers["100002"].successors] == ["100003"]
    assert answers["100003"].successors == ()
    assert {urn for urn, one in answers.items() if one.lookalike} == {
        "100001",
        "100002",
        "100003",
        "100004",
    }
    (alone,) = find_schools(register, "meadow")
    assert not alone.lookalike


def test_an_academy_and_the_school_it_was_are_no_lookalikes(tmp_path: Path) -> None:
    rows = [
        school(100001, "Larkham School", EstablishmentStatus_code="2"),
        school(100002, "Larkham Academy"),
    ]
    register, _ = taken(tmp_path, rows, links((100001, 100002, "Successor")))
    assert [one.lookalike for one in find_schools(register, "Larkham")] == [False, False]
    bare, _ = taken(tmp_path, rows)
    assert [one.lookalike for one in find_schools(bare, "Larkham")] == [True, True]


# -- taken in whole, or not at all


def test_without_a_register(tmp_path: Path) -> None:
    register = SchoolRegisterFile(tmp_path / "schools.db")
    for ask in (register.stamp, lambda: register.get("123456"), lambda: found(register, "x")):
        with pytest.raises(NotFound) as error:
            ask()
        assert error.value.code == "register-missing"
        assert "senx schools import" in error.value.hint


def test_the_first_of_two_rows_with_one_urn_is_taken(tmp_path: Path) -> None:
    register, report = taken(tmp_path, [school(123456, "First"), school(123456, "Second")])
    assert (report.stamp.schools, report.refused) == (1, 1)
    (error,) = report.errors
    assert (error.code, error.path) == ("gias-urn-duplicate", "/3/URN")
    kept = register.get("123456")
    assert kept is not None
    assert kept.name == "First"


def test_all_bad_rows_are_counted_and_the_first_are_named(tmp_path: Path) -> None:
    rows = [school(f"bad{number}") for number in range(MOST_ERRORS + 7)]
    _, report = taken(tmp_path, [*rows, school(123456, UKPRN="1"), school(123457, UKPRN="2")])
    assert (report.refused, len(report.errors)) == (MOST_ERRORS + 7, MOST_ERRORS)
    assert report.remarks == {"gias-number-invalid": 2}


def test_a_file_without_a_single_school_leaves_the_one_before(tmp_path: Path) -> None:
    register, _ = taken(tmp_path, [school(123456)])
    with pytest.raises(FormatError) as error:
        taken(tmp_path, [school("bad")], allow_smaller=True)
    assert error.value.code == "gias-empty"
    assert found(register, "123456") == ["123456"]
    assert [one.name for one in tmp_path.iterdir()] == ["schools.db"]


def test_a_much_smaller_one_must_be_wished_for(tmp_path: Path) -> None:
    many = [school(100_000 + number) for number in range(20)]
    register, _ = taken(tmp_path, many)
    with pytest.raises(Refused) as error:
        taken(tmp_path, many[:17])
    assert error.value.code == "register-smaller"
    assert register.stamp().schools == 20
    taken(tmp_path, many[:18])
    taken(tmp_path, many[:2], allow_smaller=True)
    assert register.stamp().schools == 2


def test_an_open_register_sees_the_new_edition(tmp_path: Path) -> None:
    register, _ = taken(tmp_path, [school(123456, "Old Name")])
    assert found(register, "old name") == ["123456"]
    taken(tmp_path, [school(123456, "New Name")])
    assert found(register, "old name") == []
    assert found(register, "new name") == ["123456"]


def test_a_reader_that_fails_midway_leaves_the_one_before(tmp_path: Path) -> None:
    register, _ = taken(tmp_path, [school(123456)])

    def rows() -> Iterator[ReadSchool]:
        for number in range(3):
            one = School(urn=f"20000{number}", name="New", status=SchoolStatus.OPEN)
            yield ReadSchool(number, one)
        raise OSError(5, "the stick was pulled out")

    with pytest.raises(StoreError):
        register.replace(RegisterSource(rows(), "0" * 64), NOW)
    assert register.stamp().schools == 1
    assert [one.name for one in tmp_path.iterdir()] == ["schools.db"]


def test_no_room_leaves_the_one_before(tmp_path: Path) -> None:
    """A process that may write no file larger than 64 KiB: the write itself fails."""
    register, _ = taken(tmp_path, [school(123456)])
    rows = extract(school(100_000 + number, f"School {number}") for number in range(3_000))
    (tmp_path / "rows.csv").write_bytes(rows)
    program = f"""
import resource, signal, sys
from pathlib import Path
from datetime import UTC, datetime
from adapters.formats.gias import read_register
from adapters.school_register import SchoolRegisterFile
from exchange.errors import StoreError
from exchange.ports.schools import RegisterSource
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (65536, {resource.RLIM_INFINITY}))
with open("rows.csv", "rb") as file:
    read = read_register(file)
    try:
        SchoolRegisterFile(Path("schools.db")).replace(
            RegisterSource(read.rows, read.sha256), datetime.now(UTC))
    except StoreError as error:
        print(error.code)
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.strip() in ("storage-full", "register-failed")
    assert register.stamp().schools == 1
    assert sorted(one.name for one in tmp_path.iterdir()) == ["rows.csv", "schools.db"]


def test_what_a_killed_import_left_is_no_hindrance(tmp_path: Path) -> None:
    (tmp_path / "schools.db.new").write_bytes(b"half a database")
    register, _ = taken(tmp_path, [school(123456)])
    assert register.stamp().schools == 1
    assert [one.name for one in tmp_path.iterdir()] == ["schools.db"]


def test_two_imports_at_once_do_not_mix(tmp_path: Path) -> None:
    with (tmp_path / "schools.db.new").open("wb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(Conflict) as error:
            taken(tmp_path, [school(123456)])
        assert error.value.code == "register-busy"
    taken(tmp_path, [school(123456)])


@pytest.mark.parametrize("content", [b"", b"no database at all" * 100, b"SQLite format 3\x00" * 99])
def test_a_damaged_file_is_said_to_be_one(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "schools.db").write_bytes(content)
    register = SchoolRegisterFile(tmp_path / "schools.db")
    with pytest.raises(StoreError) as error:
        register.stamp()
    assert error.value.code in ("register-damaged", "register-outdated")
    assert "senx schools import" in error.value.hint
    taken(tmp_path, [school(123456)])
    assert register.stamp().schools == 1, "and can be replaced"


def test_a_file_of_another_edition_is_not_guessed_at(tmp_path: Path) -> None:
    register, _ = taken(tmp_path, [school(123456)])
    register.close()
    with sqlite3.connect(tmp_path / "schools.db") as file:
        file.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError) as error:
        register.get("123456")
    assert error.value.code == "register-outdated"


def test_threads_may_share_it(tmp_path: Path) -> None:
    register, _ = taken(tmp_path, [school(100_000 + n, f"School {n}") for n in range(200)])
    wrong: list[object] = []

    def look(start: int) -> None:
        for number in range(start, 200, 4):
            urn = str(100_000 + number)
            if found(register, f"school {number}", 1) != [urn] or found(register, urn) != [urn]:
                wrong.append(urn)

    threads = [threading.Thread(target=look, args=(start,)) for start in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert wrong == []


def test_describing_a_school_asks_of_few(tmp_path: Path) -> None:
    """A name that thousands share must not make one answer slow."""
    rows = [school(100_000 + n, "St Mary's School") for n in range(2_000)]
    register, _ = taken(tmp_path, rows)
    one = register.get("100500")
    assert one is not None
    assert describe_school(register, one).lookalike
    assert len(register.sharing_look(one.look, 25)) == 25
