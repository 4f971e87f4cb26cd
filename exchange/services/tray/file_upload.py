"""File an upload: it becomes a document of a pupil, as a person said. Or throw it away."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from exchange.bundle.at_rest import seal_stream
from exchange.domain.clocks import london_day
from exchange.domain.disclosure import NOTHING, Mark, Said, is_cp
from exchange.errors import Refused, UsageError, Wrapped
from exchange.ports import Actor, StoredDocument, UnitOfWork
from exchange.services.document_texts import drop_text, keep_text, kept_text
from exchange.services.inside import Inside
from exchange.services.sealed_document import SealedDocument
from exchange.services.tray.batch import be_done_with
from exchange.services.tray.upload import KIND, Stage, Upload, get_upload, open_upload
from keys.errors import KeysError
from schemas.codes import code_set
from schemas.errors import CodeSetError
from schemas.fields import compiled
from schemas.texts import LINE, VISIBLE

LONGEST_LINE = 200
_FILED_KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Filing:
    """What a person says of a document as they file it.

    :param type: a code of the document types.
    :param title: empty: the label of its type.
    :param said: what is said of it from the first moment on: for whom it is not.
    """

    pupil_id: str
    type: str
    title: str = ""
    author: str = ""
    authored: date | None = None
    said: Said = NOTHING


@dataclass(frozen=True, slots=True)
class Filed:
    """The document; ``new`` is False where the pupil had these bytes as this type already."""

    document: StoredDocument
    new: bool


Along = Callable[[UnitOfWork, StoredDocument], StoredDocument]
"""What else is kept in the same commit; returns the document as it stands then."""


def file_upload(
    inside: Inside,
    org_id: str,
    upload_id: str,
    filing: Filing,
    actor: Actor,
    along: Along = lambda _, document: document,
) -> Filed:
    """Make an upload a document of a pupil, with what belongs to it: all of it or nothing.

    :raises NotFound: ``item-unknown``, ``pupil-unknown``.
    :raises Refused: ``upload-not-ready``; ``active-content``: only its cleaned copy may be kept;
        ``too-many-documents``; ``document-compartment``: for the DSL's area alone.
    :raises UsageError: ``line-unclear``, ``day-unclear``.
    :raises Wrapped: ``code-unknown``: no such type; ``compartment-locked``.
    :raises Conflict: ``item-changed``.
    """
    told, name = _checked(inside, filing)
    with inside.store.reading(org_id) as unit:
        upload = open_upload(unit, upload_id)
        require_fileable(upload)
    if name != upload.compartment and actor.role != "dsl":
        hint = "A child-protection file is added in the safeguarding area, by the DSL."
        raise Refused("document-compartment", "/type", hint)
    moved = None if name == upload.compartment else _moved(inside, org_id, upload, name)
    filed = None
    try:
        filed = _keep(inside, org_id, upload, told, moved or upload.blob, name, actor, along)
    finally:
        if moved is not None and not (filed and filed.new):
            inside.blobs.delete(org_id, moved)
    if moved is not None or not filed.new:
        inside.blobs.delete(org_id, upload.blob)
    return filed


def require_fileable(upload: Upload) -> None:
    """Refuse what was not looked at, or what acts.

    :raises Refused: ``upload-not-ready``, ``active-content``.
    """
    if upload.stage is not Stage.READY:
        raise Refused("upload-not-ready", "/document", "Wait until it has been checked.")
    if upload.active:
        hint = "Keep a cleaned copy of it, or throw it away."
        raise Refused("active-content", "/document", hint)


def check_line(text: str, path: str) -> str:
    """Return a line as it was written, if it can go into a pack.

    :raises UsageError: ``line-unclear``.
    """
    if text == "":
        return text
    good = compiled(LINE).fullmatch(text) and compiled(VISIBLE).search(text)
    if not good or len(text) > LONGEST_LINE:
        hint = f"Write it on one line of at most {LONGEST_LINE} characters."
        raise UsageError("line-unclear", path, hint)
    return text


def _checked(inside: Inside, filing: Filing) -> tuple[Filing, Literal["general", "cp"]]:
    today = london_day(inside.clock.now())
    try:
        kind = code_set("document-type").lookup(filing.type, on=today, path="/type")
    except CodeSetError as error:
        raise Wrapped.of(error) from None
    if filing.authored is not None and filing.authored > today:
        hint = "Give the day on which it was written."
        raise UsageError("day-unclear", "/authored", hint)
    title = check_line(filing.title, "/title") or kind.label
    author = check_line(filing.author, "/author")
    name: Literal["general", "cp"] = "cp" if is_cp(filing.type, today) else "general"
    return replace(filing, title=title, author=author), name


def _moved(inside: Inside, org_id: str, upload: Upload, name: str) -> str:
    """Seal it to the other compartment; return the new blob's name."""
    try:
        keys = inside.vault.compartment(org_id, name)
    except KeysError as error:
        raise Wrapped.of(error) from None
    blob = keys.tag("blob", f"{upload.upload_id}/{name}".encode())
    document = SealedDocument(inside, org_id, upload.blob, "", upload.compartment)
    with document.open() as plain, inside.blobs.create(org_id, blob) as writer:
        seal_stream(plain, writer.file, keys.recipient, inside.limits.document_bytes)
        writer.commit()
    return blob


