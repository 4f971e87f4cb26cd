"""Progress on standard error, where a person watches; nothing where nobody does."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sized
from typing import TypeVar

import click

T = TypeVar("T")


def steps(label: str, items: Iterable[T]) -> Iterator[T]:
    """Yield ``items`` and show how many are done."""
    if not sys.stderr.isatty():
        yield from items
        return
    total = f"/{len(items)}" if isinstance(items, Sized) else ""
    done = 0
    for done, item in enumerate(items, start=1):
        yield item
        click.echo(f"\r{label}: {done}{total}", nl=False, err=True)
    if done:
        click.echo("", err=True)


def bytes_read(label: str, total: int) -> Callable[[int], None]:
    """Return what is told how many bytes were read since it was last told."""
    done = shown = 0

    def tell(size: int) -> None:
        nonlocal done, shown
        done += size
        percent = 100 * done // max(total, 1)
        if percent != shown and sys.stderr.isatty():
            shown = percent
            click.echo(f"\r{label}: {min(percent, 100)} %", nl=percent >= 100, err=True)

    return tell
