"""The outward processes: what partners and people with a link touch. They are given no private key.

Composition root of the delivery face and of the share face; run as ``python -m
exchange.wiring_outward --home DIR [--face share]``. Their only secret is the TLS key. Law 1 of the
house: neither ``exchange.bundle.opening`` nor ``keys.keyring`` can be reached from here, which an
import contract proves.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from flask import Flask

from adapters.directory_file import InstalledDirectory
from exchange.errors import ExchangeError, SettingsError, Wrapped
from exchange.faces.delivery.app import create_app
from exchange.faces.server import Listening, serve
from exchange.faces.share.app import create_app as create_share
from exchange.ports import Limits
from exchange.services.arrive import ArrivalDesk
from exchange.services.links.door import Door, KeysOf
from exchange.services.trust import organisation, recipient_keys
from exchange.settings import Home, Settings, load
from exchange.store.blobs import LocalBlobs
from exchange.store.clock import SystemClock
from exchange.store.engine import open_engine
from exchange.store.migrate import upgrade
from exchange.store.sql import SqlStore
from keys.age import parse_recipient
from keys.errors import DirectoryError
from keys.interfaces import Recipient
from keys.ssh_keys import SshPublicKey

ASSETS = Path(__file__).resolve().parent / "web" / "built"
"""Where the built style sheet lies: read as files, for this process imports none of the pages."""

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


def make_share(home: Home, settings: Settings) -> Flask:
    """Return the share face of a node. Called in the serving process, after any fork."""
    clock = SystemClock()
    engine = open_engine(home.database)
    upgrade(engine)
    directory = InstalledDirectory(home.directory, settings.directory_key, clock.now)
    door = Door(SqlStore(engine, None, clock), LocalBlobs(home.blobs), clock, keys_of(directory))
    return create_share(
        door, share_url=settings.share_url, assets=ASSETS, limits=limits_of(settings)
    )


def keys_of(directory: InstalledDirectory) -> KeysOf:
    """Return a look-up of the public keys of an organisation's general inbox."""

    def find(org_id: str) -> Sequence[Recipient]:
        newest, now = directory(), SystemClock().now()
        found = recipient_keys(organisation(newest, org_id, now), "general", now)
        return [parse_recipient(one.recipient) for one in found]

    return find


def limits_of(settings: Settings) -> Limits:
    """Return the bounds that the settings give."""
    return Limits(
        document_bytes=settings.max_document_bytes, bundle_bytes=settings.max_bundle_bytes
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve one face of one home until told to stop; return an exit code."""
    parser = argparse.ArgumentParser(prog="exchange.wiring_outward")
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--face", choices=("delivery", "share"), default="delivery")
    parser.add_argument("--watch-stdin", action="store_true", help="stop when stdin closes")
    given = parser.parse_args(arguments)
    home = Home(given.home)
    logging.basicConfig(level=logging.INFO, format=LOG_FORMAT)
    try:
        make, listening = _face(given.face, home, load(home))
    except ExchangeError as error:
        print(f"{error.code} {error.path}: {error.hint}", file=sys.stderr)  # noqa: T201
        return 3
    if given.watch_stdin:
        threading.Thread(target=_stop_when_orphaned, daemon=True).start()
    serve(make, listening)
    return 0


def _face(name: str, home: Home, settings: Settings) -> tuple[Callable[[], Flask], Listening]:
    """Return what makes a face, and where it listens.

    :raises SettingsError: ``setting-invalid``: nobody says where it is reached.
    """
    if name == "share":
        if not settings.share_url:
            raise SettingsError("setting-invalid", "/share_url", "Say where people reach it.")
        # Without a certificate, as the pages: a proxy ends TLS for browsers.
        return (lambda: make_share(home, settings)), Listening(bind=settings.share_listen)
    if not settings.public_url:
        raise SettingsError("setting-invalid", "/public_url", "Say where partners reach it.")
    tls = home.tls_certificate.exists()
    listening = Listening(
        bind=settings.listen,
        certificate=home.tls_certificate if tls else None,
        key=home.tls_key if tls else None,
        pid_file=None,
    )
    return (lambda: make_app(home, settings)), listening


def _stop_when_orphaned() -> None:
    """End with the parent, also when it was killed: its end of our standard input closes."""
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
