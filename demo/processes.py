"""Starts node processes on loopback, waits until they are healthy, and always ends them.

Each process leads a group of its own, so that Ctrl-C in the terminal reaches the demonstration
alone, which then ends the nodes in order: SIGTERM, a pause, SIGKILL to the whole group.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

LOOPBACK = "127.0.0.1"
STOP_SECONDS = 10.0


class ProcessFailed(Exception):
    """A node process ended, or was not healthy in time.

    :ivar name: which one.
    :ivar log: where it wrote, to look further.
    """

    def __init__(self, name: str, what: str, log: Path) -> None:
        self.name, self.log = name, log
        super().__init__(f"{name} {what}; its log: {log}\n{tail(log)}")


def free_ports(count: int) -> list[int]:
    """Return ``count`` different ports on loopback that nobody listens on just now."""
    with ExitStack() as held:
        ports = []
        for _ in range(count):
            taken = held.enter_context(socket.socket())
            taken.bind((LOOPBACK, 0))
            ports.append(int(taken.getsockname()[1]))
        return ports


def port_open(port: int, host: str = LOOPBACK) -> bool:
    """Say whether somebody accepts connections on a port."""
    with suppress(OSError), socket.create_connection((host, port), timeout=0.5):
        return True
    return False


def tail(log: Path, lines: int = 12) -> str:
    """Return the last lines of a log; nodes' logs hold codes and ids, never a pupil's data."""
    with suppress(OSError):
        return "\n".join(log.read_text("utf-8", "replace").splitlines()[-lines:])
    return ""


@dataclass(slots=True)
class NodeProcess:
    """One running process.

    :ivar healthy: asked until it says yes; a process without one is healthy when it has started.
    """

    name: str
    popen: subprocess.Popen[bytes]
    log: Path
    healthy: Callable[[], bool] = field(default=lambda: True)

    @property
    def pid(self) -> int:
        """The process id, which is the id of its group as well."""
        return self.popen.pid

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self.popen.poll() is None

    def signal_group(self, number: int) -> None:
        """Send a signal to the process and its children, if any is left."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, number)


class Processes:
    """The processes of one demonstration: ``with Processes(logs) as nodes: nodes.start(...)``."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._running: list[NodeProcess] = []

    def __enter__(self) -> Self:
        self._logs.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def __iter__(self) -> Iterator[NodeProcess]:
        return iter(self._running)

    def start(
        self,
        name: str,
        command: Sequence[str],
        *,
        healthy: Callable[[], bool] = lambda: True,
        environment: Mapping[str, str] | None = None,
    ) -> NodeProcess:
        """Start a process whose output goes to ``<name>.log``.

        :param healthy: asked by :meth:`wait_until_healthy`, for instance whether a port is open.
        :param environment: all of its environment; by default that of the demonstration.
        :raises OSError: the program is not there.
        """
        log = self._logs / f"{name}.log"
        with log.open("ab") as out:
            popen = subprocess.Popen(
                list(command),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env=dict(environment) if environment is not None else None,
                start_new_session=True,
            )
        process = NodeProcess(name, popen, log, healthy)
        self._running.append(process)
        return process

    def wait_until_healthy(self, seconds: float = 20.0) -> None:
        """Wait until every process is healthy.

        :raises ProcessFailed: one ended, or was not healthy in time.
        """
        end = time.monotonic() + seconds
        for process in self._running:
            while not process.healthy():
                if not process.running:
                    code = process.popen.returncode
                    raise ProcessFailed(process.name, f"ended with exit code {code}", process.log)
                if time.monotonic() > end:
                    raise ProcessFailed(process.name, "was not healthy in time", process.log)
                time.sleep(0.05)
        self.check()

    def check(self) -> None:
        """Make sure that all still run.

        :raises ProcessFailed: one has ended.
        """
        for process in self._running:
            if not process.running:
                code = process.popen.returncode
                raise ProcessFailed(process.name, f"ended with exit code {code}", process.log)

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """End all processes and their children; a second call does nothing."""
        stopping, self._running = self._running, []
        for process in stopping:
            process.signal_group(signal.SIGTERM)
        end = time.monotonic() + seconds
        for process in stopping:
            with suppress(subprocess.TimeoutExpired):
                process.popen.wait(max(end - time.monotonic(), 0.1))
        for process in stopping:
            process.signal_group(signal.SIGKILL)
            process.popen.wait()


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Turn SIGTERM and SIGHUP into SystemExit (128 + signal), so that ``with`` blocks are left.

    Ctrl-C is KeyboardInterrupt already. Only for the main thread.
    """

    def leave(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    kept = {number: signal.signal(number, leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)
