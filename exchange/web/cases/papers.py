"""Documents of a case: a page around each, and the document itself under a sandbox."""

from __future__ import annotations

from typing import Any

from flask import Response, render_template, request

from exchange.domain.access import may_see
from exchange.errors import NotFound
from exchange.ports import Arrival, StoredDocument
from exchange.services.cases import Case
from exchange.services.cases.contents import papers_of
from exchange.services.check_arrival import Check, check_arrival
from exchange.services.mark_used import mark_used
from exchange.services.read_document import PackDocument
from exchange.services.sealed_document import SealedDocument
from exchange.services.summarise_pack import READABLE
from exchange.web.cases import shown
from exchange.web.here import actor, inside, org_id, parts, role
from exchange.web.serving import SHOWN, send_document
from schemas.base import load_bytes
from schemas.statement import FileEntry, FileRole, Statement


def document(case: str, bundle: str, document: str) -> Any:
    """Show a document of a pack within a page of ours, if it was checked."""
    held, arrival = _arrival(case, bundle)
    entry = _entry(arrival, document)
    check = _checked(arrival, document)
    return render_template(
        "cases/document.html",
        **shown.head(held),
        entry=entry,
        check=check,
        bundle=bundle,
        in_page=check.may_be_shown and check.media_type in SHOWN,
    )


def file(case: str, bundle: str, document: str) -> Response:
    """Hand a document of a pack over, if it was checked; opening it counts as use.

    :raises NotFound: ``document-unknown``: there is none, or it may not be shown.
    """
    _, arrival = _arrival(case, bundle)
    entry = _entry(arrival, document)
    check = _checked(arrival, document)
    if not check.may_be_shown:
        raise NotFound("document-unknown")
    mark_used(inside(), org_id(), arrival, [document], "opened", actor())
    name = entry.path.rpartition("/")[2]
    source = PackDocument(inside(), org_id(), arrival, document, name)
    keep = request.args.get("keep") == "1"
    return send_document(source, check.media_type, entry.size, kind=entry.type, keep=keep)


def _arrival(case_id: str, bundle: str) -> tuple[Case, Arrival]:
    """Return a case and a readable pack of it; a pack of another case is none of this one's."""
    held = shown.read(case_id)
    mine = next((one for one in held.packs if one.bundle_id == bundle), None)
    if mine is None:
        raise NotFound("arrival-unknown")
    with inside().store.reading(org_id()) as unit:
        arrival = unit.arrivals.find(mine.sender, mine.bundle_id)
    if arrival is None or arrival.state not in READABLE:
        raise NotFound("contents-gone")
    return held, arrival


def _entry(arrival: Arrival, document: str) -> FileEntry:
    """Return what was signed of a document that the person's role may see."""
    for one in load_bytes(Statement, arrival.statement).files:
        if (
            one.id == document
            and one.role is FileRole.DOCUMENT
            and may_see(role(), one.type, shown.today())
        ):
            return one
    raise NotFound("document-unknown")


def _checked(arrival: Arrival, document: str) -> Check:
    checks = check_arrival(
        inside(), parts().scanner, parts().inspector, org_id(), arrival, only=document
    )
    return checks.of(document)


def paper(case: str, document: str) -> Any:
    """Show a document of the child's record here within a page of ours."""
    held, found = _paper(case, document)
    return render_template(
        "cases/paper.html", **shown.head(held), paper=found, in_page=found.media_type in SHOWN
    )


def paper_file(case: str, document: str) -> Response:
    """Hand a document of the child's record over; that somebody opened it is in the book."""
    held, found = _paper(case, document)
    with inside().store.unit(org_id()) as unit:
        detail = {"case": held.case_id}
        unit.audit.record(actor(), "document.opened", "document", document, detail=detail)
        unit.commit()
    opened = SealedDocument(inside(), org_id(), found.blob, found.file_name)
    keep = request.args.get("keep") == "1"
    return send_document(opened, found.media_type, found.size, kind=found.type, keep=keep)


def _paper(case_id: str, document: str) -> tuple[Case, StoredDocument]:
    held = shown.read(case_id)
    with inside().store.reading(org_id()) as unit:
        listed = papers_of(unit, held)
    found = next((one for one in listed if one.document_id == document), None)
    if found is None or not may_see(role(), found.type, shown.today()):
        raise NotFound("document-unknown")
    return held, found
