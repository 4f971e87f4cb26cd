from __future__ import annotations

import io
import os
import threading
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given, settings
from hypothesis import strategies as st

from keys import age
from keys.age import CHUNK, SEALED_CHUNK
from keys.age.header import write_header
from keys.errors import AgeHeaderInvalid, AgePayloadInvalid

Seal = Callable[..., bytes]
BATCH = 8 * CHUNK
EDGES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, BATCH - 1, BATCH, BATCH + 1, 3 * BATCH + 7]
CLASSIC = age.parse_identity(age.identity_from_seed("classic", bytes(32)))


class Dribble(io.RawIOBase):
    """A raw source, like a socket, that gives a few bytes at a time."""

    def __init__(self, data: bytes, step: int) -> None:
        self.inner = io.BytesIO(data)
        self.step = step

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        data = self.inner.read(min(self.step, len(buffer)))
        buffer[: len(data)] = data
        return len(data)


class OnlyRead:
    """The least that a source must offer."""

    def __init__(self, data: bytes) -> None:
        inner = io.BytesIO(data)
        self.read, self.readline = inner.read, inner.readline


class SmallSink:
    """A raw sink that takes a few bytes at a time."""

    def __init__(self) -> None:
        self.data = bytearray()

    def write(self, data: memoryview, /) -> int:
        taken = bytes(data[:1000])
        self.data += taken
        return len(taken)


def parts(whole: bytes) -> tuple[bytes, list[bytes]]:
    """Return the header with nonce, and the sealed chunks."""
    offset = age.read_header(io.BytesIO(whole)).payload_offset
    starts = range(offset, len(whole), SEALED_CHUNK)
    return whole[:offset], [whole[start : start + SEALED_CHUNK] for start in starts]


def drain(whole: bytes, identity: age.Identity) -> tuple[bytes, str]:
    """Return what the streaming reader releases, and the code with which it stops."""
    released = bytearray()
    reader = age.decrypt(io.BytesIO(whole), [identity])
    try:
        while data := reader.read(10_000):
            released += data
    except AgePayloadInvalid as error:
        with pytest.raises(AgePayloadInvalid, match=error.code):
            reader.read(1)
        return bytes(released), error.code
    return bytes(released), ""


def refused_at_once(whole: bytes, identity: age.Identity) -> bool:
    try:
        age.open_seekable(io.BytesIO(whole), [identity])
    except AgePayloadInvalid:
        return True
    return False


@pytest.mark.parametrize("size", EDGES)
def test_round_trip_at_chunk_edges(size: int, identity: age.KeyIdentity, seal: Seal) -> None:
    plain = os.urandom(size)
    whole = seal(plain, [identity.recipient()])
    header = age.read_header(io.BytesIO(whole))

    assert len(whole) == header.payload_offset + age.sealed_size(size)
    assert age.plain_size(age.sealed_size(size)) == size
    assert age.decrypt(io.BytesIO(whole), [identity]).read() == plain
    with age.open_seekable(io.BytesIO(whole), [identity]) as reader:
        assert (reader.size, reader.read()) == (size, plain)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 3 * CHUNK), max_size=12), st.integers(1, 10 * CHUNK))
def test_round_trip_however_it_is_cut(writes: list[int], step: int) -> None:
    plain = os.urandom(sum(writes))
    sink, offset = io.BytesIO(), 0
    with age.encrypt(sink, [CLASSIC.recipient()]) as encryptor:
        for size in writes:
            assert encryptor.write(memoryview(plain)[offset : offset + size]) == size
            offset += size

    reader, read = age.decrypt(io.BytesIO(sink.getvalue()), [CLASSIC]), bytearray()
    while data := reader.read(step):
        assert len(data) <= step
        read += data
    assert read == plain


@pytest.mark.parametrize("step", [1, 17, 65_537])
def test_sources_and_sinks_may_be_slow(step: int, classic: age.KeyIdentity) -> None:
    plain = os.urandom(CHUNK + 5 if step == 1 else BATCH + 5)
    sink = SmallSink()
    with age.encrypt(sink, [classic.recipient()]) as encryptor:
        encryptor.write(plain)
    whole = bytes(sink.data)
    assert age.decrypt(Dribble(whole, step), [classic]).read() == plain
    assert age.decrypt(OnlyRead(whole), [classic]).read() == plain


