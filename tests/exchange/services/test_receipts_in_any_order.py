"""Receipts in any order, lost, repeated, forged: the sender's state is the chain's, always.

A state machine plays three hands: a recipient who honestly writes its chain of receipts, a road
that brings any of them at any time and any number of times, and an enemy who brings forgeries.
The sender may recall in between.
"""

from __future__ import annotations

from pathlib import Path

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from exchange.audit import verify
from exchange.bundle.receipting import parse_receipt, receipt_sha256
from exchange.domain.transfer import RECEIPT_EVENTS, Event, State, after, allows
from exchange.errors import Conflict, TrustError
from exchange.ports import SignedReceipt
from exchange.services.judge_receipt import apply_receipt
from exchange.services.recall import recall
from schemas.receipt import ReceiptKind
from tests.exchange.services.signing import Responder
from tests.exchange.services.town import OTHER, PRIMARY, SENCO, Town

KINDS = st.sampled_from(sorted(ReceiptKind))
FORGERIES = st.sampled_from(["stranger", "wrong hand", "other payload", "fork", "altered"])


class Correspondence(RuleBasedStateMachine):
    def __init__(self, keys: Path) -> None:
        super().__init__()
        self.keys = keys

    @initialize()
    def begin(self) -> None:
        self.town = Town(self.keys)
        self.bundle_id = self.town.sent()
        delivered = self.town.primary.advance(self.bundle_id)
        self.responder = Responder(self.town, delivered)
        self.at_recipient = State.DELIVERED
        self.expected = State.DELIVERED
        self.heard = 0

    def bring(self, signed: SignedReceipt) -> None:
        apply_receipt(self.town.primary.inside, PRIMARY, self.bundle_id, signed, SENCO)

    @rule(kind=KINDS)
    def write(self, kind: ReceiptKind) -> None:
        """The recipient goes on, as its own table allows."""
        self.town.clock.pass_(seconds=1)
        if allows(self.at_recipient, Event(kind.value)):
            self.responder.next(kind)
            self.at_recipient = after(self.at_recipient, Event(kind.value))

    @precondition(lambda self: self.responder.chain)
    @rule(data=st.data())
    def carry(self, data: st.DataObject) -> None:
        """The road brings one of those that were written, old or new."""
        chain = self.responder.chain
        index = data.draw(st.integers(0, len(chain) - 1), label="which")
        kind = Event(_kind(chain[index]))
        if index > self.heard:
            self.refuse(chain[index], TrustError)
        elif index == self.heard and not allows(self.expected, kind):
            self.refuse(chain[index], Conflict)
        else:
            self.bring(chain[index])
            if index == self.heard:
                self.heard += 1
                self.expected = after(self.expected, kind)

    @rule(kind=KINDS, how=FORGERIES)
    def forge(self, kind: ReceiptKind, how: str) -> None:
        """The enemy brings what is not the recipient's word."""
        forged = self.forgery(kind, how)
        if forged is not None:
            self.refuse(forged, TrustError)

    def forgery(self, kind: ReceiptKind, how: str) -> SignedReceipt | None:
        write = self.responder.write
        if how == "stranger":
            return write(kind, by=self.town.vault.node_signer(OTHER))
        if how == "wrong hand":
            hand = "organisation" if kind is ReceiptKind.COLLECTED else "node"
            return write(kind, hand=hand)  # type: ignore[arg-type]
        if how == "other payload":
            return write(kind, payload_sha256="ef" * 32)
        if how == "altered":
            honest = write(kind)
            return SignedReceipt(honest.content + b" ", honest.signature)
        if not self.heard:
            return None
        # The recipient's own key, used to tell another story of what was told already.
        previous = "ab" * 32 if self.heard > 1 else None
        return write(kind, seq=self.heard, previous=previous, issued=self.town.clock.pass_(hours=1))

    def refuse(self, signed: SignedReceipt, kind: type[Exception]) -> None:
        before = self.town.primary.snapshot()
        try:
            self.bring(signed)
        except kind:
            assert self.town.primary.snapshot() == before
        else:
            raise AssertionError(f"{kind.__name__} was to be raised")

    @rule()
    def take_back(self) -> None:
        if allows(self.expected, Event.RECALL):
            recall(self.town.primary.inside, PRIMARY, self.bundle_id, SENCO)
            self.expected = State.RECALLED

    @invariant()
    def the_transfer_is_where_its_chain_says(self) -> None:
        if not hasattr(self, "bundle_id"):
            return
        now = self.town.primary.transfer(self.bundle_id)
        chain = self.responder.chain[: self.heard]
        assert (now.state, now.last_seq) == (self.expected, self.heard)
        newest = receipt_sha256(chain[-1].content) if chain else None
        assert now.last_receipt_sha256 == newest
        with self.town.primary.store.reading(PRIMARY) as unit:
            kept = unit.receipts.of(self.bundle_id, self.responder.org_id, "received")
            book = list(unit.audit.entries())
        assert [one.content for one in kept] == [one.content for one in chain]
        assert verify(book, PRIMARY) is None
        said = [one for one in book if one.action.startswith("receipt.")]
        assert len(said) == self.heard

    @invariant()
    def nothing_past_delivered_without_a_receipt(self) -> None:
        if hasattr(self, "bundle_id") and not self.heard:
            assert self.expected in (State.DELIVERED, State.RECALLED)
            assert self.expected.value not in {one.value for one in RECEIPT_EVENTS}


def _kind(signed: SignedReceipt) -> str:
    return parse_receipt(signed.content).kind.value


def test_receipts_in_any_order(town_keys: Path) -> None:
    run_state_machine_as_test(
        lambda: Correspondence(town_keys),
        settings=settings(max_examples=40, stateful_step_count=40, deadline=None),
    )
