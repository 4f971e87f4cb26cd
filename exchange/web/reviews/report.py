"""The report of a review: written on one page, kept as it is typed, read as a PDF."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from govuk_frontend_wtf.wtforms_widgets import (
    GovCheckboxesInput,
    GovRadioInput,
    GovTextArea,
    GovTextInput,
)
from wtforms.fields import RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import Length, Optional

from exchange.errors import ExchangeError
from exchange.services.reviews.filing import Press, file_report, report_pdf
from exchange.services.reviews.reporting import (
    QUESTIONS,
    RECOMMENDATIONS,
    RECOMMENDED,
    ROLE,
    SECTIONS,
    Question,
    finish_report,
    gaps,
    save_report,
)
from exchange.web.here import actor, inside, org_id, parts
from exchange.web.reviews.fields import SeenForm, held
from schemas.codes import code_set

_MOST = 20_000
_ORDER = (*(one.code for one in QUESTIONS), SECTIONS, RECOMMENDED, ROLE)


def _text(one: Question) -> Any:
    return TextAreaField(
        one.title,
        description=one.hint,
        widget=GovTextArea(),
        validators=[Length(max=_MOST, message="This is longer than 20,000 characters.")],
    )


class ReportForm(SeenForm):
    """The report."""

    recommendation = RadioField(
        "What does the meeting recommend?",
        widget=GovRadioInput(),
        choices=[(one.value, text) for one, text in RECOMMENDATIONS],
        validators=[Optional()],
    )
    sections = SelectMultipleField(
        "Which sections should change? (optional)",
        widget=GovCheckboxesInput(),
        choices=[(one.code, f"{one.code}: {one.label}") for one in code_set("ehc-section")],
    )
    author_role = StringField(
        "Your post",
        description="As it stands under the report.",
        widget=GovTextInput(),
        validators=[Length(max=100)],
    )


for _one in QUESTIONS:
    setattr(ReportForm, _one.code, _text(_one))


def write(review: str) -> Any:
    """Write the report: save it, or finish it."""
    found, child = held(review)
    now = _shown(found.report)
    form = ReportForm(data=now)
    if not form.overtaken(now) and form.validate_on_submit():
        try:
            save_report(inside(), org_id(), review, _report(form), actor(), based_on=found.version)
            if request.form.get("finish") == "yes":
                finish_report(inside(), org_id(), review, actor())
                file_report(inside(), press(), org_id(), review, actor())
                flash("The report is finished. Look at it once more, then send it.")
            else:
                flash("The report was saved.")
        except ExchangeError as error:
            form.refuse(error)
            form.overtaken(_shown(held(review)[0].report))
            if error.code == "meeting-not-held":
                form.form_errors = [
                    "What you wrote is saved. Note first that the meeting was held."
                ]
        else:
            return redirect(url_for("reviews.page", review=review), 303)
    return render_template(
        "reviews/report.html",
        form=form,
        fields=[form[one] for one in _ORDER],
        review=found,
        child=child,
        gaps=[one.title for one in QUESTIONS if one.code in gaps(found)],
    )


def _shown(told: Mapping[str, str]) -> dict[str, Any]:
    """Return what the form shows of a report."""
    return {
        **{one.code: told.get(one.code, "") for one in QUESTIONS},
        RECOMMENDED: told.get(RECOMMENDED),
        SECTIONS: told.get(SECTIONS, "").split(),
        ROLE: told.get(ROLE, "SENCO"),
    }


def press() -> Press:
    """Return what makes the PDF and looks at it."""
    return Press(parts().renderer, parts().inspector, parts().scanner)


def _report(form: ReportForm) -> dict[str, str]:
    told = {one.code: str(form[one.code].data or "") for one in QUESTIONS}
    told[RECOMMENDED] = str(form.recommendation.data or "")
    told[SECTIONS] = " ".join(form.sections.data or ())
    told[ROLE] = str(form.author_role.data or "")
    return {key: "" if text == "None" else text for key, text in told.items()}


def pdf(review: str) -> Response:
    """Hand over the finished report as a PDF.

    :raises NotFound: ``report-unfinished``.
    """
    made = report_pdf(inside(), press(), org_id(), review)
    answer = Response(made, content_type="application/pdf")
    answer.headers["Content-Disposition"] = 'attachment; filename="annual-review-report.pdf"'
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
