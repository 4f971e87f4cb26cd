"""What is sealed is opened, whole or one document at a time, by whom it was meant for."""

from __future__ import annotations

import hashlib
import io
import os
import random
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from exchange.bundle import sealing
from exchange.bundle.contents import Source
from exchange.bundle.editions import current_files
from exchange.bundle.opening import open_bundle
from exchange.bundle.outer import read_outer
from exchange.bundle.zipreader import ZipReader
from exchange.errors import BagError, Conflict, ExchangeError, SealingError, StorageFull
from schemas.recipient import InboxName
from schemas.records import RECORDS
from schemas.statement import BundleKind
from tests.exchange.bundle.parties import (
    DSL,
    NOW,
    OLD_TOOLS,
    OTHER_BUNDLE_ID,
    OTHER_SCHOOL,
    PDF,
    SCHOOL,
    SENDER,
    SUBJECT,
    TWIN,
    Party,
    document,
    find_signers,
    opened,
    particulars,
    record,
    sealed,
)


def test_a_bundle_is_opened_by_its_recipient() -> None:
    raw, kept = sealed()
    bundle = opened(raw)
    assert bundle.statement == kept.statement
    assert bundle.statement_bytes == kept.statement_bytes
    assert bundle.signer.public == SENDER.ssh.public
    (document_id,) = bundle.documents
    assert bundle.open_document(document_id).read() == PDF
    ((file, parsed),) = bundle.records(RECORDS)
    assert (file.path, parsed.schema) == ("data/records/profile-1.json", "sen.one-page-profile/1.0")


def test_the_outside_names_no_pupil_and_carries_the_published_notes() -> None:
    raw, kept = sealed()
    assert SUBJECT.encode() not in raw
    outer = read_outer(io.BytesIO(raw))
    assert outer.envelope == kept.envelope
    reader = ZipReader(io.BytesIO(raw))
    assert tuple(reader.read(entry, 1 << 16) for entry in reader.entries[:2]) == current_files()


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 524_288, 524_289, 3_000_000])
def test_documents_of_every_size_around_a_chunk_and_a_slot(size: int) -> None:
    content = random.Random(size).randbytes(size)
    raw, _ = sealed(document(1, content), document(2, b"after"))
    bundle = opened(raw)
    first, second = bundle.documents
    assert bundle.open_document(second).read() == b"after"
    assert bundle.open_document(first).read() == content


def test_many_members_of_all_kinds() -> None:
    rng = random.Random(7)
    contents = [rng.randbytes(rng.randrange(5_000)) for _ in range(300)]
    notes = document(999, b"note " * 99, path="data/documents/n.txt", media_type="text/plain")
    sources = [record(1), record(2), *(document(n, c) for n, c in enumerate(contents)), notes]
    raw, _ = sealed(*sources)
    bundle = opened(raw)
    read = [bundle.open_document(each).read() for each in bundle.documents]
    assert read == [*contents, b"note " * 99]
    assert len(list(bundle.records(RECORDS))) == 2


def test_text_is_deflated_and_what_is_compressed_already_is_stored() -> None:
    notes = document(2, b"note " * 99, path="data/documents/n.txt", media_type="text/plain")
    raw, _ = sealed(record(), document(1, PDF), notes)
    methods = {entry.name: entry.method for entry in opened(raw).reader.entries}
    assert methods["data/documents/n.txt"] == 8
    assert methods["data/documents/0001-report.pdf"] == 0
    assert methods["statement.json"] == 8


@pytest.mark.parametrize("to", [(SCHOOL, OTHER_SCHOOL), (OLD_TOOLS,)])
def test_every_recipient_opens_it_with_either_key(to: tuple[Party, ...]) -> None:
    raw, kept = sealed(to=to)
    assert [each.count for each in kept.statement.stanzas] == [2 * len(to)]
    for party in to:
        for identity in party.identities:
            alone = Party(party.name, party.key_class)
            object.__setattr__(alone, "identities", (identity,))
            assert opened(raw, alone).documents


def test_a_child_protection_file_goes_to_the_dsl_inbox_only() -> None:
    raw, _ = sealed(to=(DSL,), kind=BundleKind.CP_FILE)
    assert opened(raw, DSL).statement.kind is BundleKind.CP_FILE
    with pytest.raises(SealingError) as caught:
        sealed(to=(SCHOOL,), kind=BundleKind.CP_FILE)
    assert caught.value.code == "inbox-mixed"
    with pytest.raises(ExchangeError) as refused:
        opened(raw, SCHOOL)
    assert refused.value.code == "not-for-us"


