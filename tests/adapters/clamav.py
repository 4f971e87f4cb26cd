"""A real clamd of our own: its own configuration, socket and one signature, no database fetched."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

# In two parts, so that no scanner takes this file for the thing itself.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-" + rb"ANTIVIRUS-TEST-FILE!$H+H*"
SIGNATURE = "Test.EICAR.Any.UNOFFICIAL"
PROGRAM = shutil.which("clamd") or shutil.which("clamd", path="/usr/sbin:/usr/local/sbin")

needs_clamd = pytest.mark.skipif(PROGRAM is None, reason="no clamd: install clamav-daemon")

_SETTINGS = {"AlertExceedsMax": "yes", "StreamMaxLength": "4M"}


@dataclass(frozen=True)
class Daemon:
    """A running clamd."""

    socket: Path
    process: subprocess.Popen[bytes]


@contextmanager
def clamd(**settings: str) -> Iterator[Daemon]:
    """Run a daemon; its folder has a short name, because that of a socket must be short."""
    assert PROGRAM is not None
    with tempfile.TemporaryDirectory(prefix="clam-") as name:
        folder = Path(name)
        (folder / "db").mkdir()
        (folder / "db" / "local.ndb").write_text(f"Test.EICAR.Any:0:*:{EICAR.hex()}\n")
        told = {
            "LocalSocket": str(folder / "socket"),
            "DatabaseDirectory": str(folder / "db"),
            "TemporaryDirectory": str(folder),
            "Foreground": "yes",
            **_SETTINGS,
            **settings,
        }
        configuration = folder / "clamd.conf"
        configuration.write_text("".join(f"{key} {value}\n" for key, value in told.items()))
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [PROGRAM, "--config-file", str(configuration)], stdout=log, stderr=log
            )
        try:
            _await(folder / "socket", process)
            yield Daemon(folder / "socket", process)
        finally:
            process.kill()
            process.wait()


def _await(socket: Path, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 30
    while not socket.exists():
        assert process.poll() is None, "clamd ended"
        assert time.monotonic() < until, "clamd does not listen"
        time.sleep(0.02)
