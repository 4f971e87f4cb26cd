"""Take an upload in: sealed while its bytes come, so that nothing plain is ever on a disk."""

from __future__ import annotations

import hashlib
import time
import uuid
import zlib
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Literal

from exchange.bundle.at_rest import Source
from exchange.errors import Conflict, FormatError, Refused, UsageError, Wrapped
from exchange.ports import Actor, UnitOfWork
from exchange.services.inside import Inside
from exchange.services.tray.batch import require_open
from exchange.services.tray.limits import LONGEST_NAME, MOST_WAITING
from exchange.services.tray.upload import KIND, WAITING, Stage, Upload, upload_of
from keys.age import encrypt
from keys.errors import KeysError
from keys.interfaces import Compartment

_SLOT = 256 * 1024
_ASK_EVERY_BYTES = 1024 * 1024
_ASK_EVERY_SECONDS = 1.0


def always() -> bool:
    """Say that an upload may go on; for what is no person's."""
    return True


@dataclass(frozen=True, slots=True)
class NewUpload:
    """What is known of an upload as it ends.

    :param path: its place in the leavers' folder, parts divided by ``/``; empty: by itself.
    :param pupil_id: the pupil on whose page it was uploaded.
    :param may_be_empty: the worker says that it is; else it is refused as it comes.
    """

    file_name: str
    path: str = ""
    batch_id: str | None = None
    pupil_id: str | None = None
    archive: bool = False
    may_be_empty: bool = False


@dataclass(frozen=True, slots=True)
class Received:
    """What became of an upload; ``new`` is False where the same was there already."""

    upload: Upload
    new: bool


class Receiving:
    """One upload under way: a sink for its bytes; unless it is finished, nothing of it stays.

    :param limit: most bytes.
    :param alive: whether who uploads still may: asked again and again while bytes come.
    """

    def __init__(
        self,
        inside: Inside,
        org_id: str,
        *,
        limit: int | None = None,
        alive: Callable[[], bool] = always,
        compartment: Literal["general", "cp"] = "general",
    ) -> None:
        """Begin.

        :raises Refused: ``tray-full``.
        :raises Wrapped: ``compartment-locked``.
        :raises StorageFull: no room.
        """
        self._inside = inside
        self._org_id = org_id
        self._limit = inside.limits.document_bytes if limit is None else limit
        self._alive = alive
        self._compartment = compartment
        self._keys = _keys(inside, org_id, compartment)
        with inside.store.reading(org_id) as unit:
            require_room(unit)
        self.upload_id = str(uuid.uuid4())
        self._blob = self._keys.tag("blob", self.upload_id.encode())
        self._digest, self._crc, self.size = hashlib.sha256(), 0, 0
        self._asked_at, self._asked_size = time.monotonic(), 0
        self._stack = ExitStack()
        self._writer = self._stack.enter_context(inside.blobs.create(org_id, self._blob))
        self._sealed = encrypt(self._writer.file, [self._keys.recipient])

    def __enter__(self) -> Receiving:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    def close(self) -> None:
        """Leave nothing behind, unless it was finished."""
        self._stack.close()

    def write(self, data: bytes) -> int:
        """Seal more of it.

        :raises Refused: ``document-too-large``; ``session-ended``: who uploads may no more.
        """
        self.size += len(data)
        if self.size > self._limit:
            raise too_large(self._limit)
        self._ask()
        self._digest.update(data)
        self._crc = zlib.crc32(data, self._crc)
        return self._sealed.write(data)

    def _ask(self) -> None:
        now = time.monotonic()
        due = now - self._asked_at >= _ASK_EVERY_SECONDS
        if due or self.size - self._asked_size >= _ASK_EVERY_BYTES:
            self._asked_at, self._asked_size = now, self.size
            require_alive(self._alive)

    def finish(self, new: NewUpload, actor: Actor) -> Received:
        """Keep it; the same file at the same place, received before, is kept once.

        :raises FormatError: ``document-empty``.
        :raises UsageError: ``file-name-invalid``.
        :raises NotFound: ``pupil-unknown``.
        :raises Refused: ``folder-ended``.
        :raises StorageFull: no room; nothing was kept.
        """
        require_alive(self._alive)
        check_name(new.path or new.file_name)
        if self.size == 0 and not new.may_be_empty:
            hint = "The file has no contents. Look for the right one."
            raise FormatError("document-empty", "/document", hint)
        upload = self._upload(new, actor)
        known = self._known(upload)
        if known is not None:
            return Received(known, False)
        self._sealed.close()
        self._writer.commit()
        kept = False
        try:
            kept = self._add(upload, actor)
        finally:
            if not kept:
                self._inside.blobs.delete(self._org_id, self._blob)
        return Received(upload if kept else self._known(upload) or upload, kept)

    def _upload(self, new: NewUpload, actor: Actor) -> Upload:
        now = self._inside.clock.now()
        sha256 = self._digest.hexdigest()
        place = [new.batch_id or "", new.pupil_id or "", new.path or new.file_name, sha256]
        return Upload(
            upload_id=self.upload_id,
            stage=Stage.RECEIVED,
            file_name=new.file_name,
            path=new.path,
            batch_id=new.batch_id,
            pupil_id=new.pupil_id,
            archive=new.archive,
            by=actor.name,
            role=actor.role,
            received_at=now,
            updated_at=now,
            blob=self._blob,
            size=self.size,
            sha256=sha256,
            crc32=self._crc,
            compartment=self._compartment,
            lookup=self._keys.tag("upload", "\0".join(place).encode("utf-8", "surrogatepass")),
            due_at=now,
        )

    def _known(self, upload: Upload) -> Upload | None:
        with self._inside.store.reading(self._org_id) as unit:
            found = unit.items.find(KIND, upload.lookup or "")
        return None if found is None else upload_of(found)

    def _add(self, upload: Upload, actor: Actor) -> bool:
        """Store the row; False where somebody stored the same in this moment."""
        detail = {"pupil": upload.pupil_id} if upload.pupil_id else {}
        if upload.batch_id:
            detail["folder"] = upload.batch_id
        with self._inside.store.unit(self._org_id) as unit:
            if upload.pupil_id:
                unit.pupils.get(upload.pupil_id)
            if upload.batch_id:
                require_open(unit, upload.batch_id)
            try:
                unit.items.add(upload.item())
            except Conflict:
                return False
            unit.audit.record(actor, "upload.received", "upload", upload.upload_id, detail=detail)
            unit.commit()
        return True


