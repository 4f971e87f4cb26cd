"""The worker: one bad row, a partner who hangs, a full disk; and none of it stops the rest."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import BinaryIO

import pytest

from adapters.transports.memory import MemoryTransport
from exchange.domain.transfer import State
from exchange.errors import ExchangeError, StorageFull, StoreError
from exchange.ports import Parcel
from exchange.services.accept import accept
from exchange.services.deliver import Deliverer
from exchange.services.inside import Inside
from exchange.services.receive import Receiver
from exchange.store.memory import MemoryStore
from exchange.worker import Errand, Lane, Worker
from tests.exchange.services.test_deliver import ByThis
from tests.exchange.services.town import PRIMARY, SECONDARY, SENCO, House, Town, deliver

MARKER = "MARKER-4b7e21"


@contextmanager
def working(worker: Worker, poll: float = 0.02) -> Iterator[threading.Event]:
    """Run a worker on a thread until the block ends; it must end by itself, without an error."""
    stop, failed = threading.Event(), []

    def run() -> None:
        try:
            worker.run(stop, poll)
        except BaseException as error:  # noqa: BLE001
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        thread.join(10)
    assert not thread.is_alive()
    assert failed == []


def until(true: Callable[[], bool], seconds: float = 5) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.005)


def by(house: House, transport: MemoryTransport) -> Worker:
    return house.worker(deliverer=Deliverer(house.inside, ByThis(transport), chance=lambda: 0.0))


def test_a_whole_story_by_workers_alone(town: Town) -> None:
    bundle_id = town.sent()
    here, there = town.primary.worker(), town.secondary.worker()
    for _ in range(4):
        here.round_and_settle()
        town.carry()
        there.round_and_settle()
        town.carry()
        town.clock.pass_(minutes=1)
    accept(town.secondary.inside, SECONDARY, bundle_id, SENCO)
    town.carry()
    town.clock.pass_(hours=1)
    here.round_and_settle()
    assert town.primary.transfer(bundle_id).state is State.ACCEPTED


def test_nothing_due_starts_nothing(town: Town) -> None:
    worker = town.primary.worker()
    assert worker.round_and_settle() == 0
    bundle_id = town.sent()
    assert worker.round_and_settle() == 1
    town.clock.pass_(seconds=1)
    assert worker.round_and_settle() == 1, "it is asked for receipts at once"
    assert worker.round_and_settle() == 0, "and then only when it is due again"
    assert town.primary.transfer(bundle_id).state is State.DELIVERED


class Breaks(MemoryTransport):
    """Falls over one pack with an error that quotes a pupil's name."""

    victim = ""

    def deliver(self, parcel: Parcel, content: BinaryIO) -> None:
        if parcel.bundle_id == self.victim:
            raise RuntimeError(f"cannot send the report on {MARKER}")
        super().deliver(parcel, content)


