"""Attach a document to a pupil: looked at, measured, sealed on its way in, noted in the book."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from exchange.bundle.at_rest import Digests, seal_stream
from exchange.domain.clocks import london_day
from exchange.errors import Refused, ScannerUnavailable, Wrapped
from exchange.ports import (
    Actor,
    Cleaner,
    Inspector,
    Openable,
    Scanner,
    StoredDocument,
    UnitOfWork,
)
from exchange.ports.texts import ReadText
from exchange.services.document_texts import keep_text
from exchange.services.inside import Inside
from exchange.services.screen import Screened, screen
from keys.errors import KeysError
from keys.interfaces import Recipient
from schemas.codes import code_set
from schemas.errors import CodeSetError


@dataclass(frozen=True, slots=True)
class NewDocument:
    """What a person says of a document.

    :param path: a file, or what lies here sealed and is opened in memory.
    :param type: code of the document types (``ep-report``, ``profile`` ...).
    :param title: what a person calls it; empty: the label of its type.
    :param authored: the day on which it was written, where known.
    """

    path: Path | Openable
    type: str
    author: str
    authored: date | None = None
    title: str = ""


@dataclass(frozen=True, slots=True)
class Attached:
    """The document as stored; ``new`` is False where the same bytes were there already.

    :param removed: codes of what its cleaned copy has no more.
    """

    document: StoredDocument
    new: bool
    warnings: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


def attach(
    inside: Inside,
    inspector: Inspector,
    org_id: str,
    pupil_id: str,
    new: NewDocument,
    actor: Actor,
    *,
    scanner: Scanner | None = None,
    cleaner: Cleaner | None = None,
) -> Attached:
    """Attach one document to one pupil.

    :param scanner: None where this node has none: what is kept is marked ``unscanned``.
    :param cleaner: given: its cleaned copy is kept, and the original is not.
    :raises Wrapped: ``code-unknown``: no such document type; ``compartment-locked``: a CP file,
        and the DSL has not unlocked.
    :raises FormatError: ``document-unreadable``, ``document-type-unsupported``, ``pdf-invalid``,
        ``document-not-cleanable``, ``document-changed``.
    :raises Refused: ``document-too-large``, ``too-many-documents``; ``document-infected``,
        ``scan-too-large``, ``scan-incomplete``, which go into the book.
    :raises ScannerUnavailable: nothing was stored; later it may be taken.
    :raises StorageFull: no room; nothing was stored.
    """
    try:
        kind = code_set("document-type").lookup(
            new.type, on=london_day(inside.clock.now()), path="/type"
        )
    except CodeSetError as error:
        raise Wrapped.of(error) from None
    with inside.store.reading(org_id) as unit:
        _require_room(inside, unit, pupil_id)
    try:
        screened = screen(new.path, inspector, scanner, cleaner)
    except Refused as error:
        if not isinstance(error, ScannerUnavailable):
            _note_refusal(inside, org_id, pupil_id, error.code, actor)
        raise
    name = str(kind.attributes.get("compartment", "general"))
    document = _take_in(inside, org_id, name, pupil_id, new, screened, new.title or kind.label)
    kept = None
    try:
        kept = _keep(inside, org_id, document, screened, actor)
    finally:
        if kept is not document:
            inside.blobs.delete(org_id, document.blob)
    return Attached(kept, kept is document, screened.warnings, screened.removed)


def _note_refusal(inside: Inside, org_id: str, pupil_id: str, code: str, actor: Actor) -> None:
    """Say in the book that a document was refused; its name and the scanner's words stay out."""
    with inside.store.unit(org_id) as unit:
        unit.audit.record(
            actor,
            "document.refused",
            "pupil",
            pupil_id,
            outcome="refused",
            detail={"code": code},
        )
        unit.commit()


def _require_room(inside: Inside, unit: UnitOfWork, pupil_id: str) -> None:
    unit.pupils.get(pupil_id)
    if len(unit.documents.of_pupil(pupil_id)) >= inside.limits.documents_per_pupil:
        raise Refused("too-many-documents", "/document", "Remove documents that are out of date.")


def _take_in(
    inside: Inside,
    org_id: str,
    compartment_name: str,
    pupil_id: str,
    new: NewDocument,
    screened: Screened,
    title: str,
) -> StoredDocument:
    """Seal the bytes into a blob of their own; a row comes later, or the blob goes again."""
    try:
        compartment = inside.vault.compartment(org_id, compartment_name)
    except KeysError as error:
        raise Wrapped.of(error) from None
    document_id = str(uuid.uuid4())
    blob = compartment.tag("blob", document_id.encode())
    digests = _seal(inside, org_id, blob, screened, compartment.recipient)
    return StoredDocument(
        document_id=document_id,
        pupil_id=pupil_id,
        blob=blob,
        size=digests.size,
        created_at=inside.clock.now(),
        type=new.type,
        title=title,
        author=new.author,
        authored=new.authored,
        media_type=screened.media_type,
        file_name=new.path.name,
        sha256=digests.sha256,
        crc32=digests.crc32,
        compartment="cp" if compartment_name == "cp" else "general",
        warnings=screened.warnings,
    )


def _seal(
    inside: Inside, org_id: str, blob: str, screened: Screened, recipient: Recipient
) -> Digests:
    with screened.open() as source, inside.blobs.create(org_id, blob) as writer:
        digests = seal_stream(source, writer.file, recipient, inside.limits.document_bytes)
        screened.require_same(digests.sha256)
        writer.commit()
    return digests


def _keep(
    inside: Inside, org_id: str, document: StoredDocument, screened: Screened, actor: Actor
) -> StoredDocument:
    """Store the row, unless the pupil has the same bytes as the same type already."""
    detail = {"pupil": document.pupil_id}  # the book is clear: what kind it is stays sealed
    if screened.removed:
        detail["removed"] = ",".join(screened.removed)
    read = _text(inside, screened)
    with inside.store.unit(org_id) as unit:
        for known in unit.documents.of_pupil(document.pupil_id):
            if (known.sha256, known.type) == (document.sha256, document.type):
                return known
        unit.documents.add(document)
        if read is not None:
            keep_text(inside, unit, document.document_id, read, document.compartment)
        unit.audit.record(
            actor,
            "document.attached",
            "document",
            document.document_id,
            detail=detail,
        )
        unit.commit()
    return document


def _text(inside: Inside, screened: Screened) -> ReadText | None:
    """Return what it says, so that it can be searched before it is sent."""
    if inside.texts is None:
        return None
    with screened.open() as plain:
        return inside.texts.read(plain, screened.media_type)