def receive(
    inside: Inside,
    org_id: str,
    source: Source,
    new: NewUpload,
    actor: Actor,
    *,
    limit: int | None = None,
    alive: Callable[[], bool] = always,
    compartment: Literal["general", "cp"] = "general",
) -> Received:
    """Take one upload in from a stream, which is read once.

    :raises Refused, FormatError, UsageError, NotFound, StorageFull: as :class:`Receiving` says.
    """
    with Receiving(inside, org_id, limit=limit, alive=alive, compartment=compartment) as receiving:
        while chunk := source.read(_SLOT):
            receiving.write(chunk)
        return receiving.finish(new, actor)


def require_room(unit: UnitOfWork) -> None:
    """Refuse an upload where too many lie unfiled.

    :raises Refused: ``tray-full``.
    """
    if (
        sum(unit.items.count(KIND, stage.value) for stage in (*WAITING, Stage.READY))
        >= MOST_WAITING
    ):
        hint = "File or throw away what is in the tray, then upload more."
        raise Refused("tray-full", "/document", hint)


def require_alive(alive: Callable[[], bool]) -> None:
    """Refuse to go on for somebody who was signed out or suspended meanwhile.

    :raises Refused: ``session-ended``.
    """
    if not alive():
        hint = "You were signed out. Sign in, then upload it again."
        raise Refused("session-ended", "/document", hint)


def too_large(limit: int) -> Refused:
    """Return the refusal of a file that is larger than we take."""
    most = f"{limit // (1024 * 1024)} MB" if limit >= 1024 * 1024 else f"{limit} bytes"
    hint = f"The most is {most}. Save it with smaller pictures, or split it."
    return Refused("document-too-large", "/document", hint)


def check_name(name: str) -> None:
    """Refuse a name that is none; any other is kept as it is, and is never used as a path.

    :raises UsageError: ``file-name-invalid``.
    """
    if not name.strip() or len(name) > LONGEST_NAME or "\0" in name:
        hint = f"Give the file a name of at most {LONGEST_NAME} characters, then upload it again."
        raise UsageError("file-name-invalid", "/document", hint)


def _keys(inside: Inside, org_id: str, name: str) -> Compartment:
    try:
        return inside.vault.compartment(org_id, name)
    except KeysError as error:
        raise Wrapped.of(error) from None
