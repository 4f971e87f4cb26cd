"""The machine under the town: waiting, ports, processes."""

from __future__ import annotations

import random
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PATIENCE = 60.0
LOOPBACK = "127.0.0.1"
_given: set[int] = set()


def wait_for(what: str, seen: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Poll until ``seen`` is true; otherwise fail, saying what never came."""
    end = time.monotonic() + seconds
    while not seen():
        assert time.monotonic() < end, f"waited {seconds:.0f} s in vain for {what}"
        time.sleep(0.02)


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on, below those the system lends to clients.

    A node that is killed and started again must find its port free, so it must be none that an
    outgoing connection could be given meanwhile; and none that another node, which has yet to
    listen on it, was given before.
    """
    found: list[int] = []
    while len(found) < count:
        port = random.randrange(15000, 32000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind((LOOPBACK, port))
            if port not in _given:
                _given.add(port)
                found.append(port)
    return found


@contextmanager
def silent_listener(port: int) -> Iterator[None]:
    """Listen on a port: take every connection, and never say a word."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((LOOPBACK, port))
        listener.listen(100)
        yield


def processes() -> Iterator[tuple[int, int]]:
    """Yield (pid, process group) of all processes, zombies left out."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                if fields[0] != "Z":
                    yield int(entry.name), int(fields[2])


def group_alive(group: int) -> bool:
    return any(one == group for _, one in processes())
