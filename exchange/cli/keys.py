"""An organisation's keys: how old they are, and new ones."""

from __future__ import annotations

from typing import Literal

import click

from exchange.cli.options import Session, acting, looking
from exchange.cli.output import emit, listing
from exchange.wiring import KeyState, rotate, states
from schemas.strict_json import JsonValue

_COLUMNS = {"use": "Use", "kind": "Kind", "standing": "Standing", "until": "Until", "key": "Key"}


@click.group("keys")
def keys() -> None:
    """Keys of an organisation on this node."""


@keys.command("show")
@looking
def show(session: Session) -> None:
    """List the keys, whether each is good, and until when."""
    found = states(session.node, session.org_id)
    listing([_row(one) for one in found], _COLUMNS, as_json=session.as_json)


def _row(one: KeyState) -> dict[str, JsonValue]:
    return {
        "use": one.use,
        "kind": one.kind,
        "standing": one.standing,
        "until": one.until.date().isoformat(),
        "key": one.key_id,
    }


@keys.command("rotate")
@click.argument("what", type=click.Choice(["signing", "general", "dsl"]))
@acting
def rotate_(session: Session, what: Literal["signing", "general", "dsl"]) -> None:
    """Make a new key; old ones still open and verify what came before."""
    rotate(session.node, session.org_id, what, session.actor, session.dsl_passphrase)
    if session.as_json:
        emit({"org_id": session.org_id, "rotated": what})
        return
    click.echo("Made. A running node takes it up by itself. Two things are left to do:")
    click.echo("  1. `senx directory export`, and hand the entry to whoever runs the directory;")
    click.echo("  2. install the next directory when it comes. Until your partners have it too,")
    click.echo("     they refuse what a new signing key signs: stop this node meanwhile.")
