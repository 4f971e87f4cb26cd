"""Rows of a board, kept in memory and brought up to date from the book.

Names are sealed at rest, so that no database can sort or search them: a board of thousands would
open thousands of values at every look. Instead each process keeps the few words that its boards
show. Law 4 of the house makes this safe: nothing changes without an entry, so that the entries
since the last look name all that must be read again, and no entry means that nothing has changed.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Generic, Protocol, TypeVar

from exchange.domain.clocks import london_day
from exchange.errors import ExchangeError
from exchange.ports import AuditEntry, UnitOfWork
from exchange.services.inside import Inside

log = logging.getLogger("senx.pages")
R_co = TypeVar("R_co", covariant=True)
R = TypeVar("R")

_MOST_AT_ONCE = 2000
"""So many entries are gone through; behind more of them, all is read anew."""


class Source(Protocol[R_co]):
    """What a board is made from."""

    def everything(self, unit: UnitOfWork, today: date) -> Mapping[str, R_co]:
        """Return all rows by key."""

    def row(self, unit: UnitOfWork, key: str, today: date) -> R_co | None:
        """Return one row; None: it is on the board no more."""

    def touched(self, unit: UnitOfWork, entry: AuditEntry) -> Iterable[str] | None:
        """Return the keys of the rows that an entry touches; None: it cannot be told."""


class KeptRows(Generic[R]):
    """The rows of one board of one organisation; safe for threads."""

    def __init__(self, source: Source[R]) -> None:
        self._source = source
        self._lock = threading.Lock()
        self._rows: dict[str, R] = {}
        self._seq = -1
        self._day = date.min

    def is_of(self, today: date) -> bool:
        """Return whether the rows were read on this day: what is late depends on it."""
        return self._day == today

    @property
    def is_read(self) -> bool:
        """Return whether there are rows at all yet."""
        return self._seq >= 0

    def read_all(self, unit: UnitOfWork, today: date) -> None:
        """Read everything anew, while others still get what was read before."""
        seq = unit.audit.last_seq()
        rows = dict(self._source.everything(unit, today))
        with self._lock:
            if seq >= self._seq or today != self._day:
                self._rows, self._seq, self._day = rows, seq, today

    def rows(self, unit: UnitOfWork) -> tuple[R, ...]:
        """Return the rows as the unit of work sees them, in no order.

        What depends on the day is as of the day on which all was read last.
        """
        return tuple(self.by_key(unit).values())

    def by_key(self, unit: UnitOfWork) -> Mapping[str, R]:
        """Return the same rows by key: the same mapping as long as none of them changes."""
        newest = unit.audit.last_seq()
        with self._lock:
            if newest > self._seq:
                self._catch_up(unit, newest)
            return self._rows

    def _catch_up(self, unit: UnitOfWork, newest: int) -> None:
        keys = self._since(unit) if newest - self._seq <= _MOST_AT_ONCE else None
        if keys is None:
            self._rows = dict(self._source.everything(unit, self._day))
        else:
            self._replace(unit, keys)
        self._seq = newest

    def _since(self, unit: UnitOfWork) -> set[str] | None:
        keys: set[str] = set()
        for entry in unit.audit.entries(after=self._seq):
            touched = self._source.touched(unit, entry)
            if touched is None:
                return None
            keys.update(touched)
        return keys

    def _replace(self, unit: UnitOfWork, keys: Iterable[str]) -> None:
        read = {key: self._source.row(unit, key, self._day) for key in keys}
        changed = {key: row for key, row in read.items() if row != self._rows.get(key)}
        if changed:  # others may hold the mapping: it is never changed itself
            rows = {key: changed.get(key, row) for key, row in (self._rows | changed).items()}
            self._rows = {key: row for key, row in rows.items() if row is not None}


class Board(Generic[R]):
    """One board of every organisation of this node; one instance a process.

    :param make: makes the source of one organisation's rows.
    """

    def __init__(self, inside: Inside, make: Callable[[str], Source[R]]) -> None:
        self._inside = inside
        self._make = make
        self._lock = threading.Lock()
        self._kept: dict[str, KeptRows[R]] = {}
        self._reading: dict[str, threading.Thread] = {}

    def is_ready(self, org_id: str, patience: float = 0.7) -> bool:
        """Return whether the rows are at hand; if not, they are being read from now on.

        :param patience: seconds to wait for it.
        :raises NotFound: ``organisation-not-hosted``.
        """
        kept = self._of(org_id)
        if not kept.is_of(self._today()):
            reading = self._read_beside(org_id)
            if not kept.is_read:
                reading.join(patience)
        return kept.is_read

    def rows(self, org_id: str) -> tuple[R, ...]:
        """Return all rows of an organisation, in no order; waits where none were read yet.

        :raises NotFound: ``organisation-not-hosted``.
        """
        return tuple(self.by_key(org_id).values())

    def by_key(self, org_id: str) -> Mapping[str, R]:
        """Return the same rows by key: the same mapping as long as none of them changes.

        :raises NotFound: ``organisation-not-hosted``.
        """
        kept, today = self._of(org_id), self._today()
        with self._inside.store.reading(org_id) as unit:
            if not kept.is_read:
                kept.read_all(unit, today)
            elif not kept.is_of(today):
                self._read_beside(org_id)
            return kept.by_key(unit)

    def _read_beside(self, org_id: str) -> threading.Thread:
        """Read everything in a thread beside; one at a time."""
        with self._lock:
            running = self._reading.get(org_id)
            if running is None or not running.is_alive():
                running = threading.Thread(
                    target=self._read, args=(org_id,), name="senx-board", daemon=True
                )
                self._reading[org_id] = running
                running.start()
            return running

    def _read(self, org_id: str) -> None:
        try:
            with self._inside.store.reading(org_id) as unit:
                self._of(org_id).read_all(unit, self._today())
        except ExchangeError as error:  # the page that waits for it meets the same error itself
            log.warning("board outcome=%s", error.code)

    def _of(self, org_id: str) -> KeptRows[R]:
        with self._lock:
            if org_id not in self._kept:
                self._kept[org_id] = KeptRows(self._make(org_id))
            return self._kept[org_id]

    def _today(self) -> date:
        return london_day(self._inside.clock.now())
