"""Receipts: believed only from the right hand, about the right bytes, in the right place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from exchange.domain.transfer import State
from exchange.errors import Conflict, NotFound, TrustError
from exchange.ports import SignedReceipt, Transfer
from exchange.services.judge_receipt import apply_receipt
from keys.directory import Ruling
from schemas.receipt import ReceiptKind
from tests.exchange.services.signing import Responder
from tests.exchange.services.town import OTHER, PRIMARY, SECONDARY, SENCO, Town

COLLECTED, VERIFIED, ACCEPTED = (
    ReceiptKind.COLLECTED,
    ReceiptKind.VERIFIED,
    ReceiptKind.ACCEPTED,
)
HISTORY = (COLLECTED, VERIFIED, ACCEPTED, ReceiptKind.IMPORTED, ReceiptKind.IMPORTED)
BY_ORGANISATION = sorted(set(ReceiptKind) - {COLLECTED})


@pytest.fixture
def responder(town: Town) -> Responder:
    bundle_id = town.sent()
    return Responder(town, town.primary.advance(bundle_id))


def apply(responder: Responder, signed: SignedReceipt) -> Transfer:
    return apply_receipt(
        responder.town.primary.inside, PRIMARY, responder.transfer.bundle_id, signed, SENCO
    )


def now(responder: Responder) -> Transfer:
    return responder.town.primary.transfer(responder.transfer.bundle_id)


def refused(responder: Responder, signed: SignedReceipt, code: str, path: str) -> None:
    """Demand that a receipt is refused by this code, and that it left no trace."""
    before = responder.town.primary.snapshot()
    with pytest.raises(TrustError) as error:
        apply(responder, signed)
    assert (error.value.code, error.value.path) == (code, path)
    assert error.value.hint
    assert responder.town.primary.snapshot() == before


def test_the_whole_life_of_a_transfer_by_receipts(responder: Responder) -> None:
    for seq, kind in enumerate((*HISTORY, ReceiptKind.DESTROYED), start=1):
        moved = apply(responder, responder.next(kind))
        assert moved.state.value == kind.value
        assert moved.last_seq == seq
        assert now(responder) == moved
    kinds = [one.action for one in responder.town.primary.book() if "receipt." in one.action]
    assert kinds == [f"receipt.{kind.value}" for kind in (*HISTORY, ReceiptKind.DESTROYED)]


def test_a_rejection_brings_its_code_and_removes_our_sealed_copy(responder: Responder) -> None:
    assert responder.town.primary.blobs.exists(PRIMARY, responder.transfer.blob)
    apply(responder, responder.next(COLLECTED))
    moved = apply(responder, responder.next(ReceiptKind.REJECTED))
    assert (moved.state, moved.attention) == (State.REJECTED, "not-our-pupil")
    assert not responder.town.primary.blobs.exists(PRIMARY, responder.transfer.blob)
    (entry,) = responder.town.primary.said("receipt.rejected")
    assert entry.detail["code"] == "not-our-pupil"


def test_the_same_receipt_again_changes_nothing(responder: Responder) -> None:
    signed = responder.next(COLLECTED)
    apply(responder, signed)
    before = responder.town.primary.snapshot()
    for _ in range(3):
        assert apply(responder, signed).last_seq == 1
    assert responder.town.primary.snapshot() == before


def test_an_old_receipt_replayed_after_newer_ones_changes_nothing(responder: Responder) -> None:
    for kind in HISTORY:
        apply(responder, responder.next(kind))
    before = responder.town.primary.snapshot()
    for old in responder.chain:
        assert apply(responder, old).state is State.IMPORTED
    assert responder.town.primary.snapshot() == before


def test_another_receipt_under_a_number_that_was_used_is_a_fork(responder: Responder) -> None:
    apply(responder, responder.next(COLLECTED))
    responder.town.clock.pass_(seconds=5)
    other = responder.write(COLLECTED, seq=1, previous=None)
    refused(responder, other, "receipt-fork", "/receipt/seq")


def test_a_receipt_that_follows_another_history_is_a_fork(responder: Responder) -> None:
    apply(responder, responder.next(COLLECTED))
    other = responder.write(VERIFIED, previous="ab" * 32)
    refused(responder, other, "receipt-fork", "/receipt/previous")


@pytest.mark.parametrize("seq", [3, 4, 99, 2**31])
def test_a_gap_is_not_jumped(responder: Responder, seq: int) -> None:
    apply(responder, responder.next(COLLECTED))
    refused(responder, responder.write(VERIFIED, seq=seq), "receipt-gap", "/receipt/seq")


def test_the_first_receipt_must_be_the_first(responder: Responder) -> None:
    ahead = responder.write(VERIFIED, seq=2, previous="ab" * 32)
    refused(responder, ahead, "receipt-gap", "/receipt/seq")


@pytest.mark.parametrize(
    ("changes", "code", "path"),
    [
        (
            {"bundle_id": "01993c1e-7a2b-7c3d-8e4f-5a6b7c8d9e0f"},
            "receipt-other-bundle",
            "/receipt/bundle_id",
        ),
        ({"sender": OTHER}, "receipt-other-bundle", "/receipt/bundle_id"),
        ({"payload_sha256": "cd" * 32}, "receipt-other-bundle", "/receipt/payload_sha256"),
        ({"responder": OTHER}, "receipt-other-responder", "/receipt/responder"),
    ],
)
def test_about_something_else(
    responder: Responder, changes: dict[str, object], code: str, path: str
) -> None:
    refused(responder, responder.write(COLLECTED, **changes), code, path)


def test_another_enrolled_school_cannot_speak_for_the_recipient(responder: Responder) -> None:
    """Neither in its own name nor, with its own key, in the recipient's."""
    own_name = Responder(responder.town, responder.transfer, OTHER).write(COLLECTED)
    refused(responder, own_name, "receipt-other-responder", "/receipt/responder")
    for signer in (
        responder.town.vault.node_signer(OTHER),
        responder.town.vault.signer(OTHER, responder.town.clock.now()),
    ):
        forged = responder.write(COLLECTED, by=signer)
        refused(responder, forged, "receipt-signature", "/receipt/signature")


