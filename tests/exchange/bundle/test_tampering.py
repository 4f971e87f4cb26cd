"""Attacks on the bytes: flipped, cut, added to, and stanzas of the header; each by its name."""

from __future__ import annotations

import io
import zlib
from dataclasses import replace

import pytest

from exchange.bundle.limits import Limits
from exchange.bundle.opening import open_bundle
from exchange.bundle.outer import Outer, Window, read_outer, verify_outer
from exchange.bundle.zipreader import ZipReader
from exchange.errors import BundleError
from keys.age import CHUNK, SEALED_CHUNK, read_header
from keys.interfaces import Stanza
from tests.exchange.bundle.forge import Forgery, container
from tests.exchange.bundle.parties import (
    NOW,
    OLD_TOOLS,
    OTHER_SCHOOL,
    SCHOOL,
    SENDER,
    Party,
    document,
    find_signers,
    opened,
    sealed,
)
from tests.exchange.bundle.test_attacks import code_of


def code_outside(raw: bytes) -> str | None:
    try:
        verify_outer(read_outer(io.BytesIO(raw)), find_signers, NOW)
    except BundleError as error:
        return error.code
    return None


def code_opened(raw: bytes, party: Party) -> str | None:
    try:
        opened(raw, party)
    except BundleError as error:
        return error.code
    return None


def code_of_payload(outer: Outer, payload: bytes) -> str | None:
    """Open ``outer`` with another payload, and without the digest that would give it away."""
    outer = replace(outer, payload=Window(io.BytesIO(payload), 0, len(payload)))
    told = {"me": OLD_TOOLS.org_id, "inbox": OLD_TOOLS.inbox, "at": NOW}
    try:
        opened = open_bundle(outer, opener=OLD_TOOLS, find_signers=find_signers, **told)  # type: ignore[arg-type]
        opened.verify_contents()
    except BundleError as error:
        return error.code
    return None


def flips(raw: bytes) -> list[tuple[int, bytes]]:
    """Every byte of ``raw`` in turn, one bit of it flipped."""
    damaged = bytearray(raw)
    made = []
    for position in range(len(raw)):
        damaged[position] ^= 1 << position % 8
        made.append((position, bytes(damaged)))
        damaged[position] ^= 1 << position % 8
    return made


def test_a_flip_of_every_byte_is_refused_by_whoever_carries_it() -> None:
    raw, _ = sealed(document(1, b"%PDF"))
    assert code_outside(raw) is None
    taken = [position for position, bad in flips(raw) if code_outside(bad) is None]
    assert taken == []


def test_a_flip_of_every_byte_of_the_payload_is_refused_though_the_sender_signed_for_it() -> None:
    """What the envelope's digest would catch is caught inside as well."""
    raw, _ = sealed(document(1, b"%PDF"), to=(OLD_TOOLS,))
    outer, payload = read_outer(io.BytesIO(raw)), Forgery(raw, OLD_TOOLS).payload
    assert code_of_payload(outer, payload) is None
    taken = [where for where, bad in flips(payload) if code_of_payload(outer, bad) is None]
    assert taken == []


def test_a_flip_of_every_byte_of_the_plain_container_by_an_insider_changes_nothing_said() -> None:
    """Bits behind the end of a deflate stream mean nothing; any other flip is refused."""
    raw, _ = sealed(document(1, b"%PDF"), to=(OLD_TOOLS,))
    outer, made = read_outer(io.BytesIO(raw)), Forgery(raw, OLD_TOOLS)
    harmless = 0
    for _, bad in flips(made.plain):
        made.plain = bad
        made.seal_plain()
        if code_of_payload(outer, made.payload) is None:
            reader = ZipReader(io.BytesIO(bad), deflate=True)
            assert {e.name: reader.read(e, 1 << 20) for e in reader.entries} == made.members
            harmless += 1
    assert harmless <= len(made.members)


def test_truncation_at_every_chunk_edge() -> None:
    content = b"%PDF" + bytes(5 * CHUNK)
    raw, _ = sealed(document(1, content))
    made = Forgery(raw)
    whole = made.payload
    start = read_header(io.BytesIO(whole)).payload_offset
    edges = [*range(start, len(whole), SEALED_CHUNK)]
    assert len(edges) == 6
    for edge in [0, start - 16, *edges, *(edge + 16 for edge in edges), len(whole) - 1]:
        made.payload = whole[:edge]
        made.mend_envelope(payload_size=max(1, edge))
        assert code_opened(made.build(), SCHOOL)
    for edge in edges:
        assert code_outside(raw[:edge])
        made.payload = whole + whole[edge : edge + SEALED_CHUNK]
        made.mend_envelope()
        assert code_opened(made.build(), SCHOOL), "a chunk doubled at the end"
    made.payload = (
        whole[:start] + whole[edges[1] : edges[2]] + whole[start : edges[1]] + whole[edges[2] :]
    )
    made.mend_envelope()
    assert code_opened(made.build(), SCHOOL), "two chunks changed places"


