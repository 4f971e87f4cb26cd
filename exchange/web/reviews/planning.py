"""Begin a review, fix its day, choose its papers, note that the meeting was held."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from govuk_frontend_wtf.wtforms_widgets import GovCheckboxesInput, GovRadioInput, GovTextInput
from wtforms.fields import RadioField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length

from exchange.domain.access import may_see
from exchange.domain.clocks import due
from exchange.errors import ExchangeError
from exchange.services.edit_document import documents_of
from exchange.services.edit_record import current_pupil, current_record
from exchange.services.reviews.due import due_of, is_planned_late, phase_of
from exchange.services.reviews.keeping import begin_review
from exchange.services.reviews.model import Review
from exchange.services.reviews.planning import (
    cancel_review,
    choose_papers,
    note_held,
    plan_meeting,
)
from exchange.services.reviews.reporting import as_whom
from exchange.web.forms import PageForm
from exchange.web.here import actor, inside, org_id, role
from exchange.web.pupils.child import child_of, label_of
from exchange.web.reviews.board import KINDS
from exchange.web.reviews.fields import SeenForm, day_field, day_in, today
from exchange.web.reviews.fields import held as review_held
from exchange.web.words import day
from schemas.annual_review import ReviewKind
from schemas.sen import TransitionPlan


class NewForm(PageForm):
    """Why a review, and when."""

    kind = RadioField(
        "Why is the plan reviewed?",
        widget=GovRadioInput(),
        choices=[(one.value, text) for one, text in KINDS.items()],
        validators=[InputRequired("Say why the plan is reviewed.")],
    )
    meeting = day_field("Day of the meeting (optional)")
    place = StringField(
        "Time and place (optional)", widget=GovTextInput(), validators=[Length(max=200)]
    )


class MeetingForm(SeenForm):
    """When and where."""

    meeting = day_field("Day of the meeting", "Enter the day of the meeting.")
    place = StringField(
        "Time and place (optional)", widget=GovTextInput(), validators=[Length(max=200)]
    )


class PapersForm(SeenForm):
    """What goes round, and when it did."""

    documents = SelectMultipleField(
        "Which documents go round?", widget=GovCheckboxesInput(), choices=[]
    )
    out = day_field("When were they sent round? (leave empty if not yet)")


class HeldForm(SeenForm):
    """That the meeting took place."""

    meeting = day_field("Day on which the meeting was held", "Enter the day of the meeting.")
    came = SelectMultipleField("Who came?", widget=GovCheckboxesInput(), choices=[])


class CancelForm(PageForm):
    """Nothing but the token."""


def new(pupil: str) -> Any:
    """Begin a review of a pupil's plan."""
    with inside().store.reading(org_id()) as unit:
        child = child_of(unit, pupil)
        year = current_pupil(unit, pupil).nc_year or ""
        move = current_record(unit, pupil, TransitionPlan)
    phase = phase_of(year, today(), move.moves_on if move else None)
    likely = ReviewKind.PHASE_TRANSFER if phase else ReviewKind.ANNUAL
    form = NewForm(data={"kind": likely.value})
    if form.validate_on_submit():
        try:
            made = begin_review(
                inside(),
                org_id(),
                pupil,
                ReviewKind(str(form.kind.data)),
                day_in(form.meeting),
                str(form.place.data or ""),
                actor(),
            )
        except ExchangeError as error:
            form.refuse(error, "kind")
        else:
            _say_late(made)
            return redirect(url_for("reviews.page", review=made.review_id), 303)
    return render_template("reviews/new.html", form=form, child=child)


def meeting(review: str) -> Any:
    """Fix or move the day of the meeting."""
    found, child = review_held(review)
    now = {"meeting": found.meeting, "place": found.place}
    form = MeetingForm(data=now)
    if not form.overtaken(now) and form.validate_on_submit():
        chosen = day_in(form.meeting)
        try:
            if chosen is not None:
                made = plan_meeting(
                    inside(),
                    org_id(),
                    review,
                    chosen,
                    str(form.place.data or ""),
                    actor(),
                    based_on=found.version,
                )
                _say_papers(chosen)
                _say_late(made)
        except ExchangeError as error:
            form.refuse(error, "meeting")
        else:
            return redirect(url_for("reviews.page", review=review), 303)
    return render_template("reviews/meeting.html", form=form, review=found, child=child)


def _say_papers(chosen: Any) -> None:
    papers = due("review-papers", chosen)
    if papers < today():
        flash("This is less than two weeks' notice. The day was kept all the same.")
    else:
        flash(f"The papers must be sent round by {day(papers)}.")


def _say_late(review: Review) -> None:
    with inside().store.reading(org_id()) as unit:
        first = due_of(unit, review.pupil_id, today())
    if first is not None and is_planned_late(review, first):
        by = f"{first.what}: {day(first.clock.due)}"
        flash(f"The meeting is planned too late. {by}. The day was kept all the same.")


def papers(review: str) -> Any:
    """Choose the papers, and note when they were sent round."""
    found, child = review_held(review)
    with inside().store.reading(org_id()) as unit:
        listed = [
            one
            for one in documents_of(unit, found.pupil_id)
            if may_see(role(), one.type, today())
            and one.compartment == "general"
            and one.document_id != found.report_document
        ]
    now = {"documents": list(found.documents), "out": found.papers_out}
    form = PapersForm(data=now)
    form.documents.choices = [
        (one.document_id, f"{one.title} ({label_of('document-type', one.type)})") for one in listed
    ]
    if not form.overtaken(now) and form.validate_on_submit():
        try:
            choose_papers(
                inside(),
                org_id(),
                review,
                list(form.documents.data or ()),
                day_in(form.out),
                actor(),
                based_on=found.version,
            )
        except ExchangeError as error:
            form.refuse(error, "out" if error.path == "/out" else "documents")
        else:
            return redirect(url_for("reviews.page", review=review), 303)
    return render_template(
        "reviews/papers.html",
        form=form,
        review=found,
        child=child,
        by=due("review-papers", found.meeting) if found.meeting else None,
    )


def held(review: str) -> Any:
    """Note that the meeting was held."""
    found, child = review_held(review)
    now = {
        "meeting": found.meeting,
        "came": [str(at) for at, one in enumerate(found.guests) if one.came],
    }
    form = HeldForm(data=now)
    form.came.choices = [
        (str(at), f"{one.name} ({as_whom(one.invited_as)})") for at, one in enumerate(found.guests)
    ]
    others = [str(found.held), *(one.name for one in found.guests)]
    if not form.overtaken(now, others) and form.validate_on_submit():
        chosen = day_in(form.meeting)
        try:
            if chosen is not None:
                came = [int(one) for one in form.came.data or ()]
                note_held(inside(), org_id(), review, chosen, came, actor(), based_on=found.version)
        except ExchangeError as error:
            form.refuse(error, "meeting")
        else:
            return redirect(url_for("reviews.page", review=review), 303)
    return render_template("reviews/held.html", form=form, review=found, child=child)


def cancel(review: str) -> Any:
    """Cancel a review."""
    found, child = review_held(review)
    form = CancelForm()
    if form.validate_on_submit():
        try:
            cancel_review(inside(), org_id(), review, actor(), based_on=found.version)
        except ExchangeError as error:
            form.refuse(error)
        else:
            flash("The review was cancelled. The plan still has to be reviewed in time.")
            return redirect(url_for("reviews.board"), 303)
    return render_template(
        "reviews/cancel.html", form=form, review=found, child=child, method=request.method
    )
