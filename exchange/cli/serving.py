"""Run a node: the worker in this process, the delivery face in a child that holds no key."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

from exchange.cli.options import node_of
from exchange.settings import Home, load
from exchange.store.lock import single_worker
from exchange.wiring import KeyStamp, Node, key_stamp, renewed

log = logging.getLogger("senx.serve")
_FACE_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "PYTHONPATH", "VIRTUAL_ENV")
_RESTART_SECONDS = (1, 2, 5, 10, 30)
_STOP_SECONDS = 25
_HEALTHY_SECONDS = 60
_LOOK_SECONDS = 2.0


def run(root: Path, passphrase_file: Path | None, part: str) -> None:
    """Serve until SIGTERM or SIGINT."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    home = Home(root.resolve())
    listens = bool(load(home).public_url)
    face = None
    if part in ("both", "face") and listens:
        face = threading.Thread(target=_keep_face, args=(home, stop), name="senx-face")
        face.start()
    try:
        if part in ("both", "worker"):
            _work(home, passphrase_file, stop)
        else:
            stop.wait()
    finally:
        stop.set()
        if face is not None:
            face.join()


def _work(home: Home, passphrase_file: Path | None, stop: threading.Event) -> None:
    seen = key_stamp(home)  # before the keys are read, so that no change is missed
    node = node_of(home.root, passphrase_file)
    with single_worker(home.root):
        while True:
            log.info("worker started organisations=%d", len(node.inside.store.organisations()))
            _work_until_keys_change(node, seen, stop)
            if stop.is_set():
                break
            log.info("keys changed")
            seen = key_stamp(home)
            node = renewed(node)
    log.info("worker stopped")


def _work_until_keys_change(node: Node, seen: KeyStamp, stop: threading.Event) -> None:
    enough = threading.Event()

    def watch() -> None:
        while not stop.wait(_LOOK_SECONDS):
            with suppress(OSError):  # a folder that cannot be read now has not changed
                if key_stamp(node.home) != seen:
                    break
        enough.set()

    watcher = threading.Thread(target=watch, name="senx-keys", daemon=True)
    watcher.start()
    node.worker().run(enough, node.settings.poll_seconds)
    watcher.join()


def _keep_face(home: Home, stop: threading.Event) -> None:
    """Keep the face running; start it again, ever later, when it falls."""
    failures = 0
    while not stop.is_set():
        began = time.monotonic()
        child = _start_face(home)
        log.info("face started")
        while child.poll() is None and not stop.wait(0.2):
            pass
        if stop.is_set():
            _end(child)
            return
        failures = 0 if time.monotonic() - began > _HEALTHY_SECONDS else failures + 1
        log.warning("face ended code=%s", child.returncode)
        stop.wait(_RESTART_SECONDS[min(failures, len(_RESTART_SECONDS) - 1)])


def _start_face(home: Home) -> subprocess.Popen[bytes]:
    """Start the face with a bare environment; it ends when its standard input closes with us."""
    environment = {name: os.environ[name] for name in _FACE_ENVIRONMENT if name in os.environ}
    return subprocess.Popen(  # noqa: S603 (our own module, no shell)
        [
            sys.executable,
            "-m",
            "exchange.wiring_outward",
            "--home",
            str(home.root),
            "--watch-stdin",
        ],
        stdin=subprocess.PIPE,
        env=environment,
    )


def _end(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
