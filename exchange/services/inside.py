"""What the use cases of the inner process are handed, once, by wiring."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from exchange.ports import BlobStore, Clock, Directory, Limits, Store
from exchange.ports.days import HolidayTable
from exchange.ports.schools import SchoolRegister
from exchange.ports.texts import TextReader
from keys.interfaces import Vault


@dataclass(frozen=True, slots=True)
class Inside:
    """The collaborators of a process that holds keys.

    :param directory: returns the newest installed directory at each call.
    :param register: the open register of schools, where one is kept.
    :param texts: reads what documents say; None: nothing of them is read, and none is searched.
    :param holidays: None: no bank holiday is known, and clocks say so.
    """

    store: Store
    blobs: BlobStore
    vault: Vault
    directory: Callable[[], Directory]
    clock: Clock
    limits: Limits
    register: SchoolRegister | None = None
    texts: TextReader | None = None
    holidays: HolidayTable | None = None
