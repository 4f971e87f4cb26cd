"""Errors of the database and of the disk: typed, without values, and nothing half-done."""

from __future__ import annotations

import logging
import sqlite3
import traceback
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from exchange.audit import verify
from exchange.errors import Conflict, StorageFull, StoreError
from exchange.store import lock
from exchange.store.engine import open_engine
from exchange.store.sql import SqlStore
from keys.keyring import KeyringVault
from tests.exchange.store import support
from tests.exchange.store.support import ACTOR, AT, ORG, UPN

MARKER = "Zqv7Xw2Kp9Lm"


def with_pragma(database: Path, pragma: str) -> Engine:
    """Return another engine on the database, each connection with one more setting."""
    engine = open_engine(database)

    def prepare(raw: Any, record: Any) -> None:
        raw.execute(pragma)

    event.listen(engine, "connect", prepare)
    return engine


def pages(database: Path) -> int:
    with closing(sqlite3.connect(database)) as connection:
        return int(connection.execute("PRAGMA page_count").fetchone()[0])


def test_no_room_is_said_and_nothing_is_changed(
    store: SqlStore, database: Path, vault: KeyringVault
) -> None:
    tight = with_pragma(database, f"PRAGMA max_page_count = {pages(database) + 4}")
    full = SqlStore(tight, vault)

    def fill() -> None:
        for number in range(100):
            with full.unit(ORG) as unit:
                unit.pupils.add(support.pupil(number, record=b"x" * 3000))
                unit.audit.record(ACTOR, "pupil.add", "pupil", "1")
                unit.commit()

    with pytest.raises(StorageFull) as caught:
        fill()
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    tight.dispose()
    with store.unit(ORG) as unit:
        kept = len(list(unit.pupils.all()))
        entries = list(unit.audit.entries())
        assert verify(entries, ORG) is None
        assert [each.action for each in entries].count("pupil.add") == kept
        unit.pupils.add(support.pupil())
        unit.audit.record(ACTOR, "pupil.add", "pupil", "1")
        unit.commit()


def test_a_unit_that_met_a_full_disk_writes_nothing_more(
    store: SqlStore, database: Path, vault: KeyringVault
) -> None:
    """SQLite has undone its transaction: a later row would else be kept by itself."""
    tight = with_pragma(database, f"PRAGMA max_page_count = {pages(database) + 2}")
    with SqlStore(tight, vault).unit(ORG) as unit:
        unit.pupils.add(support.pupil(1))
        unit.audit.record(ACTOR, "pupil.add", "pupil", "1")
        with pytest.raises(StorageFull):
            unit.pupils.add(support.pupil(2, record=b"x" * 50_000))
        for use in (lambda: unit.pupils.add(support.pupil(3)), unit.commit):
            with pytest.raises(StoreError) as caught:
                use()
            assert caught.value.code == "unit-finished"
    tight.dispose()
    with store.reading(ORG) as unit:
        assert list(unit.pupils.all()) == []
        assert len(list(unit.audit.entries())) == 1


def test_a_writer_that_stays_for_long_is_said(
    store: SqlStore, database: Path, vault: KeyringVault
) -> None:
    hasty_engine = with_pragma(database, "PRAGMA busy_timeout = 50")
    hasty = SqlStore(hasty_engine, vault)
    with store.unit(ORG) as slow, hasty.unit(ORG) as unit:
        slow.pupils.add(support.pupil())
        with pytest.raises(StoreError) as caught:
            unit.pupils.add(support.pupil())
        assert caught.value.code == "store-busy"
        with hasty.reading(ORG) as reader:
            assert list(reader.pupils.all()) == []
    hasty_engine.dispose()


def test_no_error_and_no_log_holds_a_value(
    store: SqlStore, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    ann = support.pupil(upn=UPN, record=MARKER.encode())
    odd: list[Callable[[Any], object]] = [
        lambda unit: unit.pupils.add(replace(ann, created_at=None)),
        lambda unit: unit.pupils.add(replace(ann, created_at=MARKER)),
        lambda unit: unit.pupils.add(replace(ann, created_at=AT.replace(tzinfo=None))),
        lambda unit: unit.pupils.add(replace(ann, pupil_id=[MARKER])),
        lambda unit: unit.pupils.add(replace(ann, origin=object())),
        lambda unit: unit.arrivals.add(support.arrival(size=MARKER)),
        lambda unit: unit.arrivals.add(support.arrival(size=None, folder=MARKER)),
        lambda unit: unit.arrivals.add(support.arrival(envelope=MARKER)),
        lambda unit: unit.transfers.add(support.transfer(size=2**70, target=MARKER)),
        lambda unit: unit.documents.add(support.document("nobody", title=MARKER)),
    ]
    for number, step in enumerate(odd):
        with store.unit(ORG) as unit:
            try:
                step(unit)
            except Exception as error:  # noqa: BLE001
                shown = "".join(traceback.format_exception(error))
                assert MARKER not in shown, number
                assert UPN not in shown, number
    assert MARKER not in caplog.text
    assert UPN not in caplog.text


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    for failing in (
        lambda: open_engine(tmp_path / "missing" / "node.db"),
        lambda: lock.exclusive(tmp_path / "missing" / "lock").__enter__(),
    ):
        with pytest.raises(StoreError) as caught:
            failing()
        assert caught.value.code == "store-failed"


def test_one_worker_a_home(tmp_path: Path) -> None:
    with lock.single_worker(tmp_path):
        with pytest.raises(Conflict) as caught, lock.single_worker(tmp_path):
            pass
        assert caught.value.code == "worker-running"
    with lock.single_worker(tmp_path):
        pass


def test_another_home_has_its_own(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    with lock.single_worker(tmp_path), lock.single_worker(tmp_path / "other"):
        pass
