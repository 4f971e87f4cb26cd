"""Recall: what was not handed over is not sent; what was is asked back, and said so honestly."""

from __future__ import annotations

from dataclasses import replace

import pytest

from exchange.domain.transfer import State
from exchange.errors import Conflict, NotFound
from exchange.ports import Arrival
from exchange.services.accept import accept, destroy, reject
from exchange.services.queue_bundle import Order, queue_bundle
from exchange.services.recall import recall, send_notice
from keys.directory import FileDirectory
from schemas.statement import BundleKind
from tests.exchange.services.town import (
    COUNCIL,
    OTHER,
    PRIMARY,
    SECONDARY,
    SENCO,
    Town,
    deliver,
    pupil_record,
    uuid,
)


def take_back(town: Town, bundle_id: str) -> State:
    return recall(town.primary.inside, PRIMARY, bundle_id, SENCO).state


def notices(town: Town) -> list[str]:
    return [one.bundle_id for one in town.primary.transfers() if one.kind == "recall"]


def brought_to(town: Town, state: State) -> str:
    """Return a pack in this state at its sender."""
    if state is State.ACCEPTED:
        return town.accepted()
    bundle_id = town.sent()
    if state is State.QUEUED:
        return bundle_id
    town.primary.advance(bundle_id)
    if state is State.DELIVERED:
        return bundle_id
    town.carry()
    town.secondary.take_in(bundle_id, steps=1 if state is State.COLLECTED else 3)
    town.carry()
    town.primary.advance(bundle_id)
    return bundle_id


def test_queued_is_simply_not_sent(town: Town) -> None:
    bundle_id = town.sent()
    blob = town.primary.transfer(bundle_id).blob
    assert take_back(town, bundle_id) is State.RECALLED
    assert not town.primary.blobs.exists(PRIMARY, blob)
    town.settle()
    assert notices(town) == []
    assert town.holes.packs == {}
    (entry,) = town.primary.said("transfer.recalled")
    assert (entry.actor, entry.role) == ("Jo Brown", "senco")


@pytest.mark.parametrize(
    "state", [State.DELIVERED, State.COLLECTED, State.VERIFIED], ids=lambda one: one.value
)
def test_what_nobody_accepted_yet_is_destroyed_there_and_signed_for(
    town: Town, state: State
) -> None:
    bundle_id = brought_to(town, state)
    assert town.primary.transfer(bundle_id).state is state
    assert take_back(town, bundle_id) is State.RECALLED
    assert len(notices(town)) == 1
    town.settle(10)
    there = town.secondary.arrival(bundle_id)
    assert there.state is State.DESTROYED
    assert not town.secondary.blobs.exists(SECONDARY, there.blob)
    assert town.primary.transfer(bundle_id).state is State.DESTROYED
    (done,) = town.secondary.said("arrival.destroyed")
    assert (done.actor, done.role) == ("worker", "machine")


@pytest.mark.parametrize("opened", [True, False], ids=["opened", "on its way"])
def test_no_machine_of_a_council_lets_go_of_a_request(town: Town, opened: bool) -> None:
    sent = town.send(
        town.ready(to=COUNCIL), kind=BundleKind.EHC_REQUEST, purpose="ehc-needs-assessment"
    )
    bundle_id = sent.transfer.bundle_id
    town.primary.advance(bundle_id)
    town.house(COUNCIL)
    town.carry()
    if opened:
        town.council.take_in(bundle_id)
    take_back(town, bundle_id)
    town.settle(10)
    there = town.council.arrival(bundle_id)
    assert (there.state, there.attention) == (State.VERIFIED, "recall-asked")
    assert town.council.blobs.exists(COUNCIL, there.blob)


def test_a_pack_that_is_no_request_goes_from_a_council_as_from_anybody(town: Town) -> None:
    bundle_id = town.sent(to=COUNCIL)
    town.primary.advance(bundle_id)
    town.house(COUNCIL)
    town.carry()
    take_back(town, bundle_id)
    town.settle(10)
    assert town.council.arrival(bundle_id).state is State.DESTROYED


def test_what_was_accepted_only_a_person_there_destroys(town: Town) -> None:
    bundle_id = brought_to(town, State.ACCEPTED)
    take_back(town, bundle_id)
    town.settle(10)
    there = town.secondary.arrival(bundle_id)
    assert (there.state, there.attention) == (State.ACCEPTED, "recall-asked")
    assert town.secondary.blobs.exists(SECONDARY, there.blob)
    assert town.primary.transfer(bundle_id).state is State.RECALLED, "no claim that it is gone"
    destroyed = destroy(town.secondary.inside, SECONDARY, PRIMARY, bundle_id, SENCO)
    assert (destroyed.state, destroyed.attention) == (State.DESTROYED, None)
    town.settle()
    assert town.primary.transfer(bundle_id).state is State.DESTROYED


def test_the_notice_itself_is_accepted_by_machine_and_carries_no_pupil_s_data(town: Town) -> None:
    bundle_id = brought_to(town, State.VERIFIED)
    take_back(town, bundle_id)
    (notice,) = notices(town)
    town.settle(10)
    assert town.secondary.arrival(notice).state is State.ACCEPTED
    sent = town.primary.transfer(notice)
    assert (sent.state, sent.in_reply_to) == (State.ACCEPTED, bundle_id)
    assert b"Ann" not in sent.statement
    assert b'"role":"document"' not in sent.statement
    assert b'"role":"record"' not in sent.statement


def test_twice_is_once(town: Town) -> None:
    bundle_id = brought_to(town, State.VERIFIED)
    take_back(town, bundle_id)
    before = town.primary.snapshot()
    assert take_back(town, bundle_id) is State.RECALLED
    send_notice(town.primary.inside, PRIMARY, bundle_id, SENCO)
    assert town.primary.snapshot() == before


