"""A bad row of an extract stops only itself; a bad file stops before anything is taken."""

from __future__ import annotations

import hashlib
import io
import random
import tracemalloc
from collections.abc import Iterator
from contextlib import suppress
from typing import BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.formats.gias import read_links, read_register
from exchange.errors import FormatError
from exchange.ports.schools import ReadLink, ReadSchool, School, UnreadRow
from tests.adapters.gias_files import extract, links, school


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
