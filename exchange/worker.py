"""Runs what is due: arrivals, outgoing transfers, watched folders. One per node.

A step that fails, or a partner that hangs, never stops the others: steps run on a few threads, of
which one partner gets only some, and no two steps of one row run at once. A disk that is full
stops nothing either; it is tried again. What goes wrong is logged as a code, never a value.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from exchange.errors import ExchangeError
from exchange.services.collect_folder import FolderCollector
from exchange.services.deliver import Deliverer
from exchange.services.inside import Inside
from exchange.services.receive import Receiver
from keys.errors import KeysError
from schemas.errors import SchemaError

log = logging.getLogger("senx.worker")
_BATCH = 50
_TRANSFERS_LOOKED_AT = 1000
_OUT_THREADS = 8
_PER_RECIPIENT = 2
_PAUSE_AFTER_FAULT = timedelta(minutes=1)
_REST_SECONDS = 10.0
_LONGEST_REST = 60.0
_LEAST_PAUSE = 0.01
_STOP_LATENCY = 0.2


class Lane:
    """A few threads for one kind of step; a row is never in two of them.

    A step that raises could not even note when it is due again, so its row rests here.

    :param wake: called whenever a step has ended.
    :param per_group: at most so many steps of one group (a recipient) wait or run at once.
    """

    def __init__(
        self, name: str, threads: int, wake: Callable[[], None], per_group: int = _BATCH
    ) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._wake = wake
        self._per_group = per_group
        self._busy: dict[Hashable, tuple[Hashable, Future[None]]] = {}
        self._under_way: Counter[Hashable] = Counter()
        self._resting: dict[Hashable, float] = {}

    def submit(self, key: Hashable, step: Callable[[], None], group: Hashable = None) -> bool:
        """Start a step, unless its row is busy or resting, or its group has enough under way.

        :param group: None: no group, no bound.
        :returns: whether it was started.
        """
        if key in self._busy or key in self._resting:
            return False
        if group is not None and self._under_way[group] >= self._per_group:
            return False
        future = self._pool.submit(step)
        self._busy[key] = (group, future)
        self._under_way[group] += 1
        future.add_done_callback(lambda _: self._wake())
        return True

    def tidy(self) -> None:
        """Forget the steps that have ended; to be called before those of a round are started."""
        now = time.monotonic()
        self._resting = {row: until for row, until in self._resting.items() if until > now}
        for row, (group, future) in list(self._busy.items()):
            if future.done():
                del self._busy[row]
                self._under_way[group] -= 1
                if future.exception() is not None:
                    self._resting[row] = now + _REST_SECONDS
        self._under_way = +self._under_way

    def settle(self, timeout: float | None = None) -> None:
        """Wait for the steps under way, at most ``timeout`` seconds."""
        wait([future for _, future in self._busy.values()], timeout)

    def close(self) -> None:
        """Let the steps under way end; start none that waits."""
        self._pool.shutdown(wait=True, cancel_futures=True)


@dataclass(frozen=True, slots=True)
class Errand:
    """Something that is done now and then, whatever is due: a sweep, a look for news."""

    name: str
    every: timedelta
    run: Callable[[], object]


class Worker:
    """Goes round the due rows of every hosted organisation."""

    def __init__(
        self,
        inside: Inside,
        deliverer: Deliverer,
        receiver: Receiver,
        collectors: Sequence[FolderCollector],
        errands: Sequence[Errand] = (),
    ) -> None:
        self._inside = inside
        self._deliverer = deliverer
        self._receiver = receiver
        self._collectors = collectors
        self._wake = threading.Event()
        self._out = Lane("senx-out", _OUT_THREADS, self._wake.set, _PER_RECIPIENT)
        self._in = Lane("senx-in", 2, self._wake.set)
        self._side = Lane("senx-side", 1, self._wake.set)
        # A drive that hangs, or a slow stick, holds up its own folder and nothing else.
        self._folders = Lane("senx-folder", max(1, len(collectors)), _let_sleep)
        self._taken: list[str] = []
        self._recipients: dict[str, dict[str, str]] = {}
        self._errands = {errand: inside.clock.now() for errand in errands}

    def run(self, stop: threading.Event, poll_seconds: float) -> None:
        """Go round until ``stop`` is set; look again when a step ended, or after the pause.

        :param poll_seconds: longest pause between two looks at what is due.
        """
        faults = 0
        try:
            while not stop.wait(_LEAST_PAUSE):
                self._wake.clear()
                try:
                    self.round()
                    self._taken.clear()
                    faults = 0
                except Exception as error:  # noqa: BLE001  (a full disk must not end the node)
                    self._log("round", "-", error)
                    faults += 1
                    stop.wait(min(2.0**faults, _LONGEST_REST))
                self._idle(stop, poll_seconds)
        finally:
            self._in.close()
            self._out.close()
            self._side.close()
            self._folders.close()

    def _idle(self, stop: threading.Event, seconds: float) -> None:
        end = time.monotonic() + seconds
        while not stop.is_set() and (left := end - time.monotonic()) > 0:
            if self._wake.wait(min(left, _STOP_LATENCY)):
                return

    def round_and_settle(self) -> int:
        """Do one round and wait for its steps; return how many were started."""
        self._taken.clear()
        started = self.round()
        for lane in (self._folders, self._in, self._out):
            lane.settle()
        return started + len(self._taken)

    def round(self) -> int:
        """Start each step that is due; return how many were started."""
        for lane in (self._out, self._in, self._side, self._folders):
            lane.tidy()
        self._run_errands()
        for collector in self._collectors:
            self._folders.submit(id(collector), partial(self._collect, collector))
        started = 0
        for org_id in self._inside.store.organisations():
            started += self._start_arrivals(org_id) + self._start_transfers(org_id)
        return started

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

    def _start_arrivals(self, org_id: str) -> int:
        with self._inside.store.reading(org_id) as unit:
            due = unit.arrivals.due(self._inside.clock.now(), _BATCH)
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
        try:
            self._receiver.advance(org_id, sender, bundle_id)
        except Exception as error:  # noqa: BLE001  (one bad arrival must not stop the rest)
            self._log("arrival", bundle_id, error)
            due = self._inside.clock.now() + _PAUSE_AFTER_FAULT
            with self._inside.store.unit(org_id) as unit:
                unit.arrivals.schedule(sender, bundle_id, due, 1)
                unit.commit()

    def _transfer(self, org_id: str, bundle_id: str) -> None:
        try:
            self._deliverer.advance(org_id, bundle_id)
        except Exception as error:  # noqa: BLE001  (one bad transfer must not stop the rest)
            self._log("transfer", bundle_id, error)
            due = self._inside.clock.now() + _PAUSE_AFTER_FAULT
            with self._inside.store.unit(org_id) as unit:
                unit.transfers.schedule(bundle_id, due, 1)
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
