"""The safeguarding lead's rooms: one session's passphrase opens nothing for anybody else."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from exchange.errors import ExchangeError, Refused, Wrapped
from exchange.ports import Actor
from exchange.services.safeguarding.rooms import IDLE, room, unlock
from exchange.wiring.rooms import PAUSE, TRIES, KeyringRooms
from keys.errors import KeyringError
from tests.exchange.web.site import DSL_PASSPHRASE, Place, made_site

DEE = Actor("Dee", "dsl")


class Clock:
    """The present time of a place, moved by hand."""

    def __init__(self, before: datetime) -> None:
        self.at = before

    def now(self) -> datetime:
        return self.at


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    with made_site(tmp_path_factory.mktemp("rooms"), "primary") as site:
        return site["primary"]


@pytest.fixture
def rooms(place: Place, monkeypatch: pytest.MonkeyPatch) -> KeyringRooms:
    return KeyringRooms(place.node)


def locked(place: Place) -> bool:
    try:
        place.node.vault.compartment(place.org_id, "cp")
    except KeyringError as error:
        return error.code == "compartment-locked"
    return False


def test_one_session_is_unlocked_and_no_other(place: Place, rooms: KeyringRooms) -> None:
    rooms.unlock("one", place.org_id, DSL_PASSPHRASE)
    mine = rooms.enter("one", place.org_id)
    assert mine is not None
    assert mine.vault.compartment(place.org_id, "cp") is not None
    assert rooms.enter("two", place.org_id) is None
    assert locked(place)
    assert locked(Place(place.node, place.org_id, ""))


def test_two_leads_have_a_room_each(place: Place, rooms: KeyringRooms) -> None:
    for session in ("one", "two"):
        rooms.unlock(session, place.org_id, DSL_PASSPHRASE)
    rooms.lock("one")
    assert rooms.enter("one", place.org_id) is None
    assert rooms.enter("two", place.org_id) is not None


def test_a_room_is_of_one_organisation(place: Place, rooms: KeyringRooms) -> None:
    rooms.unlock("one", place.org_id, DSL_PASSPHRASE)
    assert rooms.enter("one", "00000009-0000-4000-8000-000000000009") is None


def test_the_worker_never_gets_one(place: Place, rooms: KeyringRooms) -> None:
    rooms.unlock("one", place.org_id, DSL_PASSPHRASE)
    worker = place.node.worker()
    assert worker is not None
    assert locked(place)


def test_a_room_left_alone_is_locked(
    place: Place, rooms: KeyringRooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(place.node.inside.clock.now())
    monkeypatch.setattr(rooms, "_now", clock.now)
    rooms.unlock("one", place.org_id, DSL_PASSPHRASE)
    clock.at += IDLE - timedelta(seconds=1)
    assert rooms.enter("one", place.org_id) is not None
    clock.at += IDLE - timedelta(seconds=1)
    assert rooms.enter("one", place.org_id) is not None, "each use begins the time anew"
    clock.at += IDLE
    assert rooms.enter("one", place.org_id) is None


def test_wrong_passphrases_are_counted_and_booked(
    place: Place, rooms: KeyringRooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(place.node.inside.clock.now())
    monkeypatch.setattr(rooms, "_now", clock.now)
    inside = place.node.inside
    for _ in range(TRIES):
        with pytest.raises(Wrapped, match="passphrase-wrong"):
            unlock(inside, rooms, "one", place.org_id, "not the passphrase", DEE)
    with pytest.raises(Refused, match="too-many-tries"):
        unlock(inside, rooms, "one", place.org_id, DSL_PASSPHRASE, DEE)
    clock.at += PAUSE
    unlock(inside, rooms, "one", place.org_id, DSL_PASSPHRASE, DEE)
    with inside.store.reading(place.org_id) as unit:
        told = [one for one in unit.audit.entries() if one.action == "safeguarding.unlocked"]
    assert [one.outcome for one in told] == ["refused"] * (TRIES + 1) + ["done"]
    assert DSL_PASSPHRASE not in repr(told)


def test_a_locked_room_says_what_to_do(place: Place, rooms: KeyringRooms) -> None:
    with pytest.raises(ExchangeError, match="compartment-locked"):
        room(rooms, "one", place.org_id)


def test_what_is_unlocked_is_nowhere_on_the_disk(place: Place, rooms: KeyringRooms) -> None:
    rooms.unlock("one", place.org_id, DSL_PASSPHRASE)
    root = Path(place.node.home.root)
    for file in root.rglob("*"):
        if file.is_file():
            assert DSL_PASSPHRASE.encode() not in file.read_bytes()
