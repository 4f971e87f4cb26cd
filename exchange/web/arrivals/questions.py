"""A question about a pack, asked of the school that sent it, and what was answered."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from govuk_frontend_wtf.wtforms_widgets import GovCheckboxesInput, GovTextArea
from wtforms.fields import SelectMultipleField, TextAreaField
from wtforms.validators import InputRequired, Length

from exchange.errors import DestinationRefused, UsageError
from exchange.services.query import LONGEST, ask_question, exchange_about
from exchange.web.arrivals.pack import papers, read
from exchange.web.forms import PageForm
from exchange.web.here import actor, inside, org_id
from exchange.web.words import plain


class QuestionForm(PageForm):
    """What to ask, and about which documents."""

    text = TextAreaField(
        "Your question",
        description="It goes to the SENCO of the school that sent the pack.",
        widget=GovTextArea(),
        validators=[InputRequired("Write your question."), Length(max=LONGEST)],
    )
    documents = SelectMultipleField(
        "Which documents is it about? (optional)", widget=GovCheckboxesInput(), choices=[]
    )


def ask(bundle: str) -> Any:
    """Ask about a pack."""
    page, form = read(bundle), QuestionForm()
    form.documents.choices = [(one.id, one.title or plain(one.type)) for one in papers(page)]
    if form.validate_on_submit():
        chosen = form.documents.data or []
        try:
            ask_question(inside(), org_id(), page.arrival, str(form.text.data), chosen, actor())
        except (UsageError, DestinationRefused) as error:
            form.refuse(error, "text")
        else:
            flash("Your question was sent.")
            return redirect(url_for("arrivals.pack", bundle=bundle))
    with inside().store.reading(org_id()) as unit:
        told = list(exchange_about(unit, bundle))
    return render_template("arrivals/ask.html", page=page, form=form, told=told)
