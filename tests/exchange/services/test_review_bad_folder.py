"""A watched folder with one bad file, or an old directory of our own, stops and loses nothing."""

from __future__ import annotations

import errno
import io
import os
from dataclasses import dataclass, field
from datetime import timedelta
from typing import BinaryIO

import pytest

from exchange.bundle.contents import Particulars
from exchange.bundle.recipients import recipient_keys_of
from exchange.bundle.sealing import seal
from exchange.domain.identity import uuid7
from exchange.domain.transfer import State
from exchange.ports import SignedReceipt
from exchange.services.arrive import ArrivalDesk
from exchange.services.collect_folder import FolderCollector
from keys.directory import DirectoryEditor, FileDirectory
from schemas.statement import BundleKind
from tests.exchange.services.town import (
    HEAD,
    OTHER,
    PRIMARY,
    SECONDARY,
    House,
    Town,
    deliver,
    uuid,
)


class BadSector(io.BytesIO):
    """A file on a worn stick: it opens, and then the drive gives up."""

    def read(self, size: int | None = -1, /) -> bytes:
        raise OSError(errno.EIO, os.strerror(errno.EIO))


class Breaks(io.BytesIO):
    """A file that finds a fault of ours."""

    def read(self, size: int | None = -1, /) -> bytes:
        raise RecursionError


@dataclass
class Shelf:
    """A watched folder in memory (exchange.ports.WatchedFolder)."""

    files: dict[str, type[io.BytesIO] | bytes] = field(default_factory=dict)
    name: str = "shelf"

    def bundles(self) -> list[str]:
        return sorted(self.files)

    def open(self, bundle_id: str) -> BinaryIO:
        found = self.files[bundle_id]
        return io.BytesIO(found) if isinstance(found, bytes) else found(bytes(5000))

    def dated(self, bundle_id: str) -> None:
        return None

    def put_receipt(self, bundle_id: str, seq: int, receipt: SignedReceipt) -> None:
        raise NotImplementedError


def collector(town: Town, shelf: Shelf) -> FolderCollector:
    return FolderCollector(
        town.secondary.store, town.secondary.desk, shelf, town.secondary.desk._directory
    )


def looked(taker: FolderCollector) -> list[tuple[str, str | None]]:
    return [(bundle_id, error.code if error else None) for bundle_id, error in taker.collect()]


@pytest.mark.parametrize(
    ("bad", "code"), [(BadSector, "folder-unavailable"), (Breaks, "bundle-unreadable")]
)
def test_a_file_that_cannot_be_read(town: Town, bad: type[io.BytesIO], code: str) -> None:
    good, content = town.packed()
    first = "0" * 8 + good[8:]
    shelf = Shelf({good: content, first: bad})
    assert looked(collector(town, shelf)) == [(first, code), (good, None)]
    assert town.secondary.arrival(good).state is State.DELIVERED


def test_an_old_directory_of_ours_is_no_verdict(town: Town) -> None:
    bundle_id, content = town.packed()
    house, shelf, old = town.secondary, Shelf({bundle_id: content}), town.directory()
    house.desk = ArrivalDesk(house.store, house.blobs, lambda: old, town.clock, town.limits)
    town.clock.at = old.expires + timedelta(hours=1)
    taker = collector(town, shelf)
    assert looked(taker) == [(bundle_id, "directory-expired")]
    taker._desk = ArrivalDesk(house.store, house.blobs, town.directory, town.clock, town.limits)
    assert looked(taker) == [(bundle_id, None)]
    assert house.arrival(bundle_id).state is State.DELIVERED


def test_a_sender_who_is_in_a_newer_directory_only(town: Town) -> None:
    """A school that joined this week brings a stick; the directory here is last week's."""
    bundle_id, content = town.packed()
    house, shelf, newer = town.secondary, Shelf({bundle_id: content}), town.directory
    known, now = town.editor.previous(SECONDARY), town.clock.now()
    assert known is not None
    editor = DirectoryEditor()
    editor.put(known, now)
    data, signature = editor.sign(town._key, now)
    older = FileDirectory.load(data, signature, town._key.public, 0, now)
    here = [older]
    house.desk = ArrivalDesk(house.store, house.blobs, lambda: here[0], town.clock, town.limits)
    taker = collector(town, shelf)
    assert looked(taker) == [(bundle_id, "organisation-unknown")]
    assert looked(taker) == [], "said once"
    here[0] = newer()
    assert looked(taker) == [(bundle_id, None)]
    assert house.arrival(bundle_id).state is State.DELIVERED
    here[0] = older
    assert looked(taker) == [], "what was taken is not read again"


def test_a_bad_copy_that_was_replaced(town: Town) -> None:
    bundle_id, content = town.packed()
    bad = bytearray(content)
    bad[content.index(b"age-encryption.org") + 900] ^= 1
    shelf = Shelf({bundle_id: bytes(bad)})
    taker = collector(town, shelf)
    assert looked(taker)[0][1]
    assert looked(taker) == [], "said once"
    del shelf.files[bundle_id]
    assert looked(taker) == []
    shelf.files[bundle_id] = content
    assert looked(taker) == [(bundle_id, None)]


def test_one_recipient_here_refuses_and_the_other_gets_its_copy(town: Town) -> None:
    """Two organisations of one node get the same pack; the first has another under this id."""
    house, shelf = town.secondary, Shelf()
    house.store.host(OTHER, HEAD)
    now, directory = town.clock.now(), town.directory()
    to = [
        recipient_keys_of(
            one, "general", [(k.recipient, k.key_id) for k in keys.recipient_keys("general", now)]
        )
        for one, keys in ((each, town.organisation(each)) for each in (OTHER, SECONDARY))
    ]
    told = Particulars(
        id=uuid7(now, bytes(10)),
        release_id=uuid(7),
        kind=BundleKind.RECALL,
        subject=uuid(8),
        purpose="correspondence",
        lawful_basis="public-task",
        issued=now,
        expires=now + timedelta(days=1),
        directory_version=directory.version,
        directory_sha256=directory.sha256,
    )
    packs = []
    for recipients in (to[:1], to):
        out = io.BytesIO()
        seal(out, told, (), recipients, town.vault.signer(PRIMARY, now))
        packs.append(out.getvalue())
    other = House(OTHER, house.inside, house.store, house.blobs, house.desk, town)
    deliver(other, packs[0])
    shelf.files[told.id] = packs[1]
    assert looked(collector(town, shelf)) == [(told.id, "bundle-id-reused")]
    assert house.arrival(told.id).state is State.DELIVERED
