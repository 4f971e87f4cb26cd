"""The low level for pipelines: chunks in the caller's buffers."""

from __future__ import annotations

import io
import os
from collections.abc import Callable

import pytest

from keys import age
from keys.age import CHUNK, SEALED_CHUNK
from keys.errors import AgePayloadInvalid

Seal = Callable[..., bytes]


def test_sealer_refuses_what_would_be_no_valid_file(classic: age.KeyIdentity) -> None:
    out = memoryview(bytearray(4 * SEALED_CHUNK))
    plain = memoryview(bytes(3 * CHUNK))
    sealer = age.begin(io.BytesIO(), [classic.recipient()])
    bad = [(plain[:5], False), (plain[:0], False), (plain[: CHUNK + 1], False)]
    for part, last in bad:
        with pytest.raises(ValueError, match="no valid age payload"):
            sealer.seal_into(part, out, last=last)
    with pytest.raises(ValueError, match="too small"):
        sealer.seal_into(plain, out[: 3 * SEALED_CHUNK - 1], last=False)
    sealer.seal_into(plain, out, last=False)
    with pytest.raises(ValueError, match="no valid age payload"):
        sealer.seal_into(plain[:0], out, last=True)
    sealer.seal_into(plain[:1], out, last=True)
    with pytest.raises(ValueError, match="no valid age payload"):
        sealer.seal_into(plain, out, last=True)


def test_sealer_and_opener_work_in_the_callers_buffers(classic: age.KeyIdentity) -> None:
    plain = memoryview(os.urandom(10 * CHUNK + 3))
    sink, out = io.BytesIO(), memoryview(bytearray(5 * SEALED_CHUNK))
    sealer = age.begin(sink, [classic.recipient()])
    for start, end in ((0, 5), (5, 6), (6, 10), (10, 11)):
        size = sealer.seal_into(plain[start * CHUNK : end * CHUNK], out, last=end == 11)
        sink.write(out[:size])

    source = io.BytesIO(sink.getvalue())
    opener = age.unlock(source, [classic])
    sealed = memoryview(source.read())
    back = memoryview(bytearray(5 * CHUNK))
    for start, end in ((6, 11), (0, 5), (5, 6)):
        part = sealed[start * SEALED_CHUNK : end * SEALED_CHUNK]
        size = opener.open_into(part, back, index=start, last=end == 11)
        assert back[:size] == plain[start * CHUNK : end * CHUNK]


def test_opener_leaves_nothing_of_a_chunk_that_fails(classic: age.KeyIdentity, seal: Seal) -> None:
    whole = bytearray(seal(b"S" * (2 * CHUNK), [classic.recipient()]))
    whole[-1] ^= 1
    source = io.BytesIO(whole)
    opener = age.unlock(source, [classic])
    out = bytearray(b"?" * 2 * CHUNK)
    with pytest.raises(AgePayloadInvalid) as caught:
        opener.open_into(memoryview(source.read()), memoryview(out), index=0, last=True)
    assert caught.value.path == "payload.chunk[1]"
    assert out == b"S" * CHUNK + bytes(CHUNK)


def test_opener_wants_the_right_index_and_end(classic: age.KeyIdentity, seal: Seal) -> None:
    source = io.BytesIO(seal(bytes(2 * CHUNK), [classic.recipient()]))
    opener = age.unlock(source, [classic])
    sealed, out = memoryview(source.read()), memoryview(bytearray(2 * CHUNK))
    first = sealed[:SEALED_CHUNK]
    wrong = [(first, 1, False), (first, 0, True), (sealed, 0, False), (sealed[:0], 0, True)]
    for part, index, last in wrong:
        with pytest.raises(AgePayloadInvalid):
            opener.open_into(part, out, index=index, last=last)
    with pytest.raises(ValueError, match="part of a chunk"):
        opener.open_into(first[:-1], out, index=0, last=False)
    with pytest.raises(ValueError, match="too small"):
        opener.open_into(sealed, out[:CHUNK], index=0, last=True)


@pytest.mark.parametrize("sealed", [0, 15, SEALED_CHUNK + 1, SEALED_CHUNK + 15, SEALED_CHUNK + 16])
def test_lengths_that_no_payload_has(sealed: int) -> None:
    with pytest.raises(AgePayloadInvalid, match="age-payload-cut-short"):
        age.plain_size(sealed)
