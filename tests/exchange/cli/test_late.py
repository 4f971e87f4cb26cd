"""What is large is loaded where it is used: a command brings no more than it needs."""

from __future__ import annotations

import subprocess
import sys

import pytest

from exchange.cli.late import LateCommands
from exchange.cli.main import COMMANDS, main

LARGE = ("flask", "gunicorn", "lxml", "pikepdf", "PIL", "smtplib", "sqlalchemy", "typst", "urllib3")


def loaded(code: str) -> set[str]:
    """Return which of the large libraries a process has after running this."""
    told = f"{code}\nimport sys\nprint(*(one for one in {LARGE!r} if one in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", told], capture_output=True, text=True, check=True, timeout=60
    )
    return set(done.stdout.split())


@pytest.mark.parametrize(
    ("code", "allowed"),
    [
        ("import exchange.cli.main", set()),
        ("import exchange.cli.open_file", set()),
        ("import exchange.cli.seal_file, exchange.cli.inbox", {"sqlalchemy"}),
        ("import exchange.wiring", {"sqlalchemy"}),
    ],
)
def test_no_more_is_loaded_than_is_used(code: str, allowed: set[str]) -> None:
    assert loaded(code) <= allowed


def test_every_command_of_the_table_is_there_under_its_name() -> None:
    assert list(main.commands) == list(COMMANDS)
    for name, command in main.commands.items():
        assert command.name == name


def test_what_the_table_names_and_is_no_command_is_refused() -> None:
    with pytest.raises(TypeError):
        LateCommands({"late": ("late", "LateCommands")})["late"]