@pytest.mark.parametrize("size", [0, 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK, BATCH + CHUNK])
def test_cut_short_at_and_around_each_chunk_edge(
    size: int, classic: age.KeyIdentity, seal: Seal
) -> None:
    plain = os.urandom(size)
    whole = seal(plain, [classic.recipient()])
    head, chunks = parts(whole)
    edges = {len(head) + index * SEALED_CHUNK for index in range(len(chunks) + 1)}
    cuts = {edge + near for edge in edges for near in (-1, 0, 1, 15, 16, 17)}
    for cut in sorted(c for c in cuts if len(head) <= c < len(whole)):
        released, code = drain(whole[:cut], classic)
        assert code, cut
        assert plain.startswith(released)
        assert len(released) <= (cut - len(head)) // SEALED_CHUNK * CHUNK
        assert refused_at_once(whole[:cut], classic), cut


def test_cut_short_inside_the_nonce(classic: age.KeyIdentity, seal: Seal) -> None:
    whole = seal(b"x", [classic.recipient()])
    offset = age.read_header(io.BytesIO(whole)).payload_offset
    for cut in (offset - 16, offset - 1):
        with pytest.raises(AgeHeaderInvalid, match="age-header-cut-short"):
            age.decrypt(io.BytesIO(whole[:cut]), [classic])


def rearranged(chunks: list[bytes]) -> dict[str, list[bytes]]:
    first, *middle, last = chunks
    return {
        "first two swapped": [middle[0], first, *middle[1:], last],
        "last two swapped": [first, *middle[:-1], last, middle[-1]],
        "first dropped": [*middle, last],
        "middle dropped": [first, *middle[1:], last],
        "first doubled": [first, first, *middle, last],
        "final doubled": [*chunks, last],
        "final first": [last, first, *middle],
        "only the final": [last],
        "a byte behind": [*chunks, b"\0"],
        "a tag behind": [*chunks, bytes(16)],
        "a chunk of zeros behind": [*chunks, bytes(SEALED_CHUNK)],
        "a whole file behind": [*chunks, b"age-encryption.org/v1\n"],
    }


@pytest.mark.parametrize("size", [3 * CHUNK, 3 * CHUNK + 100, BATCH + 2 * CHUNK])
@pytest.mark.parametrize("case", rearranged([b"", b"", b"", b""]).keys())
def test_rearranged_chunks_are_refused(
    case: str, size: int, classic: age.KeyIdentity, seal: Seal
) -> None:
    plain = os.urandom(size)
    head, chunks = parts(seal(plain, [classic.recipient()]))
    forged = head + b"".join(rearranged(chunks)[case])

    released, code = drain(forged, classic)
    assert code
    assert plain.startswith(released)
    with pytest.raises(AgePayloadInvalid):
        age.open_seekable(io.BytesIO(forged), [classic]).read()


def test_chunks_of_another_file_are_refused(classic: age.KeyIdentity, seal: Seal) -> None:
    plain = bytes(2 * CHUNK)
    head, chunks = parts(seal(plain, [classic.recipient()]))
    other_head, other = parts(seal(plain, [classic.recipient()]))
    assert drain(head + chunks[0] + other[1], classic)[1]
    # Another nonce gives another payload key, though the file key is the same.
    assert drain(head[:-16] + other_head[-16:] + b"".join(chunks), classic) == (
        b"",
        "age-payload-damaged",
    )


def test_a_block_that_raises_leaves_a_file_cut_short(classic: age.KeyIdentity) -> None:
    sink = io.BytesIO()

    def break_off() -> None:
        with age.encrypt(sink, [classic.recipient()]) as encryptor:
            encryptor.write(bytes(BATCH + 1))
            raise InterruptedError

    with pytest.raises(InterruptedError):
        break_off()
    released, code = drain(sink.getvalue(), classic)
    assert (released, code) == (bytes(BATCH), "age-payload-cut-short")


def test_a_forgotten_encryptor_makes_no_whole_file(classic: age.KeyIdentity) -> None:
    sink = io.BytesIO()
    age.encrypt(sink, [classic.recipient()]).write(b"x")
    assert drain(sink.getvalue(), classic) == (b"", "age-payload-cut-short")


def test_nothing_is_written_after_the_end_or_a_failing_sink(classic: age.KeyIdentity) -> None:
    sink = io.BytesIO()
    encryptor = age.encrypt(sink, [classic.recipient()])
    encryptor.close()
    size = len(sink.getvalue())
    encryptor.close()
    assert len(sink.getvalue()) == size
    with pytest.raises(ValueError, match="closed"):
        encryptor.write(b"x")

    with Path("/dev/full").open("wb", buffering=0) as full:
        sealer = age.begin(io.BytesIO(), [classic.recipient()])
        failing = age.Encryptor(full, sealer)
        with pytest.raises(OSError, match="No space"):
            failing.write(bytes(2 * BATCH))
        with pytest.raises(ValueError, match="closed"):
            failing.write(b"x")


