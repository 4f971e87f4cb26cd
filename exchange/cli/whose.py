"""Whom documents are about: those that may be about another pupil, and what a person says."""

from __future__ import annotations

import click

from exchange.cli.options import Session, acting
from exchange.cli.output import listing
from exchange.services.find_pupil import find_pupil
from exchange.services.twins import TwinDoubt, confirm, unconfirmed
from schemas.strict_json import JsonValue


@click.command("whose")
@click.argument("pupil_ref", metavar="PUPIL")
@click.argument("documents", metavar="[DOCUMENT...]", nargs=-1)
@acting
def whose(session: Session, pupil_ref: str, documents: tuple[str, ...]) -> None:
    """List what may be about another pupil; with DOCUMENT, confirm that it is about this one."""
    with session.inside.store.reading(session.org_id) as unit:
        pupil_id = find_pupil(unit, pupil_ref).pupil_id
        open_ = {one.document_id: one for one in unconfirmed(session.inside, unit, pupil_id)}
    for one in documents:
        seen = set(open_[one].others) if one in open_ else set()
        confirm(session.inside, session.org_id, pupil_id, one, seen, session.actor)
    rows = [_row(one) for key, one in open_.items() if key not in documents]
    columns = {"document": "Document", "type": "Type", "why": "Why"}
    listing(rows, columns, as_json=session.as_json)


def _row(doubt: TwinDoubt) -> dict[str, JsonValue]:
    return {
        "document": doubt.document_id,
        "type": doubt.document.type,
        "why": ", ".join(doubt.codes),
        "others": list(doubt.others),
    }
