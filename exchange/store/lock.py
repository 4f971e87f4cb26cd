"""Locks on files: one worker a home, one upgrade at a time.

``flock`` goes with the open file: the kernel lets go when its process ends, however it ends.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from exchange.errors import Conflict, StoreError


@contextmanager
def single_worker(home: Path) -> Iterator[None]:
    """Hold the lease of the one worker of ``home`` while inside.

    :raises Conflict: ``worker-running``: another process has it.
    :raises StoreError: ``store-failed``: the lock file cannot be made.
    """
    with _locked(home / "worker.lock", wait=False):
        yield


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold the lock in ``path`` while inside; wait for it.

    :raises StoreError: ``store-failed``: the lock file cannot be made.
    """
    with _locked(path, wait=True):
        yield


@contextmanager
def _locked(path: Path, *, wait: bool) -> Iterator[None]:
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise StoreError("store-failed", f"/{type(error).__name__}") from None
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            raise Conflict(
                "worker-running", hint="One worker runs on this home already; stop it first."
            ) from None
        yield
    finally:
        os.close(handle)
