"""The worker in trouble: a full disk, a store or a drive that is gone, errands and chores."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from exchange.audit import NODE
from exchange.domain.transfer import State
from exchange.errors import ExchangeError, StorageFull, StoreError
from exchange.services.deliver import Deliverer
from exchange.services.inside import Inside
from exchange.services.receive import Receiver
from exchange.store.memory import MemoryStore
from exchange.worker import HOLD_AFTER, Chore, Errand, Faults, Worker
from tests.exchange.services.town import PRIMARY, SECONDARY, Town
from tests.exchange.working import MARKER, Breaks, by, until, working


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
    monkeypatch.setattr("exchange.worker.lanes._REST_SECONDS", 0.1)
    bundle_id = town.sent()
    store, worker = troubled(town)
    with working(worker, poll=0.1):
        until(lambda: "storage-full" in caplog.text)
        time.sleep(0.5)
        assert 1 <= store.failures <= 20
        store.trouble = False
        until(lambda: town.primary.transfer(bundle_id).state is State.DELIVERED)


def test_a_store_that_cannot_be_read_for_a_while_does_not_end_the_worker(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    bundle_id = town.sent()
    store, worker = troubled(town)
    store.reads = False
    with working(worker, poll=0.05):
        until(lambda: "store-busy" in caplog.text)
        time.sleep(0.3)
        assert 1 <= store.failures <= 20
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


def test_a_row_that_fails_again_and_again_rests_ever_longer_and_a_person_is_told(
    town: Town,
) -> None:
    bundle_id = town.sent()
    transport = Breaks(town.holes)
    transport.victim = bundle_id
    worker = by(town.primary, transport)
    waits = []
    for _ in range(HOLD_AFTER + 1):
        worker.round_and_settle()
        due = town.primary.transfer(bundle_id).due_at
        assert due is not None
        waits.append(due - town.clock.now())
        town.clock.at = due
    assert waits[0] == timedelta(minutes=1)
    assert waits == sorted(waits)
    assert waits[5] == timedelta(minutes=32)
    assert waits[-1] == timedelta(days=1)
    assert town.primary.transfer(bundle_id).attention == "worker-gave-up"
    (entry,) = town.primary.said("transfer.held", "worker-gave-up")
    assert entry.role == "machine"
    transport.victim = ""  # mended
    worker.round_and_settle()
    assert town.primary.transfer(bundle_id).state is State.DELIVERED


def test_one_step_that_goes_well_forgets_the_faults_before() -> None:
    faults = Faults()
    assert [faults.add("a"), faults.add("a"), faults.add("b")] == [1, 2, 1]
    assert faults.rests("a")
    faults.clear("a")
    assert not faults.rests("a")
    assert faults.add("a") == 1


def test_chores_of_organisations_and_of_the_node(town: Town) -> None:
    done: list[tuple[str, str]] = []
    waiting = {(PRIMARY, "one"), (PRIMARY, "bad"), (NODE, "two")}

    def due(org_id: str, limit: int) -> list[str]:
        assert limit >= 1
        return sorted(row for org, row in waiting if org == org_id)

    def advance(org_id: str, row: str) -> None:
        done.append((org_id, row))
        if row == "bad":
            raise RuntimeError(MARKER)
        waiting.discard((org_id, row))

    chores = [Chore("letters", due, advance, of_node=True), Chore("tray", due, lambda *_: None)]
    worker = town.primary.worker(chores=chores)
    worker.round_and_settle()
    assert sorted(done) == sorted([(PRIMARY, "one"), (PRIMARY, "bad"), (NODE, "two")])
    done.clear()
    for _ in range(3):
        worker.round_and_settle()
    assert done == [], "what failed rests, and what is done is not done again"


def test_a_chore_that_cannot_even_look_stops_no_other(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    done: list[str] = []

    def broken(_org: str, _limit: int) -> list[str]:
        raise RuntimeError(MARKER)

    chores = [
        Chore("tray", broken, lambda *_: None),
        Chore("letters", lambda org, _: ["x"] if org == PRIMARY and not done else [],
              lambda _, row: done.append(row)),
    ]  # fmt: skip
    bundle_id = town.sent()
    town.primary.worker(chores=chores).round_and_settle()
    assert done == ["x"]
    assert town.primary.transfer(bundle_id).state is State.DELIVERED
    assert "tray bundle=- outcome=RuntimeError" in caplog.text
    assert MARKER not in caplog.text
