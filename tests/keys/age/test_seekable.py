from __future__ import annotations

import io
import os
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keys import age
from keys.age import CHUNK, SEALED_CHUNK
from keys.errors import AgePayloadInvalid

Seal = Callable[..., bytes]
SIZE = 11 * CHUNK + 77
PLAIN = os.urandom(SIZE)
IDENTITY = age.parse_identity(age.identity_from_seed("classic", bytes(32)))


def sealed() -> bytes:
    sink = io.BytesIO()
    with age.encrypt(sink, [IDENTITY.recipient()]) as encryptor:
        encryptor.write(PLAIN)
    return sink.getvalue()


WHOLE = sealed()
OFFSET = age.read_header(io.BytesIO(WHOLE)).payload_offset


class Counting(io.BytesIO):
    """Counts the bytes that were read."""

    count = 0

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        size = super().readinto(buffer)
        self.count += size
        return size


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, SIZE + CHUNK), st.integers(-1, SIZE)), max_size=8))
def test_any_place_reads_like_the_plaintext(moves: list[tuple[int, int]]) -> None:
    reader = age.open_seekable(io.BytesIO(WHOLE), [IDENTITY])
    reference = io.BytesIO(PLAIN)
    for place, size in moves:
        assert reader.seek(place) == reference.seek(place)
        assert reader.read(size) == reference.read(size)
        assert reader.tell() == reference.tell()


def test_seeking_from_everywhere() -> None:
    reader = age.open_seekable(io.BytesIO(WHOLE), [IDENTITY])
    assert reader.readable()
    assert reader.seekable()
    assert reader.seek(-10, os.SEEK_END) == SIZE - 10
    assert reader.read() == PLAIN[-10:]
    assert reader.seek(-20, os.SEEK_CUR) == SIZE - 20
    assert reader.readall() == PLAIN[-20:]
    assert reader.seek(SIZE + 5) == SIZE + 5
    assert reader.read(1) == b""
    for offset, whence in ((-1, os.SEEK_SET), (-SIZE - 1, os.SEEK_END), (0, 9)):
        with pytest.raises(ValueError, match="no such place"):
            reader.seek(offset, whence)


def test_it_can_be_buffered() -> None:
    with io.BufferedReader(age.open_seekable(io.BytesIO(WHOLE), [IDENTITY]), 1000) as reader:
        reader.seek(CHUNK - 5)
        assert reader.read(10) == PLAIN[CHUNK - 5 : CHUNK + 5]


def test_one_place_costs_one_chunk_and_the_end() -> None:
    source = Counting(WHOLE)
    reader = age.open_seekable(source, [IDENTITY])
    source.count = 0
    reader.seek(5 * CHUNK + 9)
    assert reader.read(100) == PLAIN[5 * CHUNK + 9 :][:100]
    assert reader.read(100) == PLAIN[5 * CHUNK + 109 :][:100]
    assert source.count == SEALED_CHUNK


def test_damage_is_found_where_it_lies_and_nowhere_else() -> None:
    damaged = bytearray(WHOLE)
    damaged[OFFSET + 4 * SEALED_CHUNK + 100] ^= 1
    reader = age.open_seekable(io.BytesIO(damaged), [IDENTITY])
    assert reader.read(4 * CHUNK) == PLAIN[: 4 * CHUNK]
    for place, size in ((4 * CHUNK, 1), (4 * CHUNK, CHUNK), (3 * CHUNK, 3 * CHUNK), (0, -1)):
        reader.seek(place)
        with pytest.raises(AgePayloadInvalid) as caught:
            reader.read(size)
        assert caught.value.path == "payload.chunk[4]"
    reader.seek(5 * CHUNK)
    assert reader.read() == PLAIN[5 * CHUNK :]


def test_a_failed_read_leaves_nothing_of_the_chunk() -> None:
    damaged = bytearray(WHOLE)
    damaged[OFFSET + 1 * SEALED_CHUNK] ^= 1
    reader = age.open_seekable(io.BytesIO(damaged), [IDENTITY])
    buffer = bytearray(2 * CHUNK)
    with pytest.raises(AgePayloadInvalid):
        reader.readinto(buffer)
    assert buffer == PLAIN[:CHUNK] + bytes(CHUNK)
    # The cache must not hold what failed either.
    reader.seek(CHUNK + 5)
    for _ in range(2):
        with pytest.raises(AgePayloadInvalid):
            reader.read(5)


def test_a_file_that_shrinks_meanwhile_is_refused() -> None:
    source = io.BytesIO(WHOLE)
    reader = age.open_seekable(source, [IDENTITY])
    source.truncate(OFFSET + 3 * SEALED_CHUNK + 100)
    with pytest.raises(AgePayloadInvalid, match="age-payload-cut-short"):
        reader.read()


@pytest.mark.parametrize("chunks", range(12))
def test_cut_at_each_chunk_edge_is_refused_before_reading(chunks: int) -> None:
    with pytest.raises(AgePayloadInvalid):
        age.open_seekable(io.BytesIO(WHOLE[: OFFSET + chunks * SEALED_CHUNK]), [IDENTITY])
