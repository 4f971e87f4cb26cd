"""Carry one upload forward in the inner process: look at it, scan it, read it, guess.

The claim is committed before anything is opened: a document that brings the worker down is taken
up a few times and then refused, and stops nobody else's.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from exchange.bundle.at_rest import seal_stream
from exchange.domain.guessing import guess_type
from exchange.domain.roster import Sign, signs_in_text
from exchange.errors import (
    Conflict,
    ExchangeError,
    FormatError,
    NotFound,
    Refused,
    ScannerUnavailable,
    Wrapped,
)
from exchange.ports import Cleaner, Inspector, Scanner, UnitOfWork
from exchange.ports.texts import UNREAD, ReadText
from exchange.services.document_texts import keep_text
from exchange.services.inside import Inside
from exchange.services.roster_of import roster_of
from exchange.services.screen import Screened, screen
from exchange.services.sealed_document import SealedDocument
from exchange.services.tray.batch import be_done_with
from exchange.services.tray.unpack import Unpacker
from exchange.services.tray.upload import (
    KIND,
    LOCKED,
    NOT_CLEANABLE,
    WAITING,
    Stage,
    Upload,
    get_upload,
)
from exchange.services.tray.verdicts import WORKER, hold, leave_as_it_is, locked, refuse
from keys.errors import KeysError

_LEASE = timedelta(minutes=3)
_ARCHIVE_LEASE = timedelta(minutes=60)
_MOST_ATTEMPTS = 3
_MOST_MENTIONED = 30
_FILED_KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Seen:
    """What was found out about an upload."""

    screened: Screened
    read: ReadText


class TrayChecker:
    """Moves the uploads of one node forward.

    :param scanner: None where this node has none: documents are marked ``unscanned``.
    """

    def __init__(
        self,
        inside: Inside,
        inspector: Inspector,
        scanner: Scanner | None,
        cleaner: Cleaner,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._inside = inside
        self._inspector = inspector
        self._scanner = scanner
        self._cleaner = cleaner
        self._chance = chance

    def due(self, org_id: str, limit: int = 50) -> Sequence[str]:
        """Return the ids of up to ``limit`` uploads that wait to be looked at."""
        with self._inside.store.reading(org_id) as unit:
            due = unit.items.due(KIND, self._inside.clock.now(), limit * 4)
            # What lies in the safeguarding lead's area waits for them alone.
            return [one for one in due if _is_ours(unit, one)][:limit]

    def advance(self, org_id: str, upload_id: str) -> None:
        """Do the next step of one upload; again is harmless."""
        claimed = self._claim(org_id, upload_id)
        if claimed is None:
            return
        try:
            self._look(org_id, claimed)
        except ScannerUnavailable as error:
            self._hold(org_id, claimed, error)
        except (FormatError, Refused) as error:
            self._refuse(org_id, claimed, error)
        except Conflict:
            return  # thrown away, or asked for anew, while we looked
        except (Wrapped, KeysError) as error:
            if error.code == "compartment-locked":
                self._hold(
                    org_id, claimed, Wrapped.of(error) if isinstance(error, KeysError) else error
                )
            else:
                hint = "It was damaged on the way. Upload it again."
                self._refuse(org_id, claimed, FormatError("document-unreadable", "/document", hint))

    def _claim(self, org_id: str, upload_id: str) -> Upload | None:
        now = self._inside.clock.now()
        with self._inside.store.unit(org_id) as unit:
            try:
                upload = get_upload(unit, upload_id)
            except NotFound:
                return None
            if upload.due_at is None or upload.due_at > now:
                return None
            if upload.stage not in WAITING:
                self._forget(unit, upload)
                return None
            if upload.attempts >= _MOST_ATTEMPTS:
                hint = "It could not be looked at. Print it to a new PDF, and upload that."
                error = FormatError("document-check-failed", "/document", hint)
                refuse(unit, upload, now, error)
                return None
            lease = _ARCHIVE_LEASE if upload.archive else _LEASE
            taken = upload.at(
                Stage.CHECKING, now, now + lease, attempts=upload.attempts + 1, code="", hint=""
            )
            stored = unit.items.update(taken.item())
            unit.audit.record(WORKER, "upload.taken-up", "upload", upload_id)
            unit.commit()
        return taken.at(Stage.CHECKING, now, now + lease, version=stored.version)

    def _forget(self, unit: UnitOfWork, upload: Upload) -> None:
        """Remove the row of what was filed or unpacked long ago."""
        unit.items.remove(KIND, upload.upload_id)
        be_done_with(unit, upload, self._inside.clock.now())
        unit.audit.record(WORKER, "upload.forgotten", "upload", upload.upload_id)
        unit.commit()

    def _look(self, org_id: str, upload: Upload) -> None:
        if upload.archive:
            self._unpack(org_id, upload)
            return
        document = SealedDocument(
            self._inside, org_id, upload.blob, upload.file_name, upload.compartment
        )
        cleaner = self._cleaner if upload.wants_cleaning else None
        try:
            screened = screen(document, self._inspector, self._scanner, cleaner)
        except FormatError as error:
            if error.code != NOT_CLEANABLE or upload.active:
                raise
            with self._inside.store.unit(org_id) as unit:
                leave_as_it_is(unit, upload, self._inside.clock.now(), error)
            return
        if screened.content is None:
            screened.require_same(upload.sha256)
        if LOCKED & set(screened.warnings):
            raise locked()
        with screened.open() as plain:
            texts = self._inside.texts
            read = UNREAD if texts is None else texts.read(plain, screened.media_type)
        self._ready(org_id, upload, Seen(screened, read))

    def _ready(self, org_id: str, upload: Upload, seen: Seen) -> None:
        kept = upload
        if seen.screened.content is not None:
            kept = self._sealed_anew(org_id, upload, seen.screened)
        try:
            self._write(org_id, kept, seen)
        except BaseException:
            if kept.blob != upload.blob:
                self._inside.blobs.delete(org_id, kept.blob)
            raise
        if kept.blob != upload.blob:
            self._inside.blobs.delete(org_id, upload.blob)

    def _write(self, org_id: str, upload: Upload, seen: Seen) -> None:
        inside, now = self._inside, self._inside.clock.now()
        screened, read = seen.screened, seen.read
        with inside.store.unit(org_id) as unit:
            found = upload.at(
                Stage.READY,
                now,
                None,
                attempts=0,
                media_type=screened.media_type,
                warnings=screened.warnings,
                removed=tuple(sorted({*upload.removed, *screened.removed})),
                guess=guess_type(upload.file_name, read.text),
                mentions=_mentions(inside, unit, upload, read),
                text_whole=read.whole,
                title=_line(read.title),
                author=_line(read.author),
                wants_cleaning=False,
            )
            unit.items.update(found.item())
            keep_text(inside, unit, upload.upload_id, read, upload.compartment)
            detail = {"warnings": ",".join(screened.warnings)} if screened.warnings else {}
            unit.audit.record(WORKER, "upload.checked", "upload", upload.upload_id, detail=detail)
            unit.commit()

    def _sealed_anew(self, org_id: str, upload: Upload, screened: Screened) -> Upload:
        """Seal the cleaned copy into a blob of its own."""
        inside = self._inside
        keys = inside.vault.compartment(org_id, upload.compartment)
        blob = keys.tag("blob", f"{upload.upload_id}/{upload.version}".encode())
        with screened.open() as plain, inside.blobs.create(org_id, blob) as writer:
            digests = seal_stream(plain, writer.file, keys.recipient, inside.limits.document_bytes)
            screened.require_same(digests.sha256)
            writer.commit()
        return upload.at(
            upload.stage,
            upload.updated_at,
            upload.due_at,
            blob=blob,
            size=digests.size,
            sha256=digests.sha256,
            sent_as=upload.sent_as or upload.sha256,
            crc32=digests.crc32,
        )

    def _unpack(self, org_id: str, upload: Upload) -> None:
        Unpacker(self._inside, org_id).unpack(upload)
        now = self._inside.clock.now()
        with self._inside.store.unit(org_id) as unit:
            done = upload.at(Stage.UNPACKED, now, now + _FILED_KEPT, attempts=0, blob="")
            unit.items.update(done.item())
            unit.audit.record(WORKER, "upload.unpacked", "upload", upload.upload_id)
            unit.commit()
        self._inside.blobs.delete(org_id, upload.blob)

    def _hold(self, org_id: str, upload: Upload, error: ExchangeError) -> None:
        with self._inside.store.unit(org_id) as unit:
            hold(unit, upload, self._inside.clock.now(), error, self._chance())

    def _refuse(self, org_id: str, upload: Upload, error: ExchangeError) -> None:
        with self._inside.store.unit(org_id) as unit:
            refuse(unit, upload, self._inside.clock.now(), error)
        if error.code == "document-infected":
            self._inside.blobs.delete(org_id, upload.blob)


def _mentions(
    inside: Inside, unit: UnitOfWork, upload: Upload, read: ReadText
) -> dict[str, tuple[Sign, ...]]:
    """Return whom the text names, the clearest first; nobody where it is a child's own upload."""
    if upload.pupil_id is not None or not read.text:
        return {}
    found = signs_in_text(read.text, roster_of(inside, unit))
    ranked = sorted(found.items(), key=lambda one: (-len(one[1]), one[0]))[:_MOST_MENTIONED]
    return {who: tuple(sorted(signs)) for who, signs in ranked}


def _line(text: str) -> str:
    """Return a property as one line that can be shown, or nothing."""
    told = " ".join(text.split())
    return told if told.isprintable() and len(told) <= 200 else ""


def _is_ours(unit: UnitOfWork, upload_id: str) -> bool:
    """Return whether this process has the key of an upload's compartment."""
    try:
        unit.items.get(KIND, upload_id)
    except Wrapped as error:
        return error.code != "compartment-locked"
    return True
