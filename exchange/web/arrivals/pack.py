"""The page of a pack: the summary first, then its documents and records; print view and PDF."""

from __future__ import annotations

from typing import Any

from flask import Response, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from exchange.domain.access import Role
from exchange.domain.transfer import State
from exchange.ports.export import TRANSFER_VERSIONS
from exchange.services.keep_pupil import slot_of
from exchange.services.let_go import is_asked
from exchange.services.mark_used import mark_used, use_of
from exchange.services.query import exchange_about
from exchange.services.record_view import Told, told
from exchange.services.summarise_pack import PackPage, PaperView, read_pack
from exchange.services.weigh import type_of_record
from exchange.web.arrivals.beside import beside
from exchange.web.arrivals.printed import printed
from exchange.web.headers import as_document
from exchange.web.here import actor, inside, may, org_id, parts, sees
from exchange.web.meant import unmeant
from exchange.web.words import day
from schemas.base import SubjectRecord
from schemas.pupil import Pupil


def read(bundle: str) -> PackPage:
    """Open a pack for who looks; the look is in the book.

    :raises NotFound: there is no such pack here, or not for the general inbox.
    """
    return read_pack(inside(), org_id(), bundle, actor())


def papers(page: PackPage) -> list[PaperView]:
    """Return the documents that who looks may see."""
    return [one for one in page.documents if sees(one.type)]


def _seen_records(page: PackPage) -> list[str]:
    """Return how the statement names the records that who looks may see."""
    pairs = zip(page.records, page.record_ids, strict=True)
    return [ref for one, ref in pairs if isinstance(one, SubjectRecord) and _sees(one)]


def records(page: PackPage) -> list[tuple[str, tuple[Told, ...]]]:
    """Return name and fields of each record that who looks may see."""
    return [
        (type(one).__name__, told(one))
        for one in page.records
        if isinstance(one, SubjectRecord) and _sees(one)
    ]


def _sees(record: SubjectRecord) -> bool:
    if isinstance(record, Pupil):
        return True
    return sees(type_of_record(slot_of(record), record))


def _sees_flag() -> bool:
    return sees("safeguarding-flag")


def show(bundle: str) -> Any:
    """Show a pack."""
    page = read(bundle)
    with inside().store.reading(org_id()) as unit:
        asked = list(exchange_about(unit, bundle))
        known = frozenset(use_of(unit, page.arrival).documents)
    fresh = [one for one in _seen_records(page) if one not in known]
    if fresh and unmeant("") is None:  # the records stand on this page: it is their reading
        mark_used(inside(), org_id(), page.arrival, fresh, "shown", actor())
    seen = papers(page)
    return render_template(
        "arrivals/pack.html",
        page=page,
        versions=TRANSFER_VERSIONS,
        summary=page.summary,
        papers=seen,
        fresh=[one for one in seen if one.new],
        told=asked,
        records=records(page),
        may_decide=may(Role.SENCO),
        sees_flag=_sees_flag(),
        asked_back=is_asked(page.arrival),
        to_accept=page.arrival.state is State.VERIFIED,
        loaded=page.arrival.state is State.IMPORTED,
        beside=beside(page) if page.arrival.state is State.IMPORTED else [],
    )


def print_view(bundle: str) -> Any:
    """Show the summary of a pack as it is printed; printing counts as use."""
    instead = unmeant(url_for("arrivals.pack", bundle=bundle))
    if instead is not None:
        return instead
    page = read(bundle)
    _printed(page)
    return render_template(
        "arrivals/print.html",
        page=page,
        summary=page.summary,
        papers=papers(page),
        sees_flag=_sees_flag(),
    )


def pdf(bundle: str) -> AnyResponse:
    """Hand the summary over as a PDF, made in memory; it counts as use, too."""
    instead = unmeant(url_for("arrivals.pack", bundle=bundle))
    if instead is not None:
        return instead
    page = read(bundle)
    _printed(page)
    made = day(inside().clock.now())
    data = printed(page, papers(page), made, flag=_sees_flag())
    answer = Response(parts().renderer.render("transfer-summary", data), mimetype="application/pdf")
    answer.headers["Content-Disposition"] = 'attachment; filename="transfer-pack.pdf"'
    return as_document(answer)


def _printed(page: PackPage) -> None:
    mark_used(inside(), org_id(), page.arrival, _seen_records(page), "printed", actor())
