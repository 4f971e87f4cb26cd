"""What the panel advised on a case, and the decision sheet of a meeting."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from govuk_frontend_wtf.wtforms_widgets import GovCheckboxesInput, GovRadioInput, GovTextArea
from wtforms.fields import RadioField, SelectMultipleField, TextAreaField
from wtforms.validators import InputRequired

from exchange.errors import Conflict, ExchangeError, NotFound
from exchange.services.cases import case as case_of
from exchange.services.panel.meetings import Advice, half_recorded, record_advice
from exchange.services.panel.model import Outcome
from exchange.services.panel.reading import meeting_for
from exchange.services.panel.sheet import sheet_data
from exchange.web.forms import PageForm
from exchange.web.headers import as_document
from exchange.web.here import actor, inside, org_id, parts
from exchange.web.panel.looking import question_of, reader

_REFUSED = 422


class AdviceForm(PageForm):
    """What was advised, why, on which conditions, and who was there."""

    outcome = RadioField(
        "What did the panel advise?",
        widget=GovRadioInput(),
        choices=[],
        validators=[InputRequired("Choose what the panel advised.")],
    )
    reasons = TextAreaField(
        "Why?",
        description="The school is sent these words once the family has been told.",
        widget=GovTextArea(),
        validators=[InputRequired("Write down the panel's reasons.")],
    )
    conditions = TextAreaField(
        "On which conditions? (optional)",
        description="For example, advice from a specialist teacher by a day. The school is sent "
        "these words, too.",
        widget=GovTextArea(),
    )
    present = SelectMultipleField("Who was present?", widget=GovCheckboxesInput(), choices=[])


class PlanAdviceForm(AdviceForm):
    """The same of a plan; a draft of what was advised of the assessment never stands in it."""


_FORMS = {"assess": AdviceForm, "plan": PlanAdviceForm}
"""What is asked -> the form that answers it."""


def decide(meeting: str, case: str) -> Any:
    """Record what the panel advised on a case.

    What is recorded answers what the page asked, whatever is to be decided by now.

    :raises Conflict: ``case-state``: the form does not say what its page asked.
    """
    with inside().store.reading(org_id()) as unit:
        found, held = meeting_for(inside(), unit, meeting, reader()), case_of(unit, case)
    if found.case(case) is None:
        raise NotFound("case-unknown")
    what = half_recorded(found, held) or question_of(held)
    if request.method == "POST":
        what = request.form.get("asks", "")
    if what not in _FORMS:
        raise Conflict("case-state", "/state", "The case has moved on. Look at it again.")
    form = _FORMS[what]()
    yes = "Carry out an assessment" if what == "assess" else "Issue a plan"
    no = "Do not carry out an assessment" if what == "assess" else "Do not issue a plan"
    form.outcome.choices = [
        (Outcome.AGREE.value, yes),
        (Outcome.NOT.value, no),
        (Outcome.DEFER.value, "Put it off: something is still needed"),
    ]
    form.present.choices = [(one.account_id, one.name) for one in found.sitting]
    if form.validate_on_submit():
        advice = Advice(
            Outcome(form.outcome.data),
            what,
            form.reasons.data or "",
            form.conditions.data or "",
            tuple(form.present.data or ()),
        )
        try:
            record_advice(inside(), org_id(), meeting, case, advice, actor())
        except NotFound:
            raise
        except ExchangeError as error:
            form.refuse(error)
        else:
            flash("What the panel advised was recorded.")
            return redirect(url_for("panel.meeting", meeting=meeting))
    elif not form.is_submitted():
        form.present.data = [one.account_id for one in found.sitting]
    status = _REFUSED if form.is_submitted() else 200
    told = {"form": form, "found": found, "held": held, "asks": what}
    return render_template("panel/decide.html", **told), status


def sheet(meeting: str) -> Response:
    """Hand over the decision sheet as a PDF, made in memory."""
    with inside().store.unit(org_id()) as unit:
        found = meeting_for(inside(), unit, meeting, reader())
        data = sheet_data(inside(), unit, found)
        unit.audit.record(actor(), "panel.sheet-made", "panel-meeting", meeting)
        unit.commit()
    answer = Response(parts().renderer.render("panel-decisions", data), mimetype="application/pdf")
    answer.headers["Content-Disposition"] = 'attachment; filename="panel-decisions.pdf"'
    return as_document(answer)