def test_a_recall_says_all_in_its_statement() -> None:
    out = io.BytesIO()
    told = particulars(kind=BundleKind.RECALL, supersedes=OTHER_BUNDLE_ID)
    sealing.seal(out, told, [], [SCHOOL.keys()], SENDER)
    bundle = opened(out.getvalue())
    assert bundle.statement.supersedes == OTHER_BUNDLE_ID
    assert bundle.documents == {}
    assert list(bundle.records(RECORDS)) == []


def test_sealing_starts_where_the_stream_stands() -> None:
    out = io.BytesIO(b"before")
    out.seek(6)
    sealing.seal(out, particulars(), [record()], [SCHOOL.keys()], SENDER)
    opened(out.getvalue()[6:])


QUIET = document(1, PDF)
LOUD = QUIET.path.replace("report", "REPORT")


def refused(*sources: Source, **changes: object) -> SealingError:
    out = io.BytesIO()
    with pytest.raises(SealingError) as caught:
        sealing.seal(
            out,
            particulars(**changes),
            sources,
            [SCHOOL.keys()],
            SENDER,
        )
    return caught.value


@pytest.mark.parametrize("size", [len(PDF), 2_000_000])
@pytest.mark.parametrize("lie", ["sha256", "crc32", "longer", "shorter"])
@pytest.mark.parametrize("media_type", ["application/pdf", "text/plain"])
def test_a_document_that_is_not_what_it_was_stops_the_sealing(
    size: int, lie: str, media_type: str
) -> None:
    content = bytes(size)
    liars = {
        "sha256": document(2, content, sha256="0f" * 32),
        "crc32": document(2, content, crc32=1),
        "longer": document(2, content, open=lambda: io.BytesIO(content + b"!")),
        "shorter": document(2, content, open=lambda: io.BytesIO(content[:-1])),
    }
    liar = replace(liars[lie], media_type=media_type)
    error = refused(document(1, PDF), liar, document(3, bytes(3_000_000)))
    assert (error.code, error.path) == ("source-differs", "/files/1")


def test_a_source_that_cannot_be_read_stops_the_sealing() -> None:
    def gone() -> io.BytesIO:
        raise FileNotFoundError("/home/senco/Sam's report.pdf")

    error = refused(document(1, PDF), document(2, PDF, open=gone))
    assert (error.code, error.path) == ("source-unreadable", "/files/1")
    assert "Sam" not in repr(error)
    assert error.__cause__ is None
    assert error.__suppress_context__


@pytest.mark.parametrize(
    ("code", "path", "sources"),
    [
        ("nothing-to-seal", "/files", []),
        ("records-first", "/files", [document(1, PDF), record()]),
        ("other-subject", "/statement/files/3/subject", [document(1, PDF, subject=TWIN)]),
        ("wrong-form", "/statement/files/3/path", [document(1, PDF, path="data/documents/../x")]),
        ("path-repeated", "/statement/files/4/path", [QUIET, document(2, PDF, path=LOUD)]),
        ("member-too-large", "/files/0/size", [document(1, PDF, size=9 << 30)]),
        ("member-too-large", "/files/0/size", [record(1, bytes((4 << 20) + 1))]),
        ("too-many-members", "/files", [document(1, PDF)] * 4096),
        ("container-too-large", "/files", [document(n, PDF, size=8 << 30) for n in range(2)]),
    ],
)  # fmt: skip
def test_contents_that_a_reader_would_refuse_are_not_sealed(
    code: str, path: str, sources: list[Source]
) -> None:
    error = refused(*sources)
    assert (error.code, error.path) == (code, path)


def test_key_classes_are_never_mixed() -> None:
    with pytest.raises(SealingError) as caught:
        sealed(to=(SCHOOL, OLD_TOOLS))
    assert (caught.value.code, caught.value.path) == ("mixed-key-classes", "/recipients")


