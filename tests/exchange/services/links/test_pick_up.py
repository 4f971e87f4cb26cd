"""A pack that is picked up: what is in it, and how its answers move it."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from adapters.readable import TypstRenderer
from exchange.bundle.receipting import NAMESPACE, parse_receipt
from exchange.domain.protection import Why
from exchange.domain.transfer import State
from exchange.errors import (
    Conflict,
    DecisionNeeded,
    DestinationRefused,
    NotFound,
    Refused,
    TrustError,
    UsageError,
)
from exchange.ports import SignedReceipt
from exchange.services.boards import LeaversBoard
from exchange.services.judge_receipt import apply_receipt
from exchange.services.links.model import ANSWER, Channel, LinkState
from exchange.services.links.pick_up import send_new_link
from exchange.services.links.receipts import assurance_of
from exchange.services.links.shares import SUMMARY
from exchange.services.places import choose_outside_school, outside_id, place
from exchange.services.protect import protect
from exchange.services.queue_bundle import Order
from exchange.services.recall import recall
from exchange.services.record_disclosure import mark, wish
from keys.sshsig import verify
from schemas.base import load_bytes
from schemas.receipt import Assurance, ReceiptKind, RejectionCode
from schemas.statement import BundleKind, Statement
from tests.exchange.services.links.world import HILL, INVITER, READER, SHARE_URL, World, waiting
from tests.exchange.services.town import HEAD, PDF, PRIMARY, SECONDARY, SENCO

DSL = replace(HEAD, name="Dee Essel", role="dsl")


def receipts(world: World, bundle_id: str) -> list[tuple[str, str | None]]:
    """Return kind and code of each receipt, after checking who signed it and of what."""
    with world.inside.store.reading(PRIMARY) as unit:
        transfer = unit.transfers.get(bundle_id)
        found = unit.receipts.of(bundle_id, transfer.recipient, "received")
    ours = world.town.organisation(PRIMARY).allowed_signers()
    previous = None
    told = []
    for seq, one in enumerate(found, start=1):
        read = parse_receipt(one.content)
        verify(one.content, one.signature, NAMESPACE, ours, world.town.clock.now())
        assert read.assurance is Assurance.LINK_AND_CODE
        assert read.payload_sha256 == transfer.payload_sha256
        assert (read.seq, read.previous, read.sender) == (seq, previous, PRIMARY)
        assert read.responder == outside_id(HILL.urn)
        previous = hashlib.sha256(one.content).hexdigest()
        told.append((read.kind.value, read.code.value if read.code else None))
    return told


def test_pack_waits_sealed_to_the_link_alone(world: World) -> None:
    made = world.sent()
    transfer = world.town.primary.transfer(made.bundle_id)
    assert (transfer.transport, transfer.state) == ("pick-up", State.QUEUED)
    statement = load_bytes(Statement, transfer.statement)
    (to,) = statement.recipients
    assert to.org_id == outside_id(HILL.urn)
    assert [(one.type, one.count) for one in statement.stanzas] == [("mlkem768x25519", 1)]
    assert transfer.due_at == transfer.expires_at == made.link.expires_at
    with world.inside.store.reading(PRIMARY) as unit:
        assert place(world.inside, unit, to.org_id, world.town.clock.now()).name == HILL.name


def test_worker_leaves_it_alone_until_it_expires(world: World) -> None:
    made = world.sent()
    assert world.town.primary.advance(made.bundle_id).state is State.QUEUED
    world.town.clock.pass_(days=31)
    gone = world.town.primary.advance(made.bundle_id)
    assert (gone.state, gone.attention) == (State.EXPIRED, "uncollected")
    assert not world.inside.blobs.exists(PRIMARY, gone.blob)


def test_reader_gets_documents_pdf_and_a_view_of_two_minutes(world: World) -> None:
    world.renderer = TypstRenderer()
    made = world.sent()
    visit = world.come_in(made.address, made.link)
    view = world.view(visit)
    assert (view["from"], view["to"]) == ("Elm Grove Primary School", HILL.name)
    (document,) = view["documents"]  # type: ignore[misc]
    with world.door.pack(visit) as pack:
        assert b"".join(pack.read(document["path"])) == PDF
        with pytest.raises(NotFound):
            next(pack.read("statement.jso"))
    with world.door.share(visit) as share:
        pdf = b"".join(share.read(SUMMARY))
        assert pdf.startswith(b"%PDF-")
        assert share.about(SUMMARY) == ("application/pdf", len(pdf))
        with pytest.raises(NotFound):
            share.about("other")


def test_opening_and_accepting_move_it_by_weaker_receipts(world: World) -> None:
    made = world.sent()
    visit = world.come_in(made.address, made.link)
    named = {"payload_sha256": world.view(visit)["payload_sha256"]}
    world.door.answer(visit, "opened", named)
    assert world.town.primary.transfer(made.bundle_id).state is State.QUEUED
    world.take()
    assert world.town.primary.transfer(made.bundle_id).state is State.VERIFIED
    world.door.answer(visit, "opened", named)
    world.door.answer(visit, "accepted", named, last=True)
    world.take()
    assert world.town.primary.transfer(made.bundle_id).state is State.ACCEPTED
    assert receipts(world, made.bundle_id) == [
        ("collected", None),
        ("verified", None),
        ("accepted", None),
    ]
    assert world.items(ANSWER) == []
    assert [to for template, to, _ in world.letters() if template == "link-answered"] == [
        INVITER.mail
    ]
    book = [one for one in world.town.primary.book() if one.action == "receipt.accepted"]
    assert [one.role for one in book] == ["outsider"]
    # It can still be read, until the link runs out.
    assert world.view(world.door.visit(visit.cookie))["name"] == "Anna Oak"


def test_the_board_follows_and_receipts_say_how_sure_they_are(world: World) -> None:
    made = world.sent()
    board = LeaversBoard(world.inside)
    (row,) = board.rows(PRIMARY)
    assert row.pack is not None
    assert row.pack.state is State.QUEUED
    visit = world.come_in(made.address, made.link)
    named = {"payload_sha256": world.view(visit)["payload_sha256"]}
    world.door.answer(visit, "accepted", named, last=True)
    world.take()
    (row,) = board.rows(PRIMARY)
    assert row.pack is not None
    assert row.pack.state is State.ACCEPTED
    with world.inside.store.reading(PRIMARY) as unit:
        found = unit.receipts.of(made.bundle_id, outside_id(HILL.urn), "received")
    assert {assurance_of(one) for one in found} == {"link-and-code"}
    bundle_id = world.town.sent(1)
    world.town.settle()
    with world.inside.store.reading(PRIMARY) as unit:
        found = unit.receipts.of(bundle_id, SECONDARY, "received")
    assert found
    assert {assurance_of(one) for one in found} == {""}


def test_not_our_pupil_ends_link_share_and_pack(world: World) -> None:
    made = world.sent()
    visit = world.come_in(made.address, made.link)
    named = {"payload_sha256": world.view(visit)["payload_sha256"]}
    world.door.answer(visit, "not-ours", named, last=True)
    world.take()
    transfer = world.town.primary.transfer(made.bundle_id)
    assert (transfer.state, transfer.attention) == (State.REJECTED, "not-our-pupil")
    assert receipts(world, made.bundle_id)[-1] == (
        ReceiptKind.REJECTED.value,
        RejectionCode.NOT_OUR_PUPIL.value,
    )
    assert world.link(made.link.link_id).state is LinkState.REVOKED
    for name in (visit.marks.blob, transfer.blob):
        assert not world.inside.blobs.exists(PRIMARY, name)


def test_an_answer_that_nobody_vouched_for_changes_nothing(world: World) -> None:
    made, other = world.sent(0), world.sent(1)
    visit = world.come_in(made.address, made.link)
    stranger = world.come_in(other.address, other.link)
    named = {"payload_sha256": world.view(visit)["payload_sha256"]}
    # A face that was taken over knows the link's id and the pack's hash, but no token of it.
    forged = replace(visit, secret=stranger.secret)
    world.door.answer(forged, "accepted", named)
    world.take()
    assert world.town.primary.transfer(made.bundle_id).state is State.QUEUED
    refused = world.town.primary.said("link.answer-taken", "refused")
    assert [one.detail["code"] for one in refused] == ["answer-not-vouched"]


@pytest.mark.parametrize("hash_", ["0" * 64, None, 5])
def test_an_answer_about_another_pack_changes_nothing(world: World, hash_: object) -> None:
    made = world.sent()
    visit = world.come_in(made.address, made.link)
    world.door.answer(visit, "accepted", {"payload_sha256": hash_})  # type: ignore[dict-item]
    world.take()
    assert world.town.primary.transfer(made.bundle_id).state is State.QUEUED


def test_a_recall_kills_link_share_and_visit(world: World) -> None:
    made = world.sent()
    visit = world.come_in(made.address, made.link)
    world.door.answer(visit, "opened", {"payload_sha256": world.view(visit)["payload_sha256"]})
    world.take()
    recalled = recall(world.inside, PRIMARY, made.bundle_id, SENCO)
    assert (recalled.state, recalled.attention) == (State.RECALLED, "recall-by-telephone")
    assert world.link(made.link.link_id).why == "recalled"
    for name in (visit.marks.blob, recalled.blob):
        assert not world.inside.blobs.exists(PRIMARY, name)
    with pytest.raises(NotFound):
        world.door.visit(visit.cookie)
    world.town.settle()  # no notice hangs about


def test_an_acceptance_that_crosses_a_recall_does_not_revive_the_pack(world: World) -> None:
    made = world.sent()
    visit = world.come_in(made.address, made.link)
    named = {"payload_sha256": world.view(visit)["payload_sha256"]}
    world.door.answer(visit, "accepted", named, last=True)
    recall(world.inside, PRIMARY, made.bundle_id, SENCO)
    world.take()
    assert world.town.primary.transfer(made.bundle_id).state is State.RECALLED


def test_no_receipt_from_outside_moves_it(world: World) -> None:
    made = world.sent()
    visit = world.come_in(made.address, made.link)
    world.door.answer(visit, "opened", {"payload_sha256": world.view(visit)["payload_sha256"]})
    world.take()
    with world.inside.store.reading(PRIMARY) as unit:
        (first, _) = unit.receipts.of(made.bundle_id, outside_id(HILL.urn), "received")
    with pytest.raises(TrustError) as caught:
        apply_receipt(
            world.inside,
            PRIMARY,
            made.bundle_id,
            SignedReceipt(first.content, first.signature),
            SENCO,
        )
    assert caught.value.code == "receipt-assurance"


def test_withheld_and_marked_documents_are_in_no_byte(world: World) -> None:
    pupil_id = world.leaver()
    world.town.attach(pupil_id, PDF + b"% goes\n")
    kept = world.town.attach(pupil_id, PDF + b"% withheld marker\n", "slt-report").document
    mark(world.inside, PRIMARY, kept.document_id, "school", SENCO)
    made = waiting(world.send(pupil_id))
    visit = world.come_in(made.address, made.link)
    plain = world.plain_of(visit)
    with world.inside.blobs.open(PRIMARY, visit.marks.pack_blob) as source:
        from exchange.bundle.outer import read_outer

        plain += visit.secret.open(read_outer(source).payload).read()  # type: ignore[arg-type]
    assert b"% goes" in plain
    for hint in (b"withheld marker", kept.document_id.encode(), b"slt", b"Speech"):
        assert hint not in plain


def test_what_waits_for_a_decision_stops_it_as_for_any_school(world: World) -> None:
    pupil_id = world.leaver()
    paper = world.town.attach(pupil_id).document
    wish(world.inside, PRIMARY, paper.document_id, {"family": "refuses"}, SENCO)
    before = world.town.primary.blob_names()
    with pytest.raises(DecisionNeeded):
        world.send(pupil_id)
    assert world.town.primary.blob_names() == before
    assert world.send(pupil_id, leave_undecided=True).address


def test_an_update_goes_by_a_new_link(world: World) -> None:
    pupil_id = world.leaver()
    first = waiting(world.send(pupil_id))
    visit = world.come_in(first.address, first.link)
    assert world.send(pupil_id).sent.outcome == "unchanged"
    world.town.attach(pupil_id)
    with pytest.raises(Conflict):
        world.send(pupil_id)
    second = waiting(world.send(pupil_id, update=True))
    with pytest.raises(NotFound):
        world.door.visit(visit.cookie)
    again = world.come_in(second.address, second.link)
    assert len(world.view(again)["documents"]) == 1  # type: ignore[arg-type]


def test_a_new_link_recalls_the_pack_before(world: World) -> None:
    made = world.sent()
    again = waiting(
        send_new_link(world.inside, PRIMARY, made.link.link_id, READER, INVITER, world.means, SENCO)
    )
    assert world.town.primary.transfer(made.bundle_id).state is State.RECALLED
    assert world.view(world.come_in(again.address, again.link))["name"] == "Anna Oak"


def test_a_new_link_keeps_purpose_and_basis(world: World) -> None:
    order = Order(purpose="in-year-transfer", lawful_basis="legal-obligation")
    first = waiting(world.send(world.leaver(), order=order))
    again = send_new_link(
        world.inside, PRIMARY, first.link.link_id, READER, INVITER, world.means, SENCO
    )
    signed = load_bytes(Statement, again.sent.transfer.statement)
    assert (signed.purpose, signed.lawful_basis) == ("in-year-transfer", "legal-obligation")


def test_child_protection_never_goes_by_link(world: World) -> None:
    pupil_id = world.leaver()
    with pytest.raises(Refused) as caught:
        world.send(pupil_id, order=Order(kind=BundleKind.CP_FILE))
    assert caught.value.code == "cp-never-by-link"


def test_a_protected_move_never_goes_by_link(world: World) -> None:
    made = world.sent()
    visit = world.come_in(made.address, made.link)
    pupil_id = made.link.pupil_id
    protect(world.inside, PRIMARY, pupil_id, Why.WITNESS, ("head@x.example", "dsl@x.example"), DSL)
    with pytest.raises(NotFound):
        world.door.visit(visit.cookie)
    with pytest.raises(Refused) as caught:
        world.send(pupil_id)
    assert caught.value.code == "protected-move"
    with pytest.raises(Refused):
        choose_outside_school(world.inside, PRIMARY, pupil_id, HILL.urn, HILL.name, SENCO)


def test_a_school_that_has_joined_gets_no_link(world: World) -> None:
    pupil_id = world.town.leaver()
    world.town.choose(pupil_id)
    with pytest.raises(DestinationRefused) as caught:
        world.send(pupil_id)
    assert caught.value.code == "destination-joined"


def test_the_ordinary_way_says_that_a_link_is_needed(world: World) -> None:
    pupil_id = world.leaver()
    with pytest.raises(DestinationRefused) as caught:
        world.town.send(pupil_id)
    assert caught.value.code == "destination-by-link"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": " "}, "name-unclear"),
        ({"mail": "nobody"}, "mail-unclear"),
        ({"phone": ""}, "phone-missing"),
        ({"confirmed": ""}, "confirmation-missing"),
        ({"channel": Channel.MAIL, "code_mail": ""}, "mail-unclear"),
        ({"channel": Channel.MAIL, "code_mail": READER.mail.upper()}, "code-beside-link"),
    ],
)
def test_nobody_is_invited_who_cannot_be_told_the_code(
    world: World, change: dict[str, object], code: str
) -> None:
    pupil_id = world.leaver()
    with world.unchanged(), pytest.raises(UsageError) as caught:
        world.send(pupil_id, replace(READER, **change))  # type: ignore[arg-type]
    assert caught.value.code == code


def test_a_share_url_is_needed(world: World) -> None:
    assert SHARE_URL in world.sent().address
