"""Runs what is due: arrivals, outgoing transfers, watched folders. One per node.

A step that fails never stops the others; what it says goes to the log as a code, never a value.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from datetime import timedelta

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


class Worker:
    """Goes round the due rows of every hosted organisation."""

    def __init__(
        self,
        inside: Inside,
        deliverer: Deliverer,
        receiver: Receiver,
        collectors: Sequence[FolderCollector],
    ) -> None:
        self._inside = inside
        self._deliverer = deliverer
        self._receiver = receiver
        self._collectors = collectors

    def run(self, stop: threading.Event, poll_seconds: float) -> None:
        """Go round until ``stop`` is set, pausing up to ``poll_seconds`` where nothing is due."""
        while not stop.is_set():
            if self.round() == 0:
                stop.wait(poll_seconds)

    def round(self) -> int:
        """Do each step that is due once; return how many there were."""
        steps = 0
        for collector in self._collectors:
            steps += self._collect(collector)
        for org_id in self._inside.store.organisations():
            steps += self._arrivals(org_id) + self._transfers(org_id)
        return steps

    def _collect(self, collector: FolderCollector) -> int:
        taken = 0
        try:
            for bundle_id, error in collector.collect():
                taken += error is None
                log.info("folder bundle=%s outcome=%s", bundle_id, error.code if error else "taken")
        except (ExchangeError, OSError) as error:
            log.warning("folder outcome=%s", getattr(error, "code", "folder-unreadable"))
        return taken

    def _arrivals(self, org_id: str) -> int:
        now = self._inside.clock.now()
        with self._inside.store.unit(org_id) as unit:
            due = unit.arrivals.due(now, _BATCH)
        for sender, bundle_id in due:
            try:
                self._receiver.advance(org_id, sender, bundle_id)
            except Exception as error:  # noqa: BLE001  (one bad arrival must not stop the rest)
                self._log("arrival", bundle_id, error)
                self._put_off_arrival(org_id, sender, bundle_id)
        return len(due)

    def _transfers(self, org_id: str) -> int:
        now = self._inside.clock.now()
        with self._inside.store.unit(org_id) as unit:
            due = unit.transfers.due(now, _BATCH)
        for bundle_id in due:
            try:
                self._deliverer.advance(org_id, bundle_id)
            except Exception as error:  # noqa: BLE001  (one bad transfer must not stop the rest)
                self._log("transfer", bundle_id, error)
                self._put_off_transfer(org_id, bundle_id)
        return len(due)

    def _put_off_arrival(self, org_id: str, sender: str, bundle_id: str) -> None:
        due = self._inside.clock.now() + _PAUSE_AFTER_FAULT
        with self._inside.store.unit(org_id) as unit:
            unit.arrivals.schedule(sender, bundle_id, due, 1)
            unit.commit()

    def _put_off_transfer(self, org_id: str, bundle_id: str) -> None:
        due = self._inside.clock.now() + _PAUSE_AFTER_FAULT
        with self._inside.store.unit(org_id) as unit:
            unit.transfers.schedule(bundle_id, due, 1)
            unit.commit()

    def _log(self, kind: str, bundle_id: str, error: Exception) -> None:
        """Log a code, or the mere type of what has none: a foreign message may hold a value."""
        known = isinstance(error, ExchangeError | KeysError | SchemaError)
        code = error.code if known else type(error).__name__
        log.warning("%s bundle=%s outcome=%s", kind, bundle_id, code)
