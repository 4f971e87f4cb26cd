"""A watched folder: what lies there is taken in once, what is bad stops nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from adapters.transports.folder import Folder, FolderTransport
from exchange.domain.transfer import State
from exchange.errors import ExchangeError, StorageFull
from exchange.services.accept import accept
from exchange.services.arrive import ArrivalDesk
from exchange.services.collect_folder import FolderCollector
from exchange.services.deliver import Deliverer
from tests.exchange.services.test_deliver import ByThis
from tests.exchange.services.test_send import FullDisk
from tests.exchange.services.town import OTHER, PRIMARY, SECONDARY, SENCO, Town


@pytest.fixture
def stick(tmp_path: Path) -> Folder:
    place = tmp_path / "stick"
    place.mkdir()
    return Folder("stick", place, settle=0)


def path(stick: Folder) -> Path:
    return stick._path


def collector(town: Town, stick: Folder) -> FolderCollector:
    return FolderCollector(town.secondary.store, town.secondary.desk, stick, town.directory)


def laid(town: Town, stick: Folder, number: int = 0, to: str = SECONDARY) -> str:
    """Let the primary school lay a pack onto the stick, as the worker does."""
    pupil_id = town.ready(number, to)
    bundle_id = town.send(pupil_id, transport="folder", target="stick").transfer.bundle_id
    carrier = FolderTransport(path(stick))
    Deliverer(town.primary.inside, ByThis(carrier)).advance(PRIMARY, bundle_id)  # type: ignore[arg-type]
    return bundle_id


def looked(taker: FolderCollector) -> list[tuple[str, str | None]]:
    """Let it look until the files have lain still; return what it said."""
    said: list[tuple[str, ExchangeError | None]] = []
    for _ in range(3):
        said += taker.collect()
    return [(bundle_id, error.code if error else None) for bundle_id, error in said]


def test_a_pack_on_a_stick_comes_in_and_its_receipts_go_back(town: Town, stick: Folder) -> None:
    town.folders["stick"] = stick
    bundle_id = laid(town, stick)
    assert looked(collector(town, stick)) == [(bundle_id, None)]
    arrival = town.secondary.arrival(bundle_id)
    assert (arrival.state, arrival.folder) == (State.DELIVERED, "stick")
    town.secondary.take_in(bundle_id)
    accept(town.secondary.inside, SECONDARY, bundle_id, SENCO)
    assert town.secondary.arrival(bundle_id).due_at is not None, "so that the worker lays it down"
    town.secondary.take_in(bundle_id)
    names = sorted(one.name for one in path(stick).glob("*.receipt.json"))
    assert names == [f"{bundle_id}.{seq}.receipt.json" for seq in (1, 2, 3)]
    sender = Deliverer(town.primary.inside, ByThis(FolderTransport(path(stick))))  # type: ignore[arg-type]
    sender.advance(PRIMARY, bundle_id)
    assert town.primary.transfer(bundle_id).state is State.ACCEPTED


def test_what_was_taken_is_not_read_again_also_after_a_restart(town: Town, stick: Folder) -> None:
    bundle_id = laid(town, stick)
    taker = collector(town, stick)
    assert looked(taker) == [(bundle_id, None)]
    assert looked(taker) == []
    looked(collector(town, stick))
    assert len(town.secondary.said("arrival.delivered")) == 1


def test_a_pack_for_somebody_else_is_left_alone(town: Town, stick: Folder) -> None:
    laid(town, stick, to=OTHER)
    assert looked(collector(town, stick)) == []
    assert town.secondary.arrivals() == []


def test_rubbish_stops_nothing_else(town: Town, stick: Folder) -> None:
    good = laid(town, stick)
    content = (path(stick) / f"{good}.zip").read_bytes()
    bad = "1" + good[1:]
    (path(stick) / f"{bad}.zip").write_bytes(content[:-22] + b"\0" + content[-22:])
    said = dict(looked(collector(town, stick)))
    assert set(said) == {bad, good}
    assert said[good] is None
    assert said[bad]
    assert town.secondary.arrival(good).state is State.DELIVERED


def test_a_full_disk_is_tried_again(town: Town, stick: Folder) -> None:
    """A refusal is for good; a trouble of our own is not."""
    bundle_id = laid(town, stick)
    disk = FullDisk()
    house = town.secondary
    house.blobs, disk.full = disk, True
    house.inside = replace(house.inside, blobs=disk)
    house.desk = ArrivalDesk(house.store, disk, town.directory, town.clock, town.limits)
    taker = FolderCollector(house.store, house.desk, stick, town.directory)
    assert {code for _, code in looked(taker)} == {StorageFull.default_code}
    disk.full = False
    assert looked(taker) == [(bundle_id, None)]
    assert house.arrival(bundle_id).state is State.DELIVERED
