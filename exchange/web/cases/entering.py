"""Enter a request that came by letter, mail or word of mouth, or whom an unread pack is about."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from govuk_frontend_wtf.wtforms_widgets import (
    GovDateInput,
    GovRadioInput,
    GovSelect,
    GovTextArea,
    GovTextInput,
)
from wtforms.fields import DateField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from exchange.domain.feeder import Who
from exchange.errors import UsageError
from exchange.services.cases import Source
from exchange.services.cases.by_hand import HandRequest, enter_request
from exchange.services.cases.events import LONGEST
from exchange.services.cases.placing import describe as describe_child
from exchange.web.cases import shown
from exchange.web.cases.shown import choices
from exchange.web.cases.wording import SOURCES
from exchange.web.forms import PageForm
from exchange.web.here import actor, inside, org_id, visitor
from schemas.codes import code_set
from schemas.errors import IdentifierError
from schemas.identifiers import Upn


class WhoForm(PageForm):
    """Whom a request is about."""

    forename = StringField(
        "Forename",
        widget=GovTextInput(),
        validators=[InputRequired("Fill in the forename."), Length(max=100)],
    )
    surname = StringField(
        "Surname",
        widget=GovTextInput(),
        validators=[InputRequired("Fill in the surname."), Length(max=100)],
    )
    known_as = StringField(
        "Known as (optional)", widget=GovTextInput(), validators=[Optional(), Length(max=100)]
    )
    born = DateField(
        "Date of birth",
        description="For example, 27 3 2015",
        widget=GovDateInput(),
        format="%d %m %Y",
        validators=[InputRequired("Fill in the date of birth.")],
    )
    upn = StringField("UPN (optional)", widget=GovTextInput(), validators=[Optional()])
    nc_year = SelectField(
        "Year group (optional)", choices=[], widget=GovSelect(), validate_choice=False
    )


class EnterForm(WhoForm):
    """A request that came by letter, mail or word of mouth."""

    source = RadioField(
        "Who asks?",
        choices=[(one.value, text) for one, text in SOURCES.items()],
        widget=GovRadioInput(),
        validators=[InputRequired("Choose who asks.")],
    )
    received = DateField(
        "The day on which it reached us",
        description="Not the day on which somebody opened it. All dates count from it.",
        widget=GovDateInput(),
        format="%d %m %Y",
        validators=[InputRequired("Fill in the day on which it reached us.")],
    )
    school = StringField(
        "The child's school (optional)",
        widget=GovTextInput(),
        validators=[Optional(), Length(max=200)],
    )
    how = TextAreaField(
        "How it came, and what it says (optional)",
        widget=GovTextArea(),
        validators=[Length(max=LONGEST)],
    )


def _years() -> list[SelectChoice]:
    return choices([("", "Not known"), *((one.code, one.label) for one in code_set("nc-year"))])


def new() -> Any:
    """Enter a request that did not come as a pack."""
    form = EnterForm()
    form.nc_year.choices = _years()
    if form.validate_on_submit():
        try:
            made = enter_request(
                inside(),
                org_id(),
                HandRequest(
                    source=Source(str(form.source.data)),
                    who=_who(form),
                    received=form.received.data,
                    nc_year=str(form.nc_year.data or ""),
                    school_name=str(form.school.data or ""),
                    how=str(form.how.data or ""),
                ),
                actor(),
                (visitor().account_id, visitor().name),
            )
        except UsageError as error:
            form.refuse(error)
        else:
            flash("The case is open.")
            return redirect(url_for("cases.child", case=made.case_id), 303)
    return render_template("cases/new.html", form=form)


def _who(form: WhoForm) -> Who:
    typed = str(form.upn.data or "").strip().upper()
    try:
        upn = str(Upn.parse(typed)) if typed else ""
    except IdentifierError:
        raise UsageError("upn-invalid", "/upn", "Check the UPN, or leave it out.") from None
    born = form.born.data
    if born is None or born > shown.today():
        raise UsageError("born-unlikely", "/born", "Check the date of birth.")
    return Who(
        surname=" ".join(str(form.surname.data).split()),
        forename=" ".join(str(form.forename.data).split()),
        date_of_birth=born,
        upn=upn,
        known_as=" ".join(str(form.known_as.data or "").split()),
    )


def describe(case: str) -> Any:
    """Enter whom a case is about, where its pack cannot be read."""
    found, form = shown.read(case), WhoForm()
    if found.pupil_id is not None:
        return shown.back_to(found)
    form.nc_year.choices = _years()
    if request.method == "GET" and found.who is not None:
        form.forename.data, form.surname.data = found.who.forename, found.who.surname
        form.known_as.data, form.born.data = found.who.known_as, found.who.date_of_birth
        form.upn.data, form.nc_year.data = found.who.upn, found.nc_year
    if form.validate_on_submit():
        try:
            year = str(form.nc_year.data or "")
            describe_child(inside(), org_id(), case, _who(form), year, actor())
        except UsageError as error:
            form.refuse(error)
        else:
            flash("Saved")
            return shown.back_to(found)
    return render_template("cases/describe.html", **shown.head(found), form=form)
