"""A kill between a pack's last state and the removal of its bytes leaves no bytes for ever."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from exchange.domain.transfer import State
from exchange.store.blobs import LocalBlobs
from exchange.store.orphans import remove_orphans
from exchange.store.sql import SqlStore
from tests.exchange.store import support
from tests.exchange.store.support import ACTOR, AT, ORG

SENT, GOT = "5e" * 16, "60" * 16


@pytest.mark.parametrize("state", list(State))
def test_which_states_keep_their_bytes(
    store: SqlStore, engine: Engine, tmp_path: Path, state: State
) -> None:
    blobs = LocalBlobs(tmp_path / "blobs")
    with store.unit(ORG) as unit:
        unit.transfers.add(replace(support.transfer(blob=SENT), state=state))
        unit.arrivals.add(replace(support.arrival(blob=GOT), state=state))
        unit.audit.record(ACTOR, "test.step", "test", "1")
        unit.commit()
    written = (AT - timedelta(days=2)).timestamp()
    for name in (SENT, GOT):
        with blobs.create(ORG, name) as writer:
            writer.file.write(b"sealed")
            writer.commit()
        os.utime(tmp_path / "blobs" / ORG / name, (written, written))
    remove_orphans(engine, blobs, AT - timedelta(days=1))
    left = set(blobs.names(ORG))
    gone_there = state in (State.REJECTED, State.DESTROYED, State.RECALLED, State.EXPIRED)
    gone_here = state in (State.REJECTED, State.DESTROYED)
    assert (SENT not in left, GOT not in left) == (gone_there, gone_here)
