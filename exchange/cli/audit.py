"""The audit book: read it, check it."""

from __future__ import annotations

import click

from exchange.audit import verify as verify_chain
from exchange.cli.options import Session, looking
from exchange.cli.output import emit, listing
from exchange.ports import AuditEntry
from schemas.strict_json import JsonValue


@click.group("audit")
def audit() -> None:
    """The book in which every change has its line."""


@audit.command("list")
@looking
def list_(session: Session) -> None:
    """List the entries: who did what, when, in which role."""
    with session.inside.store.reading(session.org_id) as unit:
        rows = [_row(one) for one in unit.audit.entries()]
    columns = {
        "seq": "No",
        "at": "When",
        "actor": "Who",
        "role": "Role",
        "action": "What",
        "outcome": "Outcome",
        "object": "About",
    }
    listing(rows, columns, as_json=session.as_json)


def _row(one: AuditEntry) -> dict[str, JsonValue]:
    return {
        "seq": one.seq,
        "at": one.at.isoformat(),
        "actor": one.actor,
        "role": one.role,
        "action": one.action,
        "object_kind": one.object_kind,
        "object": one.object_id,
        "outcome": one.outcome,
        "detail": dict(one.detail),
        "digest": one.digest,
    }


@audit.command("verify")
@looking
def verify(session: Session) -> None:
    """Check the chain of the book; names the first bad entry and ends with code 6."""
    with session.inside.store.reading(session.org_id) as unit:
        bad = verify_chain(unit.audit.entries(), session.org_id)
    if session.as_json:
        emit(
            {"ok": not bad, "first_bad": bad.seq if bad else None, "why": bad.why if bad else None}
        )
    elif bad is None:
        click.echo("The book adds up.")
    else:
        click.echo(f"Entry {bad.seq} is the first that does not add up: {bad.why}.", err=True)
    if bad is not None:
        raise SystemExit(6)