def test_recipients_without_keys_are_refused() -> None:
    for keys in [[], [replace(SCHOOL.keys(), recipients=(), key_ids=())]]:
        with pytest.raises(SealingError) as caught:
            sealing.seal(io.BytesIO(), particulars(), [record()], keys, SENDER)
        assert caught.value.code == "recipients-missing"
    unnamed = replace(SCHOOL.keys(), key_ids=SCHOOL.keys().key_ids[:1])
    with pytest.raises(SealingError) as caught:
        sealing.seal(io.BytesIO(), particulars(), [record()], [unnamed], SENDER)
    assert caught.value.path == "/recipients/0/keys"


def test_a_bundle_file_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / f"{particulars().id}.zip"
    liar = document(2, PDF, sha256="0f" * 32)
    with pytest.raises(SealingError):
        sealing.seal_to_path(path, particulars(), [record(), liar], [SCHOOL.keys()], SENDER)
    assert list(tmp_path.iterdir()) == []
    sealing.seal_to_path(path, particulars(), [record()], [SCHOOL.keys()], SENDER)
    assert [each.name for each in tmp_path.iterdir()] == [path.name]
    assert path.stat().st_mode & 0o077 == 0
    assert opened(path.read_bytes())
    with pytest.raises(Conflict) as caught:
        sealing.seal_to_path(path, particulars(), [record()], [SCHOOL.keys()], SENDER)
    assert caught.value.code == "file-exists"


class Full(io.BytesIO):
    """A disk that is full after so many bytes."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self.room = room

    def write(self, data: bytes | memoryview, /) -> int:  # type: ignore[override]
        if self.tell() + len(data) > self.room:
            raise OSError(28, "No space left on device: /secret/path")
        return super().write(data)


@pytest.mark.parametrize("room", [0, 100, 20_000, 1_000_000, 5_000_000])
def test_a_full_disk_stops_all_stages(room: int) -> None:
    before = threading.active_count()
    sources = [document(n, os.urandom(700_000)) for n in range(10)]
    with pytest.raises(StorageFull) as caught:
        sealing.seal(Full(room), particulars(), sources, [SCHOOL.keys()], SENDER)
    assert "secret" not in repr(caught.value)
    assert threading.active_count() == before


def test_sources_are_opened_one_at_a_time_and_closed() -> None:
    counts = {"open": 0, "most": 0}

    class Counted(io.BytesIO):
        def __init__(self, data: bytes) -> None:
            super().__init__(data)
            counts["open"] += 1
            counts["most"] = max(counts["most"], counts["open"])

        def close(self) -> None:
            if not self.closed:
                counts["open"] -= 1
            super().close()

    sources = [document(n, PDF * n, open=lambda n=n: Counted(PDF * n)) for n in range(50)]
    sealed(*sources)
    assert counts == {"open": 0, "most": 1}
    liar = document(99, PDF, sha256="0f" * 32, open=lambda: Counted(PDF))
    with pytest.raises(SealingError):
        sealed(*sources, liar)
    assert counts == {"open": 0, "most": 1}


def test_a_file_is_hashed_as_sealing_wants_it(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(PDF)
    digests = sealing.hash_source(tmp_path / "x")
    source = document(1, PDF)
    assert (digests.size, digests.sha256, digests.crc32) == (
        source.size,
        source.sha256,
        source.crc32,
    )
    with pytest.raises(SealingError) as caught:
        sealing.hash_source(tmp_path / "y")
    assert caught.value.code == "source-unreadable"


def test_an_unknown_document_is_a_typed_error() -> None:
    raw, _ = sealed()
    with pytest.raises(BagError) as caught:
        opened(raw).open_document(TWIN)
    assert caught.value.code == "document-unknown"


def test_one_document_of_a_large_bundle_is_opened_without_the_rest() -> None:
    class Counting(io.BytesIO):
        taken = 0

        def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
            count = super().readinto(buffer)
            Counting.taken += count
            return count

    content = [os.urandom(1_000_000) for _ in range(20)]
    raw, _ = sealed(*(document(n, each) for n, each in enumerate(content)))
    outer = read_outer(Counting(raw))
    told = {"opener": SCHOOL, "find_signers": find_signers, "me": SCHOOL.org_id, "at": NOW}
    bundle = open_bundle(outer, inbox=InboxName.GENERAL, **told)  # type: ignore[arg-type]
    wanted = list(bundle.documents)[13]
    before = Counting.taken
    assert (
        hashlib.sha256(bundle.open_document(wanted).read()).digest()
        == hashlib.sha256(content[13]).digest()
    )
    assert Counting.taken - before < 2.5 * 1_000_000
