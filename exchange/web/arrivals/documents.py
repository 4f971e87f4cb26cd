"""One document of a pack: a page around it, and the document itself under a sandbox."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from exchange.errors import NotFound
from exchange.ports import Arrival
from exchange.services.check_arrival import check_arrival
from exchange.services.mark_used import mark_used
from exchange.services.read_document import PackDocument
from exchange.services.summarise_pack import READABLE, PaperView, general_arrival
from exchange.web.arrivals.pack import papers, read
from exchange.web.here import actor, inside, org_id, parts, sees
from exchange.web.meant import unmeant
from exchange.web.serving import SHOWN, send_document
from schemas.base import load_bytes
from schemas.statement import FileEntry, FileRole, Statement


def page(bundle: str, document: str) -> Any:
    """Show a document within a page of ours, if it was checked."""
    _checked(_arrival(bundle), document)
    found = read(bundle)
    paper = _of(papers(found), document)
    return render_template(
        "arrivals/document.html",
        page=found,
        paper=paper,
        in_page=paper.check.may_be_shown and paper.check.media_type in SHOWN,
    )


def file(bundle: str, document: str) -> AnyResponse:
    """Hand a document over, if it was checked; opening it counts as use.

    :raises NotFound: ``document-unknown``: there is none, or it may not be shown.
    """
    arrival = _arrival(bundle)
    entry = _entry(arrival, document)
    instead = unmeant(url_for("arrivals.document", bundle=bundle, document=document))
    if instead is not None:
        return instead
    check = _checked(arrival, document)
    if not check.may_be_shown:
        raise NotFound("document-unknown")
    mark_used(inside(), org_id(), arrival, [document], "opened", actor())
    keep = request.args.get("keep") == "1"
    name = entry.path.rpartition("/")[2]
    source = PackDocument(inside(), org_id(), arrival, document, name)
    return send_document(source, check.media_type, entry.size, kind=entry.type, keep=keep)


def _arrival(bundle: str) -> Arrival:
    with inside().store.reading(org_id()) as unit:
        arrival = general_arrival(unit, bundle)
    if arrival.state not in READABLE:
        raise NotFound("contents-gone")
    return arrival


def _entry(arrival: Arrival, document: str) -> FileEntry:
    """Return what was signed of a document that the person may see."""
    for one in load_bytes(Statement, arrival.statement).files:
        if one.id == document and one.role is FileRole.DOCUMENT and sees(one.type):
            return one
    raise NotFound("document-unknown")


def _checked(arrival: Arrival, document: str) -> Any:
    """Return the verdict on a document; one that nobody has looked at is looked at now."""
    _entry(arrival, document)
    checks = check_arrival(
        inside(), parts().scanner, parts().inspector, org_id(), arrival, only=document
    )
    return checks.of(document)


def _of(listed: list[PaperView], document: str) -> PaperView:
    found = next((one for one in listed if one.id == document), None)
    if found is None:
        raise NotFound("document-unknown")
    return found
