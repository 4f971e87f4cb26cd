"""Processes that ``senx serve`` keeps running: faces without keys, and the pages."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

log = logging.getLogger("senx.serve")
_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "PYTHONPATH", "VIRTUAL_ENV")
_RESTART_SECONDS = (1, 2, 5, 10, 30)
_STOP_SECONDS = 25
_HEALTHY_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Child:
    """One process of ours.

    :param arguments: module and what follows; it ends when its standard input closes.
    :param first_line: handed over on its standard input: a passphrase stands in no argument and
        in no environment, where other users of the machine could read it.
    """

    name: str
    arguments: Sequence[str]
    first_line: str | None = field(default=None, repr=False)


def keep(child: Child, stop: threading.Event) -> threading.Thread:
    """Keep a child running until ``stop`` is set; start it again, ever later, when it falls."""
    thread = threading.Thread(target=_keep, args=(child, stop), name=f"senx-{child.name}")
    thread.start()
    return thread


def _keep(child: Child, stop: threading.Event) -> None:
    failures = 0
    while not stop.is_set():
        began = time.monotonic()
        process = _start(child)
        log.info("%s started", child.name)
        while process.poll() is None and not stop.wait(0.2):
            pass
        if stop.is_set():
            _end(process)
            return
        failures = 0 if time.monotonic() - began > _HEALTHY_SECONDS else failures + 1
        log.warning("%s ended code=%s", child.name, process.returncode)
        stop.wait(_RESTART_SECONDS[min(failures, len(_RESTART_SECONDS) - 1)])


def _start(child: Child) -> subprocess.Popen[bytes]:
    """Start it with a bare environment; it ends when its standard input closes with us."""
    process = subprocess.Popen(  # noqa: S603 (our own module, no shell)
        [sys.executable, "-m", *child.arguments],
        stdin=subprocess.PIPE,
        env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
    )
    if child.first_line is not None and process.stdin is not None:
        with suppress(BrokenPipeError):  # it ended already, and will be started again
            process.stdin.write(child.first_line.encode("utf-8") + b"\n")
            process.stdin.flush()
    return process


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