def test_a_step_that_fails_stops_no_other_and_waits_a_minute(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    first, second, third = town.sent(0), town.sent(1), town.sent(2)
    transport = Breaks(town.holes)
    transport.victim = first
    with caplog.at_level(logging.DEBUG):
        worker = by(town.primary, transport)
        for _ in range(3):
            worker.round_and_settle()
    states = [town.primary.transfer(one).state for one in (first, second, third)]
    assert states == [State.QUEUED, State.DELIVERED, State.DELIVERED]
    assert town.primary.transfer(first).due_at == town.clock.now() + timedelta(minutes=1)
    assert f"transfer bundle={first} outcome=RuntimeError" in caplog.text
    assert MARKER not in caplog.text


def test_an_arrival_that_fails_stops_no_other(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    """Its contents vanished from the disk."""
    (first, one), (second, two) = town.packed(0), town.packed(1)
    for content in (one, two):
        deliver(town.secondary, content)
    worker = town.secondary.worker()
    worker.round_and_settle()
    town.secondary.blobs.delete(SECONDARY, town.secondary.arrival(first).blob)
    with caplog.at_level(logging.INFO):
        worker.round_and_settle()
    assert town.secondary.arrival(first).state is State.COLLECTED
    assert town.secondary.arrival(first).due_at == town.clock.now() + timedelta(minutes=1)
    assert town.secondary.arrival(second).state is State.VERIFIED
    assert f"arrival bundle={first} outcome=contents-gone" in caplog.text


def test_no_value_reaches_the_log_whatever_happens(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    """Names, UPN, date of birth, title, author, text of a document: none of it, at any level."""
    with caplog.at_level(logging.DEBUG):
        bundle_id = town.sent()
        town.holes.unreachable = True
        town.primary.worker().round_and_settle()
        town.holes.unreachable, town.holes.refusal = False, "bundle-too-large"
        town.clock.pass_(hours=2)
        town.primary.worker().round_and_settle()
        town.holes.refusal = None
        town.clock.pass_(hours=2)
        town.primary.worker().round_and_settle()
        town.carry()
        for _ in range(3):
            town.secondary.worker().round_and_settle()
    assert town.secondary.arrival(bundle_id).state is State.VERIFIED
    said = caplog.text.encode() + repr([vars(one) for one in caplog.records]).encode()
    for value in (b"Anna", b"Oak", b"A. Invented", b"2015-03-09", b"%PDF", b"80120001500"):
        assert value not in said


class Hangs(MemoryTransport):
    """A partner who takes the connection and then says nothing."""

    def __init__(self, town: Town, victim: str) -> None:
        super().__init__(town.holes)
        self.victim, self.calls, self.answer = victim, 0, threading.Event()

    def deliver(self, parcel: Parcel, content: BinaryIO) -> None:
        if parcel.bundle_id == self.victim:
            self.calls += 1
            assert self.answer.wait(10)
        super().deliver(parcel, content)


def test_a_partner_who_hangs_holds_nobody_else_up(town: Town) -> None:
    slow, quick = town.sent(0), town.sent(1)
    transport = Hangs(town, slow)
    with working(by(town.primary, transport)):
        until(lambda: town.primary.transfer(quick).state is State.DELIVERED)
        assert town.primary.transfer(slow).state is State.QUEUED
        time.sleep(0.1)
        assert transport.calls == 1, "no second step of the same row meanwhile"
        transport.answer.set()
        until(lambda: town.primary.transfer(slow).state is State.DELIVERED)


def test_a_row_is_never_in_two_steps_at_once() -> None:
    woken: list[int] = []
    lane = Lane("test", 4, lambda: woken.append(1))
    gate, started = threading.Event(), []

    def step() -> None:
        started.append(1)
        assert gate.wait(5)

    assert lane.submit("row", step)
    assert not lane.submit("row", step)
    assert lane.submit("another row", step)
    gate.set()
    lane.settle()
    lane.tidy()
    assert lane.submit("row", step), "and may run again once it is over"
    lane.settle()
    lane.close()
    assert len(started) == len(woken) == 3


def test_one_partner_gets_only_some_of_the_threads() -> None:
    lane, gate = Lane("test", 4, lambda: None, per_group=2), threading.Event()
    started = [lane.submit(row, lambda: _wait(gate), "slow") for row in range(4)]
    assert started == [True, True, False, False]
    assert lane.submit("row", lambda: _wait(gate), "another")
    gate.set()
    lane.settle()
    lane.tidy()
    assert lane.submit(3, lambda: None, "slow")
    lane.close()


def _wait(gate: threading.Event) -> None:
    assert gate.wait(5)


class Troubled:
    """A store that reads, and whose writing (or all) fails while ``trouble`` is set."""

    def __init__(self, store: MemoryStore) -> None:
        self.store, self.trouble, self.reads, self.failures = store, True, True, 0
        self.organisations = store.organisations

    def unit(self, org_id: str) -> object:
        self._fail(StorageFull())
        return self.store.unit(org_id)

    def reading(self, org_id: str) -> object:
        if not self.reads:
            self._fail(StoreError("store-busy"))
        return self.store.reading(org_id)

    def _fail(self, error: ExchangeError) -> None:
        if self.trouble:
            self.failures += 1
            raise error


def troubled(town: Town) -> tuple[Troubled, Worker]:
    store = Troubled(town.primary.store)
    inside: Inside = replace(town.primary.inside, store=store)  # type: ignore[arg-type]
    return store, Worker(inside, Deliverer(inside, town), Receiver(inside, {}), [])


def test_a_full_disk_is_waited_for_not_raced_against(
    town: Town, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The step fails and cannot even be put off: the worker must not spin, and must say so."""
    monkeypatch.setattr("exchange.worker._REST_SECONDS", 0.1)
    bundle_id = town.sent()
    store, worker = troubled(town)
    with working(worker, poll=0.1):
        time.sleep(0.5)
        assert 1 <= store.failures <= 20
        assert "storage-full" in caplog.text
        store.trouble = False
        until(lambda: town.primary.transfer(bundle_id).state is State.DELIVERED)


def test_a_store_that_cannot_be_read_for_a_while_does_not_end_the_worker(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    bundle_id = town.sent()
    store, worker = troubled(town)
    store.reads = False
    with working(worker, poll=0.05):
        time.sleep(0.3)
        assert 1 <= store.failures <= 20
        assert "store-busy" in caplog.text
        store.trouble = False
        until(lambda: town.primary.transfer(bundle_id).state is State.DELIVERED)


class BadFolder:
    """A folder collector whose drive was pulled out, or that brings a refusal."""

    def __init__(self, *said: tuple[str, ExchangeError | None], error: Exception | None = None):
        self.said, self.error = said, error

    def collect(self) -> Iterator[tuple[str, ExchangeError | None]]:
        yield from self.said
        if self.error is not None:
            raise self.error


def test_a_drive_that_was_pulled_out_stops_neither_other_folders_nor_transfers(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    bundle_id = town.sent()
    folders = [
        BadFolder(error=OSError(5, "I/O error", f"/media/{MARKER}")),
        BadFolder(("b1", StorageFull()), ("b2", None), error=StoreError("write-failed")),
        BadFolder(error=ValueError(MARKER)),
        BadFolder(("b3", None)),
    ]
    with caplog.at_level(logging.INFO):
        assert town.primary.worker(collectors=folders).round_and_settle() == 3
    assert town.primary.transfer(bundle_id).state is State.DELIVERED
    for said in ("bundle=b1 outcome=storage-full", "bundle=b2 outcome=taken", "bundle=b3"):
        assert said in caplog.text
    assert MARKER not in caplog.text


def test_errands_run_now_and_then_and_their_failure_is_theirs(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    ran: list[str] = []

    def sweep() -> None:
        ran.append("sweep")
        raise RuntimeError(MARKER)

    errands = [
        Errand("sweep", timedelta(hours=6), sweep),
        Errand("news", timedelta(hours=1), lambda: ran.append("news")),
    ]
    worker = town.primary.worker(errands=errands)

    def rounds(count: int = 3) -> list[str]:
        ran.clear()
        for _ in range(count):
            worker.round_and_settle()
            time.sleep(0.02)
        return sorted(ran)

    assert rounds() == ["news", "sweep"]
    assert rounds() == []
    town.clock.pass_(hours=1)
    assert rounds() == ["news"]
    town.clock.pass_(hours=5)
    assert rounds() == ["news", "sweep"]
    assert "sweep bundle=- outcome=RuntimeError" in caplog.text
    assert MARKER not in caplog.text


def test_it_stops_soon_when_it_is_told_to(town: Town) -> None:
    began = time.monotonic()
    with working(town.primary.worker(), poll=60) as stop:
        time.sleep(0.05)
        stop.set()
    assert time.monotonic() - began < 5


def test_what_another_process_queued_is_found_at_the_next_look(town: Town) -> None:
    with working(town.primary.worker()):
        bundle_id = town.sent()
        until(lambda: town.primary.transfer(bundle_id).state is State.DELIVERED)
    assert town.holes.packs.keys() == {(SECONDARY, PRIMARY, bundle_id)}
