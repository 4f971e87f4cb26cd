"""Complaints about data protection: those that came, one more, and what was answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, url_for
from govuk_frontend_wtf.wtforms_widgets import GovTextArea, GovTextInput
from wtforms.fields import StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from exchange.domain.clocks import days_left, standing
from exchange.errors import ExchangeError, NotFound
from exchange.services.subject_access.complaints import (
    LONGEST,
    LONGEST_NAME,
    Complaint,
    answer_complaint,
    complaint_of,
    complaints,
    record_complaint,
)
from exchange.web.forms import PageForm
from exchange.web.here import actor, inside, org_id
from exchange.web.pupils.child import page
from exchange.web.reviews.fields import SeenForm, day_field, day_in, today


class ComplaintForm(PageForm):
    """Who complained, about what, and when it came."""

    name = StringField(
        "Who complains?",
        widget=GovTextInput(),
        validators=[InputRequired("Say who complains."), Length(max=LONGEST_NAME)],
    )
    about = TextAreaField(
        "What about?",
        widget=GovTextArea(),
        validators=[InputRequired("Say what it is about."), Length(max=LONGEST)],
    )
    came = day_field("On which day did it come?", "Enter the day on which it came.")


class AnswerForm(SeenForm):
    """When it was acknowledged, and what came of it."""

    acknowledged = day_field(
        "When were they told in writing that it came? (leave empty if not yet)"
    )
    outcome = TextAreaField(
        "What were they told came of it, and when? (optional)",
        widget=GovTextArea(),
        validators=[Length(max=LONGEST)],
    )


def listed() -> Any:
    """List the complaints that came to this organisation, and record one."""
    return _list(None, {"child": None})


def about(pupil: str) -> Any:
    """List those about a pupil's record, and record one."""
    return _list(pupil, page(pupil))


def _list(pupil: str | None, shared: Mapping[str, Any]) -> Any:
    form = ComplaintForm()
    if form.validate_on_submit():
        name, said = str(form.name.data), str(form.about.data)
        try:
            record_complaint(
                inside(), org_id(), name, said, day_in(form.came) or today(), actor(), pupil
            )
        except NotFound:
            raise
        except ExchangeError as error:
            form.refuse(error)
        else:
            flash("The complaint is recorded.")
            here = url_for("lives.about", pupil=pupil) if pupil else url_for("lives.complaints")
            return redirect(here, 303)
    with inside().store.reading(org_id()) as unit:
        found = complaints(unit, pupil)
    html = render_template(
        "lives/complaints.html", **shared, form=form, found=[drawn(one) for one in found]
    )
    return html, 422 if form.errors else 200


def drawn(one: Complaint) -> tuple[Complaint, str, int]:
    """Return a complaint with how its clock stands, and how many days are left."""
    return one, standing(one.clock, today()).value, days_left(one.clock, today())


def complaint(complaint: str) -> Any:
    """Show one, and record when it was acknowledged and what came of it."""
    with inside().store.reading(org_id()) as unit:
        found = complaint_of(unit, complaint)
    now = {"acknowledged": found.acknowledged, "outcome": found.outcome}
    form = AnswerForm(data=now)
    if not form.overtaken(now) and form.validate_on_submit():
        told = day_in(form.acknowledged), str(form.outcome.data or "")
        try:
            answer_complaint(inside(), org_id(), complaint, *told, actor(), found.version)
        except ExchangeError as error:
            form.refuse(error)
        else:
            flash("It is recorded.")
            return redirect(url_for("lives.complaint", complaint=complaint), 303)
    html = render_template(
        "lives/complaint.html",
        form=form,
        one=found,
        stands=drawn(found)[1],
    )
    return html, 422 if form.errors else 200
