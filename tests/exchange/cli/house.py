"""A node in a folder, set up and used by the command line alone, in this process."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from exchange.cli import main

MARKER = "MARKER-9c1d44"


@dataclass(frozen=True)
class Said:
    """What a command said: exit code, standard output, standard error."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def error(self) -> dict[str, str]:
        """Return the typed error that ``--json`` printed on standard error, after any warning."""
        found: dict[str, str] = json.loads(self.err.splitlines()[-1])["error"]
        return found


def senx(*arguments: object, input_: str | None = None) -> Said:
    """Run a command as a shell would; a traceback is never an answer."""
    result: Result = CliRunner().invoke(main, [str(one) for one in arguments], input=input_)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert "Traceback" not in result.output
    return Said(result.exit_code, result.stdout, result.stderr)


@dataclass(frozen=True)
class House:
    """One node's home; ``say`` gives its commands their ``--home``."""

    root: Path
    org_id: str

    def say(self, *arguments: object, code: int = 0) -> Said:
        said = senx(*arguments, "--home", self.root)
        assert said.code == code, (arguments, said)
        return said

    def rows(self, *arguments: object, code: int = 0) -> Any:
        return self.say(*arguments, "--json", code=code).json

    def everything(self) -> dict[str, Any]:
        """Return all that the listings show, to see that something left nothing behind."""
        listings = ("pupils", "outbox", "inbox", "receipts")
        told: dict[str, Any] = {one: self.rows(one) for one in listings}
        told["audit"] = self.rows("audit", "list")
        told["blobs"] = sorted(one.name for one in (self.root / "blobs").rglob("*"))
        return told


def make_house(place: Path, name: str, *numbers: str, options: tuple[str, ...] = ()) -> House:
    """Set a node up with one organisation, as an administrator would."""
    root = place / name.lower().replace(" ", "-")
    said = senx("init", "--home", root, *options)
    assert said.code == 0, said
    sheets = place / f"{root.name}-sheets"
    made = senx(
        "keygen", "--home", root, "--name", name, *numbers, "--class", "classic",
        "--recovery-sheets", sheets, "--json",
    )  # fmt: skip
    assert made.code == 0, made
    return House(root, made.json["org_id"])
