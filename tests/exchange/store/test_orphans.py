"""Blobs without a row go, all others stay."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine

from exchange.ports import Item
from exchange.store.blobs import LocalBlobs
from exchange.store.orphans import remove_orphans
from exchange.store.sql import SqlStore
from schemas.strict_json import JsonValue
from tests.exchange.store import support
from tests.exchange.store.support import ACTOR, AT, ORG, OTHER

BEFORE = AT - timedelta(days=1)


def put(blobs: LocalBlobs, root: Path, name: str, org_id: str = ORG, *, age: int = 2) -> None:
    with blobs.create(org_id, name) as writer:
        writer.file.write(b"x")
        writer.commit()
    written = (AT - timedelta(days=age)).timestamp()
    os.utime(root / org_id / name, (written, written))


def item(name: str, clear: dict[str, JsonValue]) -> Item:
    return Item("link", name, "open", None, AT, AT, clear=clear)


def test_only_old_blobs_that_no_row_names_are_removed(
    store: SqlStore, engine: Engine, tmp_path: Path
) -> None:
    root = tmp_path / "blobs"
    blobs = LocalBlobs(root)
    ann = support.pupil()
    kinds = ("sent", "got", "kept", "shared", "one", "two")
    named = {kind: f"{number:016x}" for number, kind in enumerate(kinds)}
    with store.unit(ORG) as unit:
        unit.pupils.add(ann)
        unit.transfers.add(support.transfer(blob=named["sent"]))
        unit.arrivals.add(support.arrival(blob=named["got"]))
        unit.documents.add(support.document(ann.pupil_id, blob=named["kept"]))
        unit.items.add(item("a", {"blob": named["shared"], "wrong": 3}))
        unit.items.add(item("b", {"blobs": [named["one"], named["two"]]}))
        unit.audit.record(ACTOR, "test.step", "test", "1")
        unit.commit()
    for name in named.values():
        put(blobs, root, name)
        put(blobs, root, name, OTHER)
    put(blobs, root, "ab" * 16)
    put(blobs, root, "cd" * 16, age=0)
    assert remove_orphans(engine, blobs, BEFORE) == 7
    assert set(blobs.names(ORG)) == {*named.values(), "cd" * 16}
    assert list(blobs.names(OTHER)) == []
    assert remove_orphans(engine, blobs, BEFORE) == 0


def test_a_blob_that_was_replaced_meanwhile_stays(tmp_path: Path) -> None:
    root = tmp_path / "blobs"
    blobs = LocalBlobs(root)
    name = "ab" * 16
    put(blobs, root, name)
    with blobs.create(ORG, name) as writer:
        writer.file.write(b"new")
        writer.commit()
    assert not blobs.remove_older(ORG, name, BEFORE)
    assert blobs.exists(ORG, name)
    assert not blobs.remove_older(ORG, "cd" * 16, BEFORE)
