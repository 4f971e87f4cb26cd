"""Runs the delivery face on a prepared home: ``python -m ... HOME HOST:PORT PUBLIC_URL``."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

from flask import Flask

from exchange.faces import server
from exchange.faces.delivery import create_app
from exchange.ports import Limits
from exchange.services.arrive import ArrivalDesk
from exchange.store.blobs import LocalBlobs
from exchange.store.clock import SystemClock
from exchange.store.engine import open_engine
from exchange.store.sql import SqlStore
from keys.directory import FileDirectory
from keys.ssh_keys import SshPublicKey


def main(home: Path, bind: str, public_url: str) -> None:
    clock = SystemClock()
    content = (home / "directory.json").read_bytes()
    signature = (home / "directory.json.sig").read_bytes()
    directory = FileDirectory.load(content, signature, None, 0, clock.now())

    def lookup(key_id: str, at: datetime) -> tuple[str, SshPublicKey]:
        organisation, key = directory.find_signing_key(key_id, at)
        return organisation.org_id, key.public

    def make_app() -> Flask:
        store = SqlStore(open_engine(home / "node.db"), None, clock)
        blobs = LocalBlobs(home / "blobs")
        desk = ArrivalDesk(store, blobs, lambda: directory, clock, Limits(bundle_bytes=200 << 20))
        return create_app(desk, lookup, store, clock, public_url=public_url)

    # Shorter than in earnest, so that a test can wait for them.
    server.HEAD_SECONDS = server.BODY_SECONDS = 5.0
    server.serve(
        make_app, server.Listening(bind, home / "tls/certificate.pem", home / "tls/key.pem")
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
