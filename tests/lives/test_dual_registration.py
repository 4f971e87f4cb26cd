"""Registered at two schools at once: two destinations, and neither moves the other."""

from __future__ import annotations

from datetime import date

import pytest

from exchange.domain.protection import Why
from exchange.domain.transfer import State
from exchange.errors import Conflict, DestinationRefused, DisclosureRefused, Refused, UsageError
from exchange.ports import Actor
from exchange.services.boards import LeaversBoard
from exchange.services.choose_destination import live_transfers
from exchange.services.outlook import outlook
from exchange.services.protect import protect
from exchange.services.queue_bundle import Order
from exchange.services.recall import recall
from exchange.services.register_second import end_second, register_second
from exchange.services.second_registration import second_of
from tests.exchange.services.town import (
    COUNCIL,
    OTHER,
    PRIMARY,
    PROFILES,
    SECONDARY,
    SENCO,
    Town,
)
from tests.lives.people import content_of

LEARNED = date(2026, 6, 29)
SECOND = Order(purpose="dual-registration", second=True)


def register(town: Town, pupil_id: str, to: str = OTHER, learned: date | None = LEARNED) -> None:
    inside = town.primary.inside
    register_second(inside, PRIMARY, pupil_id, to, PROFILES[to].name, learned, SENCO)


def send_second(town: Town, pupil_id: str, **more: bool) -> str:
    done = town.send(pupil_id, purpose="dual-registration", second=True, **more)
    assert done.outcome == "queued"
    return done.transfer.bundle_id


def both_sent(town: Town) -> tuple[str, str, str]:
    """Return a pupil, the pack for the next school, and that for the second one."""
    pupil_id = town.ready()
    register(town, pupil_id)
    first = town.send(pupil_id).transfer.bundle_id
    second = send_second(town, pupil_id)
    town.settle()
    return pupil_id, first, second


def state(town: Town, bundle_id: str) -> State:
    return town.primary.transfer(bundle_id).state


def test_both_schools_have_the_papers_at_the_same_time(town: Town) -> None:
    pupil_id, first, second = both_sent(town)
    assert town.primary.transfer(first).recipient == SECONDARY
    assert town.primary.transfer(second).recipient == OTHER
    assert state(town, first) is state(town, second) is State.VERIFIED
    assert content_of(town.secondary, first) == content_of(town.other, second) != []
    assert town.primary.pupil(pupil_id).destination.org_id == SECONDARY


def test_calling_one_back_leaves_the_other(town: Town) -> None:
    _, first, second = both_sent(town)
    recall(town.primary.inside, PRIMARY, second, SENCO)
    town.settle()
    assert state(town, second) is State.DESTROYED  # they confirmed it
    assert state(town, first) is State.VERIFIED
    assert content_of(town.secondary, first)


def test_a_change_of_the_next_school_leaves_the_second(town: Town) -> None:
    pupil_id, first, second = both_sent(town)
    with pytest.raises(Conflict, match="destination-in-use"):
        town.choose(pupil_id, COUNCIL)
    recall(town.primary.inside, PRIMARY, first, SENCO)
    town.choose(pupil_id, COUNCIL)  # the second school's pack is not in the way
    town.settle()
    assert state(town, second) is State.VERIFIED
    with town.primary.store.reading(PRIMARY) as unit:
        assert second_of(unit, pupil_id).destination.org_id == OTHER


def test_a_change_of_the_second_school_leaves_the_next(town: Town) -> None:
    pupil_id = town.ready()
    register(town, pupil_id)
    first = town.send(pupil_id).transfer.bundle_id
    second = send_second(town, pupil_id)
    with pytest.raises(Conflict, match="destination-in-use"):
        end_second(town.primary.inside, PRIMARY, pupil_id, SENCO)
    recall(town.primary.inside, PRIMARY, second, SENCO)
    end_second(town.primary.inside, PRIMARY, pupil_id, SENCO)
    town.settle()
    assert state(town, first) is State.VERIFIED
    with town.primary.store.reading(PRIMARY) as unit:
        assert second_of(unit, pupil_id) is None
        assert [one.bundle_id for one in live_transfers(unit, pupil_id)] == [first]


def test_an_update_of_one_supersedes_its_own_pack_alone(town: Town) -> None:
    pupil_id, first, second = both_sent(town)
    town.attach(pupil_id, b"Newer findings.", "slt-report")
    newer = send_second(town, pupil_id, update=True)
    assert town.primary.transfer(newer).supersedes == second
    again = town.send(pupil_id, update=True).transfer
    assert again.supersedes == first


