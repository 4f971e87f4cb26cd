"""What arrived: look, accept, reject, destroy."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from exchange.cli.options import Session, acting, looking, name_of
from exchange.cli.output import TYPED, complain, describe, emit, listing, table
from exchange.domain.clocks import london_day
from exchange.errors import NotFound, UsageError
from exchange.ports import Arrival
from exchange.services import accept as accepting
from exchange.services.load_pack import load_pack
from exchange.services.open_pack import open_pack
from exchange.services.show_pack import PackView, note_view, view_pack
from schemas.strict_json import JsonValue

_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL
_REFERENCE = re.compile(r"[0-9a-f-]{6,36}")
_COLUMNS = {
    "state": "State",
    "from": "From",
    "kind": "Kind",
    "size": "Bytes",
    "arrived_at": "Arrived",
    "attention": "Needs attention",
    "pack": "Reference",
}


@click.command("inbox")
@click.option("--state", help="Only those in this state.")
@looking
def inbox(session: Session, state: str | None) -> None:
    """List what arrived."""
    with session.inside.store.reading(session.org_id) as unit:
        rows = [
            _row(session, one) for one in unit.arrivals.all() if state in (None, one.state.value)
        ]
    listing(rows, _COLUMNS, as_json=session.as_json)


def _row(session: Session, one: Arrival) -> dict[str, JsonValue]:
    return {
        "pack": one.bundle_id,
        "state": one.state.value,
        "from": name_of(session, one.sender),
        "from_org": one.sender,
        "kind": one.kind,
        "size": one.size,
        "payload_sha256": one.payload_sha256,
        "arrived_at": one.arrived_at.isoformat(),
        "code": one.code,
        "attention": one.attention,
        "by": "folder" if one.folder else "https",
        "supersedes": one.supersedes,
        "in_reply_to": one.in_reply_to,
    }


_FROM = click.option("--from", "sender", help="Whose packs, where two senders used a reference.")


def _sender(session: Session, typed: str | None) -> str | None:
    return None if typed is None else session.node.directory().find(typed).org_id


@click.command("show")
@click.argument("pack")
@_FROM
@click.option("--document", help="Write one document to the file of --output.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path))
@acting
def show(
    session: Session, pack: str, sender: str | None, document: str | None, output: Path | None
) -> None:
    """Show a pack: who it is about, what is in it, what is new; or take one document out."""
    whose = _sender(session, sender)
    with session.inside.store.reading(session.org_id) as unit:
        arrival = accepting.arrival_of(unit, whose, pack)
    if document is not None:
        _take_out(session, arrival, document, output)
        return
    seen = view_pack(session.inside, session.org_id, arrival, session.actor)
    if session.as_json:
        emit(seen.as_json())
    else:
        _print(seen)


def _print(seen: PackView) -> None:
    click.echo(f"{seen.name or 'No pupil record'}   {seen.kind}, from {seen.sender_name}")
    sent = f"{london_day(seen.issued):%d %B %Y}"
    click.echo(f"Purpose {seen.purpose}, basis {seen.lawful_basis}, sent {sent}")
    table(
        ["", "Type", "Title", "Author", "Date", "Bytes", "Reference"],
        [
            (
                "new" if one.new else "",
                one.type,
                one.title or "",
                one.author or "",
                one.authored.isoformat() if one.authored else "",
                one.size,
                one.id,
            )
            for one in seen.files
        ],
    )


def _take_out(session: Session, arrival: Arrival, document: str, output: Path | None) -> None:
    if output is None:
        raise UsageError("output-needed", "/output", "Say where with --output FILE.")
    note_view(session.inside, session.org_id, arrival, session.actor)
    with open_pack(session.inside, session.org_id, arrival) as opened:
        if document not in opened.documents:
            raise NotFound("document-unknown", "/document", "Look it up with `senx show`.")
        source = opened.open_document(document)
        try:
            with os.fdopen(os.open(output, _NEW_FILE, 0o600), "wb") as out:
                while block := source.read(1024 * 1024):
                    out.write(block)
        except FileExistsError:
            raise
        except BaseException:
            output.unlink(missing_ok=True)  # half a document looks like a whole one
            raise
    click.echo(f"Wrote {output}. This copy is not sealed: delete it when you are done.")


def _each(session: Session, packs: Sequence[str], step: Callable[[str], Arrival]) -> None:
    rows: list[JsonValue] = []
    failed = False
    for one in packs:
        try:
            done = step(one)
        except TYPED as error:
            failed = True
            # What was typed is given back only where it can be a reference, and no name.
            known = one if _REFERENCE.fullmatch(one) else None
            rows.append({"pack": known, "error": describe(error)})
            if not session.as_json:
                complain(error)
        else:
            rows.append({"pack": one, "state": done.state.value})
            if not session.as_json:
                click.echo(f"{one} {done.state.value}")
    if session.as_json:
        emit(rows)
    if failed:
        raise SystemExit(4)


@click.command("accept")
@click.argument("packs", nargs=-1, required=True)
@_FROM
@acting
def accept(session: Session, packs: tuple[str, ...], sender: str | None) -> None:
    """Accept packs: a signed receipt goes to the sender."""
    whose = _sender(session, sender)
    _each(
        session,
        packs,
        lambda one: accepting.accept(session.inside, session.org_id, one, session.actor, whose),
    )


@click.command("reject")
@click.argument("packs", nargs=-1, required=True)
@click.option(
    "--code", required=True, help="not-our-pupil, cannot-open, wrong-inbox or not-wanted."
)
@_FROM
@acting
def reject(session: Session, packs: tuple[str, ...], code: str, sender: str | None) -> None:
    """Reject packs with a code; their contents are removed here and the sender is told."""
    whose = _sender(session, sender)
    _each(
        session,
        packs,
        lambda one: accepting.reject(
            session.inside, session.org_id, one, code, session.actor, whose
        ),
    )


@click.command("destroy")
@click.argument("packs", nargs=-1, required=True)
@_FROM
@acting
def destroy(session: Session, packs: tuple[str, ...], sender: str | None) -> None:
    """Destroy the contents of packs (after a recall, say); a signed receipt tells the sender."""

    whose = _sender(session, sender)

    def step(one: str) -> Arrival:
        with session.inside.store.reading(session.org_id) as unit:
            found = accepting.arrival_of(unit, whose, one)
        return accepting.destroy(session.inside, session.org_id, found.sender, one, session.actor)

    _each(session, packs, step)


@click.command("load")
@click.argument("pack")
@click.option(
    "--exception",
    "exceptions",
    multiple=True,
    metavar="DOCUMENT=CODE",
    help="cannot-open, unclear or missing; everything else counts as used.",
)
@_FROM
@acting
def load(session: Session, pack: str, exceptions: tuple[str, ...], sender: str | None) -> None:
    """Load an accepted pack into this school's records; the sender is told what was used."""
    told = dict(_exception(one) for one in exceptions)
    whose = _sender(session, sender)
    pupil = load_pack(session.inside, session.org_id, pack, told, session.actor, whose)
    emit({"pack": pack, "pupil": pupil}) if session.as_json else click.echo(pupil)


def _exception(text: str) -> tuple[str, str]:
    document, equals, code = text.partition("=")
    if not equals:
        raise UsageError("exception-malformed", "/exception", "Write DOCUMENT=CODE.")
    return document, code
