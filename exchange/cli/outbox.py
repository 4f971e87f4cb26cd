"""Send packs, watch them, recall them."""

from __future__ import annotations

from datetime import timedelta

import click

from exchange.cli.options import Session, acting, looking, name_of
from exchange.cli.output import TYPED, complain, describe, emit, listing
from exchange.cli.progress import steps
from exchange.errors import UsageError
from exchange.ports import StoredReceipt, Transfer, UnitOfWork
from exchange.services.choose_destination import choose_destination
from exchange.services.find_pupil import find_pupil
from exchange.services.links.receipts import assurance_of
from exchange.services.pack_contents import Withheld
from exchange.services.protect import shown
from exchange.services.queue_bundle import Order
from exchange.services.recall import recall as recall_transfer
from exchange.services.send import send as send_pack
from schemas.statement import BundleKind
from schemas.strict_json import JsonValue


@click.command("send")
@click.argument("pupil_refs", metavar="[PUPIL...]", nargs=-1)
@click.option("--all", "everyone", is_flag=True, help="Everybody who has a destination.")
@click.option("--to", help="Choose the destination now: any identifier; with --confirm.")
@click.option("--confirm", help="Its name, or its other number.")
@click.option("--folder", help="Lay the packs into this folder of the settings, not by HTTPS.")
@click.option("--update", is_flag=True, help="Send what changed since the last pack.")
@click.option(
    "--leave-undecided",
    is_flag=True,
    help="What somebody must still decide about waits; the rest goes on time.",
)
@click.option("--purpose", default="phase-transfer", show_default=True)
@click.option("--basis", default="public-task", show_default=True, help="Lawful basis.")
@acting
def send(
    session: Session,
    pupil_refs: tuple[str, ...],
    everyone: bool,
    to: str | None,
    confirm: str | None,
    folder: str | None,
    update: bool,
    leave_undecided: bool,
    purpose: str,
    basis: str,
) -> None:
    """Seal packs and queue them; the running node delivers. Sent twice is sent once."""
    if session.actor.role == "sen-administrator":
        raise UsageError("role-cannot-send", "/role", "The SENCO sends; you prepare.")
    if everyone and (pupil_refs or to is not None):
        hint = "With --all each pupil's pack goes to that pupil's own destination. Name pupils."
        raise UsageError("all-means-all", "/all", hint)
    if folder is not None and folder not in session.node.settings.folders:
        raise UsageError("folder-unknown", "/folder", "Name it in the settings first.")
    order = Order(
        kind=BundleKind.TRANSFER,
        purpose=purpose,
        lawful_basis=basis,
        transport="folder" if folder else "https",
        target=folder or "",
        keep=timedelta(days=session.node.settings.keep_days),
    )
    chosen = _chosen(session, pupil_refs, everyone=everyone)
    if to is not None:
        _confirm(session, chosen, to, confirm)
    rows = [
        _send_one(session, one, order, update=update, leave_undecided=leave_undecided)
        for one in steps("Sealing", chosen)
    ]
    if session.as_json:
        emit(rows)
    else:
        queued = sum(row["outcome"] == "queued" for row in rows)
        click.echo(f"{queued} queued, {len(rows) - queued} unchanged or refused")
    if any(row["outcome"] == "refused" for row in rows):
        raise SystemExit(3)


def _chosen(session: Session, refs: tuple[str, ...], *, everyone: bool) -> list[str]:
    with session.inside.store.reading(session.org_id) as unit:
        if everyone:
            return [one.pupil_id for one in unit.pupils.all() if one.destination is not None]
        if not refs:
            raise UsageError("pupil-missing", "/pupil", "Name a pupil, or use --all.")
        return [find_pupil(unit, ref).pupil_id for ref in refs]


def _confirm(session: Session, chosen: list[str], to: str, confirm: str | None) -> None:
    if confirm is None:
        raise UsageError("confirmation-missing", "/confirm", "Confirm it by name or number.")
    for pupil_id in chosen:
        choose_destination(session.inside, session.org_id, pupil_id, to, confirm, session.actor)


def _send_one(
    session: Session, pupil_id: str, order: Order, *, update: bool, leave_undecided: bool
) -> dict[str, JsonValue]:
    try:
        done = send_pack(
            session.inside,
            session.org_id,
            pupil_id,
            order,
            session.actor,
            update=update,
            leave_undecided=leave_undecided,
        )
    except TYPED as error:
        if not session.as_json:
            complain(error)
        return {"outcome": "refused", "pupil": pupil_id, "error": describe(error)}
    return {
        "outcome": done.outcome,
        "pupil": pupil_id,
        "transfer": done.transfer.bundle_id,
        "withheld": [_kept_back(one) for one in done.withheld],
        "waiting": [_kept_back(one) for one in done.waiting],
    }