def test_the_sender_cannot_sign_its_own_receipts(responder: Responder) -> None:
    signer = responder.town.vault.node_signer(PRIMARY)
    refused(
        responder, responder.write(COLLECTED, by=signer), "receipt-signature", "/receipt/signature"
    )


@pytest.mark.parametrize("kind", BY_ORGANISATION)
def test_the_node_key_signs_collected_and_nothing_else(
    responder: Responder, kind: ReceiptKind
) -> None:
    """Whoever took over a node, keys of the organisation apart, can accept nothing."""
    apply(responder, responder.next(COLLECTED))
    forged = responder.write(kind, hand="node")
    refused(responder, forged, "receipt-signature", "/receipt/signature")


def test_the_organisation_key_does_not_stand_in_for_the_node(responder: Responder) -> None:
    forged = responder.write(COLLECTED, hand="organisation")
    refused(responder, forged, "receipt-signature", "/receipt/signature")


def test_a_receipt_names_the_key_that_signed_it(responder: Responder) -> None:
    """Else it would say, signed, of a key that it never saw."""
    signer = responder.town.vault.signer(SECONDARY, responder.town.clock.now())
    lying = responder.write(COLLECTED, key_id=signer.key_id)
    refused(responder, lying, "receipt-signature", "/receipt/signature")


@pytest.mark.parametrize("namespace", ["sen-bundle@v1", "sen-envelope@v1", "sen-entry@v1"])
def test_a_signature_from_another_namespace(responder: Responder, namespace: str) -> None:
    apply(responder, responder.next(COLLECTED))
    honest = responder.write(VERIFIED)
    signer = responder.signer(VERIFIED)
    forged = SignedReceipt(honest.content, signer.sign(honest.content, namespace))
    refused(responder, forged, "receipt-signature", "/receipt/signature")


