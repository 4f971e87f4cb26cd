"""Sign the next receipt of one arrival: one chain per bundle, one number after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from exchange.bundle.receipting import receipt_sha256, sign_receipt
from exchange.domain.transfer import Event, after
from exchange.ports import Actor, Arrival, StoredReceipt, UnitOfWork
from keys.interfaces import Signer, Vault
from schemas.receipt import Receipt, ReceiptException, ReceiptKind, RejectionCode


def signer_for(vault: Vault, org_id: str, kind: ReceiptKind, now: datetime) -> Signer:
    """Return who signs a receipt: the node's key for ``collected``, else the organisation's."""
    if kind is ReceiptKind.COLLECTED:
        return vault.node_signer(org_id)
    return vault.signer(org_id, now)


def give_receipt(
    unit: UnitOfWork,
    vault: Vault,
    arrival: Arrival,
    kind: ReceiptKind,
    now: datetime,
    actor: Actor,
    code: RejectionCode | None = None,
    exceptions: Sequence[ReceiptException] = (),
    used: Sequence[str] = (),
) -> Arrival:
    """Sign a receipt, keep it, move the arrival on, and write the book; the caller commits.

    :param used: of ``imported``: ids of the documents that were opened or printed here.
    :returns: the arrival in its new state, as stored.
    :raises Conflict: ``transition-forbidden``: its state does not allow this.
    """
    state = after(arrival.state, Event(kind.value))
    issued = unit.receipts.of(arrival.bundle_id, arrival.sender, "issued")
    signer = signer_for(vault, unit.org_id, kind, now)
    receipt = Receipt(
        bundle_id=arrival.bundle_id,
        payload_sha256=arrival.payload_sha256,
        sender=arrival.sender,
        responder=unit.org_id,
        kind=kind,
        seq=len(issued) + 1,
        previous=receipt_sha256(issued[-1].content) if issued else None,
        issued=now,
        key_id=signer.key_id,
        code=code,
        exceptions=tuple(exceptions),
        used=tuple(used),
    )
    content, signature = sign_receipt(receipt, signer)
    unit.receipts.append(_stored(arrival, receipt, content, signature))
    moved = replace(
        arrival,
        state=state,
        updated_at=now,
        code=code.value if code else arrival.code,
        # What came by folder is due again, so that the worker lays this receipt beside it.
        due_at=now if arrival.folder else arrival.due_at,
    )
    unit.arrivals.update(moved)
    unit.audit.record(
        actor,
        f"arrival.{kind.value}",
        "arrival",
        arrival.bundle_id,
        detail={"sender": arrival.sender, "receipt": receipt_sha256(content)}
        | ({"code": code.value} if code else {}),
    )
    return moved


def _stored(arrival: Arrival, receipt: Receipt, content: bytes, signature: bytes) -> StoredReceipt:
    return StoredReceipt(
        bundle_id=arrival.bundle_id,
        counterparty=arrival.sender,
        direction="issued",
        seq=receipt.seq,
        kind=receipt.kind.value,
        content=content,
        signature=signature,
        at=receipt.issued,
    )
