"""Changes until September: another destination, an update, a pack that was called back."""

from __future__ import annotations

import pytest

from exchange.domain.transfer import State
from exchange.errors import Conflict
from exchange.services.accept import accept, destroy
from exchange.services.recall import recall
from exchange.services.show_pack import view_pack
from tests.exchange.services.town import COUNCIL, OTHER, PRIMARY, SECONDARY, SENCO, Town
from tests.lives.people import content_of


def test_an_uncollected_copy_is_deleted_and_the_pack_goes_to_the_new_school(town: Town) -> None:
    pupil_id = town.ready()
    first = town.send(pupil_id).transfer
    with pytest.raises(Conflict, match="destination-in-use"):
        town.choose(pupil_id, OTHER)
    recall(town.primary.inside, PRIMARY, first.bundle_id, SENCO)
    assert not town.primary.blobs.exists(PRIMARY, first.blob)
    town.choose(pupil_id, OTHER)
    second = town.send(pupil_id).transfer
    town.settle()
    assert town.secondary.arrivals() == []
    assert town.other.arrival(second.bundle_id).state is State.VERIFIED


def test_a_collected_copy_is_asked_back_and_its_deletion_confirmed(town: Town) -> None:
    bundle_id = town.accepted()
    pupil_id = str(town.primary.transfer(bundle_id).pupil_id)
    recall(town.primary.inside, PRIMARY, bundle_id, SENCO)
    town.settle()
    assert town.secondary.arrival(bundle_id).attention == "recall-asked"
    town.choose(pupil_id, OTHER)
    town.send(pupil_id)
    destroy(town.secondary.inside, SECONDARY, PRIMARY, bundle_id, SENCO)
    town.clock.pass_(days=2)
    town.settle()
    assert town.primary.transfer(bundle_id).state is State.DESTROYED
    assert not town.secondary.blobs.exists(SECONDARY, town.secondary.arrival(bundle_id).blob)


def test_an_update_shows_the_receiver_only_what_is_new(town: Town) -> None:
    bundle_id = town.accepted()
    pupil_id = str(town.primary.transfer(bundle_id).pupil_id)
    town.attach(pupil_id, b"What helps: maps.", "strategies")
    update = town.send(pupil_id, update=True).transfer
    town.settle()
    assert update.supersedes == bundle_id
    arrival = town.secondary.arrival(update.bundle_id)
    seen = view_pack(town.secondary.inside, SECONDARY, arrival, SENCO)
    assert [one.type for one in seen.files if one.new] == ["strategies"]


def test_an_update_is_asked_for_and_never_slips_out(town: Town) -> None:
    pupil_id = town.ready()
    town.send(pupil_id)
    town.attach(pupil_id, b"What helps: maps.", "strategies")
    with pytest.raises(Conflict, match="already-sent"):
        town.send(pupil_id)
    assert town.send(pupil_id, update=True).outcome == "queued"


def test_twice_the_same_is_sent_once(town: Town) -> None:
    pupil_id = town.ready()
    first, second = town.send(pupil_id), town.send(pupil_id)
    assert (second.outcome, second.transfer.bundle_id) == ("unchanged", first.transfer.bundle_id)


def test_the_old_school_learns_nothing_of_the_new_one(town: Town) -> None:
    bundle_id = town.accepted()
    pupil_id = str(town.primary.transfer(bundle_id).pupil_id)
    recall(town.primary.inside, PRIMARY, bundle_id, SENCO)
    town.choose(pupil_id, COUNCIL)
    town.send(pupil_id)
    town.settle()
    told = repr(town.secondary.snapshot())
    assert COUNCIL not in told
    accepted = [one for one in town.secondary.arrivals() if one.kind == "transfer"]
    assert len(accepted) == 1
    accept(town.secondary.inside, SECONDARY, bundle_id, SENCO)  # again changes nothing
    assert content_of(town.secondary, bundle_id)