def test_what_is_sent_twice_to_the_second_goes_once(town: Town) -> None:
    pupil_id, _, second = both_sent(town)
    done = town.send(pupil_id, purpose="dual-registration", second=True)
    assert (done.outcome, done.transfer.bundle_id) == ("unchanged", second)
    seen = outlook(town.primary.inside, PRIMARY, pupil_id, SECOND)
    assert (seen.unchanged, seen.name) == (True, PROFILES[OTHER].name)


def test_the_board_shows_both(town: Town) -> None:
    pupil_id, first, second = both_sent(town)
    (row,) = LeaversBoard(town.primary.inside).rows(PRIMARY)
    assert (row.pupil_id, row.destination, row.pack.bundle_id) == (pupil_id, SECONDARY, first)
    assert (row.second.destination, row.second.pack.bundle_id) == (OTHER, second)


def test_the_board_follows_what_happens_to_the_second(town: Town) -> None:
    pupil_id = town.ready()
    board = LeaversBoard(town.primary.inside)
    assert board.rows(PRIMARY)[0].second is None
    register(town, pupil_id)
    assert board.rows(PRIMARY)[0].second.pack is None
    second = send_second(town, pupil_id)
    row = board.rows(PRIMARY)[0]
    assert (row.pack, row.second.pack.bundle_id) == (None, second)
    recall(town.primary.inside, PRIMARY, second, SENCO)
    assert board.rows(PRIMARY)[0].second.pack.state is State.RECALLED


def test_a_pack_of_an_earlier_second_school_is_never_the_next_schools(town: Town) -> None:
    pupil_id, first, second = both_sent(town)
    recall(town.primary.inside, PRIMARY, second, SENCO)
    end_second(town.primary.inside, PRIMARY, pupil_id, SENCO)
    (row,) = LeaversBoard(town.primary.inside).rows(PRIMARY)
    assert (row.pack.bundle_id, row.second) == (first, None)


@pytest.mark.parametrize(
    ("to", "code"),
    [(PRIMARY, "second-is-the-first"), (SECONDARY, "second-is-the-first")],
)
def test_the_second_school_is_another_one(town: Town, to: str, code: str) -> None:
    pupil_id = town.ready()
    with pytest.raises(DestinationRefused, match=code):
        register(town, pupil_id, to)


def test_it_is_a_school_and_confirmed_by_something_else_than_its_number(town: Town) -> None:
    pupil_id = town.leaver()
    with pytest.raises(DestinationRefused, match="second-not-a-school"):
        register(town, pupil_id, COUNCIL)
    with pytest.raises(DestinationRefused, match="destination-not-confirmed"):
        register_second(town.primary.inside, PRIMARY, pupil_id, "999003", "999003", LEARNED, SENCO)
    with pytest.raises(UsageError, match="day-to-come"):
        register(town, pupil_id, learned=date(2030, 1, 1))


def test_to_the_second_school_nothing_goes_for_another_purpose(town: Town) -> None:
    pupil_id = town.ready()
    register(town, pupil_id)
    with pytest.raises(DisclosureRefused, match="purpose-unfit"):
        town.send(pupil_id, second=True)


def test_a_protected_move_has_one_recipient(town: Town) -> None:
    pupil_id = town.ready()
    register(town, pupil_id)
    second = send_second(town, pupil_id)
    protect(
        town.primary.inside, PRIMARY, pupil_id, Why.DOMESTIC_ABUSE, ("a", "b"), Actor("Dee", "dsl")
    )
    assert state(town, second) is State.RECALLED  # it had not left
    with pytest.raises(Refused, match="protected-move"):
        register(town, pupil_id)
    with pytest.raises(Refused, match="protected-move"):
        send_second(town, pupil_id)
    (row,) = LeaversBoard(town.primary.inside).rows(PRIMARY)
    assert row.second is None


def test_the_book_says_that_and_not_where(town: Town) -> None:
    pupil_id = town.ready()
    register(town, pupil_id)
    (entry,) = town.primary.said("pupil.second-registered")
    assert entry.object_id == pupil_id
    assert OTHER not in repr(entry)


def test_registering_the_same_school_again_keeps_its_packs(town: Town) -> None:
    pupil_id, _, second = both_sent(town)
    register(town, pupil_id, learned=date(2026, 6, 30))
    with town.primary.store.reading(PRIMARY) as unit:
        found = second_of(unit, pupil_id)
    assert (found.packs, found.learned_on) == ((second,), date(2026, 6, 30))
