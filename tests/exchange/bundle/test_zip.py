"""The container: one encoding, both ways, and what stock programs make of it."""

from __future__ import annotations

import io
import os
import shutil
import struct
import subprocess
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.bundle import zipformat
from exchange.bundle.limits import DEFLATE_LIMIT, Limits
from exchange.bundle.zipformat import U32, Entry
from exchange.bundle.zipreader import ZipReader
from exchange.bundle.zipwriter import Member, ZipWriter, deflate, place
from exchange.errors import ContainerError, SealingError

TEXT = b"The pupil works best in a small group. " * 40


def container(members: list[Member]) -> bytes:
    entries = place(members)
    bodies = [
        zipformat.local_header(entry) + (member.data or b"")
        for entry, member in zip(entries, members, strict=True)
    ]
    return b"".join(bodies) + zipformat.directory(entries)


def stored(**content: bytes) -> bytes:
    out = io.BytesIO()
    writer = ZipWriter(out)
    for name, data in content.items():
        writer.add(name, data)
    assert writer.finish() == len(out.getvalue())
    return out.getvalue()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.binary(max_size=3000), st.booleans()), max_size=12))
def test_what_is_written_is_read(contents: list[tuple[bytes, bool]]) -> None:
    members = [
        Member.of(f"data/{number}", content, compress=compress)
        for number, (content, compress) in enumerate(contents)
    ]
    raw = container(members)
    reader = ZipReader(io.BytesIO(raw), deflate=True)
    assert [reader.read(entry, 3000) for entry in reader.entries] == [c for c, _ in contents]
    with zipfile.ZipFile(io.BytesIO(raw)) as stock:
        assert [stock.read(name) for name in stock.namelist()] == [c for c, _ in contents]
        assert stock.testzip() is None


def test_headers_are_the_bytes_that_the_format_says() -> None:
    raw = stored(a=b"hi")
    entry = Entry("a", 0, 0xD8932AAC, 2, 2, 0)
    local = bytes.fromhex("504b0304140000000000000021 00ac2a93d80200000002000000 0100 0000 61")
    assert zipformat.local_header(entry) == local
    central = bytes.fromhex(
        "504b0102 2d00 1400 0000 0000 0000 2100 ac2a93d8 02000000 02000000 0100 0000 0000 0000"
        "0000 00000000 00000000 61"
    )
    assert zipformat.central_header(entry) == central
    end = bytes.fromhex("504b0506 0000 0000 0100 0100 2f000000 21000000 0000")
    assert raw == local + b"hi" + central + end


def test_a_header_is_patched_once_the_checksum_is_known() -> None:
    out = io.BytesIO(b"before")
    out.seek(0, io.SEEK_END)
    writer = ZipWriter(out)
    writer.add("first", b"1")
    writer.begin("second", 5)
    out.write(b"hello")
    entry = writer.end(0x3610A686)
    writer.add("third", b"")
    writer.finish()
    reader = ZipReader(io.BytesIO(out.getvalue()[6:]))
    assert reader.entry("second") == entry
    assert reader.read(entry, 5) == b"hello"
    assert reader.names == ("first", "second", "third")


def test_a_member_of_another_size_than_announced_is_an_error() -> None:
    out = io.BytesIO()
    writer = ZipWriter(out)
    writer.begin("second", 5)
    out.write(b"hell")
    with pytest.raises(SealingError) as caught:
        writer.end(0)
    assert caught.value.code == "size-mismatch"


