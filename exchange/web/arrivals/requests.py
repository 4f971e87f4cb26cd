"""Requests for records: those that this school made, and those that others made of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from govuk_frontend_wtf.wtforms_widgets import (
    GovDateInput,
    GovRadioInput,
    GovTextArea,
    GovTextInput,
)
from wtforms.fields import DateField, RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from exchange.domain.access import Role
from exchange.domain.clocks import london_day
from exchange.errors import ExchangeError, UsageError
from exchange.ports import UnitOfWork
from exchange.services.ask import (
    Candidate,
    answer_request,
    ask_for_records,
    candidates,
    request_of,
    requests_of_ours,
    requests_to_us,
)
from exchange.services.authority import responsible_council
from exchange.services.expect import school_of
from exchange.services.expected import expected_child
from exchange.services.hand_over import held_for
from exchange.web.arrivals.schools import name_of
from exchange.web.forms import PageForm
from exchange.web.here import actor, inside, may, org_id
from schemas.errors import IdentifierError
from schemas.identifiers import Upn
from schemas.message import AskedChild, RecordsAnswer

ANSWERS = (
    (RecordsAnswer.SEND.value, "Send: we send the records"),
    (RecordsAnswer.NOT_OURS.value, "Not ours: the child was never here"),
    (RecordsAnswer.THROUGH_LA.value, "Through the local authority"),
)


class AskForm(PageForm):
    """Whose records, from whom, and from when."""

    school = StringField(
        "Previous school or council",
        description="Its URN, DfE number or exact name. It must have joined.",
        widget=GovTextInput(),
        validators=[InputRequired("Say which school to ask."), Length(max=200)],
    )
    forename = StringField(
        "Forename", widget=GovTextInput(), validators=[InputRequired("Fill in the forename.")]
    )
    surname = StringField(
        "Surname", widget=GovTextInput(), validators=[InputRequired("Fill in the surname.")]
    )
    born = DateField(
        "Date of birth",
        description="For example, 27 3 2015",
        widget=GovDateInput(),
        format="%d %m %Y",
        validators=[InputRequired("Fill in the date of birth.")],
    )
    upn = StringField("UPN (optional)", widget=GovTextInput(), validators=[Optional()])
    starts = DateField(
        "First day here (optional)",
        widget=GovDateInput(),
        format="%d %m %Y",
        validators=[Optional()],
    )
    text = TextAreaField(
        "Anything that helps them to find the child (optional)",
        widget=GovTextArea(),
        validators=[Length(max=4_000)],
    )


class AnswerForm(PageForm):
    """What the old school answers."""

    answer = RadioField(
        "What do you answer?",
        choices=dict(ANSWERS),
        widget=GovRadioInput(),
        validators=[InputRequired("Choose an answer.")],
    )
    text = TextAreaField(
        "A note for them (optional)", widget=GovTextArea(), validators=[Length(max=4_000)]
    )


def listed() -> Any:
    """Show requests in both directions; what waits for an answer first."""
    with inside().store.reading(org_id()) as unit:
        theirs, ours = requests_to_us(unit), requests_of_ours(unit)
    theirs.sort(key=lambda one: one.answer is not None)
    names = {one.other: name_of(one.other) for one in (*theirs, *ours)}
    return render_template(
        "arrivals/requests.html",
        theirs=theirs,
        ours=ours,
        names=names,
        answers=dict(ANSWERS),
        may_send=may(Role.SENCO),
    )


def new() -> Any:
    """Ask a school for a child's records."""
    form = AskForm()
    if request.method == "GET":
        _fill(form)
    if form.validate_on_submit():
        try:
            told = ask_for_records(
                inside(),
                org_id(),
                _school(str(form.school.data)),
                _child(form),
                _day(form.starts.data),
                str(form.text.data or ""),
                actor(),
            )
        except ExchangeError as error:
            form.refuse(error, error.path.strip("/") or "school")
        else:
            flash("Your request was sent.")
            return redirect(url_for("arrivals.request", ask=told.message_id))
    return render_template("arrivals/request_new.html", form=form)


def _fill(form: AskForm) -> None:
    """Fill in what the admissions list says of the child that one came from."""
    wanted = request.args.get("child", "")
    if not wanted:
        return
    with inside().store.reading(org_id()) as unit:
        child = expected_child(unit, wanted)
    form.school.data = child.school
    form.forename.data, form.surname.data = child.who.forename, child.who.surname
    form.born.data, form.upn.data = child.who.date_of_birth, child.who.upn
    form.starts.data = child.starts
    form.text.data = ""  # what was kept while typing may be of another child


def _school(typed: str) -> str:
    found = school_of(inside(), typed)
    if not found:
        raise UsageError(
            "destination-unknown",
            "/school",
            "No school of this name or number has joined. Check it, or ask the school by phone.",
        )
    return found


def _child(form: AskForm) -> AskedChild:
    upn = str(form.upn.data or "").strip().upper()
    try:
        known = Upn.parse(upn) if upn else None
    except IdentifierError:
        raise UsageError("upn-invalid", "/upn", "Check the UPN, or leave it out.") from None
    born = _day(form.born.data)
    if born is None or born > london_day(inside().clock.now()):
        raise UsageError("born-unlikely", "/born", "Check the date of birth.")
    return AskedChild(
        surname=" ".join(str(form.surname.data).split()),
        forename=" ".join(str(form.forename.data).split()),
        date_of_birth=born,
        upn=known,
    )


def _day(value: Any) -> date | None:
    return value if isinstance(value, date) else None


def councils_of(unit: UnitOfWork, pupils: Sequence[Candidate]) -> dict[str, str]:
    """Return the council of each child's home address, where it is recorded."""
    found = {one.pupil_id: responsible_council(inside(), unit, one.pupil_id) for one in pupils}
    return {pupil_id: one.name for pupil_id, one in found.items() if one is not None}


def one(ask: str) -> Any:
    """Show one request; the school that was asked answers it here."""
    with inside().store.reading(org_id()) as unit:
        found = request_of(unit, ask)
        pupils = [] if found.ours else candidates(unit, found.child)
        held = held_for(unit, found)
        councils = councils_of(unit, pupils)
    form = AnswerForm()
    if form.validate_on_submit():
        if not may(Role.SENCO) or found.ours:
            abort(403)
        answer, senco = RecordsAnswer(str(form.answer.data)), actor(Role.SENCO)
        answer_request(inside(), org_id(), ask, answer, str(form.text.data or ""), senco)
        flash("Your answer was sent.")
        return redirect(url_for("arrivals.request", ask=ask))
    return render_template(
        "arrivals/request.html",
        found=found,
        form=form,
        pupils=pupils,
        held=held,
        councils=councils,
        other=name_of(found.other),
        answers=dict(ANSWERS),
        may_answer=may(Role.SENCO) and not found.ours and found.answer is None,
    )
