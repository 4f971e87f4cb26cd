"""File a report that came, as a person confirmed whose it is; or set it aside.

Its files become documents of the pupil with the author's wishes about readers as marks from the
first moment on, and its record lies beside them. A newer version takes the place of the one
before, which is kept and goes nowhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from exchange.domain.disclosure import AUTHOR, EVERYBODY, SUPERSEDED, Mark, Said
from exchange.domain.transfer import State as PackState
from exchange.errors import Conflict, NotFound, Refused, UsageError
from exchange.ports import Actor, StoredDocument, UnitOfWork
from exchange.services.accept import accept
from exchange.services.advice.matching import match_of, require_match
from exchange.services.advice.model import KIND, State, request_from
from exchange.services.advice.reports import Report, Step, changed, get_report, newer_than
from exchange.services.advice.reports import reports_of as came_for
from exchange.services.advice.said import keep
from exchange.services.advice.standing import unanswered_by
from exchange.services.inside import Inside
from exchange.services.keep_pupil import keep_records
from exchange.services.links.agency_about import About, not_for, record_of
from exchange.services.links.pack_view import label_of
from exchange.services.tray.file_upload import LONGEST_LINE, Filing, file_upload, throw_away
from exchange.services.tray.upload import Stage, get_upload
from schemas.base import load_bytes
from schemas.records import RECORDS
from schemas.report import SpecialistReport

EARLIER = " (earlier version)"


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What a person confirms as they file a report.

    :param compared: by what in the document they know whose it is (``matching.COMPARED``).
    :param looked: they looked at it, and it is about this pupil alone.
    :param replaces: a document of the pupil of which this is a newer version; empty: none, or the
        version before of the same report, which is found by itself.
    """

    pupil_id: str
    looked: bool
    compared: tuple[str, ...] = ()
    replaces: str = ""


def file_report(
    inside: Inside, org_id: str, report_id: str, told: Confirmed, actor: Actor
) -> tuple[str, ...]:
    """File a report with a pupil; return the ids of its documents. Killed in between, do it again.

    :raises NotFound: ``item-unknown``, ``pupil-unknown``, ``document-unknown``.
    :raises Conflict: ``report-filed``; ``report-not-ready``: it is still being checked;
        ``report-superseded``: a newer version of it is filed already.
    :raises UsageError: ``match-unconfirmed``: nobody looked; ``match-thin``: one thing alone says
        whose it is, and the person named no other.
    :raises Refused: as ``tray.file_upload`` says.
    """
    with inside.store.reading(org_id) as unit:
        report = get_report(unit, report_id)
        _require_open(report)
        _require_newest(unit, report)
        match = match_of(inside, unit, report, told.pupil_id)
        require_match(match, told.compared, looked=told.looked)
        before = _before(unit, report, told)
    now = inside.clock.now()
    said = Said(marks=_marks(report, now))
    filed: list[StoredDocument] = []
    good = [one for one in report.files if one.upload and one.outcome != "refused"]
    for number, file in enumerate(good, start=1):
        title = _title(report.about, number, len(good))
        filing = Filing(
            pupil_id=told.pupil_id,
            type=report.about.type,
            title=title,
            author=report.about.author,
            authored=report.about.written,
            said=said,
        )
        filed.append(_filed(inside, org_id, file.upload, filing, actor))
    _keep(inside, org_id, report, told, filed, before, actor, now)
    _accept(inside, org_id, report, actor)
    return tuple(one.document_id for one in filed)


def set_aside(inside: Inside, org_id: str, report_id: str, why: str, actor: Actor) -> Report:
    """Set a report aside: it is none, or not about the pupil for whom it came; files are removed.

    :raises NotFound: ``item-unknown``.
    :raises Conflict: ``report-filed``.
    :raises UsageError: ``reason-missing``.
    """
    if not why.strip():
        raise UsageError("reason-missing", "/why", "Say why.")
    now = inside.clock.now()
    with inside.store.unit(org_id) as unit:
        report = get_report(unit, report_id)
        _require_open(report)
        told = replace(report, step=Step.SET_ASIDE, why=why.strip()[:4000], filed_by=actor.name)
        unit.items.update(changed(told, now, None))
        unit.audit.record(actor, "advice.report-set-aside", "advice", report_id)
        if report.request_id:
            request = request_from(unit.items.get(KIND, report.request_id))
            keep(unit, unanswered_by(unit, request, report_id), now)
        unit.commit()
    for one in report.files:
        if one.upload:
            with suppress(NotFound):
                throw_away(inside, org_id, one.upload, actor)
    return told


def _require_open(report: Report) -> None:
    if report.step in (Step.FILED, Step.SET_ASIDE):
        raise Conflict("report-filed", "/report", "Somebody was first. Look at it again.")
    if report.step is not Step.WAITING:
        raise Conflict("report-not-ready", "/report", "It is still being checked. Wait a little.")


def _require_newest(unit: UnitOfWork, report: Report) -> None:
    """Let no earlier version take the place of one that corrected it."""
    if any(one.step is Step.FILED for one in newer_than(unit, report)):
        hint = "A newer version of it is filed. Set this one aside."
        raise Conflict("report-superseded", "/report", hint)


def _before(unit: UnitOfWork, report: Report, told: Confirmed) -> list[StoredDocument]:
    """Return the documents of the version before, of which this one takes the place."""
    if told.replaces:
        found = unit.documents.get(told.replaces)
        if found.pupil_id != told.pupil_id or found.compartment != "general":
            raise NotFound("document-unknown", "/replaces")
        return [found]
    if not report.request_id:
        return []
    filed = [
        one
        for one in came_for(unit, report.request_id)
        if one.step is Step.FILED
        and one.about.type == report.about.type
        and (one.link_id, one.sender) == (report.link_id, report.sender)
    ]
    if not filed:
        return []
    here = {one.document_id: one for one in unit.documents.of_pupil(told.pupil_id)}
    return [here[one] for one in filed[-1].documents if one in here]


