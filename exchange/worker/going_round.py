"""Runs what is due: arrivals, outgoing transfers, watched folders, chores. One per node.

A step that fails, or a partner that hangs, never stops the others: steps run on a few threads, of
which one partner gets only some, and no two steps of one row run at once. A disk that is full
stops nothing either; it is tried again. A row that fails again and again by a fault of ours rests
ever longer, and a person is told. What goes wrong is logged as a code, never a value.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from exchange.audit import NODE
from exchange.errors import ExchangeError
from exchange.ports import Actor
from exchange.services.collect_folder import FolderCollector
from exchange.services.deliver import Deliverer
from exchange.services.inside import Inside
from exchange.services.receive import Receiver
from exchange.worker.lanes import HOLD_AFTER, Faults, Lane
from keys.errors import KeysError
from schemas.errors import SchemaError

log = logging.getLogger("senx.worker")
WORKER = Actor("worker", "machine")
HELD = "worker-gave-up"
"""The code of a transfer that a fault of ours keeps from leaving, for a person to look at."""

_BATCH = 50
_TRANSFERS_LOOKED_AT = 1000
_OUT_THREADS = 8
_SIDE_THREADS = 3
_PER_RECIPIENT = 2
_LONGEST_REST = 60.0
_LEAST_PAUSE = 0.01
_STOP_LATENCY = 0.2


@dataclass(frozen=True, slots=True)
class Errand:
    """Something that is done now and then, whatever is due: a sweep, a look for news."""

    name: str
    every: timedelta
    run: Callable[[], object]


@dataclass(frozen=True, slots=True)
class Chore:
    """Steps of one kind of row that a service owns: letters, uploads, answers.

    :param due: returns ids of rows of an organisation that are due, at most so many.
    :param advance: does the next step of one, and sets when it is due again.
    :param of_node: whether the node itself has such rows, too.
    """

    name: str
    due: Callable[[str, int], Sequence[str]]
    advance: Callable[[str, str], object]
    threads: int = 1
    of_node: bool = False


class Worker:
    """Goes round the due rows of every hosted organisation."""

    def __init__(
        self,
        inside: Inside,
        deliverer: Deliverer,
        receiver: Receiver,
        collectors: Sequence[FolderCollector],
        errands: Sequence[Errand] = (),
        chores: Sequence[Chore] = (),
        current: Callable[[], bool] = lambda: True,
    ) -> None:
        """Take what the work is done with.

        :param current: whether the keys held here are still those of the node's keyring.
        """
        self._inside = inside
        self._deliverer = deliverer
        self._receiver = receiver
        self._collectors = collectors
        self._wake = threading.Event()
        self._out = Lane("senx-out", _OUT_THREADS, self._wake.set, _PER_RECIPIENT)
        self._in = Lane("senx-in", 2, self._wake.set)
        self._side = Lane("senx-side", _SIDE_THREADS, self._wake.set)
        # A drive that hangs, or a slow stick, holds up its own folder and nothing else.
        self._folders = Lane("senx-folder", max(1, len(collectors)), _let_sleep)
        self._chores = [
            (one, Lane(f"senx-{one.name}", one.threads, self._wake.set)) for one in chores
        ]
        self._faults = Faults()
        self._taken: list[str] = []
        self._recipients: dict[str, dict[str, str]] = {}
        self._errands = {errand: inside.clock.now() for errand in errands}
        self._current = current
        self._outdated = False

    def run(self, stop: threading.Event, poll_seconds: float) -> None:
        """Go round until ``stop`` is set, or the keys are not those of the keyring any more.

        It looks again when a step ended, or after the pause.

        :param poll_seconds: longest pause between two looks at what is due.
        """
        faults = 0
        try:
            while not (self._outdated or stop.wait(_LEAST_PAUSE)):
                self._wake.clear()
                try:
                    self.round()
                    self._taken.clear()
                    faults = 0
                except Exception as error:  # noqa: BLE001  (a full disk must not end the node)
                    self._log("round", "-", error)
                    faults += 1
                    stop.wait(min(2.0**faults, _LONGEST_REST))
                if not self._outdated:
                    self._idle(stop, poll_seconds)
        finally:
            for lane in self._lanes():
                lane.close()

    def _lanes(self) -> list[Lane]:
        fixed = [self._folders, self._in, self._out, self._side]
        return [*fixed, *(lane for _, lane in self._chores)]

    def _idle(self, stop: threading.Event, seconds: float) -> None:
        end = time.monotonic() + seconds
        while not stop.is_set() and (left := end - time.monotonic()) > 0:
            if self._wake.wait(min(left, _STOP_LATENCY)):
                return

    def round_and_settle(self) -> int:
        """Do one round and wait for its steps; return how many were started."""
        self._taken.clear()
        started = self.round()
        for lane in self._lanes():
            if lane is not self._side:
                lane.settle()
        return started + len(self._taken)

    def round(self) -> int:
        """Start each step that is due; return how many were started.

        None is, once the keys have changed: without the keys of a school that joined, its packs
        would rest as faults of ours, and what is sealed to a new key would be refused as not for
        us. So what is due is looked up first, and the keys after it: what was there already was
        sealed to keys that were there already.
        """
        for lane in self._lanes():
            lane.tidy()
        due = {one: self._due_arrivals(one) for one in self._inside.store.organisations()}
        self._outdated = not self._current()
        if self._outdated:
            return 0
        self._run_errands()
        for collector in self._collectors:
            self._folders.submit(id(collector), partial(self._collect, collector))
        started = 0
        for org_id, arrivals in due.items():
            started += self._start_arrivals(org_id, arrivals) + self._start_transfers(org_id)
            started += self._start_chores(org_id)
        return started + self._start_chores(NODE)

    def _start_chores(self, org_id: str) -> int:
        return sum(
            lane.submit((org_id, row), partial(self._do, one, org_id, row))
            for one, lane in self._chores
            if one.of_node or org_id != NODE
            for row in self._chore_due(one, org_id)
            if not self._faults.rests((one.name, org_id, row))
        )

    def _chore_due(self, chore: Chore, org_id: str) -> Sequence[str]:
        try:
            return chore.due(org_id, _BATCH)
        except Exception as error:  # noqa: BLE001  (one bad chore must not stop the rest)
            self._log(chore.name, "-", error)
            return ()

    def _do(self, chore: Chore, org_id: str, row: str) -> None:
        key = (chore.name, org_id, row)
        try:
            chore.advance(org_id, row)
            self._faults.clear(key)
        except Exception as error:  # noqa: BLE001  (one bad row must not stop the rest)
            self._log(chore.name, row, error)
            self._faults.add(key)

    def _run_errands(self) -> None:
        now = self._inside.clock.now()
        for errand, due in self._errands.items():
            if due <= now and self._side.submit(errand.name, partial(self._errand, errand)):
                self._errands[errand] = now + errand.every

    def _errand(self, errand: Errand) -> None:
        try:
            errand.run()
        except Exception as error:  # noqa: BLE001  (an errand that fails is run again later)
            self._log(errand.name, "-", error)

    def _collect(self, collector: FolderCollector) -> None:
        try:
            for bundle_id, error in collector.collect():
                log.info("folder bundle=%s outcome=%s", bundle_id, error.code if error else "taken")
                if error is None:
                    self._taken.append(bundle_id)
                    self._wake.set()
        except Exception as error:  # noqa: BLE001  (one bad folder must not stop the rest)
            self._log("folder", "-", error)

    def _due_arrivals(self, org_id: str) -> Sequence[tuple[str, str]]:
        with self._inside.store.reading(org_id) as unit:
            return unit.arrivals.due(self._inside.clock.now(), _BATCH)

    def _start_arrivals(self, org_id: str, due: Sequence[tuple[str, str]]) -> int:
        return sum(
            self._in.submit((org_id, *row), partial(self._arrival, org_id, *row)) for row in due
        )

    def _start_transfers(self, org_id: str) -> int:
        with self._inside.store.reading(org_id) as unit:
            due = unit.transfers.due(self._inside.clock.now(), _TRANSFERS_LOOKED_AT)
            known = self._recipients.get(org_id, {})
            to = {row: known.get(row) or unit.transfers.get(row).recipient for row in due}
        self._recipients[org_id] = to
        return sum(
            self._out.submit((org_id, row), partial(self._transfer, org_id, row), to[row])
            for row in due
        )

    def _arrival(self, org_id: str, sender: str, bundle_id: str) -> None:
        key = (org_id, sender, bundle_id)
        try:
            self._receiver.advance(org_id, sender, bundle_id)
            self._faults.clear(key)
        except Exception as error:  # noqa: BLE001  (one bad arrival must not stop the rest)
            self._log("arrival", bundle_id, error)
            faults = self._faults.add(key)
            with self._inside.store.unit(org_id) as unit:
                due = self._inside.clock.now() + self._faults.pause(faults)
                unit.arrivals.schedule(sender, bundle_id, due, faults)
                if faults == HOLD_AFTER:
                    unit.audit.record(WORKER, "arrival.held", "arrival", bundle_id, HELD)
                unit.commit()

    def _transfer(self, org_id: str, bundle_id: str) -> None:
        key = (org_id, bundle_id)
        try:
            self._deliverer.advance(org_id, bundle_id)
            self._faults.clear(key)
        except Exception as error:  # noqa: BLE001  (one bad transfer must not stop the rest)
            self._log("transfer", bundle_id, error)
            faults = self._faults.add(key)
            with self._inside.store.unit(org_id) as unit:
                if faults == HOLD_AFTER:
                    held = replace(unit.transfers.get(bundle_id), attention=HELD)
                    unit.transfers.update(held)
                    unit.audit.record(WORKER, "transfer.held", "transfer", bundle_id, HELD)
                due = self._inside.clock.now() + self._faults.pause(faults)
                unit.transfers.schedule(bundle_id, due, faults)
                unit.commit()

    def _log(self, kind: str, bundle_id: str, error: Exception) -> None:
        """Log a code, or the mere type of what has none: a foreign message may hold a value."""
        if isinstance(error, ExchangeError | KeysError | SchemaError):
            code = error.code
        else:
            code = type(error).__name__
        log.warning("%s bundle=%s outcome=%s", kind, bundle_id, code)


def _let_sleep() -> None:
    """Wake nobody: a look into a folder that found nothing is no reason for the next."""
