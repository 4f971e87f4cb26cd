"""Progress on standard error, where a person watches; nothing where nobody does."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sized
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
