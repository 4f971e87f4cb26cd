"""The sender's step: hand over, ask for receipts, back off; and a status code is no receipt."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import BinaryIO

from adapters.transports.memory import MemoryTransport
from exchange.domain.retry import DELIVERY_CEILING, RECEIPT_CEILING, SETTLED_CEILING
from exchange.domain.transfer import State
from exchange.errors import TransportError
from exchange.ports import Parcel, SignedReceipt, Transfer
from exchange.services.accept import accept, destroy, reject
from exchange.services.deliver import Deliverer
from exchange.services.recall import recall
from schemas.receipt import ReceiptKind
from tests.exchange.services.signing import Responder
from tests.exchange.services.town import PRIMARY, SECONDARY, SENCO, Town


def hole(transfer: Transfer) -> tuple[str, str, str]:
    return transfer.recipient, PRIMARY, transfer.bundle_id


def due(transfer: Transfer) -> datetime:
    assert transfer.due_at is not None
    return transfer.due_at


def test_a_status_code_is_never_a_receipt(town: Town) -> None:
    """However often it is handed over and asked about: without a receipt it stays delivered."""
    bundle_id = town.sent()
    for _ in range(20):
        assert town.primary.advance(bundle_id).state is State.DELIVERED
        town.clock.pass_(minutes=10)
    assert town.primary.transfer(bundle_id).last_seq == 0
    assert len(town.primary.said("transfer.delivered")) == 1


def test_the_handover_carries_the_sealed_bytes_unchanged(town: Town) -> None:
    bundle_id, content = town.packed()
    transfer = town.primary.advance(bundle_id)
    assert town.holes.packs[hole(transfer)] == content
    (entry,) = town.primary.said("transfer.delivered")
    assert dict(entry.detail) == {"recipient": SECONDARY, "by": "https"}


def test_a_whole_story_ends_accepted_with_three_receipts(town: Town) -> None:
    bundle_id = town.accepted()
    sent = town.primary.transfer(bundle_id)
    assert (sent.state, sent.last_seq, sent.attention) == (State.ACCEPTED, 3, None)
    with town.primary.store.reading(PRIMARY) as unit:
        kept = unit.receipts.of(bundle_id, SECONDARY, "received")
    assert [one.kind for one in kept] == ["collected", "verified", "accepted"]


def test_an_unreachable_school_is_tried_again_ever_later(town: Town) -> None:
    bundle_id = town.sent()
    town.holes.unreachable = True
    waits = []
    for attempt in range(1, 15):
        tried = town.primary.advance(bundle_id)
        assert (tried.state, tried.attempts, tried.attention) == (State.QUEUED, attempt, None)
        waits.append(due(tried) - town.clock.now())
    assert waits == sorted(waits)
    assert waits[:3] == [timedelta(seconds=2), timedelta(seconds=4), timedelta(seconds=8)]
    assert waits[-1] == DELIVERY_CEILING
    town.holes.unreachable = False
    done = town.primary.advance(bundle_id)
    assert (done.state, done.attempts) == (State.DELIVERED, 0)


def test_the_count_of_tries_outlives_a_restart(town: Town) -> None:
    bundle_id = town.sent()
    town.holes.unreachable = True
    for _ in range(5):
        town.primary.advance(bundle_id)
    fresh = Deliverer(town.primary.inside, town, chance=lambda: 0.0)
    fresh.advance(PRIMARY, bundle_id)
    assert town.primary.transfer(bundle_id).attempts == 6


def test_a_refusal_is_shown_to_a_person_once_and_still_tried(town: Town) -> None:
    bundle_id = town.sent()
    town.holes.refusal = "bundle-too-large"
    for _ in range(5):
        refused = town.primary.advance(bundle_id)
        assert (refused.state, refused.attention) == (State.QUEUED, "bundle-too-large")
        assert refused.due_at is not None
    (entry,) = town.primary.said("transfer.delivered", "refused")
    assert dict(entry.detail) == {"code": "bundle-too-large"}
    town.holes.refusal = None
    assert town.primary.advance(bundle_id).attention is None


class CutOff(MemoryTransport):
    """A line that breaks after the other side took everything, and before it could say so."""

    def deliver(self, parcel: Parcel, content: BinaryIO) -> None:
        super().deliver(parcel, content)
        raise TransportError("peer-unreachable", "/endpoint")


class ByThis:
    """exchange.ports.Transports that always gives one transport."""

    def __init__(self, transport: MemoryTransport) -> None:
        self.transport = transport

    def of(self, *_: object) -> MemoryTransport:
        return self.transport


def test_a_lost_answer_ends_accepted_once(town: Town) -> None:
    bundle_id = town.sent()
    cut = Deliverer(town.primary.inside, ByThis(CutOff(town.holes)), chance=lambda: 0.0)
    for _ in range(3):
        cut.advance(PRIMARY, bundle_id)
        assert town.primary.transfer(bundle_id).state is State.QUEUED
        town.carry()
    town.settle()
    accept(town.secondary.inside, SECONDARY, bundle_id, SENCO)
    town.settle()
    assert town.primary.transfer(bundle_id).state is State.ACCEPTED
    assert len(town.secondary.arrivals()) == 1
    for action in ("arrival.delivered", "arrival.collected", "arrival.accepted"):
        assert len(town.secondary.said(action)) == 1


def test_a_receipt_may_be_the_first_that_is_heard_of_a_pack(town: Town) -> None:
    """It lies collected at its recipient, while its sender never heard the 2xx."""
    bundle_id = town.sent()
    cut = Deliverer(town.primary.inside, ByThis(CutOff(town.holes)), chance=lambda: 0.0)
    cut.advance(PRIMARY, bundle_id)
    town.carry()
    town.secondary.take_in(bundle_id)
    town.carry()
    town.primary.advance(bundle_id)
    assert town.primary.advance(bundle_id).state is State.VERIFIED


def test_a_forged_receipt_moves_nothing_alarms_once_and_slows_down(town: Town) -> None:
    bundle_id = town.sent()
    transfer = town.primary.advance(bundle_id)
    responder = Responder(town, transfer)
    town.holes.signed[hole(transfer)] = [
        responder.write(ReceiptKind.COLLECTED, hand="organisation"),
        responder.write(ReceiptKind.VERIFIED, seq=2, previous="ab" * 32),
    ]
    waits = []
    for _ in range(12):
        moved = town.primary.advance(bundle_id)
        assert (moved.state, moved.attention) == (State.DELIVERED, "receipt-signature")
        waits.append(due(moved) - town.clock.now())
    (alarm,) = town.primary.said("receipt.received", "refused")
    assert dict(alarm.detail) == {"code": "receipt-signature"}
    assert waits == sorted(waits)
    assert waits[-1] > timedelta(minutes=10), "who sends rubbish is not asked each second"


def test_after_a_bad_receipt_the_honest_chain_goes_on(town: Town) -> None:
    bundle_id = town.sent()
    transfer = town.primary.advance(bundle_id)
    responder = Responder(town, transfer)
    town.holes.signed[hole(transfer)] = [
        responder.write(ReceiptKind.COLLECTED, hand="organisation")
    ]
    town.primary.advance(bundle_id)
    town.holes.signed[hole(transfer)] = [responder.next(ReceiptKind.COLLECTED)]
    moved = town.primary.advance(bundle_id)
    assert (moved.state, moved.attention) == (State.COLLECTED, None)


class Parrot(MemoryTransport):
    """A peer that says everything again, whatever number it is asked from."""

    def receipts(
        self, sender: str, recipient: str, bundle_id: str, after: int
    ) -> Sequence[SignedReceipt]:
        return super().receipts(sender, recipient, bundle_id, 0)


def test_a_peer_that_repeats_itself_is_asked_ever_later(town: Town) -> None:
    bundle_id = town.sent()
    transfer = town.primary.advance(bundle_id)
    responder = Responder(town, transfer)
    town.holes.signed[hole(transfer)] = [responder.next(ReceiptKind.COLLECTED)]
    parrot = Deliverer(town.primary.inside, ByThis(Parrot(town.holes)), chance=lambda: 0.0)
    for _ in range(15):
        parrot.advance(PRIMARY, bundle_id)
    asked = town.primary.transfer(bundle_id)
    assert (asked.state, asked.last_seq) == (State.COLLECTED, 1)
    assert due(asked) - town.clock.now() == RECEIPT_CEILING
    assert len(town.primary.said("receipt.collected")) == 1


def test_receipts_are_asked_for_from_the_last_number(town: Town) -> None:
    asked: list[int] = []

    class Listening(MemoryTransport):
        def receipts(
            self, sender: str, recipient: str, bundle_id: str, after: int
        ) -> Sequence[SignedReceipt]:
            asked.append(after)
            return super().receipts(sender, recipient, bundle_id, after)

    bundle_id = town.sent()
    transfer = town.primary.advance(bundle_id)
    responder = Responder(town, transfer)
    listening = Deliverer(town.primary.inside, ByThis(Listening(town.holes)))
    chain = town.holes.signed.setdefault(hole(transfer), [])
    for kind in (ReceiptKind.COLLECTED, ReceiptKind.VERIFIED, ReceiptKind.ACCEPTED):
        listening.advance(PRIMARY, bundle_id)
        chain.append(responder.next(kind))
    listening.advance(PRIMARY, bundle_id)
    listening.advance(PRIMARY, bundle_id)
    assert asked == [0, 0, 1, 2, 3]


def test_settled_transfers_are_asked_about_seldom_and_final_ones_never(town: Town) -> None:
    bundle_id = town.accepted()
    for _ in range(20):
        town.primary.advance(bundle_id)
    assert due(town.primary.transfer(bundle_id)) - town.clock.now() == SETTLED_CEILING
    destroy(town.secondary.inside, SECONDARY, PRIMARY, bundle_id, SENCO)
    town.carry()
    town.primary.advance(bundle_id)
    over = town.primary.advance(bundle_id)
    assert (over.state, over.due_at) == (State.DESTROYED, None)


def test_what_nobody_collected_expires_and_a_person_is_told(town: Town) -> None:
    bundle_id = town.sent()
    blob = town.primary.transfer(bundle_id).blob
    town.holes.unreachable = True
    town.primary.advance(bundle_id)
    town.clock.at = town.primary.transfer(bundle_id).expires_at - timedelta(seconds=1)
    assert town.primary.advance(bundle_id).state is State.QUEUED
    town.clock.pass_(seconds=1)
    expired = town.primary.advance(bundle_id)
    assert (expired.state, expired.attention) == (State.EXPIRED, "uncollected")
    assert not town.primary.blobs.exists(PRIMARY, blob)
    assert len(town.primary.said("transfer.expired")) == 1


def test_what_expired_here_but_was_collected_there_comes_back_to_life(town: Town) -> None:
    bundle_id = town.sent()
    town.primary.advance(bundle_id)
    town.carry()
    town.secondary.take_in(bundle_id)
    town.clock.at = town.primary.transfer(bundle_id).expires_at
    assert town.primary.advance(bundle_id).state is State.EXPIRED
    town.carry()
    back = town.primary.advance(bundle_id)
    assert (back.state, back.attention) == (State.VERIFIED, None)


def test_a_rejected_pack_can_be_sent_anew_elsewhere(town: Town) -> None:
    bundle_id = town.sent()
    town.settle()
    reject(town.secondary.inside, SECONDARY, bundle_id, "not-our-pupil", SENCO)
    town.settle()
    assert town.primary.transfer(bundle_id).attention == "not-our-pupil"
    pupil_id = town.primary.transfer(bundle_id).pupil_id
    assert pupil_id is not None
    town.choose(pupil_id, town.other.org_id)
    assert town.send(pupil_id).outcome == "queued"


def test_a_recall_while_the_pack_is_on_its_way_is_noticed_at_its_arrival(town: Town) -> None:
    bundle_id = town.sent()

    class Recalling(MemoryTransport):
        """The person recalls after the bytes went out and before the answer came."""

        def deliver(self, parcel: Parcel, content: BinaryIO) -> None:
            super().deliver(parcel, content)
            if parcel.bundle_id == bundle_id:
                recall(town.primary.inside, PRIMARY, bundle_id, SENCO)

    Deliverer(town.primary.inside, ByThis(Recalling(town.holes))).advance(PRIMARY, bundle_id)
    assert town.primary.transfer(bundle_id).state is State.RECALLED
    (notice,) = [one for one in town.primary.transfers() if one.kind == "recall"]
    assert (notice.in_reply_to, notice.state) == (bundle_id, State.QUEUED)
    town.settle(10)
    assert town.primary.transfer(bundle_id).state is State.DESTROYED
    assert town.secondary.arrival(bundle_id).state is State.DESTROYED


def test_a_school_that_closed_meanwhile_is_still_asked_for_its_receipts(town: Town) -> None:
    bundle_id = town.sent()
    town.settle()
    town.enrol(SECONDARY, status="closed", successor=town.other.org_id)
    accept(town.secondary.inside, SECONDARY, bundle_id, SENCO)
    town.settle()
    assert town.primary.transfer(bundle_id).state is State.ACCEPTED