def test_text_is_deflated_only_where_every_reader_will_take_it() -> None:
    packed = deflate(TEXT)
    assert packed is not None
    assert len(packed) < len(TEXT) / 5
    assert deflate(b"") is None
    assert deflate(os.urandom(1000)) is None, "nothing is gained"
    assert deflate(b"a" * DEFLATE_LIMIT) is None, "denser than a reader allows"
    assert deflate(TEXT * (DEFLATE_LIMIT // len(TEXT) + 1)) is None, "larger than a reader allows"


def test_one_member_is_read_without_the_others() -> None:
    class Counting(io.BytesIO):
        taken = 0

        def read(self, size: int | None = -1, /) -> bytes:
            part = super().read(size)
            Counting.taken += len(part)
            return part

    raw = stored(**{f"m{number}": os.urandom(50_000) for number in range(40)})
    reader = ZipReader(Counting(raw))
    headers = Counting.taken
    assert headers < 10_000
    assert len(reader.read(reader.entry("m17"), 50_000)) == 50_000
    assert Counting.taken - headers == 50_000


def test_two_members_can_be_read_in_turn() -> None:
    raw = stored(a=b"A" * 100, b=b"B" * 100)
    reader = ZipReader(io.BytesIO(raw))
    first, second = reader.open(reader.entry("a")), reader.open(reader.entry("b"))
    assert first.read(60) + second.read(60) + first.read(60) + second.read(60) == (
        b"A" * 60 + b"B" * 60 + b"A" * 40 + b"B" * 40
    )
    buffer = bytearray(7)
    assert reader.open(reader.entry("a")).readinto(buffer) == 7


class Sparse(io.RawIOBase):
    """A file of which only a few places are not zero; as large as one likes."""

    def __init__(self, size: int, pieces: dict[int, bytes]) -> None:
        self.size, self.pieces, self.position = size, pieces, 0

    def seek(self, offset: int, whence: int = 0, /) -> int:
        self.position = offset + (0, self.position, self.size)[whence]
        return self.position

    def read(self, size: int = -1, /) -> bytes:
        start = self.position
        end = self.size if size < 0 else min(start + size, self.size)
        data = bytearray(max(0, end - start))
        for offset, piece in self.pieces.items():
            for index, byte in enumerate(piece):
                if start <= offset + index < end:
                    data[offset + index - start] = byte
        self.position = start + len(data)
        return bytes(data)


@pytest.mark.parametrize("size", [U32 - 1, U32, U32 + 1, 2 * U32])
def test_zip64_is_used_exactly_where_a_number_does_not_fit(size: int) -> None:
    entries = zipformat.lay_out([("large", 0, 0, size, size), ("after", 0, 0, 0, 0)])
    headers = [zipformat.local_header(entry) for entry in entries]
    tail = zipformat.directory(entries)
    assert len(headers[0]) == 35 + (20 if size >= U32 else 0)
    assert headers[0][4] == (45 if size >= U32 else 20)
    pieces = {entries[0].offset: headers[0], entries[1].offset: headers[1], entries[1].end: tail}
    stream = Sparse(entries[1].end + len(tail), pieces)
    reader = ZipReader(stream, Limits(member_size=4 * U32))
    assert reader.entries == entries
    assert (b"PK\x06\x06" in tail) == (entries[1].end >= U32)
    with zipfile.ZipFile(stream) as stock:  # type: ignore[arg-type]
        assert [info.file_size for info in stock.infolist()] == [size, 0]
        assert stock.infolist()[1].header_offset == entries[1].offset


def test_zip64_offset_alone_leaves_the_sizes_short() -> None:
    entry = Entry("a", 0, 0, 1, 1, U32)
    header = zipformat.central_header(entry)
    assert struct.unpack("<2HQ", header[-12:]) == (1, 8, U32)
    assert zipformat.local_header(entry)[4] == 20


def test_a_damaged_member_ends_in_an_error_not_in_an_end() -> None:
    raw = bytearray(stored(a=b"A" * 100))
    raw[40] ^= 1
    reader = ZipReader(io.BytesIO(bytes(raw)))
    with pytest.raises(ContainerError) as caught:
        reader.read(reader.entry("a"), 100)
    assert caught.value.code == "crc-mismatch"


def test_every_limit_is_kept() -> None:
    raw = stored(a=b"A" * 100, b=b"B" * 100)
    for limits, code in [
        (Limits(members=1), "too-many-members"),
        (Limits(member_size=99), "member-too-large"),
        (Limits(total_size=199), "container-too-large"),
        (Limits(container_size=len(raw) - 1), "container-too-large"),
    ]:
        with pytest.raises(ContainerError) as caught:
            ZipReader(io.BytesIO(raw), limits)
        assert caught.value.code == code
    reader = ZipReader(io.BytesIO(raw), Limits(2, 100, 200, len(raw)))
    with pytest.raises(ContainerError) as caught:
        reader.read(reader.entry("a"), 99)
    assert caught.value.code == "member-too-large"
    with pytest.raises(ContainerError) as caught:
        reader.entry("c")
    assert caught.value.code == "member-missing"


def test_a_flip_of_any_bit_is_refused() -> None:
    raw = container([Member.of("data/a", TEXT), Member.of("data/b", b"xyz")])
    for position in range(len(raw)):
        for bit in range(8):
            with pytest.raises(ContainerError):
                read_all(flipped(raw, position, bit))


def test_a_flip_in_deflated_bytes_is_refused_or_changes_nothing() -> None:
    """A deflate stream ends within a byte: the bits after its end say nothing."""
    raw = container([Member.of("data/a.txt", TEXT, compress=True)])
    harmless = 0
    for position in range(len(raw)):
        for bit in range(8):
            try:
                assert read_all(flipped(raw, position, bit)) == [TEXT]
            except ContainerError:
                continue
            harmless += 1
    assert harmless < 8


def flipped(raw: bytes, position: int, bit: int = 0) -> bytes:
    damaged = bytearray(raw)
    damaged[position] ^= 1 << bit
    return bytes(damaged)


def test_a_container_cut_anywhere_is_refused() -> None:
    raw = container([Member.of("data/a.txt", TEXT, compress=True), Member.of("data/b", b"xyz")])
    for length in range(len(raw)):
        with pytest.raises(ContainerError):
            read_all(raw[:length])


def read_all(raw: bytes) -> list[bytes]:
    reader = ZipReader(io.BytesIO(raw), deflate=True)
    return [reader.read(entry, 1 << 20) for entry in reader.entries]


@pytest.mark.stock
@pytest.mark.skipif(not shutil.which("unzip"), reason="unzip is not here")
def test_stock_unzip_is_content_with_it(tmp_path: Path) -> None:
    members = [Member.of("data/a.txt", TEXT, compress=True), Member.of("data/b", b"xyz")]
    (tmp_path / "x.zip").write_bytes(container(members))
    subprocess.run(["unzip", "-tqq", "x.zip"], cwd=tmp_path, check=True)
    subprocess.run(["unzip", "-qq", "x.zip"], cwd=tmp_path, check=True)
    assert (tmp_path / "data/a.txt").read_bytes() == TEXT
    assert (tmp_path / "data/b").stat().st_mode & 0o111 == 0
