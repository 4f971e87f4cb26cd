"""The pages' process: it holds the keys of the organisations, and serves their own people only.

Run as ``python -m exchange.wiring.pages --home DIR``; where the node has a passphrase in place of
a key file, it is the first line of standard input. It takes up keys that are made or rotated
meanwhile, as the worker does; sessions are rows, and outlive it.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from adapters.formats.csv_export import GuardedCsv
from adapters.formats.pupils_ctf_out import CtfExport
from adapters.formats.xlsx_export import GuardedWorkbook
from adapters.locking import PdfLocker
from adapters.papers import PaperMaker
from exchange.audit import NODE
from exchange.errors import ExchangeError, SettingsError
from exchange.faces.server import Listening, serve
from exchange.ports.export import Exports
from exchange.services.people.session import Limits
from exchange.settings import Home, load
from exchange.web.app import create_app
from exchange.web.parts import Parts
from exchange.wiring.engine_room import NodeEngineRoom
from exchange.wiring.inner import Node, open_node
from exchange.wiring.renewal import KeyStamp, key_stamp, renewed
from exchange.wiring.rooms import KeyringRooms
from exchange.wiring.signing_in import providers_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger("senx.pages")
LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"
_LOOK_SECONDS = 2.0
_LONGEST_LINE = 8190
_LONGEST_PASSPHRASE = 4096
_NO_START = 3
"""gunicorn starts no further process where the first one ends with this."""


def parts_of(node: Node, *, base_url: str) -> Parts:
    """Return what the pages of an unlocked node are handed."""
    secret = node.vault.compartment(NODE, "general").tag("pages", b"form tokens")
    return Parts(
        inside=node.inside,
        base_url=base_url,
        secret=bytes.fromhex(secret),
        inspector=node.inspector,
        scanner=node.scanner,
        cleaner=node.cleaner,
        ctf=node.ctf,
        renderer=node.renderer,
        limits=Limits(
            timedelta(minutes=node.settings.session_idle_minutes),
            timedelta(hours=node.settings.session_hours),
        ),
        assets=None,
        more={
            "mail": bool(node.settings.mail_host),
            "share_url": node.settings.share_url,
            "exports": Exports(CtfExport(), GuardedCsv(), GuardedWorkbook()),
            "lists": node.lists(),
            "rooms": KeyringRooms(node),
            "engine_room": NodeEngineRoom(node),
            "papers": PaperMaker(),
            "locker": PdfLocker(),
            "providers": providers_of(node.home, node.settings, node.inside.clock),
        },
    )


class Pages:
    """The pages of one node as a WSGI application that takes up new keys.

    :param make: returns the application of a node.
    """

    def __init__(self, node: Node, seen: KeyStamp, make: Callable[[Node], WSGIApplication]) -> None:
        self._node = node
        self._seen = seen
        self._make = make
        self._app = make(node)
        self._lock = threading.Lock()
        self._looked = time.monotonic()

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Answer one request, with the keys as they are now."""
        self._renew()
        return self._app(environ, start)

    def _renew(self) -> None:
        if time.monotonic() - self._looked < _LOOK_SECONDS or not self._lock.acquire(False):
            return
        try:
            self._looked = time.monotonic()
            with suppress(OSError):  # a folder that cannot be read now has not changed
                stamp = key_stamp(self._node.home)
                if stamp != self._seen:
                    self._node, self._seen = renewed(self._node), stamp
                    self._app = self._make(self._node)
                    log.info("keys changed")
        except ExchangeError as error:
            log.warning("keys not renewed code=%s", error.code)
        finally:
            self._lock.release()


def open_pages(root: Path, passphrase: str | None) -> Pages:
    """Open a node and return its pages.

    :raises ExchangeError: the home, its settings or its keys are not as they must be.
    """
    home = Home(root.resolve())
    try:
        seen = key_stamp(home)  # before the keys are read, so that no change is missed
    except OSError:
        raise SettingsError("home-missing", "/home", "Its keyring cannot be read.") from None
    node = open_node(root, passphrase)
    base_url = node.settings.pages_url.rstrip("/")
    return Pages(node, seen, lambda now: create_app(parts_of(now, base_url=base_url)))


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve the pages of one home until told to stop; return an exit code."""
    parser = argparse.ArgumentParser(prog="exchange.wiring.pages")
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--watch-stdin", action="store_true", help="stop when stdin closes")
    given = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format=LOG_FORMAT)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    home = Home(given.home)
    try:
        settings = load(home)
        if not settings.pages_url:
            raise SettingsError("setting-invalid", "/pages_url", "Say where people reach them.")
    except ExchangeError as error:
        print(f"{error.code} {error.path}: {error.hint}", file=sys.stderr)  # noqa: T201
        return 3
    passphrase = None if settings.node_key else _first_line()
    if given.watch_stdin:
        threading.Thread(target=_stop_when_orphaned, daemon=True).start()
    listening = Listening(
        bind=settings.pages_listen, longest_line=_LONGEST_LINE, longest_field=_LONGEST_LINE
    )
    serve(lambda: _opened(given.home, passphrase), listening)
    return 0


def _opened(root: Path, passphrase: str | None) -> Pages:
    """Open the pages in the serving process, so that no database handle is inherited by it."""
    try:
        return open_pages(root, passphrase)
    except ExchangeError as error:
        log.error("pages not opened code=%s path=%s", error.code, error.path)
        sys.exit(_NO_START)


def _first_line() -> str:
    """Read the passphrase without reading ahead: what follows tells when our parent ends."""
    line = bytearray()
    while len(line) < _LONGEST_PASSPHRASE and (byte := os.read(0, 1)) not in (b"", b"\n"):
        line += byte
    return line.decode("utf-8", "replace")


def _stop_when_orphaned() -> None:
    """End with the parent, also when it was killed: its end of our standard input closes."""
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
