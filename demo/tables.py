"""Plain text for a terminal: tables, progress lines, sizes. No dependency, no colour.

Progress is redrawn on one line where the output is a terminal, and otherwise written only at the
end, so that logs stay readable.
"""

from __future__ import annotations

import sys
import time
import unicodedata
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Self, TextIO


def width(text: str) -> int:
    """Return the columns that ``text`` takes: East Asian wide characters two, marks none."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )


def fit(text: str, columns: int) -> str:
    """Cut or pad ``text`` to exactly ``columns`` columns; an ellipsis says that it was cut."""
    if width(text) > columns:
        kept = ""
        for char in text:
            if width(kept + char) > columns - 1:
                break
            kept += char
        text = kept + "…"
    return text + " " * (columns - width(text))


def table(
    head: Sequence[str], rows: Iterable[Sequence[object]], *, most: int = 40, right: str = ""
) -> str:
    """Return a table with a rule under its head.

    :param most: the widest that a column may become.
    :param right: names of columns, separated by spaces, to be set flush right.
    """
    cells = [[str(cell).replace("\n", " ") for cell in row] for row in rows]
    columns = [
        min(max([width(name), *(width(row[at]) for row in cells)]), most)
        for at, name in enumerate(head)
    ]
    flush = set(right.split())

    def line(row: Sequence[str]) -> str:
        parts = []
        for name, cell, columns_ in zip(head, row, columns, strict=True):
            text = fit(cell, columns_)
            parts.append(text.rstrip().rjust(columns_) if name in flush else text)
        return "  ".join(parts).rstrip()

    rule = "  ".join("-" * wide for wide in columns)
    return "\n".join([line(head), rule, *(line(row) for row in cells)])


def size(count: int) -> str:
    """Write a number of bytes as people read it: ``13.7 MB``; powers of ten."""
    value = float(count)
    for unit in ("B", "kB", "MB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} GB"


class Progress:
    """A progress line: ``with Progress("Sending", 30) as progress: progress.at(n, 30)``."""

    def __init__(self, what: str, total: int, out: TextIO | None = None) -> None:
        self._what, self._total, self._done = what, total, 0
        self._out = out or sys.stdout
        self._started = time.monotonic()
        self._live = self._out.isatty()

    def __enter__(self) -> Self:
        self.at(0, self._total)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        took = time.monotonic() - self._started
        ending = f"{took:.1f} s" if kind is None else "stopped"
        start = "\r" if self._live else ""
        self._out.write(f"{start}{self._line()}  {ending}\n")
        self._out.flush()

    def at(self, done: int, total: int) -> None:
        """Say that ``done`` of ``total`` are done."""
        self._done, self._total = done, total
        if self._live:
            self._out.write("\r" + self._line())
            self._out.flush()

    def _line(self) -> str:
        filled = 24 * self._done // max(self._total, 1)
        return f"{self._what:<24} [{'#' * filled:<24}] {self._done}/{self._total}"
