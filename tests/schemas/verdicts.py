"""How tests ask for a verdict, and walk a JSON value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from schemas.base import Problem, RecordRefused, load
from schemas.records import DOCUMENTS, RECORDS


def problems(value: dict[str, Any]) -> tuple[Problem, ...]:
    """Return what the registry that knows the record says against it: nothing if all is well."""
    name = str(value["schema"]).partition("/")[0]
    signed = name in ("sen.statement", "sen.envelope", "sen.receipt")
    try:
        load(DOCUMENTS if signed else RECORDS, value)
    except RecordRefused as error:
        return error.problems
    return ()


def only(value: dict[str, Any]) -> Problem:
    """Return the single problem of a value."""
    found = problems(value)
    if len(found) != 1:
        pytest.fail(f"one problem expected: {found}")
    return found[0]


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Yield every object inside a JSON value."""
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value:
        if isinstance(inner, dict | list):
            yield from nodes(inner)
