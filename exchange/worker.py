"""Runs what is due: arrivals, outgoing transfers, watched folders. One per node.

A step that fails, or a partner that hangs, never stops the others: steps run on a few threads, and
no two steps of one row run at once. What goes wrong is logged as a code, never a value.
"""

from __future__ import annotations

import logging
import threading
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
_PAUSE_AFTER_FAULT = timedelta(minutes=1)


class Lane:
    """A few threads for one kind of step; a row is never in two of them."""

    def __init__(self, name: str, threads: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._busy: dict[Hashable, Future[None]] = {}

    def submit(self, key: Hashable, step: Callable[[], None]) -> bool:
        """Start a step unless one of the same row is under way; return whether it was started."""
        self._busy = {row: future for row, future in self._busy.items() if not future.done()}
        if key in self._busy:
            return False
        self._busy[key] = self._pool.submit(step)
        return True

    def settle(self, timeout: float | None = None) -> None:
        """Wait for the steps under way, at most ``timeout`` seconds."""
        wait(list(self._busy.values()), timeout)

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
        self._out = Lane("senx-out", 4)
        self._in = Lane("senx-in", 2)
        self._side = Lane("senx-side", 1)
        self._errands = {errand: inside.clock.now() for errand in errands}

    def run(self, stop: threading.Event, poll_seconds: float) -> None:
        """Go round until ``stop`` is set, pausing up to ``poll_seconds`` where nothing is due."""
        try:
            while not stop.is_set():
                if self.round():
                    self._in.settle(0.2)
                else:
                    stop.wait(poll_seconds)
        finally:
            self._in.close()
            self._out.close()
            self._side.close()

    def round_and_settle(self) -> int:
        """Do one round and wait for its steps; return how many were started."""
        started = self.round()
        self._in.settle()
        self._out.settle()
        return started

    def round(self) -> int:
        """Start each step that is due; return how many were started."""
        self._run_errands()
        started = sum(self._collect(one) for one in self._collectors)
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

    def _collect(self, collector: FolderCollector) -> int:
        taken = 0
        try:
            for bundle_id, error in collector.collect():
                taken += error is None
                log.info("folder bundle=%s outcome=%s", bundle_id, error.code if error else "taken")
        except (ExchangeError, OSError) as error:
            log.warning("folder outcome=%s", getattr(error, "code", "folder-unreadable"))
        return taken

    def _start_arrivals(self, org_id: str) -> int:
        with self._inside.store.reading(org_id) as unit:
            due = unit.arrivals.due(self._inside.clock.now(), _BATCH)
        return sum(
            self._in.submit((org_id, *row), partial(self._arrival, org_id, *row)) for row in due
        )

    def _start_transfers(self, org_id: str) -> int:
        with self._inside.store.reading(org_id) as unit:
            due = unit.transfers.due(self._inside.clock.now(), _BATCH)
        return sum(
            self._out.submit((org_id, row), partial(self._transfer, org_id, row)) for row in due
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
