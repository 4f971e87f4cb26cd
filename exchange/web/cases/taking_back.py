"""Take back what was recorded by mistake."""

from __future__ import annotations

from typing import Any

from flask import flash, render_template
from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovTextArea
from wtforms.fields import RadioField, TextAreaField
from wtforms.validators import InputRequired, Length

from exchange.errors import UsageError
from exchange.services.cases import Case, Event
from exchange.services.cases.events import LONGEST
from exchange.services.cases.mistakes import days_to_take_back, take_back_day
from exchange.web.cases import shown
from exchange.web.cases.wording import EVENTS
from exchange.web.forms import PageForm
from exchange.web.here import actor, inside, org_id
from exchange.web.words import day


class TakeBackForm(PageForm):
    """What was recorded by mistake, and why it is taken back."""

    what = RadioField(
        "What was recorded by mistake?",
        choices=[],
        widget=GovRadioInput(),
        validators=[InputRequired("Choose what was recorded by mistake.")],
        validate_choice=False,
    )
    reason = TextAreaField(
        "What is right?",
        description="It stays in the notes of the case.",
        widget=GovTextArea(),
        validators=[InputRequired("Write what is right."), Length(max=LONGEST)],
    )


def take_back(case: str) -> Any:
    """Take back a day; what was recorded stays in the book."""
    found, form = shown.read(case), TakeBackForm()
    days = {f"{one.value}/{on.isoformat()}": one for one, on in days_to_take_back(found).items()}
    form.what.choices = [(key, f"{EVENTS[one]}, {_on(found, one)}") for key, one in days.items()]
    if form.validate_on_submit():
        try:
            _taken_back(found, days.get(str(form.what.data)), str(form.reason.data))
        except UsageError as error:
            form.refuse(error)
        else:
            flash("It is taken back, and the dates run as if it had never been recorded.")
            return shown.back_to(found)
    return render_template(
        "cases/take_back.html",
        **shown.head(found),
        form=form,
        is_final=Event.FINAL_ISSUED in days.values(),
    )


def _on(found: Case, event: Event) -> str:
    return day(found.events[event.value])


def _taken_back(found: Case, event: Event | None, reason: str) -> None:
    if event is None:
        raise UsageError("day-unknown", "/what", "Choose one of the list.")
    take_back_day(inside(), org_id(), found.case_id, event, EVENTS[event], reason, actor())
