"""What the tests of the worker share: one that runs, and waiting until something is so."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO

from adapters.transports.memory import MemoryTransport
from exchange.ports import Parcel
from exchange.services.deliver import Deliverer
from exchange.worker import Worker
from tests.exchange.services.test_deliver import ByThis
from tests.exchange.services.town import House

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


def until(true: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.005)


def by(house: House, transport: MemoryTransport) -> Worker:
    return house.worker(deliverer=Deliverer(house.inside, ByThis(transport), chance=lambda: 0.0))


class Breaks(MemoryTransport):
    """Falls over one pack with an error that quotes a pupil's name."""

    victim = ""

    def deliver(self, parcel: Parcel, content: BinaryIO) -> None:
        if parcel.bundle_id == self.victim:
            raise RuntimeError(f"cannot send the report on {MARKER}")
        super().deliver(parcel, content)
