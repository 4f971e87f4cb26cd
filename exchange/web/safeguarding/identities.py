"""A new identity: a fresh record, and documents that cross as their text alone.

No address holds both records: which is the fresh one is typed into the form each time.
"""

from __future__ import annotations

import uuid
from typing import Any

from flask import flash, redirect, render_template, url_for
from govuk_frontend_wtf.wtforms_widgets import (
    GovCheckboxInput,
    GovDateInput,
    GovRadioInput,
    GovSelect,
    GovTextArea,
    GovTextInput,
)
from wtforms.fields import (
    BooleanField,
    DateField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired

from exchange.domain.clocks import london_day
from exchange.errors import ExchangeError, NotFound, Wrapped
from exchange.services import new_identity
from exchange.web.forms import PageForm
from exchange.web.here import actor, inside, org_id
from exchange.web.safeguarding.children import child
from schemas.codes import code_set
from schemas.errors import SchemaError
from schemas.identifiers import Upn
from schemas.pupil import Names, Pupil

_UPN_TO_COME = "UN4"
"""Why there is no UPN yet: the new one is asked for by the school, and never taken over."""


class FreshForm(PageForm):
    """The beginning of a fresh record."""

    forename = StringField(
        "Forename", widget=GovTextInput(), validators=[InputRequired("Enter it.")]
    )
    surname = StringField("Surname", widget=GovTextInput(), validators=[InputRequired("Enter it.")])
    born = DateField(
        "Date of birth",
        widget=GovDateInput(),
        format="%d %m %Y",
        validators=[InputRequired("Enter it.")],
    )
    sex = RadioField(
        "Sex, as recorded",
        choices={"F": "Female", "M": "Male"},
        widget=GovRadioInput(),
        validators=[InputRequired("Choose one.")],
    )
    upn = StringField("New UPN (optional)", widget=GovTextInput())


class TextForm(PageForm):
    """A document's text, read and made fit by a person."""

    fresh = StringField(
        "Reference of the new record",
        widget=GovTextInput(),
        validators=[InputRequired("Enter the reference that you wrote down.")],
    )
    type = SelectField("What kind of document is it?", widget=GovSelect())
    text = TextAreaField(
        "Text that crosses",
        widget=GovTextArea(),
        validators=[InputRequired("There is nothing to keep.")],
    )
    confirmed = BooleanField(
        "I have read all of it, and it may cross",
        widget=GovCheckboxInput(),
        validators=[InputRequired("Read it, then say that it may cross.")],
    )


def begin(pupil: str) -> Any:
    """Begin a fresh record, or list the documents that could cross."""
    told, form = child(pupil), FreshForm()
    with inside().store.reading(org_id()) as unit:
        papers = [one for one in unit.documents.of_pupil(pupil) if one.compartment == "general"]
    if form.validate_on_submit():
        try:
            made = new_identity.begin(inside(), org_id(), pupil, _fresh(form), actor())
        except NotFound:
            raise
        except ExchangeError as error:
            form.refuse(error, "upn" if "upn" in error.path else None)
        else:
            # Shown once, on this answer alone: neither an address nor a row holds both.
            return render_template("safeguarding/fresh.html", child=told, reference=made)
    return render_template("safeguarding/identity.html", form=form, child=told, papers=papers)


def text(pupil: str, document: str) -> Any:
    """Show a document's text with what to take out; keep it in the fresh record."""
    told = child(pupil)
    draft = new_identity.draft(inside(), org_id(), pupil, document, actor())
    form = TextForm(text=draft.text)
    form.type.choices = _types()
    if form.validate_on_submit():
        try:
            new_identity.cross(
                inside(),
                org_id(),
                pupil,
                (form.fresh.data or "").strip(),
                form.text.data or "",
                form.type.data,
                actor(),
                confirmed=bool(form.confirmed.data),
            )
        except NotFound:
            form.form_errors.append("There is no such record. Check the reference.")
        except ExchangeError as error:
            form.refuse(error, error.path.strip("/"))
        else:
            flash("Its text is kept in the new record.")
            return redirect(url_for("safeguarding.identity", pupil=pupil), 303)
    return render_template("safeguarding/text.html", form=form, child=told, draft=draft)


def _fresh(form: FreshForm) -> Pupil:
    typed = (form.upn.data or "").strip()
    try:
        upn = Upn.parse(typed, path="/upn") if typed else None
    except SchemaError as error:
        raise Wrapped.of(error) from None
    return Pupil(
        subject=str(uuid.uuid4()),
        names=Names(
            surname=(form.surname.data or "").strip(), forename=(form.forename.data or "").strip()
        ),
        date_of_birth=form.born.data,
        sex=form.sex.data,
        upn=upn,
        upn_unknown=None if upn else _UPN_TO_COME,
    )


def _types() -> list[tuple[str, str]]:
    today = london_day(inside().clock.now())
    return [
        (one.code, one.label)
        for one in code_set("document-type").current(today)
        if one.attributes.get("compartment") != "cp"
    ]
