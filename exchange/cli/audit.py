"""The audit book: read it, check it."""

from __future__ import annotations

from collections import deque

import click

from exchange.audit import NODE, Head
from exchange.audit import verify as verify_chain
from exchange.cli.options import Session, looking
from exchange.cli.output import emit, listing
from exchange.errors import UsageError
from exchange.ports import AuditEntry
from schemas.strict_json import JsonValue

_DIGEST_LENGTH = 64


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
@click.option("--node", "of_node", is_flag=True, help="The node's own book, not an organisation's.")
@click.option(
    "--head",
    metavar="NUMBER:DIGEST",
    help="A head that you kept elsewhere (`senx audit head`); shows what was cut off since.",
)
@looking
def verify(session: Session, of_node: bool, head: str | None) -> None:
    """Check the chain of the book; names the first bad entry and ends with code 6."""
    book = NODE if of_node else session.org_id
    with session.inside.store.reading(book) as unit:
        bad = verify_chain(unit.audit.entries(), book, _head(head))
    if session.as_json:
        told: dict[str, JsonValue] = {"ok": bad is None}
        emit(told | ({"first_bad": bad.seq, "why": bad.why} if bad else {}))
    elif bad is None:
        click.echo("The book adds up.")
    else:
        click.echo(f"Entry {bad.seq} is the first that does not add up: {bad.why}.", err=True)
    if bad is not None:
        raise SystemExit(6)


def _head(text: str | None) -> Head | None:
    if text is None:
        return None
    number, _, digest = text.partition(":")
    if not (number.isdecimal() and len(digest) == _DIGEST_LENGTH):
        raise UsageError("head-malformed", "/head", "Write NUMBER:DIGEST as `audit head` did.")
    return Head(int(number), digest)


@audit.command("head")
@click.option("--node", "of_node", is_flag=True, help="The node's own book, not an organisation's.")
@looking
def head(session: Session, of_node: bool) -> None:
    """Print the newest entry's number and digest, to be kept where this node cannot write.

    A chain alone cannot show that its newest entries were cut off; with a head kept elsewhere,
    ``audit verify --head`` can.
    """
    with session.inside.store.reading(NODE if of_node else session.org_id) as unit:
        newest = deque(unit.audit.entries(), maxlen=1)
    told = f"{newest[0].seq}:{newest[0].digest}" if newest else "0:" + "0" * _DIGEST_LENGTH
    emit({"head": told}) if session.as_json else click.echo(told)
