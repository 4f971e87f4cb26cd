"""Walking through the objects of a PDF, each once, without following what refers to what."""

from __future__ import annotations

from collections.abc import Iterator

import pikepdf

MOST_OBJECTS = 200_000
"""More than a report of a thousand pages has; each costs some 50 microseconds to look at."""


def indirect(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Object]:
    """Yield the trailer and the dictionaries and arrays of the file; of a stream its dictionary."""
    yield pdf.trailer  # its direct objects are in no list
    for one in pdf.objects:
        if isinstance(one, pikepdf.Stream):
            yield one.stream_dict
        elif isinstance(one, pikepdf.Dictionary | pikepdf.Array):
            yield one


def within(start: pikepdf.Object) -> Iterator[pikepdf.Object]:
    """Yield ``start`` and every dictionary and array that is written out inside it."""
    waiting = [start]
    while waiting:
        one = waiting.pop()
        if isinstance(one, pikepdf.Dictionary):
            children = [one.get(key) for key in one.keys()]  # noqa: SIM118 (no iterator there)
        elif isinstance(one, pikepdf.Array):
            children = list(one)
        else:
            continue
        yield one
        waiting += [
            child
            for child in children
            if isinstance(child, pikepdf.Dictionary | pikepdf.Array) and not child.is_indirect
        ]