Damage = Callable[[SignedReceipt], SignedReceipt]
DAMAGES: dict[str, tuple[Damage, str]] = {
    "signature of another receipt": (
        lambda r: replace(r, content=r.content.replace(b'"seq":1', b'"seq": 1')),
        "receipt-signature",
    ),
    "no signature": (lambda r: replace(r, signature=b""), "receipt-signature"),
    "garbage for a signature": (
        lambda r: replace(r, signature=b"\xff" * 300),
        "receipt-signature",
    ),
    "not JSON": (lambda r: replace(r, content=b"collected, thank you"), "receipt-malformed"),
    "duplicate key": (
        lambda r: replace(r, content=r.content.replace(b'{"', b'{"seq":1,"', 1)),
        "receipt-malformed",
    ),
    "empty": (lambda r: replace(r, content=b""), "receipt-malformed"),
    "a kind that nobody knows": (
        lambda r: replace(r, content=r.content.replace(b'"collected"', b'"opened"')),
        "receipt-malformed",
    ),
    "three megabytes": (lambda r: replace(r, content=b" " * (3 << 20)), "receipt-malformed"),
    "depth": (lambda r: replace(r, content=b"[" * 100_000), "receipt-malformed"),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_damaged_on_the_way(responder: Responder, name: str) -> None:
    change, code = DAMAGES[name]
    with pytest.raises(TrustError) as error:
        apply(responder, change(responder.write(COLLECTED)))
    assert error.value.code == code
    assert now(responder) == responder.transfer


def test_a_kind_that_does_not_follow_is_refused_and_moves_nothing(responder: Responder) -> None:
    """The chain is in order and well signed, but says accepted before verified."""
    apply(responder, responder.next(COLLECTED))
    before = responder.town.primary.snapshot()
    with pytest.raises(Conflict, match="transition-forbidden"):
        apply(responder, responder.write(ACCEPTED))
    assert responder.town.primary.snapshot() == before


def test_a_retired_key_still_vouches_for_what_it_signed(changing_town: Town) -> None:
    """The receipt lay for weeks at the recipient; the key was in use when it was signed."""
    town = changing_town
    responder = Responder(town, town.primary.advance(town.sent()))
    signed = responder.next(COLLECTED)
    town.keyring.rotate_signing(SECONDARY, town.clock.pass_(hours=1), overlap=timedelta(days=1))
    town.enrol(SECONDARY)
    town.clock.pass_(days=20)
    assert apply(responder, signed).state is State.COLLECTED


def test_a_retired_key_signs_nothing_new(changing_town: Town) -> None:
    town = changing_town
    responder = Responder(town, town.primary.advance(town.sent()))
    old = responder.signer(COLLECTED)
    town.keyring.rotate_signing(SECONDARY, town.clock.pass_(hours=1), overlap=timedelta(days=1))
    town.enrol(SECONDARY)
    town.reload_keys()
    town.clock.pass_(days=2)
    refused(
        responder, responder.write(COLLECTED, by=old), "receipt-signature", "/receipt/signature"
    )
    assert apply(responder, responder.next(COLLECTED)).state is State.COLLECTED, "the new key does"


def test_a_compromised_key_vouches_for_nothing_heard_after_the_alarm(town: Town) -> None:
    """A thief can write any date: also one from before the theft."""
    responder = Responder(town, town.primary.advance(town.sent()))
    early, node = responder.write(COLLECTED), responder.signer(COLLECTED)
    since = town.clock.pass_(hours=2)
    town.rule(SECONDARY, Ruling(compromised={node.key_id: since}))
    town.clock.pass_(hours=1)
    refused(responder, early, "receipt-signature", "/receipt/signature")
    backdated = responder.write(COLLECTED, by=node, issued=since - timedelta(hours=1))
    refused(responder, backdated, "receipt-signature", "/receipt/signature")


def test_what_was_heard_before_the_alarm_stays(town: Town) -> None:
    responder = Responder(town, town.primary.advance(town.sent()))
    first = responder.next(COLLECTED)
    apply(responder, first)
    node = responder.signer(COLLECTED)
    town.rule(SECONDARY, Ruling(compromised={node.key_id: town.clock.pass_(hours=1)}))
    assert now(responder).state is State.COLLECTED
    assert apply(responder, responder.next(VERIFIED)).state is State.VERIFIED, "another key"


def test_a_date_in_the_future_proves_nothing(responder: Responder) -> None:
    """It is judged by our clock then, so a key that only comes to be valid later does not help."""
    ahead = responder.write(COLLECTED, issued=responder.town.clock.now() + timedelta(days=30))
    assert apply(responder, ahead).state is State.COLLECTED


def test_a_date_from_before_the_key_was_valid(responder: Responder) -> None:
    early = responder.write(COLLECTED, issued=responder.town.clock.now() - timedelta(days=400))
    refused(responder, early, "receipt-signature", "/receipt/signature")


def test_a_receipt_for_a_transfer_that_is_not_ours(responder: Responder) -> None:
    """Another organisation of the same node is not moved by it, and does not learn of it."""
    town = responder.town
    foreign = responder.write(COLLECTED)
    with pytest.raises(NotFound, match="transfer-unknown"):
        apply_receipt(town.other.inside, OTHER, responder.transfer.bundle_id, foreign, SENCO)
