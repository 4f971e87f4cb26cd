"""A USB stick or a shared drive: packs are laid down as files, receipts are laid beside them.

``<bundle id>.zip`` is a pack; ``<bundle id>.<seq>.receipt.json`` and the same name with ``.sig``
are a receipt and its signature. Everything else in the folder is somebody else's and is left
alone. Names hold hexadecimal digits, dots and hyphens only, so they fit FAT and every drive.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO

from adapters.transports.failures import damaged
from adapters.transports.place import Look, Place, opened
from exchange.errors import NotFound, TransportRefused
from exchange.ports import Parcel, SignedReceipt

RECEIPT_LIMIT = 64 * 1024
SIGNATURE_LIMIT = 8 * 1024
SETTLE_SECONDS = 2.0
OLD_SECONDS = 60.0

_CHUNK = 1 << 20
_ID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_BUNDLE_NAME = re.compile(rf"({_ID})\.zip")
_BUNDLE_ID = re.compile(_ID)
_END_RECORD = b"PK\x05\x06"
_END_RECORD_SIZE = 22


class FolderTransport:
    """Lays packs into one folder and reads the receipts that come to lie there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def deliver(self, parcel: Parcel, content: BinaryIO) -> None:
        """Lay the pack into the folder, whole and durable; again is no error.

        :raises TransportError: ``folder-unavailable``, ``folder-full``.
        :raises TransportRefused: ``bundle-id-reused``: another complete pack lies there under
            this name; ``parcel-damaged``: the bytes are not those that the parcel names;
            ``folder-entry-invalid``.
        """
        name = _bundle_name(parcel.bundle_id)
        with opened(self._folder) as place:
            if not _lies_there(place, name, parcel):
                place.write(name, partial(_copy, parcel, content))

    def receipts(
        self, sender: str, recipient: str, bundle_id: str, after: int
    ) -> Sequence[SignedReceipt]:
        """Return the receipts numbered ``after + 1`` and on, up to the first gap.

        A gap means that somebody is still copying; what is behind it is fetched later.

        :raises TransportError: ``folder-unavailable``.
        """
        found: list[SignedReceipt] = []
        with opened(self._folder) as place:
            while True:
                name = _receipt_name(bundle_id, after + len(found) + 1)
                content = place.read(name, RECEIPT_LIMIT)
                signature = place.read(f"{name}.sig", SIGNATURE_LIMIT)
                if not content or not signature:
                    return found
                found.append(SignedReceipt(content, signature))


