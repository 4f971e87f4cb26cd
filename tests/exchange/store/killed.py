"""A process to be killed: it writes pupils, entries and blobs, and says what is committed.

Run as ``python -m tests.exchange.store.killed FOLDER ROUNDS``.
"""

from __future__ import annotations

import sys
from pathlib import Path

from exchange.errors import StorageFull
from exchange.store.blobs import LocalBlobs
from exchange.store.sql import SqlStore
from tests.exchange.store import support
from tests.exchange.store.support import ACTOR, ORG

BLOB = b"sealed bytes " * 2000


def blob_name(number: int) -> str:
    return f"{number:016x}"


def main(folder: Path, rounds: int) -> None:
    engine = support.ready(folder / "node.db")
    store = SqlStore(engine, support.vault_in(folder / "keyring"))
    blobs = LocalBlobs(folder / "blobs")
    store.host(ORG, ACTOR)
    print("hosted", flush=True)
    with store.reading(ORG) as unit:
        start = len(list(unit.pupils.all()))
    for number in range(start, start + rounds):
        with blobs.create(ORG, blob_name(number)) as writer:
            writer.file.write(BLOB)
            writer.commit()
        with store.unit(ORG) as unit:
            unit.pupils.add(support.pupil(number, record=b"x" * 2000))
            unit.audit.record(ACTOR, "pupil.add", "pupil", str(number))
            unit.commit()
        print("committed", number, flush=True)
    engine.dispose()


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]), int(sys.argv[2]))
    except StorageFull as error:
        print(error.code, flush=True)
        sys.exit(3)