def _marks(report: Report, now: datetime) -> tuple[Mark, ...]:
    return tuple(Mark(whom, report.about.author, AUTHOR, now) for whom in not_for(report.about))


def _title(about: About, number: int, total: int) -> str:
    label = label_of(about.type)
    return label if total == 1 else f"{label} ({number} of {total})"


def _filed(
    inside: Inside, org_id: str, upload_id: str, filing: Filing, actor: Actor
) -> StoredDocument:
    """File one upload; one that was filed before a kill is taken as it is."""
    with inside.store.reading(org_id) as unit:
        upload = get_upload(unit, upload_id)
        if upload.stage is Stage.FILED and upload.filed_as:
            found = unit.documents.get(upload.filed_as)
            if found.pupil_id != filing.pupil_id:
                hint = "Somebody began to file it with another pupil. Look at that pupil's page."
                raise Conflict("report-filed", "/report", hint)
            return found
    return file_upload(inside, org_id, upload_id, filing, actor).document


def _keep(
    inside: Inside,
    org_id: str,
    report: Report,
    told: Confirmed,
    filed: Sequence[StoredDocument],
    before: Sequence[StoredDocument],
    actor: Actor,
    now: datetime,
) -> None:
    if not filed:
        raise Refused("nothing-to-file", "/files", "None of its files could be taken.")
    older = [one for one in before if one.document_id not in {each.document_id for each in filed}]
    with inside.store.unit(org_id) as unit:
        _require_open(get_report(unit, report.report_id))  # somebody may have been first
        _require_newest(unit, report)
        question = None
        if report.request_id:
            request = request_from(unit.items.get(KIND, report.request_id))
            question = request.question
            keep(unit, replace(request, state=State.FILED), now)
        main, *_ = [reinstate(unit, one.document_id, actor) for one in filed]
        put_record(inside, unit, report.about, main, older, question)
        for one in older:
            supersede(unit, one, actor, now)
        done = replace(
            get_report(unit, report.report_id),
            step=Step.FILED,
            pupil_id=told.pupil_id,
            documents=tuple(one.document_id for one in filed),
            compared=told.compared,
            filed_by=actor.name,
        )
        unit.items.update(changed(done, now, None))
        detail = {"documents": str(len(filed)), "replaced": str(len(older))}
        unit.audit.record(actor, "advice.report-filed", "advice", report.report_id, detail=detail)
        unit.audit.record(actor, "record.kept", "pupil", told.pupil_id)
        unit.commit()


def put_record(
    inside: Inside,
    unit: UnitOfWork,
    about: About,
    main: StoredDocument,
    older: Sequence[StoredDocument],
    question: str | None = None,
) -> None:
    """Put the record of a report beside its file, in the caller's unit of work.

    The record of the version before says that this one took its place: it is taken out of the
    pupil's current records by its slot, and stays as history.
    """
    replaces = older[0].document_id if older else None
    record = record_of(
        about,
        main.pupil_id,
        main.title,
        document=main.document_id,
        replaces=replaces,
        question=question,
    )
    keep_records(inside, unit, main.pupil_id, [record])


def supersede(unit: UnitOfWork, document: StoredDocument, actor: Actor, now: datetime) -> None:
    """Keep an earlier version, and let it go nowhere, in the caller's unit of work."""
    if any(one.not_for == EVERYBODY for one in document.said.marks):
        return
    mark = Mark(EVERYBODY, actor.name, SUPERSEDED, now)
    title = document.title.removesuffix(EARLIER)[: LONGEST_LINE - len(EARLIER)] + EARLIER
    said = replace(document.said, marks=(*document.said.marks, mark))
    unit.documents.update(replace(document, title=title, said=said))
    unit.audit.record(actor, "document.superseded", "document", document.document_id)


def reinstate(unit: UnitOfWork, document_id: str, actor: Actor) -> StoredDocument:
    """Return what was filed; an earlier version that was sent once more is the newest again.

    In the caller's unit of work. A mark that a person set stays.
    """
    document = unit.documents.get(document_id)
    marks = tuple(one for one in document.said.marks if one.role != SUPERSEDED)
    title = document.title.removesuffix(EARLIER)
    if (marks, title) == (document.said.marks, document.title):
        return document
    again = replace(document, title=title, said=replace(document.said, marks=marks))
    unit.documents.update(again)
    unit.audit.record(actor, "document.reinstated", "document", document_id)
    return again


def _accept(inside: Inside, org_id: str, report: Report, actor: Actor) -> None:
    """Let a body that sent a pack know that its report was taken in."""
    if not report.bundle_id:
        return
    with inside.store.reading(org_id) as unit:
        arrival = unit.arrivals.find(report.sender, report.bundle_id)
    if arrival is not None and arrival.state is PackState.VERIFIED:
        with suppress(Conflict):
            accept(inside, org_id, report.bundle_id, actor, report.sender)


def report_record(unit: UnitOfWork, pupil_id: str, document_id: str) -> SpecialistReport | None:
    """Return what is known of a report that is filed as this document."""
    for one in unit.records.of_pupil(pupil_id):
        if one.slot.startswith("specialist-report"):
            found = load_bytes(RECORDS, one.record)
            if isinstance(found, SpecialistReport) and found.document == document_id:
                return found
    return None
