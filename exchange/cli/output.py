"""How the command line speaks: tables for people, JSON for machines, typed errors, exit codes.

=====  =======================================================================
code   meaning
=====  =======================================================================
0      done; for ``verify``: all that was checked holds
1      a fault of this software (the type is printed, never a value)
2      the command was wrong (unknown option, missing argument)
3      a rule or a check refused it (or one of several); what was refused changed nothing
4      no such thing here, it exists already, or its state does not allow this
5      another organisation could not be reached; it will be tried again
6      a pack, signature or directory is not to be trusted
7      the disk, the data folder or a file that was named failed; nothing was changed
=====  =======================================================================
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from typing import Any, NoReturn, ParamSpec, TypeVar

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
    Wrapped,
    sentence,
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


TYPED = (ExchangeError, KeysError, SchemaError)
"""The errors that a command answers for; each has code, path and hint, and none a value."""

_DISTRUST = ("directory-", "entry-", "signature-")


def exit_code(error: Exception) -> int:
    """Return the documented exit code of a typed error."""
    if isinstance(error, Wrapped | DirectoryError):
        if error.code in ("organisation-unknown", "organisation-ambiguous", "directory-missing"):
            return 4
        if error.code.startswith(_DISTRUST):
            return 6
    return next((code for kind, code in _EXIT if isinstance(error, kind)), 1)


def describe(error: ExchangeError | KeysError | SchemaError) -> dict[str, JsonValue]:
    """Return a typed error as plain values: code, field path, what to do next."""
    return {"code": error.code, "path": error.path, "what": sentence(error), "do": error.hint}


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
    """Make errors end a command with their documented exit code.

    Of what is no typed error only the type is printed: its text may hold a value.
    """

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:  # noqa: BLE001  (a traceback would show values)
            _end(error, as_json=bool(kwargs.get("as_json")))

    return run


def _end(error: Exception, *, as_json: bool) -> NoReturn:
    if isinstance(error, FileExistsError):
        error = Conflict("file-exists", "", "Name another file or folder.")
    elif isinstance(error, OSError):
        hint = "Check that the files and folders you named are there and may be read and written."
        error = StoreError("file-failed", "", hint)
    if isinstance(error, TYPED):
        complain(error, as_json=as_json)
    else:
        click.echo(f"A fault of this software: {type(error).__name__}. Please report it.", err=True)
    sys.exit(exit_code(error))


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
