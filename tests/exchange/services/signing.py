"""Receipts by whoever a test wants to sign them: the right school, the wrong key, a thief."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from exchange.bundle.receipting import receipt_sha256, sign_receipt
from exchange.ports import SignedReceipt, Transfer
from keys.interfaces import Signer
from schemas.receipt import Receipt, ReceiptKind, RejectionCode
from tests.exchange.services.town import SECONDARY, Town

Hand = Literal["right", "node", "organisation"]


@dataclass
class Responder:
    """The recipient's pen: writes the chain of receipts for one transfer, as told."""

    town: Town
    transfer: Transfer
    org_id: str = SECONDARY
    chain: list[SignedReceipt] = field(default_factory=list)

    def signer(self, kind: ReceiptKind, hand: Hand = "right") -> Signer:
        node = hand == "node" or (hand == "right" and kind is ReceiptKind.COLLECTED)
        if node:
            return self.town.vault.node_signer(self.org_id)
        return self.town.vault.signer(self.org_id, self.town.clock.now())

    def write(
        self,
        kind: ReceiptKind,
        *,
        hand: Hand = "right",
        by: Signer | None = None,
        **changes: object,
    ) -> SignedReceipt:
        """Return a receipt that would come next in the chain, but for ``changes``."""
        signer = by or self.signer(kind, hand)
        rejected = kind is ReceiptKind.REJECTED
        next_ = Receipt(
            bundle_id=self.transfer.bundle_id,
            payload_sha256=self.transfer.payload_sha256,
            sender=self.transfer_sender,
            responder=self.org_id,
            kind=kind,
            seq=len(self.chain) + 1,
            previous=receipt_sha256(self.chain[-1].content) if self.chain else None,
            issued=self.town.clock.now(),
            key_id=signer.key_id,
            code=RejectionCode.NOT_OUR_PUPIL if rejected else None,
        )
        return SignedReceipt(*sign_receipt(replace(next_, **changes), signer))  # type: ignore[arg-type]

    def next(self, kind: ReceiptKind) -> SignedReceipt:
        """Write the next honest receipt and keep it in the chain."""
        made = self.write(kind)
        self.chain.append(made)
        return made

    @property
    def transfer_sender(self) -> str:
        return self.town.primary.org_id
