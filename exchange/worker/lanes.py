"""A few threads for one kind of step, and how long a step rests that failed."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import timedelta

_MOST_WAITING = 50
_REST_SECONDS = 10.0
_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(hours=6)
_HELD_PAUSE = timedelta(days=1)
HOLD_AFTER = 12
"""Faults of one row, one after the other, until a person is told: after about a day."""


class Lane:
    """A few threads for one kind of step; a row is never in two of them.

    A step that raises could not even note when it is due again, so its row rests here.

    :param wake: called whenever a step has ended.
    :param per_group: at most so many steps of one group (a recipient) wait or run at once.
    """

    def __init__(
        self, name: str, threads: int, wake: Callable[[], None], per_group: int = _MOST_WAITING
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


class Faults:
    """Counts how often each row failed by a fault of ours: not a refusal, not a busy partner.

    In memory: a restart, perhaps of a mended programme, counts anew.
    """

    def __init__(self) -> None:
        self._counts: Counter[Hashable] = Counter()
        self._until: dict[Hashable, float] = {}

    def add(self, key: Hashable) -> int:
        """Count one more, let the row rest, and return how many there are now."""
        self._counts[key] += 1
        pause = self.pause(self._counts[key])
        self._until[key] = time.monotonic() + pause.total_seconds()
        return self._counts[key]

    def clear(self, key: Hashable) -> None:
        """Forget those of a row: a step of it went well."""
        self._counts.pop(key, None)
        self._until.pop(key, None)

    def rests(self, key: Hashable) -> bool:
        """Say whether a row that failed is not to be tried yet."""
        return self._until.get(key, 0.0) > time.monotonic()

    @staticmethod
    def pause(count: int) -> timedelta:
        """Return how long a row rests after so many faults."""
        if count >= HOLD_AFTER:
            return _HELD_PAUSE
        return min(_FIRST_PAUSE * (1 << (count - 1)), _LONGEST_PAUSE)