def test_chunks_of_the_middle_are_checked_when_they_are_read() -> None:
    made = Forgery(sealed(document(1, b"%PDF" + bytes(5 * CHUNK)))[0])
    damaged = bytearray(made.payload)
    damaged[len(damaged) // 2] ^= 1
    made.payload = bytes(damaged)
    made.mend_envelope()
    assert code_of(made.build()) == "age-payload-damaged"


@pytest.mark.parametrize("extra", [b"\0", b"PK\x05\x06" + bytes(18), bytes(100_000)])
def test_trailing_bytes(extra: bytes) -> None:
    raw, _ = sealed()
    assert code_outside(raw + extra) in {"end-missing", "directory-misplaced"}
    made = Forgery(raw)
    made.payload += extra
    made.mend_envelope()
    assert code_opened(made.build(), SCHOOL) in {"age-payload-damaged", "age-payload-cut-short"}
    made = Forgery(raw)
    made.plain += extra
    made.seal_plain()
    made.mend_envelope()
    assert code_of(made.build()) in {"end-missing", "directory-misplaced"}


@pytest.mark.parametrize("before", [b"\0", b"#!/bin/sh\nrm -rf ~\n", b"%PDF-1.7\n"])
def test_prepended_data(before: bytes) -> None:
    raw, _ = sealed()
    assert code_outside(before + raw) == "directory-misplaced"
    made = Forgery(raw)
    made.plain = before + made.plain
    made.seal_plain()
    made.mend_envelope()
    assert code_of(made.build()) == "directory-misplaced"


def test_stanza_added() -> None:
    made = Forgery(sealed()[0])
    for extra in (OTHER_SCHOOL.recipients[0].wrap(made.file_key), [made.stanzas[0]]):
        forged = Forgery(sealed()[0])
        forged.stanzas += extra
        forged.seal()
        assert code_outside(forged.build()) == "size-mismatch"
        forged.mend_envelope()
        assert code_of(forged.build()) == "stanzas-differ"


def test_garbage_stanza_added() -> None:
    made = Forgery(sealed()[0])
    made.stanzas.append(Stanza("grease", ("x",), b""))
    made.seal()
    made.mend_envelope()
    assert code_of(made.build()) == "mixed-key-classes"


def test_stanza_removed() -> None:
    """Somebody cuts off the recovery key."""
    made = Forgery(sealed()[0])
    made.stanzas.pop()
    made.seal()
    made.mend_envelope()
    assert code_of(made.build()) == "stanzas-differ"


def test_stanzas_reordered() -> None:
    made = Forgery(sealed()[0])
    made.stanzas.reverse()
    made.seal()
    assert code_outside(made.build()) == "payload-differs"


def test_header_altered_by_somebody_without_the_file_key() -> None:
    made = Forgery(sealed()[0])
    real, made.file_key = made.file_key, bytes(16)
    made.seal()
    assert real != made.file_key
    made.mend_envelope()
    assert code_of(made.build()) == "age-header-mac-invalid"


def test_deflate_bomb() -> None:
    made = Forgery(sealed()[0])
    for name, size, code in [
        ("INDEX.htm", 1 << 20, "deflate-ratio"),
        ("data/records/profile-1.json", 1 << 24, "member-too-large"),
    ]:
        bomb = make_bomb(size)
        made.plain = made.plain_with(name, bomb, size)
        made.seal_plain()
        made.mend_envelope()
        assert code_of(made.build()) == code


def make_bomb(size: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(bytes(size)) + packer.flush()


def test_statement_that_would_swell_in_memory() -> None:
    made = Forgery(sealed()[0])
    limits = Limits(statement_size=len(made.members["statement.json"]) - 1)
    with pytest.raises(BundleError) as caught:
        open_bundle(
            read_outer(io.BytesIO(made.build())),
            opener=SCHOOL,
            find_signers=find_signers,
            me=SCHOOL.org_id,
            inbox=SCHOOL.inbox,
            at=NOW,
            limits=limits,
        )
    assert caught.value.code == "member-too-large"


@pytest.mark.parametrize(
    "content", [b"{}", b"[" * 100_000, b'{"a":1,"a":2}', b"\xff", b'"\\ud800"']
)
def test_envelope_that_is_not_strict_json(content: bytes) -> None:
    made = Forgery(sealed()[0])
    outside = made.outside | {
        "payload.age": made.payload,
        "envelope.json": content,
        "envelope.json.sig": SENDER.sign(content, "sen-envelope@v1"),
    }
    with pytest.raises(BundleError) as caught:
        read_outer(io.BytesIO(container(outside, deflate=False)))
    assert caught.value.path.startswith("/envelope")
