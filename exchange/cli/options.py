"""Options that many commands share, and the session that a command is handed for them."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

import click

from exchange.cli.output import TYPED, typed_errors
from exchange.errors import UsageError
from exchange.ports import Actor
from exchange.services.inside import Inside
from exchange.services.places import place

if TYPE_CHECKING:
    from exchange.wiring import Node

P = ParamSpec("P")
R = TypeVar("R")
F = TypeVar("F", bound=Callable[..., Any])

_HOME = click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="SENX_HOME",
    required=True,
    help="Data folder of the node (or set SENX_HOME).",
)
_PASSPHRASE_FILE = click.option(
    "--passphrase-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Where the node has a passphrase instead of a key file: a file whose first line it is.",
)
_DSL = click.option(
    "--dsl-passphrase-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="For the safeguarding lead alone: a file whose first line opens the DSL's area.",
)
_ORG = click.option(
    "--org", "org", default=None, help="Which organisation, where the node hosts several."
)
_AS = click.option("--as", "who", default=None, help="Who does it; the login name by default.")
_ROLE = click.option(
    "--role", default="senco", show_default=True, help="In which role; kept in the audit book."
)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")


def _stacked(*options: Callable[[F], F]) -> Callable[[F], F]:
    def wrap(command: F) -> F:
        for option in reversed(options):
            command = option(command)
        return command

    return wrap


home_option = _HOME
json_option = _JSON


@dataclass(frozen=True, slots=True)
class Session:
    """What a command works with: an open node, who acts, and how to speak.

    :param wanted: which organisation was named on the command line, or None.
    """

    node: Node
    wanted: str | None
    actor: Actor
    as_json: bool
    dsl_passphrase: str | None = field(default=None, repr=False)

    @property
    def inside(self) -> Inside:
        """Return the collaborators of the use cases."""
        return self.node.inside

    @property
    def org_id(self) -> str:
        """Return the organisation that the command is about.

        :raises UsageError: ``organisation-needed``: the node hosts several, or none yet.
        """
        return org_of(self.node, self.wanted)


def looking(command: Callable[Concatenate[Session, P], R]) -> Callable[..., R]:
    """Add the options of commands that only look, and hand over a :class:`Session`."""

    @wraps(command)
    @typed_errors
    def run(
        home: Path,
        passphrase_file: Path | None,
        dsl_passphrase_file: Path | None,
        org: str | None,
        as_json: bool,
        **rest: Any,
    ) -> R:
        session = _session(home, passphrase_file, dsl_passphrase_file, org)
        session = replace(session, actor=actor_of(None, "none"), as_json=as_json)
        return command(session, **rest)  # type: ignore[call-arg]

    return _stacked(_HOME, _PASSPHRASE_FILE, _DSL, _ORG, _JSON)(run)


def acting(command: Callable[Concatenate[Session, P], R]) -> Callable[..., R]:
    """Add the options of commands that change something: also who acts, and in which role."""

    @wraps(command)
    @typed_errors
    def run(
        home: Path,
        passphrase_file: Path | None,
        dsl_passphrase_file: Path | None,
        org: str | None,
        who: str | None,
        role: str,
        as_json: bool,
        **rest: Any,
    ) -> R:
        session = _session(home, passphrase_file, dsl_passphrase_file, org)
        session = replace(session, actor=actor_of(who, role), as_json=as_json)
        return command(session, **rest)  # type: ignore[call-arg]

    return _stacked(_HOME, _PASSPHRASE_FILE, _DSL, _ORG, _AS, _ROLE, _JSON)(run)


def name_of(session: Session, org_id: str) -> str:
    """Return an organisation's name for a listing; its reference where the directory fails."""
    try:
        with session.inside.store.reading(session.org_id) as unit:
            return place(session.inside, unit, org_id, session.inside.clock.now()).name
    except TYPED:
        return org_id


def first_line(path: Path | None) -> str | None:
    """Return the passphrase in a file, or None."""
    if path is None:
        return None
    lines = path.read_text("utf-8").splitlines()
    return lines[0] if lines else ""


def node_of(home: Path, passphrase_file: Path | None) -> Node:
    """Open a node's home with its keys; asks for the passphrase at a terminal where it has one.

    :raises SettingsError: the home is not set up.
    :raises KeyringError: the key or passphrase is wrong.
    """
    from exchange.wiring import open_node  # here: what needs no home needs no database

    return open_node(home, first_line(passphrase_file), ask=passphrase_of)


def _session(
    home: Path, passphrase_file: Path | None, dsl_file: Path | None, org: str | None
) -> Session:
    """Open a node; for this one command the DSL's area too, where its passphrase is given."""
    node, words = node_of(home, passphrase_file), first_line(dsl_file)
    if words is not None:
        node.vault.unlock_cp(org_of(node, org), words)
    return Session(node, org, actor_of(None, "none"), as_json=False, dsl_passphrase=words)


def passphrase_of() -> str:
    """Ask for the passphrase at the terminal."""
    return getpass.getpass("Passphrase of this node: ")


def actor_of(who: str | None, role: str) -> Actor:
    """Return who acts."""
    return Actor(who or getpass.getuser(), role)


def org_of(node: Node, wanted: str | None) -> str:
    """Return the organisation that a command is about.

    :raises UsageError: ``organisation-needed``: the node hosts several, or none yet.
    """
    hosted = list(node.inside.store.organisations())
    if wanted is None and len(hosted) == 1:
        return hosted[0]
    if wanted is None:
        hint = "Say which one with --org." if hosted else "Make its keys first: `senx keygen`."
        raise UsageError("organisation-needed", "/org", hint)
    if wanted in hosted:
        return wanted
    found = node.inside.directory().find(wanted).org_id
    if found not in hosted:
        raise UsageError("organisation-not-hosted", "/org", "It is not on this node.")
    return found
