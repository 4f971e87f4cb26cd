"""The weaker receipts of a pack that was picked up through a link.

A school that has not joined has no keys to sign with. What its SENCO did behind link and code our
own organisation writes down and signs, as a receipt like any other: it names the payload's hash, it
stands in the pack's chain, and it moves the pack by the one table of states. It says ``assurance:
link-and-code``, so that nobody takes it for the school's own word (docs/adr: pick-up receipts).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from exchange.bundle.receipting import parse_receipt, receipt_sha256, sign_receipt
from exchange.domain.transfer import Event, State, after, allows
from exchange.errors import Conflict
from exchange.ports import Actor, StoredReceipt, Transfer, UnitOfWork
from keys.interfaces import Vault
from schemas.receipt import Assurance, Receipt, ReceiptKind, RejectionCode

_BEFORE = (ReceiptKind.COLLECTED, ReceiptKind.VERIFIED)


def is_weak(transfer: Transfer) -> bool:
    """Return whether a pack's receipts say what somebody with a link did, and not a school."""
    return transfer.transport == "pick-up"


def assurance_of(receipt: StoredReceipt) -> str:
    """Return how a receipt is weaker than one of its responder's own key; empty: it is not."""
    weaker = parse_receipt(receipt.content).assurance
    return weaker.value if weaker else ""


def note_opened(
    vault: Vault, unit: UnitOfWork, transfer: Transfer, now: datetime, actor: Actor
) -> Transfer:
    """Sign that the pack was collected and opened, as far as it was not yet; the caller commits."""
    for kind in _BEFORE:
        wanted = State.COLLECTED if kind is ReceiptKind.COLLECTED else State.VERIFIED
        step = Event(kind.value)
        if allows(transfer.state, step) and after(transfer.state, step) is wanted:
            transfer = _give(vault, unit, transfer, kind, now, actor)
    return transfer


def note_decision(
    vault: Vault,
    unit: UnitOfWork,
    transfer: Transfer,
    now: datetime,
    actor: Actor,
    code: RejectionCode | None = None,
) -> Transfer:
    """Sign that a person accepted the pack, or (``code``) did not; the caller commits.

    :raises Conflict: ``transition-forbidden``: accepted, rejected or recalled already.
    """
    opened = note_opened(vault, unit, transfer, now, actor)
    kind = ReceiptKind.REJECTED if code else ReceiptKind.ACCEPTED
    if opened.state is State.RECALLED:
        raise Conflict("transition-forbidden", "/state/recalled", "It was recalled meanwhile.")
    return _give(vault, unit, opened, kind, now, actor, code)


def _give(
    vault: Vault,
    unit: UnitOfWork,
    transfer: Transfer,
    kind: ReceiptKind,
    now: datetime,
    actor: Actor,
    code: RejectionCode | None = None,
) -> Transfer:
    state = after(transfer.state, Event(kind.value))
    signer = vault.signer(unit.org_id, now)
    receipt = Receipt(
        bundle_id=transfer.bundle_id,
        payload_sha256=transfer.payload_sha256,
        sender=unit.org_id,
        responder=transfer.recipient,
        kind=kind,
        seq=transfer.last_seq + 1,
        previous=transfer.last_receipt_sha256,
        issued=now,
        key_id=signer.key_id,
        code=code,
        assurance=Assurance.LINK_AND_CODE,
    )
    content, signature = sign_receipt(receipt, signer)
    moved = replace(
        transfer,
        state=state,
        last_seq=receipt.seq,
        last_receipt_sha256=receipt_sha256(content),
        attention=code.value if code else None,
        updated_at=now,
    )
    unit.transfers.update(moved)
    unit.receipts.append(
        StoredReceipt(
            bundle_id=receipt.bundle_id,
            counterparty=receipt.responder,
            direction="received",
            seq=receipt.seq,
            kind=kind.value,
            content=content,
            signature=signature,
            at=now,
        )
    )
    detail = {"responder": receipt.responder, "receipt": receipt_sha256(content)}
    detail |= {"assurance": Assurance.LINK_AND_CODE.value} | ({"code": code.value} if code else {})
    unit.audit.record(actor, f"receipt.{kind.value}", "transfer", transfer.bundle_id, detail=detail)
    return moved
