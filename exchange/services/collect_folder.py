"""Take in what lies in a watched folder: a shared drive, a stick that somebody carried over."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import BinaryIO

from exchange.bundle.outer import Outer, read_outer
from exchange.errors import BundleError, ExchangeError, StoreError, TransportError, Wrapped
from exchange.ports import Directory, Store, WatchedFolder
from exchange.services.arrive import ArrivalDesk

_SLOT = 1024 * 1024
_OUR_OWN_TROUBLE = (StoreError, TransportError, Wrapped)
"""A full disk, a stick pulled out, a directory that is missing: looked at again next time."""


class FolderCollector:
    """Looks through one folder, and reads a pack once.

    What it refused it reads again by a newer directory, which may know the sender, or its new key;
    or once it was laid there anew: the old file was gone for one look at least, or this process
    was started again.
    """

    def __init__(
        self,
        store: Store,
        desk: ArrivalDesk,
        folder: WatchedFolder,
        directory: Callable[[], Directory],
    ) -> None:
        self._store = store
        self._desk = desk
        self._folder = folder
        self._directory = directory
        self._taken: set[str] = set()
        self._refused: set[str] = set()
        self._judged_by = ""

    def collect(self) -> Iterator[tuple[str, ExchangeError | None]]:
        """Take in each bundle for an organisation of this node.

        :returns: per bundle that was looked at its id, and why it was refused, or None.
        """
        lying = self._folder.bundles()
        self._forget(set(lying))
        for bundle_id in lying:
            if bundle_id in self._taken or bundle_id in self._refused:
                continue
            mine, error = self._look(bundle_id)
            if error is None:
                self._taken.add(bundle_id)
            elif not _is_our_own(error):
                self._refused.add(bundle_id)
            if mine or error:
                yield bundle_id, error

    def _forget(self, lying: set[str]) -> None:
        """Forget what is gone; and every refusal, once the directory is another."""
        try:
            judged_by = self._directory().sha256
        except ExchangeError:
            judged_by = ""  # there is none now
        if judged_by != self._judged_by:
            self._refused.clear()
        self._judged_by = judged_by
        self._taken &= lying
        self._refused &= lying

    def _look(self, bundle_id: str) -> tuple[bool, ExchangeError | None]:
        """Take one in; return whether it was for us, and what went wrong; raises nothing."""
        try:
            with self._folder.open(bundle_id) as source:
                return self._take(source, bundle_id), None
        except ExchangeError as error:
            return False, error
        except OSError:  # a bad sector, a drive that went away
            return False, TransportError("folder-unavailable", "/folder")
        except Exception:  # noqa: BLE001  (a file that breaks our reader must not stop the node)
            return False, BundleError("bundle-unreadable", "/folder")

    def _take(self, source: BinaryIO, bundle_id: str) -> bool:
        outer, dated = read_outer(source), self._folder.dated(bundle_id)
        hosted = set(self._store.organisations())
        mine = [one.org_id for one in outer.envelope.recipients if one.org_id in hosted]
        errors = []
        for recipient in mine:
            try:
                self._take_for(recipient, outer, source, dated)
            except ExchangeError as error:  # of one organisation here; the others get theirs
                errors.append(error)
        if errors:
            raise next(filter(_is_our_own, errors), errors[0])
        return bool(mine)

    def _take_for(
        self, recipient: str, outer: Outer, source: BinaryIO, dated: datetime | None
    ) -> None:
        size = source.seek(0, 2)
        sender = outer.envelope.sender
        said = self._desk.announce(
            sender, recipient, outer.envelope_bytes, outer.signature, size, self._folder.name, dated
        )
        if said.already_here:
            return
        expected = self._desk.begin(sender, recipient, sender, said.bundle_id)
        with self._desk.writer(expected) as writer:
            source.seek(0)
            shutil.copyfileobj(source, writer.file, _SLOT)
            self._desk.complete(expected, writer)


def _is_our_own(error: ExchangeError) -> bool:
    """Return whether it is a trouble of our own, and no verdict on the bundle."""
    return isinstance(error, _OUR_OWN_TROUBLE) or error.code.startswith("directory-")
