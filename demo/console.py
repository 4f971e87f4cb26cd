"""``senx`` without its second of starting: one process per thread that runs many commands.

Each command is the real one, parses its own words and opens its node anew; only Python's start and
imports are shared. What it prints and its exit code come back as they would in a terminal.
"""

from __future__ import annotations

import atexit
import json
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

_LOOP = """
import json, sys
from click.testing import CliRunner
from exchange.cli import main

for line in sys.stdin:
    done = CliRunner().invoke(main, json.loads(line))
    print(json.dumps([done.exit_code, done.stdout, done.stderr]), flush=True)
"""
_own = threading.local()


@dataclass(frozen=True, slots=True)
class Told:
    """What a command said."""

    code: int
    out: str
    err: str


class ConsoleFailed(Exception):
    """The process that runs the commands ended."""


class Console:
    """One such process; it ends with us."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _LOOP],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
            text=True,
        )
        atexit.register(self.close)

    def run(self, words: Sequence[str]) -> Told:
        """Run one command.

        :raises ConsoleFailed: the process ended.
        """
        keyboard, screen = self._process.stdin, self._process.stdout
        if keyboard is None or screen is None:
            raise ConsoleFailed
        keyboard.write(json.dumps([*words]) + "\n")
        keyboard.flush()
        answer = screen.readline()
        if not answer:
            raise ConsoleFailed
        return Told(*json.loads(answer))

    def close(self) -> None:
        """End the process."""
        with suppress(BrokenPipeError, subprocess.TimeoutExpired):
            self._process.communicate(timeout=10)
        self._process.kill()
        self._process.wait()


def run(words: Sequence[str]) -> Told:
    """Run one command in this thread's own console, which is started at the first."""
    console: Console | None = getattr(_own, "console", None)
    if console is None:
        console = _own.console = Console()
    return console.run(words)
