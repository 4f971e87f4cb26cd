"""File a report that nobody asked for through here: by mail, on paper, from a parent."""

from __future__ import annotations

from dataclasses import dataclass, replace

from exchange.domain.clocks import london_day
from exchange.domain.disclosure import AUTHOR, Mark, Said
from exchange.errors import NotFound
from exchange.ports import Actor, StoredDocument, UnitOfWork
from exchange.services.advice.filing import put_record, reinstate, supersede
from exchange.services.advice.matching import match_of_files, require_match
from exchange.services.inside import Inside
from exchange.services.links.agency_about import About, check_about, not_for
from exchange.services.links.pack_view import label_of
from exchange.services.tray.file_upload import Filing, file_upload
from exchange.services.tray.upload import open_upload

HOW = ("mail", "paper", "parent", "another")
"""How it reached us: the book has it."""


@dataclass(frozen=True, slots=True)
class CameBy:
    """A report that lies in the tray, as a person says what it is.

    :param replaces: a document of the pupil of which it is a newer version, or empty.
    :param looked: they looked at it, and it is about this pupil alone.
    :param compared: by what in the document they know whose it is (``matching.COMPARED``).
    """

    pupil_id: str
    about: About
    how: str
    replaces: str = ""
    looked: bool = False
    compared: tuple[str, ...] = ()


def file_unrequested(
    inside: Inside, org_id: str, upload_id: str, told: CameBy, actor: Actor
) -> StoredDocument:
    """File an upload as a specialist's report, with its record and its author's wishes, at once.

    :raises NotFound: ``item-unknown``, ``pupil-unknown``, ``document-unknown``.
    :raises UsageError: as ``agency_about.check_about`` and ``matching.require_match`` say.
    :raises Refused: as ``tray.file_upload`` says.
    """
    now = inside.clock.now()
    about = check_about(told.about, london_day(now))
    with inside.store.reading(org_id) as unit:
        upload = open_upload(unit, upload_id)
        match = match_of_files(inside, unit, [(upload_id, upload.file_name)], told.pupil_id)
        require_match(match, told.compared, looked=told.looked)
    marks = tuple(Mark(whom, about.author, AUTHOR, now) for whom in not_for(about))
    filing = Filing(
        pupil_id=told.pupil_id,
        type=about.type,
        title=label_of(about.type),
        author=about.author,
        authored=about.written,
        said=Said(marks=marks),
    )

    def along(unit: UnitOfWork, document: StoredDocument) -> StoredDocument:
        return _with_record(inside, unit, replace(told, about=about), document, actor)

    return file_upload(inside, org_id, upload_id, filing, actor, along).document


def _with_record(
    inside: Inside, unit: UnitOfWork, told: CameBy, filed: StoredDocument, actor: Actor
) -> StoredDocument:
    """Put its record beside a report, and let the version before give way, in the same commit."""
    older = [one for one in _older(unit, told) if one.document_id != filed.document_id]
    document = reinstate(unit, filed.document_id, actor)
    put_record(inside, unit, told.about, document, older)
    for one in older:
        supersede(unit, one, actor, inside.clock.now())
    detail = {"pupil": told.pupil_id, "how": told.how if told.how in HOW else "another"}
    if told.compared:
        detail["compared"] = ",".join(told.compared)
    unit.audit.record(
        actor, "advice.unrequested-filed", "document", document.document_id, detail=detail
    )
    unit.audit.record(actor, "record.kept", "pupil", told.pupil_id)
    return document


def _older(unit: UnitOfWork, told: CameBy) -> list[StoredDocument]:
    if not told.replaces:
        return []
    found = unit.documents.get(told.replaces)
    if found.pupil_id != told.pupil_id or found.compartment != "general":
        raise NotFound("document-unknown", "/replaces")
    return [found]
