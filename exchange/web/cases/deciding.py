"""Decide whether to assess and whether to issue a plan, with the legal test in view."""

from __future__ import annotations

from typing import Any

from flask import flash, render_template, request
from govuk_frontend_wtf.wtforms_widgets import (
    GovDateInput,
    GovRadioInput,
    GovTextArea,
    GovTextInput,
)
from wtforms.fields import DateField, RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from exchange.errors import Conflict, NotFound, UsageError
from exchange.services.cases import Case, Decision, record_decision
from exchange.services.cases.decisions import correct_told, may_decide, tell_decision
from exchange.services.cases.events import LONGEST
from exchange.services.cases.law import law
from exchange.web.cases import shown
from exchange.web.cases.wording import WHAT
from exchange.web.forms import PageForm
from exchange.web.here import actor, inside, org_id

_FIRST, _RIGHT = "first", "right"
"""What the page of the family's day asks: for a day, or for the right one."""


class DecisionForm(PageForm):
    """What was decided, when, and why."""

    yes = RadioField(
        "What is decided?",
        choices=[("yes", "Yes"), ("no", "No")],
        widget=GovRadioInput(),
        validators=[InputRequired("Choose yes or no.")],
    )
    decided = DateField(
        "The day of the decision",
        description="For example, 27 3 2026",
        widget=GovDateInput(),
        format="%d %m %Y",
        validators=[InputRequired("Fill in the day of the decision.")],
    )
    reasons = TextAreaField(
        "Reasons",
        description="Needed for a no. The school reads them: leave out what only the family told.",
        widget=GovTextArea(),
        validators=[Length(max=LONGEST)],
    )
    panel = StringField(
        "Which panel (optional)",
        description="For example, the panel of 12 March.",
        widget=GovTextInput(),
        validators=[Optional(), Length(max=200)],
    )
    told = DateField(
        "The day on which the family was told in writing (optional)",
        description="Leave it empty if the letter has not gone. The school is told after the "
        "family.",
        widget=GovDateInput(),
        format="%d %m %Y",
        validators=[Optional()],
    )


class ToldForm(PageForm):
    """When the family was told."""

    told = DateField(
        "On which day was the family told in writing?",
        description="For example, 27 3 2026",
        widget=GovDateInput(),
        format="%d %m %Y",
        validators=[InputRequired("Fill in the day.")],
    )


def decide(case: str, what: str) -> Any:
    """Record a decision; where the family was told, the school is told now."""
    if what not in WHAT:
        raise NotFound("page-unknown")
    found, form = shown.read(case), DecisionForm()
    if not may_decide(found, what):
        raise Conflict("case-state", "/state", "This is not to be decided now. Look at the case.")
    known = _known(found, what)
    if form.validate_on_submit():
        made = Decision(
            what=what,
            yes=form.yes.data == "yes",
            decided=form.decided.data,
            reasons=str(form.reasons.data or ""),
            told=form.told.data,
            panel=str(form.panel.data or "").strip(),
        )
        try:
            kept = record_decision(inside(), org_id(), case, made, actor())
        except UsageError as error:
            form.refuse(error, "reasons" if error.code == "text-missing" else None)
        else:
            flash(_said(kept.decisions[-1]))
            return shown.back_to(kept)
    return render_template(
        "cases/decide.html",
        **shown.head(found),
        form=form,
        what=what,
        question=WHAT[what],
        law=law()[what],
        known=known,
    )


def _known(found: Case, what: str) -> str:
    """Return how many decisions of a kind there are, as the page of the writer shows them.

    :raises Conflict: ``case-state``: another was recorded since that page was shown.
    """
    known = str(sum(one.what == what for one in found.decisions))
    if request.method == "POST" and request.form.get("known") != known:
        raise Conflict("case-state", "/state", "The case has moved on. Look at it again.")
    return known


def _said(made: Decision) -> str:
    if made.told is None:
        return "The decision is recorded. Record when the family was told, then the school hears."
    if made.message_id:
        return "The decision is recorded, and on its way to the school."
    return "The decision is recorded. The school cannot be told from here: write to it."


def told(case: str, what: str) -> Any:
    """Record when the family was told of the latest decision, or put that day right.

    The school hears of either. An answer counts for the question that its page asked.

    :raises NotFound: ``page-unknown``.
    :raises Conflict: ``case-state``: the day was recorded since the page was shown.
    """
    if what not in WHAT:
        raise NotFound("page-unknown")
    found, form = shown.read(case), ToldForm()
    latest = found.decided(what)
    if latest is None:
        return shown.back_to(found)
    known, asks = _known(found, what), _RIGHT if latest.told else _FIRST
    if request.method == "POST" and request.form.get("asks", _FIRST) != asks:
        raise Conflict("case-state", "/state", "The case has moved on. Look at it again.")
    if form.validate_on_submit():
        try:
            say = correct_told if asks == _RIGHT else tell_decision
            kept = say(inside(), org_id(), case, what, form.told.data, actor())
        except UsageError as error:
            form.refuse(error, "told")
        else:
            made = kept.decided(what)
            flash(_said(made) if made else "Saved")
            return shown.back_to(kept)
    return render_template(
        "cases/told.html",
        **shown.head(found),
        form=form,
        latest=latest,
        known=known,
        asks=asks,
        question=WHAT[what],
        law=law()[what],
    )
