"""At the local authority: reports of reviews that arrived, and what was decided by when."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovTextArea
from wtforms.fields import RadioField, TextAreaField
from wtforms.validators import InputRequired, Length

from exchange.domain.access import may_see
from exchange.domain.transfer import State
from exchange.errors import ExchangeError, NotFound
from exchange.ports import Arrival, UnitOfWork
from exchange.services.accept import accept
from exchange.services.check_arrival import check_arrival
from exchange.services.open_pack import open_pack
from exchange.services.people.names import organisation_name
from exchange.services.read_document import PackDocument
from exchange.services.reviews.model import Outcome
from exchange.services.reviews.reporting import QUESTIONS, RECOMMENDATIONS, as_whom
from exchange.services.reviews.reports import Received, all_received, received, record_outcome
from exchange.services.reviews.timing import soonest
from exchange.services.show_pack import note_view
from exchange.web.here import actor, inside, org_id, parts, role
from exchange.web.paging import Paging
from exchange.web.pupils.child import label_of
from exchange.web.reviews.board import KINDS
from exchange.web.reviews.council_case import placed
from exchange.web.reviews.fields import SeenForm, day_field, day_in, today
from exchange.web.reviews.page import OUTCOMES
from exchange.web.serving import send_document
from schemas.annual_review import AnnualReview
from schemas.records import RECORDS
from schemas.statement import FileEntry, FileRole

SIZE = 50
_HELD = frozenset({State.VERIFIED, State.ACCEPTED, State.IMPORTED})


class DecisionForm(SeenForm):
    """What was decided, and on which days."""

    outcome = RadioField(
        "What was decided?",
        widget=GovRadioInput(),
        choices=[(one.value, text) for one, text in OUTCOMES.items()],
        validators=[InputRequired("Say what was decided.")],
    )
    told = day_field("When were the family and the school told?", "Enter the day.")
    notice = day_field("When was the notice of amendments sent? (only where the plan is amended)")
    final = day_field("When was the amended plan sent? (leave empty if not yet)")
    reasons = TextAreaField(
        "What shall the school know of the reasons? (optional)",
        description="The school reads this. The family is told by your own letter.",
        widget=GovTextArea(),
        validators=[Length(max=10_000, message="This is longer than 10,000 characters.")],
    )


def listed() -> Any:
    """Show the reports that arrived: what is late or due first."""
    with inside().store.reading(org_id()) as unit:
        rows = [(one, soonest(one.clocks(today()))) for one in all_received(unit)]
    rows.sort(key=lambda row: (row[1] is None, row[1].clock.due if row[1] else row[0].meeting))
    typed = request.args.get("page", "1")
    page = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 7 else 1
    paging = Paging(page, SIZE, len(rows))
    shown = paging.of(rows)
    names = {one.sender: organisation_name(inside(), one.sender) for one, _ in shown}
    return render_template(
        "reviews/reports.html",
        rows=shown,
        paging=paging,
        names=names,
        kinds=KINDS,
        recommended=dict(RECOMMENDATIONS),
        waiting=sum(clock is not None for _, clock in rows),
        pressing=sum(clock is not None and clock.presses for _, clock in rows),
    )


def one(report: str) -> Any:
    """Show a report, and record what was decided."""
    with inside().store.reading(org_id()) as unit:
        found = received(unit, report)
        arrival = unit.arrivals.find(found.sender, found.bundle_id)
        whose = placed(unit, found)
        told = _told(unit, found)
    now = {
        "outcome": found.outcome.value if found.outcome else None,
        "told": found.told,
        "notice": found.notice,
        "final": found.final,
        "reasons": found.reasons,
    }
    form = DecisionForm(data=now)
    submitted = not form.overtaken(now) and form.validate_on_submit()
    if submitted and (made := _decided(form, found)) is not None:
        if arrival is not None and arrival.state is State.VERIFIED:
            accept(inside(), org_id(), arrival.bundle_id, actor(), arrival.sender)
        flash(_said(made))
        return redirect(url_for("reviews.received", report=report), 303)
    record, papers = _opened(arrival)
    return render_template(
        "reviews/received.html",
        form=form,
        found=found,
        record=record,
        papers=papers,
        kind=KINDS[found.kind],
        sender=organisation_name(inside(), found.sender),
        recommended=dict(RECOMMENDATIONS)[found.recommendation],
        questions=[
            (one.title, getattr(record, one.code))
            for one in QUESTIONS
            if record and getattr(record, one.code)
        ],
        people=[(one, as_whom(one.invited_as)) for one in record.invited] if record else [],
        clocks=found.clocks(today()),
        label_of=label_of,
        placed=whose,
        told=told,
    )


def _told(unit: UnitOfWork, found: Received) -> str:
    """Return how far the pack is in which the school was told; empty: there is none."""
    if not found.message_id:
        return ""
    try:
        return unit.transfers.get(found.message_id).state.value
    except NotFound:
        return ""


def _said(made: Received) -> str:
    if made.message_id:
        return "The decision was recorded. The school is told by a secure message."
    return "The decision was recorded. The school cannot be told from here: write to it."


def _decided(form: DecisionForm, found: Received) -> Received | None:
    try:
        return record_outcome(
            inside(),
            org_id(),
            found.report_id,
            Outcome(str(form.outcome.data)),
            day_in(form.told) or today(),
            day_in(form.notice),
            day_in(form.final),
            actor(),
            based_on=found.version,
            reasons=str(form.reasons.data or ""),
        )
    except ExchangeError as error:
        form.refuse(error, error.path.strip("/"))
        return None


def _opened(arrival: Arrival | None) -> tuple[AnnualReview | None, list[FileEntry]]:
    """Return the report and the papers beside it; the look is noted."""
    if arrival is None or arrival.state not in _HELD:
        return None, []
    note_view(inside(), org_id(), arrival, actor())
    try:
        with open_pack(inside(), org_id(), arrival) as opened:
            records = [one for _, one in opened.records(RECORDS)]
            files = opened.statement.files
    except ExchangeError:
        return None, []
    record = next((one for one in records if isinstance(one, AnnualReview)), None)
    return record, [one for one in files if _may_read(one)]


def _may_read(entry: FileEntry) -> bool:
    return entry.role is FileRole.DOCUMENT and may_see(role(), entry.type, today())


def file(report: str, document: str) -> Response:
    """Hand over a paper of the meeting, if it was checked.

    :raises NotFound: ``item-unknown``, ``document-unknown``, ``contents-gone``.
    """
    with inside().store.reading(org_id()) as unit:
        found = received(unit, report)
        arrival = unit.arrivals.find(found.sender, found.bundle_id)
    if arrival is None or arrival.state not in _HELD:
        raise NotFound("contents-gone")
    with open_pack(inside(), org_id(), arrival) as opened:
        entries = [one for one in opened.statement.files if one.id == document and _may_read(one)]
    if not entries:
        raise NotFound("document-unknown")
    checks = check_arrival(
        inside(), parts().scanner, parts().inspector, org_id(), arrival, only=document
    )
    check = checks.of(document)
    if not check.may_be_shown:
        raise NotFound("document-unknown")
    entry = entries[0]
    source = PackDocument(inside(), org_id(), arrival, document, entry.path.rpartition("/")[2])
    return send_document(source, check.media_type, entry.size, kind=entry.type)
