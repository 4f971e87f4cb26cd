"""Many commands in one process: ``senx`` as a person would use it, without its second of starting.

The process is a real one, with the environment and the temporary folder that it was given; each
command opens its node anew. What a command would print as it dies (a traceback) counts as said.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

_LOOP = """
import json, sys, traceback
from click.testing import CliRunner
from exchange.cli import main

for line in sys.stdin:
    done = CliRunner().invoke(main, json.loads(line))
    error = done.stderr
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        error += "".join(traceback.format_exception(done.exception))
    print(json.dumps([done.exit_code, done.stdout, error]), flush=True)
"""


@dataclass(frozen=True)
class Told:
    """What a command said."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)

    def error(self) -> Mapping[str, str]:
        """The typed error that a command with ``--json`` ended with."""
        found: dict[str, str] = json.loads(self.err)["error"]
        return found


class Console:
    """One such process; it ends when it is closed, or when pytest does."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _LOOP],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=dict(environment),
            start_new_session=True,
            text=True,
        )

    def run(self, words: Sequence[str]) -> Told:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([*words]) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, f"the console died of {words}"
        return Told(*json.loads(answer))

    def close(self) -> None:
        with suppress(BrokenPipeError):
            self._process.communicate(timeout=20)
        self._process.kill()
        self._process.wait()