def test_memory_stays_the_same_whatever_the_size(classic: age.KeyIdentity) -> None:
    slot = memoryview(os.urandom(1 << 20))

    def peak(megabytes: int) -> int:
        read_end, write_end = os.pipe()

        def produce() -> None:
            with (
                os.fdopen(write_end, "wb", buffering=0) as sink,
                age.encrypt(sink, [classic.recipient()]) as encryptor,
            ):
                for _ in range(megabytes):
                    encryptor.write(slot)

        tracemalloc.start()
        producer = threading.Thread(target=produce)
        producer.start()
        with os.fdopen(read_end, "rb") as source:
            reader = age.decrypt(source, [classic])
            size = sum(iter(lambda: len(reader.read(1 << 20)), 0))
        producer.join()
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert size == megabytes << 20
        return highest

    assert peak(2) < 6 << 20
    assert peak(128) < 6 << 20


def test_an_empty_file_with_a_wrong_tag_is_refused(classic: age.KeyIdentity, seal: Seal) -> None:
    whole = bytearray(seal(b"", [classic.recipient()]))
    whole[-1] ^= 1
    assert drain(bytes(whole), classic) == (b"", "age-payload-damaged")
    assert refused_at_once(bytes(whole), classic)


def written_by_the_book(chunks: list[tuple[bytes, bool]]) -> bytes:
    """Return a file made from the specification's words alone, valid or not."""
    file_key, nonce = bytes(range(16)), bytes(range(100, 116))
    key = HKDF(hashes.SHA256(), 32, nonce, b"payload").derive(file_key)
    whole = write_header(CLASSIC.recipient().wrap(file_key), file_key) + nonce
    for index, (chunk, last) in enumerate(chunks):
        chunk_nonce = index.to_bytes(11, "big") + (b"\x01" if last else b"\x00")
        whole += ChaCha20Poly1305(key).encrypt(chunk_nonce, chunk, None)
    return whole


FULL = b"f" * CHUNK
BY_THE_BOOK = {
    "empty": ([(b"", True)], b"", ""),
    "one short": ([(b"x", True)], b"x", ""),
    "one full": ([(FULL, True)], FULL, ""),
    "many": ([(FULL, False)] * 300 + [(b"x", True)], FULL * 300 + b"x", ""),
    "empty chunk at the end": ([(FULL, False), (b"", True)], FULL, "age-payload-damaged"),
    "empty chunk behind a batch": (
        [(FULL, False)] * 8 + [(b"", True)],
        FULL * 8,
        "age-payload-damaged",
    ),
    "no end": ([(FULL, False)] * 2, FULL * 2, "age-payload-cut-short"),
    "no end, short": ([(b"x", False)], b"", "age-payload-damaged"),
    "two ends": ([(FULL, True), (b"x", True)], FULL, "age-payload-trailing-bytes"),
    "two ends behind a batch": (
        [(FULL, False)] * 7 + [(FULL, True)] * 2,
        FULL * 8,
        "age-payload-trailing-bytes",
    ),
    "short in the middle": ([(b"x", False), (b"y", True)], b"", "age-payload-damaged"),
}


@pytest.mark.parametrize(("chunks", "plain", "code"), BY_THE_BOOK.values(), ids=BY_THE_BOOK.keys())
def test_files_written_by_the_book(
    chunks: list[tuple[bytes, bool]], plain: bytes, code: str
) -> None:
    whole = written_by_the_book(chunks)
    assert drain(whole, CLASSIC) == (plain, code)
    if code:
        with pytest.raises(AgePayloadInvalid):
            age.open_seekable(io.BytesIO(whole), [CLASSIC]).read()
    else:
        assert age.open_seekable(io.BytesIO(whole), [CLASSIC]).read() == plain


def test_opener_refuses_an_empty_chunk_behind_others() -> None:
    source = io.BytesIO(written_by_the_book([(FULL, False), (b"", True)]))
    opener = age.unlock(source, [CLASSIC])
    sealed, out = memoryview(source.read()), memoryview(bytearray(CHUNK))
    with pytest.raises(AgePayloadInvalid):
        opener.open_into(sealed[SEALED_CHUNK:], out, index=1, last=True)
