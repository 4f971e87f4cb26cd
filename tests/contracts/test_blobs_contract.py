"""What every BlobStore promises: one suite over the real one and the double."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

from exchange.errors import NotFound, StoreError, UsageError
from exchange.ports import BlobStore
from exchange.store.blobs import LocalBlobs
from exchange.store.memory import MemoryBlobs
from tests.exchange.store.support import ORG, OTHER

NAME = "0199aaaa-0000-7000-8000-000000000001.zip"


class Named(BlobStore, Protocol):
    """A blob store that lists."""

    def names(self, org_id: str) -> Iterator[str]: ...


@pytest.fixture(params=["local", "memory"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Named:
    return LocalBlobs(tmp_path / "blobs") if request.param == "local" else MemoryBlobs()


def put(blobs: BlobStore, name: str, content: bytes, org_id: str = ORG) -> None:
    with blobs.create(org_id, name) as writer:
        writer.file.write(content)
        writer.commit()


def read(blobs: BlobStore, name: str, org_id: str = ORG) -> bytes:
    with blobs.open(org_id, name) as file:
        return file.read()


def test_what_goes_in_comes_out(blobs: Named) -> None:
    content = os.urandom(300_000)
    put(blobs, NAME, content)
    assert blobs.exists(ORG, NAME)
    assert read(blobs, NAME) == content
    with blobs.open(ORG, NAME) as file:
        assert file.seek(200_000) == 200_000
        assert file.read(10) == content[200_000:200_010]
        assert file.seek(0, os.SEEK_END) == len(content)


def test_the_writer_can_seek_back_and_patch(blobs: Named) -> None:
    with blobs.create(ORG, NAME) as writer:
        writer.file.write(b"0000body")
        writer.file.seek(0)
        writer.file.write(b"1234")
        writer.file.seek(0)
        assert writer.file.read() == b"1234body"
        writer.commit()
    assert read(blobs, NAME) == b"1234body"


def test_an_empty_blob_is_one(blobs: Named) -> None:
    put(blobs, NAME, b"")
    assert read(blobs, NAME) == b""


def test_nothing_is_visible_before_commit(blobs: Named) -> None:
    with blobs.create(ORG, NAME) as writer:
        writer.file.write(b"x")
        writer.file.flush()
        assert not blobs.exists(ORG, NAME)
        assert list(blobs.names(ORG)) == []
        with pytest.raises(NotFound):
            blobs.open(ORG, NAME)
    assert not blobs.exists(ORG, NAME)


def test_an_error_leaves_nothing(blobs: Named) -> None:
    def fail() -> None:
        with blobs.create(ORG, NAME) as writer:
            writer.file.write(b"x" * 100_000)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert not blobs.exists(ORG, NAME)


def test_a_blob_is_replaced_at_commit_and_readers_keep_the_old(blobs: Named) -> None:
    put(blobs, NAME, b"old")
    with blobs.open(ORG, NAME) as reader, blobs.create(ORG, NAME) as writer:
        writer.file.write(b"newer")
        assert read(blobs, NAME) == b"old"
        writer.commit()
        assert read(blobs, NAME) == b"newer"
        assert reader.read() == b"old"
    assert list(blobs.names(ORG)) == [NAME]


def test_two_writers_of_one_name_do_not_mix(blobs: Named) -> None:
    with blobs.create(ORG, NAME) as one, blobs.create(ORG, NAME) as two:
        one.file.write(b"one" * 1000)
        two.file.write(b"two" * 1000)
        two.commit()
        one.commit()
    assert read(blobs, NAME) == b"one" * 1000


def test_a_writer_is_good_for_one_commit(blobs: Named) -> None:
    with blobs.create(ORG, NAME) as writer:
        writer.commit()
        for use in (writer.commit, lambda: writer.file):
            with pytest.raises(StoreError) as caught:
                use()
            assert caught.value.code == "blob-finished"


def test_delete_is_for_good_and_may_be_repeated(blobs: Named) -> None:
    put(blobs, NAME, b"x")
    blobs.delete(ORG, NAME)
    blobs.delete(ORG, NAME)
    assert not blobs.exists(ORG, NAME)
    with pytest.raises(NotFound) as caught:
        blobs.open(ORG, NAME)
    assert caught.value.code == "blob-unknown"


def test_organisations_are_apart(blobs: Named) -> None:
    put(blobs, NAME, b"mine")
    assert not blobs.exists(OTHER, NAME)
    assert list(blobs.names(OTHER)) == []
    blobs.delete(OTHER, NAME)
    with pytest.raises(NotFound):
        blobs.open(OTHER, NAME)
    assert read(blobs, NAME) == b"mine"


GOOD = [NAME, NAME[:36], "ab" * 32, "ab" * 32 + ".age", "0123456789abcdef"]
BAD = [
    "",
    ".",
    "..",
    "../" + NAME,
    "/etc/passwd",
    NAME.upper(),
    NAME + "\n",
    NAME + "\0",
    "ab" * 33,
    "abc",
    "ab" * 32 + ".exe",
    "ab" * 32 + ".age.age",
    ".parts",
    "Ann Smith.pdf",
]


@pytest.mark.parametrize("name", GOOD)
def test_ids_and_keyed_hashes_are_names(blobs: Named, name: str) -> None:
    put(blobs, name, b"x")
    assert list(blobs.names(ORG)) == [name]


@pytest.mark.parametrize("name", BAD)
def test_nothing_else_is(blobs: Named, name: str) -> None:
    for use in (blobs.create, blobs.open, blobs.delete, blobs.exists):
        with pytest.raises(UsageError) as caught:
            use(ORG, name)
        assert caught.value.code == "blob-name-invalid"


@pytest.mark.parametrize("org_id", ["", "..", "node", ORG + "/..", "{" + ORG + "}"])
def test_folders_are_organisations(blobs: Named, org_id: str) -> None:
    for use in (blobs.create, blobs.open, blobs.delete, blobs.exists):
        with pytest.raises(UsageError) as caught:
            use(org_id, NAME)
        assert caught.value.code == "org-id-invalid"
