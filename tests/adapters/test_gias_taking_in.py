"""The index of the register: taken in whole or not at all, while others go on reading."""

from __future__ import annotations

import fcntl
import os
import resource
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.school_register import MOST_ERRORS, SchoolRegisterFile
from exchange.domain.schools import School, SchoolStatus
from exchange.errors import (
    Conflict,
    FormatError,
    NotFound,
    Refused,
    StoreError,
)
from exchange.ports.schools import ReadSchool, RegisterSource
from exchange.services.find_school import describe_school
from tests.adapters.gias_files import NOW, extract, found, school, taken

ROOT = Path(__file__).parents[2]


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
