"""Take back what was recorded by mistake."""

from __future__ import annotations

from typing import Any

from flask import flash, render_template
from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovTextArea
from wtforms.fields import RadioField, TextAreaField
from wtforms.validators import InputRequired, Length

from exchange.domain.clocks import exception_label
from exchange.domain.clocks import rule as rule_of
from exchange.errors import UsageError
from exchange.services.cases import Case, ClockException, Event
from exchange.services.cases.events import LONGEST
from exchange.services.cases.mistakes import (
    days_to_take_back,
    lift_exception,
    mark_of,
    take_back_day,
)
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
    """Take back a day or an exception; what was recorded stays in the book."""
    found, form = shown.read(case), TakeBackForm()
    days = {f"{one.value}/{on.isoformat()}": one for one, on in days_to_take_back(found).items()}
    excepted = {f"exception/{mark_of(one)}": one for one in found.exceptions}
    form.what.choices = [
        *((key, f"{EVENTS[one]}, {day(found.events[one.value])}") for key, one in days.items()),
        *((key, _excepted(one)) for key, one in excepted.items()),
    ]
    if form.validate_on_submit():
        chosen = str(form.what.data)
        try:
            _taken_back(found, days.get(chosen), excepted.get(chosen), str(form.reason.data))
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


def _excepted(one: ClockException) -> str:
    named = f"Exception for {rule_of(one.clock).label}, {exception_label(one.ground)}"
    return f"{named}, recorded by {one.by} on {day(one.on)}"


def _taken_back(
    found: Case, event: Event | None, excepted: ClockException | None, reason: str
) -> None:
    here = inside(), org_id(), found.case_id
    if event is not None:
        take_back_day(*here, event, EVENTS[event], reason, actor())
    elif excepted is not None:
        label = rule_of(excepted.clock).label
        lift_exception(*here, mark_of(excepted), label, reason, actor())
    else:
        raise UsageError("day-unknown", "/what", "Choose one of the list.")
