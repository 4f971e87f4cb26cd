"""Believe a receipt, or not: who signed it, about which bytes, and where it stands in its chain.

Only this moves a transfer past ``delivered`` (law 6: a status code is never a receipt).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from exchange.bundle.receipting import parse_receipt, receipt_sha256, verify_receipt
from exchange.domain.transfer import Event, State, after
from exchange.errors import TrustError
from exchange.ports import Actor, SignedReceipt, StoredReceipt, Transfer, UnitOfWork
from exchange.services.inside import Inside
from exchange.services.protect import recipient_of
from exchange.services.trust import organisation, receipt_signers
from schemas.receipt import Receipt, ReceiptKind


def apply_receipt(
    inside: Inside, org_id: str, bundle_id: str, signed: SignedReceipt, actor: Actor
) -> Transfer:
    """Verify one receipt and move the transfer by it; an older one changes nothing.

    :returns: the transfer as it stands now.
    :raises TrustError: ``receipt-assurance``, ``receipt-malformed``, ``receipt-signature``,
        ``receipt-other-bundle``, ``receipt-other-responder``, ``receipt-fork``, ``receipt-gap``.
    """
    now = inside.clock.now()
    receipt = parse_receipt(signed.content)
    with inside.store.unit(org_id) as unit:
        transfer = unit.transfers.get(bundle_id)
        _about_this(receipt, org_id, transfer)
        _signed_by_responder(inside, receipt, signed, transfer.created_at, now)
        if receipt.seq <= transfer.last_seq:
            _same_as_before(unit, receipt, signed)
            return transfer
        _next_of_chain(receipt, transfer)
        moved = _move(transfer, receipt, signed, now)
        unit.transfers.update(moved)
        unit.receipts.append(_stored(receipt, signed, now))
        unit.audit.record(
            actor,
            f"receipt.{receipt.kind.value}",
            "transfer",
            bundle_id,
            detail=_detail(receipt, signed, tells=bool(recipient_of(unit, transfer))),
        )
        unit.commit()
    if moved.state in (State.DESTROYED, State.REJECTED):
        inside.blobs.delete(org_id, transfer.blob)
    return moved


def _about_this(receipt: Receipt, org_id: str, transfer: Transfer) -> None:
    if receipt.bundle_id != transfer.bundle_id or receipt.sender != org_id:
        raise TrustError("receipt-other-bundle", "/receipt/bundle_id")
    if receipt.payload_sha256 != transfer.payload_sha256:
        raise TrustError("receipt-other-bundle", "/receipt/payload_sha256")
    if receipt.assurance is not None or transfer.transport == "pick-up":
        raise TrustError("receipt-assurance", "/receipt/assurance")  # ours alone, never fetched
    if receipt.responder != transfer.recipient:
        raise TrustError("receipt-other-responder", "/receipt/responder")


def _signed_by_responder(
    inside: Inside, receipt: Receipt, signed: SignedReceipt, made: datetime, now: datetime
) -> None:
    """Judge the signature at the time that the receipt claims, but by no key of the past.

    A key that was put aside before the pack was made signs nothing about it, whatever date its
    holder writes.
    """
    responder = organisation(inside.directory(), receipt.responder, now)
    may_sign = receipt_signers(responder, now, node=receipt.kind is ReceiptKind.COLLECTED)
    allowed = [
        one
        for one in may_sign
        if one.public.key_id == receipt.key_id
        and (one.valid_before is None or one.valid_before > made)
    ]
    verify_receipt(signed.content, signed.signature, allowed, min(receipt.issued, now))


def _same_as_before(unit: UnitOfWork, receipt: Receipt, signed: SignedReceipt) -> None:
    known = unit.receipts.of(receipt.bundle_id, receipt.responder, "received")
    if any(one.seq == receipt.seq and one.content == signed.content for one in known):
        return
    raise TrustError("receipt-fork", "/receipt/seq", "Call the recipient: its records disagree.")


def _next_of_chain(receipt: Receipt, transfer: Transfer) -> None:
    if receipt.seq != transfer.last_seq + 1:
        raise TrustError("receipt-gap", "/receipt/seq", "Ask for the receipts again.")
    if receipt.previous != transfer.last_receipt_sha256:
        raise TrustError("receipt-fork", "/receipt/previous", "Call the recipient.")


def _move(transfer: Transfer, receipt: Receipt, signed: SignedReceipt, now: datetime) -> Transfer:
    return replace(
        transfer,
        state=after(transfer.state, Event(receipt.kind.value)),
        last_seq=receipt.seq,
        last_receipt_sha256=receipt_sha256(signed.content),
        attention=receipt.code.value if receipt.code else None,
        updated_at=now,
    )


def _stored(receipt: Receipt, signed: SignedReceipt, now: datetime) -> StoredReceipt:
    return StoredReceipt(
        bundle_id=receipt.bundle_id,
        counterparty=receipt.responder,
        direction="received",
        seq=receipt.seq,
        kind=receipt.kind.value,
        content=signed.content,
        signature=signed.signature,
        at=now,
    )


def _detail(receipt: Receipt, signed: SignedReceipt, *, tells: bool) -> dict[str, str]:
    """Return what the book says; of a protected move never who answered."""
    detail = {"responder": receipt.responder} if tells else {}
    detail["receipt"] = receipt_sha256(signed.content)
    if receipt.code:
        detail["code"] = receipt.code.value
    return detail