def _keep(
    inside: Inside,
    org_id: str,
    upload: Upload,
    told: Filing,
    blob: str,
    name: Literal["general", "cp"],
    actor: Actor,
    along: Along,
) -> Filed:
    now = inside.clock.now()
    document = StoredDocument(
        document_id=upload.upload_id,
        pupil_id=told.pupil_id,
        blob=blob,
        size=upload.size,
        created_at=now,
        type=told.type,
        title=told.title,
        author=told.author,
        authored=told.authored,
        media_type=upload.media_type,
        file_name=upload.file_name,
        sha256=upload.sha256,
        crc32=upload.crc32,
        compartment=name,
        warnings=upload.warnings,
        said=told.said,
    )
    with inside.store.unit(org_id) as unit:
        known = _known(inside, unit, document)
        # The look-up of a folder's file stays a while: else the browser would send it again.
        filed = upload.at(
            Stage.FILED,
            now,
            now + _FILED_KEPT,
            blob="",
            pupil_id=told.pupil_id,
            filed_as=(known or document).document_id,
            lookup=upload.lookup if upload.batch_id else None,
            mentions={},
            hint="",
        )
        unit.items.update(filed.item())
        if known is None:
            unit.documents.add(document)
            _note_marks(unit, document, told.said.marks, actor)
            _move_text(inside, unit, upload, name)
        else:
            drop_text(unit, upload.upload_id)
            known = _with_marks(unit, known, told.said, actor)
        detail = {"pupil": told.pupil_id}
        if upload.removed:
            detail["removed"] = ",".join(upload.removed)
        action = "document.attached" if known is None else "upload.was-there"
        unit.audit.record(actor, action, "document", filed.filed_as or "", detail=detail)
        kept = along(unit, known or document)
        unit.commit()
    return Filed(kept, known is None)


def _known(inside: Inside, unit: UnitOfWork, document: StoredDocument) -> StoredDocument | None:
    """Return the same bytes as the same type, if the pupil has them already.

    :raises Refused: ``too-many-documents``.
    """
    unit.pupils.get(document.pupil_id)
    listed = unit.documents.of_pupil(document.pupil_id)
    for one in listed:
        if (one.sha256, one.type) == (document.sha256, document.type):
            return one
    if len(listed) >= inside.limits.documents_per_pupil:
        raise Refused("too-many-documents", "/document", "Remove documents that are out of date.")
    return None


def _with_marks(unit: UnitOfWork, known: StoredDocument, said: Said, by: Actor) -> StoredDocument:
    """Return what was there already, not for those either for whom what came now is not."""
    barred = {one.not_for for one in known.said.marks}
    marks = tuple(one for one in said.marks if one.not_for not in barred)
    if not marks:
        return known
    marked = replace(known, said=replace(known.said, marks=(*known.said.marks, *marks)))
    unit.documents.update(marked)
    _note_marks(unit, known, marks, by)
    return marked


def _note_marks(
    unit: UnitOfWork, document: StoredDocument, marks: Sequence[Mark], actor: Actor
) -> None:
    if marks:
        detail = {"not-for": ",".join(one.not_for for one in marks)}
        unit.audit.record(actor, "document.marked", "document", document.document_id, detail=detail)


def _move_text(
    inside: Inside, unit: UnitOfWork, upload: Upload, name: Literal["general", "cp"]
) -> None:
    if name != upload.compartment:
        read = kept_text(unit, upload.upload_id)
        if read is not None:
            keep_text(inside, unit, upload.upload_id, read, name)


def throw_away(inside: Inside, org_id: str, upload_id: str, actor: Actor) -> None:
    """Remove an upload for good; one that is filed stays, as a document.

    :raises NotFound: ``item-unknown``.
    """
    with inside.store.unit(org_id) as unit:
        upload = open_upload(unit, upload_id)
        unit.items.remove(KIND, upload_id)
        be_done_with(unit, upload, inside.clock.now())
        drop_text(unit, upload_id)
        unit.audit.record(actor, "upload.thrown-away", "upload", upload_id)
        unit.commit()
    if upload.blob:
        inside.blobs.delete(org_id, upload.blob)


def ask_clean(inside: Inside, org_id: str, upload_id: str, actor: Actor) -> None:
    """Ask for a cleaned copy in place of an upload; the worker makes it.

    :raises NotFound: ``item-unknown``.
    :raises Refused: ``upload-not-ready``.
    """
    now = inside.clock.now()
    with inside.store.unit(org_id) as unit:
        upload = open_upload(unit, upload_id)
        if upload.stage is not Stage.READY:
            raise Refused("upload-not-ready", "/document", "Wait until it has been checked.")
        asked = upload.at(Stage.RECEIVED, now, now, wants_cleaning=True)
        unit.items.update(asked.item())
        unit.audit.record(actor, "upload.cleaning-asked", "upload", upload_id)
        unit.commit()


def try_again(inside: Inside, org_id: str, upload_id: str, actor: Actor) -> None:
    """Have an upload looked at again that was held.

    :raises NotFound: ``item-unknown``.
    """
    now = inside.clock.now()
    with inside.store.unit(org_id) as unit:
        upload = get_upload(unit, upload_id)
        if upload.stage is Stage.HELD:
            unit.items.update(upload.at(Stage.HELD, now, now).item())
            unit.audit.record(actor, "upload.retried", "upload", upload_id)
            unit.commit()