def _kept_back(one: Withheld) -> dict[str, JsonValue]:
    return {"document": one.document_id, "type": one.type, "code": one.code}


@click.command("outbox")
@looking
def outbox(session: Session) -> None:
    """List what was sent, and where it stands."""
    with session.inside.store.reading(session.org_id) as unit:
        rows = [_row(session, one) for one in _to_show(unit)]
    columns = {
        "state": "State",
        "to": "To",
        "kind": "Kind",
        "by": "By",
        "size": "Bytes",
        "attention": "Needs attention",
        "transfer": "Reference",
    }
    listing(rows, columns, as_json=session.as_json)


def _to_show(unit: UnitOfWork) -> list[Transfer]:
    """Return all packs but protected ones: the command line knows nobody by name."""
    return shown(unit, unit.transfers.all(), person="")


def _row(session: Session, one: Transfer) -> dict[str, JsonValue]:
    return {
        "transfer": one.bundle_id,
        "release": one.release_id,
        "pupil": one.pupil_id,
        "state": one.state.value,
        "to": name_of(session, one.recipient),
        "to_org": one.recipient,
        "kind": one.kind,
        "by": one.transport,
        "size": one.size,
        "sha256": one.sha256,
        "queued_at": one.created_at.isoformat(),
        "updated_at": one.updated_at.isoformat(),
        "receipts": one.last_seq,
        "attempts": one.attempts,
        "attention": one.attention,
        "supersedes": one.supersedes,
        "in_reply_to": one.in_reply_to,
    }


@click.command("receipts")
@click.argument("transfers", nargs=-1)
@click.option("--now", "ask_now", is_flag=True, help="Ask the recipients now, not when it is due.")
@looking
def receipts(session: Session, transfers: tuple[str, ...], ask_now: bool) -> None:
    """List the signed receipts that came back, of all transfers or of those named."""
    if ask_now:
        _nudge(session, transfers)
    with session.inside.store.reading(session.org_id) as unit:
        wanted = [one for one in _to_show(unit) if not transfers or one.bundle_id in transfers]
        rows = [
            _receipt(found)
            for one in wanted
            for found in unit.receipts.of(one.bundle_id, one.recipient, "received")
        ]
    columns = {"transfer": "Transfer", "seq": "No", "kind": "Receipt", "at": "Heard"}
    if any(one["assurance"] for one in rows):
        columns["assurance"] = "Weaker, by"
    listing(rows, columns, as_json=session.as_json)


def _nudge(session: Session, transfers: tuple[str, ...]) -> None:
    now = session.inside.clock.now()
    with session.inside.store.unit(session.org_id) as unit:
        for one in unit.transfers.all():
            # What is due already keeps its place in the line, or who asks often starves the rest.
            later = one.due_at is not None and one.due_at > now
            if later and (not transfers or one.bundle_id in transfers):
                unit.transfers.schedule(one.bundle_id, now, 0)
        unit.commit()


def _receipt(one: StoredReceipt) -> dict[str, JsonValue]:
    return {
        "transfer": one.bundle_id,
        "from": one.counterparty,
        "seq": one.seq,
        "kind": one.kind,
        "at": one.at.isoformat(),
        "assurance": assurance_of(one),
        "receipt": one.content.decode(),
        "signature": one.signature.decode(),
    }


@click.command("recall")
@click.argument("transfers", nargs=-1, required=True)
@acting
def recall(session: Session, transfers: tuple[str, ...]) -> None:
    """Recall packs. What was downloaded cannot be fetched back: its recipient is asked."""
    rows = [_recall_one(session, one) for one in transfers]
    if session.as_json:
        emit(rows)
    if any("error" in row for row in rows):
        raise SystemExit(4)


def _recall_one(session: Session, transfer: str) -> dict[str, JsonValue]:
    try:
        done = recall_transfer(session.inside, session.org_id, transfer, session.actor)
    except TYPED as error:
        if not session.as_json:
            complain(error)
        return {"transfer": transfer, "error": describe(error)}
    if not session.as_json:
        unasked = f"; its recipient could not be asked [{done.attention}]" if done.attention else ""
        click.echo(f"{done.bundle_id} {done.state.value}{unasked}")
    return {"transfer": transfer, "state": done.state.value, "attention": done.attention}
