"""How the command line speaks: tables for people, JSON for machines, typed errors, exit codes.

=====  =======================================================================
code   meaning
=====  =======================================================================
0      done; for ``verify``: all that was checked holds
1      a fault of this software (the type is printed, never a value)
2      the command was wrong (unknown option, missing argument)
3      a rule or a check refused it; nothing was changed
4      no such thing here, or its state does not allow this
5      another organisation could not be reached; it will be tried again
6      a pack, signature or directory is not to be trusted
7      the disk or the data folder failed; nothing was changed
=====  =======================================================================
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import click

from exchange.errors import (
    AuditError,
    BundleError,
    Conflict,
    ExchangeError,
    NotFound,
    SealingError,
    StoreError,
    TransportError,
    UsageError,
)
from keys.errors import DirectoryError, KeysError, SignatureInvalid
from schemas.errors import SchemaError
from schemas.strict_json import JsonValue, dumps

P = ParamSpec("P")
R = TypeVar("R")

_EXIT: Sequence[tuple[type[Exception], int]] = (
    (UsageError, 2),
    (SealingError, 3),
    (BundleError, 6),
    (AuditError, 6),
    (SignatureInvalid, 6),
    (DirectoryError, 6),
    (NotFound, 4),
    (Conflict, 4),
    (TransportError, 5),
    (StoreError, 7),
    (ExchangeError, 3),
    (KeysError, 3),
    (SchemaError, 3),
)


def exit_code(error: Exception) -> int:
    """Return the documented exit code of a typed error."""
    return next((code for kind, code in _EXIT if isinstance(error, kind)), 1)


def describe(error: ExchangeError | KeysError | SchemaError) -> dict[str, JsonValue]:
    """Return a typed error as plain values: code, field path, what to do next."""
    sentence = (type(error).__doc__ or "").strip().split("\n")[0]
    return {"code": error.code, "path": error.path, "what": sentence, "do": error.hint}


def complain(error: ExchangeError | KeysError | SchemaError, *, as_json: bool = False) -> None:
    """Print a typed error on standard error."""
    told = describe(error)
    if as_json:
        click.echo(dumps({"error": told}).decode(), err=True, nl=False)
        return
    place = f" ({told['path']})" if told["path"] else ""
    click.echo(f"{told['what']} [{told['code']}]{place}", err=True)
    click.echo(f"  {told['do']}", err=True)


def typed_errors(command: Callable[P, R]) -> Callable[P, R]:
    """Make typed errors end a command with their documented exit code."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except (ExchangeError, KeysError, SchemaError) as error:
            complain(error, as_json=bool(kwargs.get("as_json")))
            sys.exit(exit_code(error))

    return run


def emit(value: Any) -> None:
    """Print one JSON value on standard output."""
    click.echo(dumps(value).decode(), nl=False)


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a plain table; a terminal that narrows it wraps, nothing is cut."""
    text = [[str(cell) for cell in row] for row in rows]
    widths = [
        max([len(heading), *(len(row[at]) for row in text)]) for at, heading in enumerate(headings)
    ]
    for row in ([*headings], ["-" * width for width in widths], *text):
        padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(padded).rstrip())


def listing(
    rows: Sequence[Mapping[str, JsonValue]], columns: Mapping[str, str], *, as_json: bool
) -> None:
    """Print a listing: all fields as JSON, or the named columns for a person.

    :param columns: field name -> heading.
    """
    if as_json:
        emit([dict(row) for row in rows])
        return
    if not rows:
        click.echo("Nothing here.")
        return
    table(
        list(columns.values()),
        [["" if row.get(n) is None else row[n] for n in columns] for row in rows],
    )
