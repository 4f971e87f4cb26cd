"""The worker: a whole story, one bad row, a partner who hangs; nobody else waits for them."""

from __future__ import annotations

import logging
import threading
import time
from datetime import timedelta
from typing import BinaryIO

import pytest

from adapters.transports.memory import MemoryTransport
from exchange.domain.transfer import State
from exchange.ports import Parcel
from exchange.services.accept import accept
from exchange.worker import Lane
from tests.exchange.services.town import SECONDARY, SENCO, Town, deliver
from tests.exchange.working import MARKER, Breaks, by, until, working


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


def test_what_waits_is_left_alone_once_the_keys_are_old(town: Town) -> None:
    """It would be refused as not for us, or rest as a fault of ours."""
    bundle_id, content = town.packed()
    deliver(town.secondary, content)
    before = town.secondary.arrival(bundle_id)
    old = town.secondary.worker(current=lambda: False)
    thread = threading.Thread(target=old.run, args=(threading.Event(), 60.0), daemon=True)
    thread.start()
    thread.join(10)
    assert not thread.is_alive(), "it ends by itself, so that another begins with the new keys"
    assert town.secondary.arrival(bundle_id) == before
    town.secondary.worker().round_and_settle()
    assert town.secondary.arrival(bundle_id).state is State.COLLECTED


def test_the_keys_are_looked_at_after_what_waits(town: Town) -> None:
    """What comes between the two looks may be sealed to a key that is newer than the look."""
    bundle_id, content = town.packed()

    def current() -> bool:
        deliver(town.secondary, content)
        return True

    worker = town.secondary.worker(current=current)
    assert worker.round_and_settle() == 0
    assert town.secondary.arrival(bundle_id).state is State.DELIVERED


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
