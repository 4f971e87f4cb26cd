"""What an agency's page shows: the question, whom it is about, what is shared, what was sent."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

from exchange.errors import Conflict, ExchangeError
from exchange.ports import Actor, StoredDocument, UnitOfWork
from exchange.services.advice.contents import told_child
from exchange.services.advice.model import KIND, AdviceRequest, request_from
from exchange.services.advice.reports import KIND as REPORT
from exchange.services.advice.reports import Report, Step, get_report, receipts_of, reports_of
from exchange.services.advice.reports import changed as report_changed
from exchange.services.inside import Inside
from exchange.services.links.making import new_blob, recipient_of
from exchange.services.links.model import KIND as LINK
from exchange.services.links.model import Link, LinkState, Purpose, changed, link_of
from exchange.services.links.pack_view import day_words, instant_words, label_of, size_words
from exchange.services.links.shares import member as part
from exchange.services.links.shares import view_member, write_share
from exchange.services.pack_contents import SUFFIX
from exchange.services.trust import organisation
from keys.errors import KeysError
from schemas.advice import ConsentHow
from schemas.errors import SchemaError
from schemas.strict_json import JsonValue

WORKER = Actor("worker", "machine")
_MOST_PAGES = 50
_log = logging.getLogger("senx.advice")

BY_LAW = "Six weeks after the day on which you had this request"
"""By when an answer is wanted, of a body of which nobody knows yet when it had the request."""

_HOW = {
    ConsentHow.FORM: "on a signed form",
    ConsentHow.SPOKEN: "in a conversation",
    ConsentHow.TELEPHONE: "by telephone",
    ConsentHow.WRITTEN: "by mail or letter",
    ConsentHow.NOT_NEEDED: "not needed",
}


def page_view(
    inside: Inside,
    unit: UnitOfWork,
    request: AdviceRequest,
    link: Link,
    documents: Sequence[StoredDocument | None],
) -> dict[str, JsonValue]:
    """Return what the page shows, as the store stands."""
    child = told_child(unit.pupils.get(request.pupil_id))
    us = organisation(inside.directory(), unit.org_id, inside.clock.now())
    return {
        "purpose": Purpose.AGENCY.value,
        "from": us.name,
        "reader": link.person.name,
        "reader_role": link.person.role,
        "body": request.body.name,
        "by": f"{request.asked_by}, {us.name}",
        "reference": request.request_id,
        "name": f"{child.known_as or child.forename} {child.surname}",
        "forename": child.forename,
        "born": day_words(child.date_of_birth),
        "question": request.question,
        "wanted": label_of(request.wanted_type),
        "wanted_type": request.wanted_type,
        "asked": day_words(request.asked_on),
        "due": day_words(request.wanted_by) if request.wanted_by else BY_LAW,
        "consent": consent_words(request),
        "until": instant_words(link.expires_at),
        "state": request.state.value,
        "documents": [
            _document(number, one) for number, one in enumerate(documents, start=1) if one
        ],
        "sent": [_sending(one) for one in reports_of(unit, request.request_id, link.link_id)],
    }


def consent_words(request: AdviceRequest) -> str:
    """Return who agreed, in one line."""
    consent = request.consent
    if consent.how is ConsentHow.NOT_NEEDED:
        return f"Not needed: {consent.note}"
    told = f"{consent.given_by}, {_HOW[consent.how]}, {day_words(consent.given)}"
    return f"{told}. {consent.note}" if consent.note else told


def _document(number: int, document: StoredDocument) -> dict[str, JsonValue]:
    label = label_of(document.type)
    return {
        "number": str(number),
        "title": document.title or label,
        "kind": label,
        "author": document.author,
        "date": day_words(document.authored) if document.authored else "",
        "size": size_words(document.size),
        "media_type": document.media_type,
        "file_name": f"{number:03d}-{document.type}.{SUFFIX.get(document.media_type, 'bin')}",
    }


def _sending(report: Report) -> dict[str, JsonValue]:
    """Return one sending: whether it was looked at, and what could not be taken."""
    return {
        "number": str(report.version),
        "at": instant_words(report.came_at),
        "title": label_of(report.about.type),
        "checked": report.receipt_words != "",
        "words": report.receipt_words,
        "files": [
            {
                "name": one.name,
                "size": size_words(one.size),
                "outcome": one.outcome,
                "why": one.why,
            }
            for one in report.files
        ],
    }


def show_news(inside: Inside, org_id: str) -> int:
    """Seal the pages anew on which something is to be told; again after a kill in between."""
    with inside.store.reading(org_id) as unit:
        due = unit.items.due(REPORT, inside.clock.now(), _MOST_PAGES)
    done = 0
    for report_id in due:
        try:
            done += _show_news_of(inside, org_id, report_id)
        except Conflict:
            continue  # something changed meanwhile: it is told in the next round
        except (ExchangeError, KeysError, SchemaError) as error:
            # The next page is sealed all the same.
            _log.warning("page item=%s outcome=%s", report_id, error.code)
    return done


def _show_news_of(inside: Inside, org_id: str, report_id: str) -> bool:
    with inside.store.reading(org_id) as unit:
        report = get_report(unit, report_id)
    if report.step is Step.TAKING:
        return False  # there is nothing to tell yet
    if report.link_id:
        refresh_page(inside, org_id, report.link_id)
    with inside.store.unit(org_id) as unit:
        unit.items.update(report_changed(report, inside.clock.now(), None))
        unit.audit.record(WORKER, "advice.page-sealed", "advice", report_id)
        unit.commit()
    return True


def refresh_page(inside: Inside, org_id: str, link_id: str) -> None:
    """Seal an agency's page anew, with the receipts that it may keep; an ended link has none.

    The documents behind the link are not sealed again; of those that are here no more the list
    says nothing.
    """
    with inside.store.reading(org_id) as unit:
        link = link_of(unit.items.get(LINK, link_id))
        if link.state is not LinkState.OPEN:
            return
        request = request_from(unit.items.get(KIND, link.member))
        known = {one.document_id: one for one in unit.documents.of_pupil(request.pupil_id)}
        shared = [known.get(one) for one in link.made.split(",")]
        view = page_view(inside, unit, request, link, shared)
        kept = receipts_of(unit, request.request_id, link_id)
    blob = new_blob()
    members = [view_member(view), *(part(name, kind, content) for name, kind, content in kept)]
    with inside.blobs.create(org_id, blob) as writer:
        write_share(writer.file, recipient_of(link), members)
        writer.commit()
    _swap(inside, org_id, link_id, blob)


def _swap(inside: Inside, org_id: str, link_id: str, blob: str) -> None:
    now = inside.clock.now()
    gone = blob
    with inside.store.unit(org_id) as unit:
        newest = link_of(unit.items.get(LINK, link_id))
        if newest.state is LinkState.OPEN:
            gone = newest.marks.blob
            told = replace(newest, marks=replace(newest.marks, blob=blob))
            unit.items.update(changed(told, now, due_at=newest.expires_at))
            unit.audit.record(WORKER, "link.refreshed", "link", link_id)
            unit.commit()
    inside.blobs.delete(org_id, gone)
