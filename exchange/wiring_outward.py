"""The outward process: what partners touch. It is given no private key and can open nothing.

Composition root of the delivery face; run as ``python -m exchange.wiring_outward --home DIR``.
Its only secret is the TLS key. Law 1 of the house: neither ``exchange.bundle.opening`` nor
``keys.keyring`` can be reached from here, which an import contract proves.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import threading
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from flask import Flask

from adapters.directory_file import InstalledDirectory
from exchange.errors import ExchangeError, SettingsError, Wrapped
from exchange.faces.delivery.app import create_app
from exchange.faces.server import Listening, serve
from exchange.ports import Limits
from exchange.services.arrive import ArrivalDesk
from exchange.settings import Home, Settings, load
from exchange.store.blobs import LocalBlobs
from exchange.store.clock import SystemClock
from exchange.store.engine import open_engine
from exchange.store.migrate import upgrade
from exchange.store.sql import SqlStore
from keys.errors import DirectoryError
from keys.ssh_keys import SshPublicKey

LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"
"""Codes and ids only; no value ever reaches a message."""


def make_app(home: Home, settings: Settings) -> Flask:
    """Return the delivery face of a node. Called in the serving process, after any fork."""
    clock = SystemClock()
    engine = open_engine(home.database)
    upgrade(engine)
    store = SqlStore(engine, None, clock)
    directory = InstalledDirectory(home.directory, settings.directory_key, clock.now)

    def lookup(key_id: str, at: datetime) -> tuple[str, SshPublicKey]:
        try:
            newest = directory()
        except Wrapped as error:  # expired, missing: the gate tells that from a bad signature
            raise DirectoryError(error.code, error.path, error.hint) from None
        found, key = newest.find_signing_key(key_id, at)
        return found.org_id, key.public

    desk = ArrivalDesk(store, LocalBlobs(home.blobs), directory, clock, limits_of(settings))
    return create_app(desk, lookup, store, clock, public_url=settings.public_url)


def limits_of(settings: Settings) -> Limits:
    """Return the bounds that the settings give."""
    return Limits(
        document_bytes=settings.max_document_bytes, bundle_bytes=settings.max_bundle_bytes
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve the delivery face of one home until told to stop; return an exit code."""
    parser = argparse.ArgumentParser(prog="exchange.wiring_outward")
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--watch-stdin", action="store_true", help="stop when stdin closes")
    given = parser.parse_args(arguments)
    home = Home(given.home)
    logging.basicConfig(level=logging.INFO, format=LOG_FORMAT)
    try:
        settings = load(home)
        if not settings.public_url:
            raise SettingsError("setting-invalid", "/public_url", "Say where partners reach it.")
    except ExchangeError as error:
        print(f"{error.code} {error.path}: {error.hint}", file=sys.stderr)  # noqa: T201
        return 3
    if given.watch_stdin:
        threading.Thread(target=_stop_when_orphaned, daemon=True).start()
    tls = home.tls_certificate.exists()
    serve(
        lambda: make_app(home, settings),
        Listening(
            bind=settings.listen,
            certificate=home.tls_certificate if tls else None,
            key=home.tls_key if tls else None,
            pid_file=None,
        ),
    )
    return 0


def _stop_when_orphaned() -> None:
    """End with the parent, also when it was killed: its end of our standard input closes."""
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