@pytest.mark.parametrize("state", ["rejected", "expired", "destroyed"])
def test_what_is_over_cannot_be_recalled(town: Town, state: str) -> None:
    if state == "expired":
        bundle_id = town.sent()
        town.clock.at = town.primary.transfer(bundle_id).expires_at
        town.primary.advance(bundle_id)
    elif state == "rejected":
        bundle_id = brought_to(town, State.VERIFIED)
        reject(town.secondary.inside, SECONDARY, bundle_id, "not-our-pupil", SENCO)
        town.settle()
    else:
        bundle_id = brought_to(town, State.ACCEPTED)
        destroy(town.secondary.inside, SECONDARY, PRIMARY, bundle_id, SENCO)
        town.settle()
    before = town.primary.snapshot()
    with pytest.raises(Conflict) as error:
        take_back(town, bundle_id)
    assert (error.value.code, error.value.path) == (
        "transition-forbidden",
        f"/state/{state}/recall",
    )
    assert town.primary.snapshot() == before


def test_unknown_or_another_s(town: Town) -> None:
    bundle_id = town.sent()
    with pytest.raises(NotFound, match="transfer-unknown"):
        recall(town.primary.inside, PRIMARY, uuid(9), SENCO)
    with pytest.raises(NotFound, match="transfer-unknown"):
        recall(town.other.inside, OTHER, bundle_id, SENCO)


def test_a_recall_that_overtakes_its_pack(town: Town) -> None:
    """The notice is opened first; the pack that it recalls is destroyed as soon as it is known."""
    bundle_id = brought_to(town, State.DELIVERED)
    take_back(town, bundle_id)
    (notice,) = notices(town)
    town.primary.advance(notice)
    town.carry()
    assert town.secondary.take_in(notice).state is State.ACCEPTED
    assert town.secondary.arrival(bundle_id).state is State.DELIVERED
    assert town.secondary.take_in(bundle_id).state is State.DESTROYED


def test_a_recall_by_somebody_else_is_not_heeded(town: Town) -> None:
    """Another partner sends a recall that names a pack of the primary school's."""
    bundle_id = brought_to(town, State.VERIFIED)
    order = Order(kind=BundleKind.RECALL, purpose="correspondence", in_reply_to=bundle_id)
    house = town.other
    forged = queue_bundle(
        house.inside, OTHER, SECONDARY, "general", pupil_record().subject, (), order
    )
    with house.blobs.open(OTHER, forged.blob) as blob:
        deliver(town.secondary, blob.read())
    assert town.secondary.take_in(forged.bundle_id, OTHER).state is State.ACCEPTED
    assert town.secondary.take_in(bundle_id).state is State.VERIFIED


def test_the_recipient_accepts_while_the_recall_is_on_its_way(town: Town) -> None:
    bundle_id = brought_to(town, State.VERIFIED)
    take_back(town, bundle_id)
    assert accepted(town, bundle_id).state is State.ACCEPTED
    town.settle(10)
    assert town.secondary.arrival(bundle_id).attention == "recall-asked"
    sender = town.primary.transfer(bundle_id)
    assert (sender.state, sender.last_seq) == (State.RECALLED, 3), "heard, kept, and not moved"


def accepted(town: Town, bundle_id: str) -> Arrival:
    return accept(town.secondary.inside, SECONDARY, bundle_id, SENCO)


def test_bytes_that_went_unnoticed_are_recalled_once_they_are_heard_of(town: Town) -> None:
    """Queued here, collected there (the 2xx was lost), recalled here before that was known."""
    bundle_id, content = town.packed()
    deliver(town.secondary, content)
    town.holes.packs[SECONDARY, PRIMARY, bundle_id] = content
    take_back(town, bundle_id)
    assert notices(town) == []
    town.secondary.take_in(bundle_id)
    town.settle(10)
    assert len(notices(town)) == 1
    assert town.primary.transfer(bundle_id).state is State.DESTROYED
    assert town.secondary.arrival(bundle_id).state is State.DESTROYED


def test_a_recall_where_the_school_has_closed_meanwhile(town: Town) -> None:
    """Nothing can be sealed to it any more: recalled all the same, and a person is told."""
    bundle_id = brought_to(town, State.VERIFIED)
    town.enrol(SECONDARY, status="closed")
    done = recall(town.primary.inside, PRIMARY, bundle_id, SENCO)
    assert (done.state, done.attention) == (State.RECALLED, "destination-closed")
    for _ in range(3):
        town.primary.advance(bundle_id)
    (entry,) = town.primary.said("transfer.recall-noticed", "refused")
    assert dict(entry.detail) == {"code": "destination-closed"}
    assert notices(town) == []
    town.enrol(SECONDARY)
    town.primary.advance(bundle_id)
    assert len(notices(town)) == 1, "once it can be asked, it is"


def test_two_who_notice_at_once_send_one_notice(town: Town) -> None:
    """A person and the worker: one seals its notice while the other stores its own."""
    bundle_id = brought_to(town, State.DELIVERED)
    plain, raced = town.primary.inside, []

    def directory() -> FileDirectory:
        if not raced:
            raced.append(1)
            send_notice(plain, PRIMARY, bundle_id, SENCO)
        return town.directory()

    recall(replace(plain, directory=directory), PRIMARY, bundle_id, SENCO)
    assert raced
    (notice,) = notices(town)
    kept = {town.primary.transfer(notice).blob}
    assert kept <= {*town.primary.blob_names()}
    with town.primary.store.reading(PRIMARY) as unit:
        papers = {one.blob for one in unit.documents.of_pupil(pupil_record().subject)}
    assert {*town.primary.blob_names()} == kept | papers, "the second notice's bytes are gone"
