"""A report, or the answer that there is none, that came from a body's own node in a pack."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import BinaryIO

from exchange.bundle.opening import OpenedBundle
from exchange.ports import Actor, Arrival, UnitOfWork
from exchange.services.accept import arrival_of
from exchange.services.advice.model import KIND, WAITS, AdviceRequest, Answer, State, request_from
from exchange.services.advice.reports import (
    KIND as REPORT,
)
from exchange.services.advice.reports import (
    Report,
    ReportFile,
    Step,
    changed,
    report_from,
    reports_of,
    to_item,
)
from exchange.services.advice.said import keep, note_answer, tell_asker
from exchange.services.inside import Inside
from exchange.services.links.agency_about import EVERYBODY, NOT_THESE, ONLY, TYPES, About
from exchange.services.open_pack import open_pack
from exchange.services.seekable import seekable
from schemas.advice import AdviceAnswer, AdviceOutcome
from schemas.records import RECORDS
from schemas.report import SpecialistReport

SENDER = Actor("worker", "machine")


def report_came(inside: Inside, unit: UnitOfWork, arrival: Arrival, opened: OpenedBundle) -> None:
    """Keep what came for a person to file, in the caller's unit of work; again changes nothing.

    It is believed to answer a request only if it names it and comes from the body that was asked.
    """
    if any(
        report.bundle_id == arrival.bundle_id and report.sender == arrival.sender
        for report in _of(unit, arrival)
    ):
        return
    records = [one for _, one in opened.records(RECORDS)]
    request = _request(unit, arrival)
    answer = next((one for one in records if isinstance(one, AdviceAnswer)), None)
    now = inside.clock.now()
    if answer is not None and answer.outcome is AdviceOutcome.DECLINED:
        if request is not None and request.state in WAITS:
            told = Answer("declined", arrival.arrived_at, answer.answered_by.name)
            told = replace(told, text=answer.reason or "")
            answers = (*request.answers, told)
            keep(unit, replace(request, state=State.DECLINED, answers=answers), now)
            tell_asker(inside, unit, request, "agency-declined", now)
        return
    made = next((one for one in records if isinstance(one, SpecialistReport)), None)
    if made is None or not opened.documents:
        return
    before = reports_of(unit, request.request_id) if request else []
    report = Report(
        report_id=str(uuid.uuid4()),
        step=Step.TAKING,
        request_id=request.request_id if request else "",
        pupil_id=request.pupil_id if request else "",
        by=made.authors[0].name,
        about=about_of(made),
        files=tuple(
            ReportFile(one.id, one.title or one.path.rpartition("/")[2], one.size, one.sha256)
            for one in opened.documents.values()
        ),
        came_at=arrival.arrived_at,
        updated_at=now,
        bundle_id=arrival.bundle_id,
        sender=arrival.sender,
        version=len(before) + 1,
        issued=min(opened.statement.issued, arrival.arrived_at),  # their clock may run fast
    )
    unit.items.add(to_item(_in_its_place(unit, report, before, now)))
    if request is not None:
        answered = Answer("report", arrival.arrived_at, report.by, report.report_id)
        note_answer(unit, request, answered, now)


def _in_its_place(
    unit: UnitOfWork, report: Report, before: Sequence[Report], now: datetime
) -> Report:
    """Return a report as the version that it is, and count on those that overtook it on the way."""
    newer = [one for one in before if one.order > report.order]
    for one in newer:
        due = one.item.due_at if one.item else None
        unit.items.update(changed(replace(one, version=one.version + 1), now, due))
    return replace(report, version=report.version - len(newer))


def _request(unit: UnitOfWork, arrival: Arrival) -> AdviceRequest | None:
    if arrival.in_reply_to is None:
        return None
    found = unit.items.find(KIND, f"advice:{arrival.in_reply_to}")
    request = None if found is None else request_from(found)
    if request is None or request.body.org_id != arrival.sender:
        return None
    return None if request.state is State.CANCELLED else request


def _of(unit: UnitOfWork, arrival: Arrival) -> Iterator[Report]:
    return (report_from(one) for one in unit.items.all(REPORT))


def about_of(record: SpecialistReport) -> About:
    """Return what a report's record says, in the fields that staff see."""
    author, readers = record.authors[0], record.readers
    mode, whom = _readers(record)
    seen = readers.parents_have_seen if readers else None
    return About(
        type=record.type if record.type in TYPES else "other",
        author=author.name,
        role=author.role,
        written=record.written,
        organisation=author.organisation or "",
        register=author.registration.body.value if author.registration else "",
        number=author.registration.number if author.registration else "",
        register_name=(author.registration.name_of_body or "") if author.registration else "",
        seen=record.seen,
        readers=mode,
        whom=whom,
        parents_have_seen={True: "yes", False: "no"}.get(seen, "") if seen is not None else "",
        reason=(readers.reason or "") if readers else "",
    )


def _readers(record: SpecialistReport) -> tuple[str, tuple[str, ...]]:
    readers = record.readers
    if readers is not None and readers.may_read:
        return ONLY, tuple(one.value for one in readers.may_read)
    if readers is not None and readers.may_not_read:
        return NOT_THESE, tuple(one.value for one in readers.may_not_read)
    return EVERYBODY, ()


@contextmanager
def pack_file(inside: Inside, org_id: str, report: Report, document_id: str) -> Iterator[BinaryIO]:
    """Open one document of the pack in which a report came.

    :raises NotFound: the pack, or its contents, are gone.
    :raises BundleError: a check failed.
    """
    with inside.store.reading(org_id) as unit:
        arrival = arrival_of(unit, report.sender, report.bundle_id)
    with open_pack(inside, org_id, arrival) as opened:
        yield seekable(opened, opened.documents[document_id])
