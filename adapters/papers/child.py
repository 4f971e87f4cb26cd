"""A process that works on papers: started when it is first asked, killed when it is slow."""

from __future__ import annotations

import subprocess
import sys
import threading
from contextlib import suppress

from adapters.papers import wire


class Child:
    """One ``python -m adapters.papers``, asked one thing after the other.

    :param seconds: for one answer.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None
        self.slow = False

    def start(self) -> None:
        """Start the process before it is asked: it gets ready while another works."""
        self._running()

    def ask(self, told: wire.Told, body: bytes = b"") -> tuple[wire.Told, bytes] | None:
        """Return the answer, or None: it was killed (then ``slow``), or ended itself."""
        process = self._running()
        self.slow = False
        watch = threading.Timer(self._seconds, self._too_slow, [process])
        watch.start()
        answer = None
        try:
            answer = _asked(process, told, body)
        finally:
            watch.cancel()
            if answer is None:
                self.close()
        return answer

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        process.wait()

    def _too_slow(self, process: subprocess.Popen[bytes]) -> None:
        self.slow = True
        process.kill()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self.close()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "adapters.papers"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={"LANG": "C.UTF-8"},
                cwd="/",
            )
        return self._process


def _asked(
    process: subprocess.Popen[bytes], told: wire.Told, body: bytes
) -> tuple[wire.Told, bytes] | None:
    if process.stdin is None or process.stdout is None:
        return None
    try:
        wire.write(process.stdin, told, body)
        return wire.read(process.stdout)
    except (OSError, ValueError):
        return None
