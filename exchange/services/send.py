"""Send one pupil's pack: decide what goes, seal it, queue it; once, however often it is asked.

State, job and audit entry go into one commit. Killed before it, nothing was sent; after it, the
worker delivers. A pack that says the same as the last one is not sent again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from exchange.domain.disclosure import Inbox
from exchange.errors import Conflict, DestinationRefused, Refused, Wrapped
from exchange.ports import Actor, Destination, StoredPupil, Transfer, UnitOfWork
from exchange.services.choose_destination import live_transfers
from exchange.services.inside import Inside
from exchange.services.kept_statement import as_signed
from exchange.services.pack_contents import Contents, Withheld, gather
from exchange.services.queue_bundle import Order, queue_bundle
from keys.errors import KeysError
from schemas.base import load_bytes
from schemas.errors import SchemaError
from schemas.statement import BundleKind, FileRole, Statement


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one wish to send.

    :param outcome: ``queued``, or ``unchanged`` where the recipient has just this already.
    """

    transfer: Transfer
    outcome: Literal["queued", "unchanged"]
    withheld: tuple[Withheld, ...] = ()


def send(
    inside: Inside,
    org_id: str,
    pupil_id: str,
    order: Order,
    actor: Actor,
    *,
    update: bool = False,
) -> Sent:
    """Send a pupil's pack to the destination that was confirmed.

    :param update: send what changed since the last pack; the new one supersedes it.
    :raises DestinationRefused: ``destination-missing``, ``destination-closed``, ``key-expired`` ...
    :raises Conflict: ``already-sent``: it changed since, and ``update`` was not asked for;
        ``destination-changed``: by somebody else, while this pack was being sealed.
    :raises Refused: ``nothing-to-send``: a CP pack without a single CP document.
    :raises Wrapped: ``compartment-locked``: a CP pack, and the DSL has not unlocked; a document's
        type is none any more.
    """
    if order.kind is BundleKind.CP_FILE:
        _require_unlocked(inside, org_id)  # else CP documents are not seen, and would be left out
    with inside.store.reading(org_id) as unit:
        pupil = unit.pupils.get(pupil_id)
        records = unit.records.of_pupil(pupil_id)
        documents = unit.documents.of_pupil(pupil_id)
        live = _of_kind(live_transfers(unit, pupil_id), order)
    destination = _destination(pupil)
    inbox: Inbox = "dsl" if order.kind is BundleKind.CP_FILE else "general"
    kind: Literal["transfer", "cp-file"] = "cp-file" if inbox == "dsl" else "transfer"
    try:
        contents = gather(inside, org_id, pupil, records, documents, kind, inbox)
    except SchemaError as error:
        raise Wrapped.of(error, "/documents") from None
    if kind == "cp-file" and all(one.role is FileRole.RECORD for one in contents.sources):
        raise Refused("nothing-to-send", "/documents", "Attach the CP file first.")
    if live:
        if _says_the_same(inside, org_id, live[-1], contents):
            return Sent(live[-1], "unchanged", contents.withheld)
        order = _as_update(live[-1], order, asked=update)
    transfer = queue_bundle(
        inside, org_id, destination.org_id, inbox, pupil_id, contents.sources, order
    )
    _store(inside, org_id, transfer, contents, live, actor)
    return Sent(transfer, "queued", contents.withheld)


def _require_unlocked(inside: Inside, org_id: str) -> None:
    try:
        inside.vault.compartment(org_id, "cp")
    except KeysError as error:
        raise Wrapped.of(error) from None


def _destination(pupil: StoredPupil) -> Destination:
    if pupil.destination is None:
        raise DestinationRefused(
            "destination-missing", "/to", "Choose and confirm the destination first."
        )
    return pupil.destination


def _of_kind(live: Sequence[Transfer], order: Order) -> list[Transfer]:
    return [one for one in live if one.kind == order.kind.value]


def _says_the_same(inside: Inside, org_id: str, last: Transfer, contents: Contents) -> bool:
    statement = load_bytes(Statement, as_signed(inside, org_id, last.statement))
    sent = frozenset(
        (one.type, one.sha256) for one in statement.files if one.role is not FileRole.TAG
    )
    return sent == contents.fingerprint


def _as_update(last: Transfer, order: Order, *, asked: bool) -> Order:
    if not asked:
        raise Conflict(
            "already-sent",
            "/pupil",
            "The pack changed since it was sent. Send the change with --update.",
        )
    return replace(order, supersedes=last.bundle_id)


def _store(
    inside: Inside,
    org_id: str,
    transfer: Transfer,
    contents: Contents,
    live: Sequence[Transfer],
    actor: Actor,
) -> None:
    try:
        with inside.store.unit(org_id) as unit:
            now_live = [
                one.bundle_id
                for one in live_transfers(unit, transfer.pupil_id or "")
                if one.kind == transfer.kind
            ]
            if now_live != [one.bundle_id for one in live]:
                raise Conflict("sent-meanwhile", "/pupil", "Look at the outbox, then try again.")
            _require_destination(unit, transfer)
            unit.transfers.add(transfer)
            unit.audit.record(
                actor,
                "transfer.queued",
                "transfer",
                transfer.bundle_id,
                detail=_detail(transfer, contents),
            )
            for one in contents.withheld:
                unit.audit.record(
                    actor,
                    "document.withheld",
                    "document",
                    one.document_id,
                    detail={"transfer": transfer.bundle_id, "code": one.code},
                )
            unit.commit()
    except BaseException:
        inside.blobs.delete(org_id, transfer.blob)
        raise


def _require_destination(unit: UnitOfWork, transfer: Transfer) -> None:
    """Refuse what was sealed for a school that is the pupil's destination no more."""
    now = unit.pupils.get(transfer.pupil_id or "").destination
    if now is None or now.org_id != transfer.recipient:
        hint = "Its destination was changed meanwhile. Look at it, then send again."
        raise Conflict("destination-changed", "/to", hint)


def _detail(transfer: Transfer, contents: Contents) -> dict[str, str]:
    return {
        "pupil": transfer.pupil_id or "-",
        "recipient": transfer.recipient,
        "release": transfer.release_id,
        "payload-sha256": transfer.payload_sha256,
        "files": str(len(contents.sources)),
    }
