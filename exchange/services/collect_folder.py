"""Take in what lies in a watched folder: a shared drive, a stick that somebody carried over."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import BinaryIO

from exchange.bundle.outer import Outer, read_outer
from exchange.errors import ExchangeError, StoreError, TransportError, Wrapped
from exchange.ports import Store, WatchedFolder
from exchange.services.arrive import ArrivalDesk

_SLOT = 1024 * 1024
_OUR_OWN_TROUBLE = (StoreError, TransportError, Wrapped)
"""A full disk, a stick pulled out, a directory that is missing: looked at again next time."""


class FolderCollector:
    """Looks through one folder; what it refused once it does not read again until restarted."""

    def __init__(self, store: Store, desk: ArrivalDesk, folder: WatchedFolder) -> None:
        self._store = store
        self._desk = desk
        self._folder = folder
        self._done: set[str] = set()

    def collect(self) -> Iterator[tuple[str, ExchangeError | None]]:
        """Take in each bundle for an organisation of this node.

        :returns: per bundle that was looked at its id, and why it was refused, or None.
        """
        for bundle_id in self._folder.bundles():
            if bundle_id in self._done:
                continue
            try:
                with self._folder.open(bundle_id) as source:
                    mine = self._take(source)
            except ExchangeError as error:
                if not isinstance(error, _OUR_OWN_TROUBLE):
                    self._done.add(bundle_id)
                yield bundle_id, error
            else:
                self._done.add(bundle_id)
                if mine:
                    yield bundle_id, None

    def _take(self, source: BinaryIO) -> bool:
        outer = read_outer(source)
        hosted = set(self._store.organisations())
        mine = [one.org_id for one in outer.envelope.recipients if one.org_id in hosted]
        for recipient in mine:
            self._take_for(recipient, outer, source)
        return bool(mine)

    def _take_for(self, recipient: str, outer: Outer, source: BinaryIO) -> None:
        size = source.seek(0, 2)
        sender = outer.envelope.sender
        said = self._desk.announce(
            sender, recipient, outer.envelope_bytes, outer.signature, size, self._folder.name
        )
        if said.already_here:
            return
        expected = self._desk.begin(sender, recipient, sender, said.bundle_id)
        with self._desk.writer(expected) as writer:
            source.seek(0)
            shutil.copyfileobj(source, writer.file, _SLOT)
            self._desk.complete(expected, writer)
