"""At the local authority: reports of reviews that arrived, and what it decided by when.

The worker lists a report in the commit in which it verified the pack. The authority's four weeks
run from the meeting, whenever the report came.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from exchange.bundle.opening import OpenedBundle
from exchange.domain.clocks import london_day
from exchange.domain.feeder import Likeness, likeness
from exchange.errors import Conflict, NotFound, UsageError
from exchange.ports import Actor, Arrival, Transfer, UnitOfWork
from exchange.services.arrival_card import who_of
from exchange.services.inside import Inside
from exchange.services.reviews.keeping import today_of
from exchange.services.reviews.model import Outcome, is_over
from exchange.services.reviews.placing import link_arrived, unlink
from exchange.services.reviews.received import (
    DECIDED,
    DONE,
    KIND,
    OPEN,
    REFUSED,
    Received,
    report_item,
    report_read,
)
from exchange.services.reviews.telling import decision_for, says_more
from schemas.annual_review import AnnualReview
from schemas.pupil import Pupil
from schemas.receipt import RejectionCode
from schemas.records import RECORDS
from schemas.statement import BundleKind

__all__ = [
    "Received",
    "all_received",
    "drop_report",
    "keep_report",
    "received",
    "record_outcome",
    "refuse_report",
]
_ELSEWHERE = frozenset({RejectionCode.NOT_OUR_PUPIL, RejectionCode.WRONG_INBOX})
"""Why a report is sent back whose plan is kept by somebody else."""


def report_id_of(sender: str, bundle_id: str) -> str:
    """Return by which id a report is known here: the same for a pack that is verified again."""
    return hashlib.sha256(f"review/{sender}/{bundle_id}".encode()).hexdigest()


def keep_report(unit: UnitOfWork, arrival: Arrival, opened: OpenedBundle) -> None:
    """List the report of a pack in the caller's unit of work; again changes nothing.

    The caller commits, with its own line in the book.
    """
    if arrival.kind != BundleKind.REPORT.value:
        return
    records = [one for _, one in opened.records(RECORDS)]
    record = next((one for one in records if isinstance(one, AnnualReview)), None)
    if record is None:
        return
    pupil = next((one for one in records if isinstance(one, Pupil)), None)
    report_id = report_id_of(arrival.sender, arrival.bundle_id)
    try:
        unit.items.get(KIND, report_id)
    except NotFound:
        made = Received(
            report_id=report_id,
            sender=arrival.sender,
            bundle_id=arrival.bundle_id,
            child=pupil.names.display if pupil else "A child",
            surname=pupil.names.surname if pupil else "",
            kind=record.kind,
            meeting=record.meeting,
            came=london_day(arrival.reached_at),
            recommendation=record.recommendation,
            nc_year=record.nc_year or "",
            who=who_of(pupil, arrival.sender, pupil.names.known_as or "") if pupil else None,
        )
        _replace_refused(unit, made)
        unit.items.add(report_item(made, arrival.updated_at, arrival.updated_at))
        link_arrived(unit, made, arrival.updated_at)


def _replace_refused(unit: UnitOfWork, made: Received) -> None:
    """Forget a report of the same meeting that was sent back: this one stands in its place."""
    for item in list(unit.items.all(KIND, REFUSED)):
        before = report_read(item)
        if (before.sender, before.meeting) != (made.sender, made.meeting):
            continue
        if before.who and made.who and likeness(before.who, made.who) is Likeness.SAME:
            _remove(unit, before.report_id)


def refuse_report(unit: UnitOfWork, arrival: Arrival, why: RejectionCode) -> None:
    """Note that a report was sent back; forget it where the plan is not this authority's.

    The law counts from the meeting, so that its dates run on until another report comes or
    somebody records what was decided.
    """
    report_id = report_id_of(arrival.sender, arrival.bundle_id)
    try:
        item = unit.items.get(KIND, report_id)
    except NotFound:
        return
    if item.state != OPEN:
        return
    if why in _ELSEWHERE:
        _remove(unit, report_id)
    else:
        unit.items.update(replace(item, state=REFUSED))


def drop_report(unit: UnitOfWork, arrival: Arrival) -> None:
    """Forget a report whose contents were destroyed, unless something was decided."""
    report_id = report_id_of(arrival.sender, arrival.bundle_id)
    try:
        state = unit.items.get(KIND, report_id).state
    except NotFound:
        return
    if state in (OPEN, REFUSED):
        _remove(unit, report_id)


def _remove(unit: UnitOfWork, report_id: str) -> None:
    unit.items.remove(KIND, report_id)
    unlink(unit, report_id)


def received(unit: UnitOfWork, report_id: str) -> Received:
    """Return a report that arrived.

    :raises NotFound: ``item-unknown``.
    """
    return report_read(unit.items.get(KIND, report_id))


def all_received(unit: UnitOfWork) -> Iterator[Received]:
    """Yield all reports that arrived, oldest first."""
    for item in unit.items.all(KIND):
        yield report_read(item)


def record_outcome(
    inside: Inside,
    org_id: str,
    report_id: str,
    outcome: Outcome,
    told: date,
    notice: date | None,
    final: date | None,
    actor: Actor,
    *,
    based_on: int,
    reasons: str = "",
) -> Received:
    """Record what the authority decided after a review, and when the family was told.

    The school is told by a pack, again where the same report is decided otherwise or the amended
    plan was sent; ``message_id`` of what is returned is empty where it could not be.

    :raises NotFound: ``item-unknown``.
    :raises Conflict: ``item-changed``.
    :raises UsageError: ``date-in-future``, ``date-before-meeting``, ``notice-missing``: a plan
        that is amended needs the day of the notice; ``notice-unexpected``;
        ``date-before-decision``.
    :raises Wrapped: the reasons are too long.
    """
    _require_days(inside, outcome, told, notice, final)
    with inside.store.reading(org_id) as unit:
        before = received(unit, report_id)
        arrival = unit.arrivals.find(before.sender, before.bundle_id)
    _require_version(before, based_on)
    for path, day in (("/told", told), ("/notice", notice)):
        if day is not None and day < before.meeting:
            raise UsageError("date-before-meeting", path, "That was before the meeting.")
    made = replace(
        before,
        outcome=outcome,
        told=told,
        notice=notice,
        final=final,
        reasons=reasons.strip(),
        state=DONE if is_over(outcome, final) else DECIDED,
    )
    if not says_more(before, made):
        return before
    transfer = decision_for(inside, org_id, made, arrival, actor)
    made = replace(made, message_id=transfer.bundle_id if transfer else "")
    try:
        return _store(inside, org_id, made, transfer, actor)
    except BaseException:
        if transfer is not None:
            inside.blobs.delete(org_id, transfer.blob)
        raise


def _require_days(
    inside: Inside, outcome: Outcome, told: date, notice: date | None, final: date | None
) -> None:
    today = today_of(inside)
    for path, day in (("/told", told), ("/notice", notice), ("/final", final)):
        if day is not None and day > today:
            raise UsageError("date-in-future", path, "Give a day that has come.")
    if outcome is Outcome.AMEND and notice is None:
        # [2022] EWHC 493: the proposed amendments belong to the decision within the four weeks.
        hint = "Give the day on which the notice of amendments was sent."
        raise UsageError("notice-missing", "/notice", hint)
    if outcome is not Outcome.AMEND and (notice or final):
        path = "/notice" if notice else "/final"
        raise UsageError("notice-unexpected", path, "This day is for a plan that is amended.")
    if notice is not None and final is not None and final < notice:
        raise UsageError("date-before-decision", "/final", "The final plan comes after the notice.")


def _require_version(before: Received, based_on: int) -> None:
    if before.version != based_on:
        hint = "Somebody else changed it meanwhile. Look at it again."
        raise Conflict("item-changed", "/report", hint)


def _store(
    inside: Inside, org_id: str, made: Received, transfer: Transfer | None, actor: Actor
) -> Received:
    with inside.store.unit(org_id) as unit:
        item = unit.items.get(KIND, made.report_id)
        _require_version(report_read(item), made.version)
        stored = unit.items.update(report_item(made, item.created_at, inside.clock.now()))
        unit.audit.record(actor, "review-report.decided", "review-report", made.report_id)
        if transfer is not None:
            unit.transfers.add(transfer)
            detail = {"kind": "review-decision", "recipient": transfer.recipient}
            unit.audit.record(
                actor, "message.queued", "transfer", transfer.bundle_id, detail=detail
            )
        unit.commit()
    return replace(made, version=stored.version)