class Folder:
    """A watched folder: what has come to lie there completely.

    A file is taken for complete when its last bytes are those of a finished ZIP and it has not
    changed between two looks ``settle`` seconds apart, or for a minute by its own date. Whether it
    is a good pack is for the desk to say.

    :param name: what the settings call it.
    :param settle: seconds that a young file must lie unchanged.
    :param monotonic: a clock in seconds that never goes back.
    :param wall: the present time in seconds since 1970.
    """

    def __init__(
        self,
        name: str,
        path: Path,
        settle: float = SETTLE_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._name = name
        self._path = path
        self._settle = settle
        self._monotonic = monotonic
        self._wall = wall
        self._seen: dict[str, tuple[Look, float]] = {}

    @property
    def name(self) -> str:
        """Return the name that the settings give it."""
        return self._name

    def bundles(self) -> Sequence[str]:
        """Return the ids of the packs that lie there complete, sorted.

        :raises TransportError: ``folder-unavailable``.
        """
        seen: dict[str, tuple[Look, float]] = {}
        ready: list[str] = []
        with opened(self._path) as place:
            for name in place.names():
                match = _BUNDLE_NAME.fullmatch(name)
                look = place.look(name) if match else None
                if match is None or look is None:
                    continue
                seen[name] = self._since(name, look)
                if self._settled(*seen[name]) and _ends_like_a_zip(place, name, look):
                    ready.append(match[1])
        self._seen = seen
        return ready

    def _since(self, name: str, look: Look) -> tuple[Look, float]:
        known = self._seen.get(name)
        if known is not None and known[0] == look:
            return known
        return look, self._monotonic()

    def _settled(self, look: Look, since: float) -> bool:
        old = self._wall() - look.modified_ns / 1e9 >= OLD_SECONDS
        return old or self._monotonic() - since >= self._settle

    def open(self, bundle_id: str) -> BinaryIO:
        """Return one pack, readable and seekable.

        :raises NotFound: ``bundle-unknown``: it does not lie there (any more).
        :raises TransportError: ``folder-unavailable``, ``folder-entry-invalid``.
        """
        with opened(self._path) as place:
            file = place.open(_bundle_name(bundle_id))
        if file is None:
            raise NotFound("bundle-unknown", "/folder")
        return file

    def dated(self, bundle_id: str) -> datetime | None:
        """Return the date of a pack's file: when it was last written, where it is there.

        :raises TransportError: ``folder-unavailable``.
        """
        with opened(self._path) as place:
            look = place.look(_bundle_name(bundle_id))
        try:
            return None if look is None else datetime.fromtimestamp(look.modified_ns // 10**9, UTC)
        except (OverflowError, ValueError, OSError):  # a date that is none, from a broken drive
            return None

    def put_receipt(self, bundle_id: str, seq: int, receipt: SignedReceipt) -> None:
        """Lay a receipt beside its pack, durably; again is no error.

        :raises TransportError: ``folder-unavailable``, ``folder-full``.
        """
        name = _receipt_name(bundle_id, seq)
        with opened(self._path) as place:
            # The signature first: whoever sees the receipt finds its signature there.
            _put(place, f"{name}.sig", receipt.signature, SIGNATURE_LIMIT)
            _put(place, name, receipt.content, RECEIPT_LIMIT)


def _bundle_name(bundle_id: str) -> str:
    if not _BUNDLE_ID.fullmatch(bundle_id):
        raise TransportRefused("bundle-id-invalid", "/bundle_id")
    return f"{bundle_id}.zip"


def _receipt_name(bundle_id: str, seq: int) -> str:
    if not _BUNDLE_ID.fullmatch(bundle_id):
        raise TransportRefused("bundle-id-invalid", "/bundle_id")
    return f"{bundle_id}.{seq}.receipt.json"


def _put(place: Place, name: str, content: bytes, limit: int) -> None:
    if place.look(name) is None or place.read(name, limit) != content:
        place.write(name, lambda file: _write_all(file, content))


def _write_all(file: BinaryIO, content: bytes) -> None:
    file.write(content)


def _lies_there(place: Place, name: str, parcel: Parcel) -> bool:
    """Return whether the very pack lies there; a shorter file was cut off and is replaced."""
    file = place.open(name)
    if file is None:
        return False
    with file:
        if os.fstat(file.fileno()).st_size < parcel.size:
            return False
        if _sha256(file) == parcel.sha256:
            return True
    raise TransportRefused(
        "bundle-id-reused",
        "/folder",
        "Another pack lies in the folder under this name. Look at it, then remove it.",
    )


def _sha256(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def _copy(parcel: Parcel, content: BinaryIO, file: BinaryIO) -> None:
    digest, size = hashlib.sha256(), 0
    while chunk := content.read(_CHUNK):
        digest.update(chunk)
        size += len(chunk)
        if size > parcel.size:
            break
        file.write(chunk)
    if size != parcel.size or digest.hexdigest() != parcel.sha256:
        raise damaged()


def _ends_like_a_zip(place: Place, name: str, look: Look) -> bool:
    """Return whether the end record closes the file, with nothing after it and no comment."""
    if look.size < _END_RECORD_SIZE:
        return False
    file = place.open(name)
    if file is None:
        return False
    with file:
        file.seek(look.size - _END_RECORD_SIZE)
        tail = file.read(_END_RECORD_SIZE + 1)
    return len(tail) == _END_RECORD_SIZE and tail.startswith(_END_RECORD) and tail[-2:] == b"\0\0"
