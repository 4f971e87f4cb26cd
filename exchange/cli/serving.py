"""Run a node: the worker in this process, faces and pages in children of their own.

The delivery face and the share face hold no key of an organisation. The pages hold the keys: a
node with a passphrase hands it to them through a pipe.
"""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from exchange.cli.children import Child, keep
from exchange.cli.options import first_line, passphrase_of
from exchange.errors import UsageError
from exchange.settings import Home, Settings, load
from exchange.store.lock import single_worker
from exchange.wiring import KeyStamp, key_stamp, open_node, renewed

log = logging.getLogger("senx.serve")
PARTS = ("worker", "face", "pages", "share")


def run(root: Path, passphrase_file: Path | None, part: str) -> None:
    """Serve until SIGTERM or SIGINT.

    :param part: one of :data:`PARTS`, or ``both``: all that the settings give an address.
    :raises UsageError: ``part-without-address``.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    home = Home(root.resolve())
    settings = load(home)
    wanted = [one for one in _children(home, settings) if part in ("both", one.name)]
    if part not in ("both", "worker") and not wanted:
        hint = f"Say in the settings where {part} is reached."
        raise UsageError("part-without-address", "/part", hint)
    words = None
    if part in ("both", "worker", "pages") and not settings.node_key:
        words = first_line(passphrase_file) or passphrase_of()
    threads = [keep(_with_words(one, words), stop) for one in wanted]
    try:
        if part in ("both", "worker"):
            _work(home, words, stop)
        else:
            stop.wait()
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _children(home: Home, settings: Settings) -> Sequence[Child]:
    outward = ("exchange.wiring_outward", "--home", str(home.root), "--watch-stdin")
    pages = ("exchange.wiring.pages", "--home", str(home.root), "--watch-stdin")
    known = (
        (settings.public_url, Child("face", outward)),
        (settings.pages_url, Child("pages", pages)),
        (settings.share_url, Child("share", (*outward, "--face", "share"))),
    )
    return [child for url, child in known if url]


def _with_words(child: Child, words: str | None) -> Child:
    """Hand the passphrase to the child that opens the keys, and to no other."""
    return Child(child.name, child.arguments, words) if child.name == "pages" else child


def _work(home: Home, passphrase: str | None, stop: threading.Event) -> None:
    seen = key_stamp(home)  # before the keys are read, so that no change is missed
    node = open_node(home.root, passphrase)
    with single_worker(home.root):
        while True:
            log.info("worker started organisations=%d", len(node.inside.store.organisations()))
            worker = node.worker(partial(_is_current, home, seen))
            worker.run(stop, node.settings.poll_seconds)
            if stop.is_set():
                break
            log.info("keys changed")
            seen = key_stamp(home)
            node = renewed(node)
    log.info("worker stopped")


def _is_current(home: Home, seen: KeyStamp) -> bool:
    try:
        return key_stamp(home) == seen
    except OSError:
        return True  # a folder that cannot be read now has not changed
