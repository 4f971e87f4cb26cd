"""Days, exceptions, notes, and who works a case."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import flash, render_template
from govuk_frontend_wtf.wtforms_widgets import (
    GovDateInput,
    GovRadioInput,
    GovSelect,
    GovTextArea,
)
from wtforms.fields import DateField, RadioField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length

from exchange.domain.clocks import exceptions_for
from exchange.errors import UsageError
from exchange.services.cases import (
    Case,
    ClockException,
    Event,
    add_note,
    record_event,
    record_exception,
)
from exchange.services.cases import assign as assign_case
from exchange.services.cases.advice import may_have_had, record_had
from exchange.services.cases.decisions import close_case
from exchange.services.cases.events import LONGEST
from exchange.services.cases.issuing import ISSUES, record_issued
from exchange.services.cases.phases import HELD
from exchange.web.cases import shown
from exchange.web.cases.wording import BY_HAND, EVENTS
from exchange.web.forms import PageForm
from exchange.web.here import actor, inside, org_id, visitor


class DayForm(PageForm):
    """What happened, and when."""

    event = RadioField(
        "What happened?",
        choices=[],
        widget=GovRadioInput(),
        validators=[InputRequired("Choose what happened.")],
    )
    on = DateField(
        "On which day?",
        description="For example, 27 3 2026",
        widget=GovDateInput(),
        format="%d %m %Y",
        validators=[InputRequired("Fill in the day.")],
    )
    why = TextAreaField(
        "Why? (only to close the case)",
        description="Its dates end. The reason stays in the case, and the school reads it.",
        widget=GovTextArea(),
        validators=[Length(max=LONGEST)],
    )


class ExceptionForm(PageForm):
    """Why a date cannot be kept."""

    clock = SelectField(
        "Which date is it about?",
        choices=[],
        widget=GovSelect(),
        validators=[InputRequired("Choose a date.")],
        validate_choice=False,
    )
    ground = RadioField(
        "On which ground?",
        choices=[],
        widget=GovRadioInput(),
        validators=[InputRequired("Choose a ground.")],
        validate_choice=False,
    )
    reason = TextAreaField(
        "What happened?",
        widget=GovTextArea(),
        validators=[InputRequired("Write what happened."), Length(max=LONGEST)],
    )
    evidence = TextAreaField(
        "What shows it?",
        description="For example, the school's term dates, or a letter of 3 July.",
        widget=GovTextArea(),
        validators=[InputRequired("Say what shows it."), Length(max=LONGEST)],
    )


class NoteForm(PageForm):
    """A note."""

    text = TextAreaField(
        "Note",
        description="Only caseworkers read it. It cannot be changed afterwards.",
        widget=GovTextArea(),
        validators=[InputRequired("Write a note."), Length(max=LONGEST)],
    )


class AssignForm(PageForm):
    """Who works the case."""

    caseworker = SelectField(
        "Who works this case?", choices=[], widget=GovSelect(), validate_choice=False
    )


_ONLY_IN = {Event.FINAL_ISSUED: ISSUES, Event.NEXT_NAMED: HELD, Event.NO_MOVE: HELD}
"""Days that are of a plan: in which states there is one to issue, or one that is held."""
_HAD = "had/"
"""Begins the choice that a body had a request for advice; the request's id follows."""


def day(case: str) -> Any:
    """Record the day on which something happened; recording it again corrects it."""
    found, form = shown.read(case), DayForm()
    with inside().store.reading(org_id()) as unit:
        asked = may_have_had(shown.advice_of(unit, found))
    bodies = [
        (f"{_HAD}{one.request_id}", f"{one.body.name} had our request for advice") for one in asked
    ]
    form.event.choices = [*_offered(found), *bodies]
    if form.validate_on_submit():
        try:
            _happened(case, str(form.event.data), form.on.data, str(form.why.data or ""))
        except UsageError as error:
            form.refuse(error, "why" if error.path == "/why" else "on")
        else:
            flash("The day is recorded.")
            return shown.back_to(found)
    return render_template("cases/day.html", **shown.head(found), form=form)


def _offered(found: Case) -> list[tuple[str, str]]:
    """Return the days that may be recorded of a case, where it is such that there are any."""
    listed = (one for one in BY_HAND if found.state in _ONLY_IN.get(one, (found.state,)))
    return [(one.value, EVENTS[one]) for one in listed]


def _happened(case: str, what: str, on: date, why: str) -> None:
    if what.startswith(_HAD):
        record_had(inside(), org_id(), case, what.removeprefix(_HAD), on, actor())
    elif what == Event.CLOSED:
        close_case(inside(), org_id(), case, on, why, actor())
    elif what == Event.FINAL_ISSUED:
        record_issued(inside(), org_id(), case, on, actor())
    else:
        record_event(inside(), org_id(), case, Event(what), on, actor())


def exception(case: str) -> Any:
    """Record why a date cannot be kept; the date itself stays, and is shown with the reason."""
    found, form = shown.read(case), ExceptionForm()
    with inside().store.reading(org_id()) as unit:
        listed = [one for one in shown.clocks(unit, found) if one.runs and exceptions_for(one.code)]
    offered = {f"{one.code}/{one.body}": one.label for one in listed}
    form.clock.choices = shown.choices(offered.items())
    grounds = {ground.code: ground for one in listed for ground in exceptions_for(one.code)}
    form.ground.choices = [(one.code, one.label) for one in grounds.values()]
    if form.validate_on_submit():
        try:
            if str(form.clock.data) not in offered:
                raise UsageError("clock-unknown", "/clock", "Choose a date of the list.")
            record_exception(inside(), org_id(), case, _excepted(form), actor())
        except UsageError as error:
            form.refuse(error)
        else:
            flash("The exception is recorded. The date stays as it is.")
            return shown.back_to(found)
    rules = [(one, exceptions_for(one.code)) for one in listed]
    return render_template("cases/exception.html", **shown.head(found), form=form, listed=rules)


def _excepted(form: ExceptionForm) -> ClockException:
    code, _, body = str(form.clock.data).partition("/")
    return ClockException(
        clock=code,
        ground=str(form.ground.data),
        reason=str(form.reason.data),
        evidence=str(form.evidence.data),
        by="",
        on=shown.today(),
        body=body,
    )


def note(case: str) -> Any:
    """Write a note."""
    found, form = shown.read(case), NoteForm()
    if form.validate_on_submit():
        try:
            add_note(inside(), org_id(), case, str(form.text.data), actor())
        except UsageError as error:
            form.refuse(error, "text")
        else:
            flash("The note is kept.")
            return shown.back_to(found)
    return render_template("cases/note.html", **shown.head(found), form=form)


def assign(case: str) -> Any:
    """Give the case to a caseworker."""
    found, form = shown.read(case), AssignForm()
    people = {one.account_id: one.name for one in shown.caseworkers()}
    form.caseworker.choices = shown.choices([("", "Nobody yet"), *people.items()])
    if not form.is_submitted():
        form.caseworker.data = found.caseworker or visitor().account_id
    if form.validate_on_submit():
        chosen = str(form.caseworker.data or "")
        if chosen and chosen not in people:
            error = UsageError("person-unknown", "/caseworker", "Choose somebody of the list.")
            form.refuse(error, "caseworker")
        else:
            assign_case(inside(), org_id(), case, chosen, people.get(chosen, ""), actor())
            flash("Saved")
            return shown.back_to(found)
    return render_template("cases/assign.html", **shown.head(found), form=form)
