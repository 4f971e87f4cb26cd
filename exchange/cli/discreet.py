"""A command that was typed wrongly is refused without repeating what was typed.

Click's own messages quote it, and it may be a pupil's name: an unquoted surname of two words, the
name of a file, a date of birth written the other way round. What is printed may end in a log.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any, NoReturn

import click


class Discreet(click.Group):
    """The outermost group; it says which parameter was wrong and what it wants, and no value."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run; with ``standalone_mode`` end the process, with exit code 2 for a wrong command."""
        try:
            done = super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        except click.UsageError as error:
            if not standalone_mode:
                raise
            _refuse(error)
        except click.Abort:
            if not standalone_mode:
                raise
            click.echo("Aborted.", err=True)
            sys.exit(1)
        if not standalone_mode:
            return done
        sys.exit(done if isinstance(done, int) else 0)


def _refuse(error: click.UsageError) -> NoReturn:
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
        sys.exit(error.exit_code)
    if error.ctx is not None:
        click.echo(error.ctx.get_usage(), err=True)
        click.echo(f"Try '{error.ctx.command_path} --help' for help.", err=True)
    click.echo(f"Error: {_said(error)}", err=True)
    sys.exit(error.exit_code)


def _said(error: click.UsageError) -> str:
    """Return what was wrong, made of our own words and the names of our own parameters."""
    if isinstance(error, click.MissingParameter):
        return f"Missing {_name(error)}."
    if isinstance(error, click.BadParameter):
        return f"Invalid value for {_name(error)}. {_wanted(error)}".rstrip()
    if isinstance(error, click.NoSuchOption):
        return "There is no such option here."
    if isinstance(error, click.BadOptionUsage):
        return "An option lacks its value, or has one that it does not take."
    if isinstance(error.ctx and error.ctx.command, click.Group):
        return "There is no such command, or none was given."
    return "There is a word too many. Quote a name that has spaces."


def _name(error: click.BadParameter) -> str:
    if error.param is None or error.ctx is None:
        return "a parameter"
    return error.param.get_error_hint(error.ctx)


def _wanted(error: click.BadParameter) -> str:
    kind = error.param.type if error.param is not None else None
    if isinstance(kind, click.Choice):
        return f"Choose one of: {', '.join(str(one) for one in kind.choices)}."
    if isinstance(kind, click.DateTime):
        return "Write a day as YYYY-MM-DD."
    if isinstance(kind, click.Path | click.File):
        return "Check that the file or folder is there, and what it is."
    if isinstance(kind, click.types.FloatParamType | click.types.IntParamType):
        return "Write a number."
    return ""
