"""A reassessment of the needs behind a plan: one page, which asks for what comes next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, render_template
from govuk_frontend_wtf.wtforms_widgets import GovDateInput, GovRadioInput, GovTextArea
from wtforms.fields import DateField, RadioField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from exchange.domain.clocks import rule
from exchange.errors import Conflict, UsageError
from exchange.services.cases import Case, Source
from exchange.services.cases.again import Reassessment
from exchange.services.cases.events import LONGEST
from exchange.services.cases.reassessing import ask, begin_unasked, decide, may_begin, stop, tell
from exchange.web.cases import shown
from exchange.web.cases.wording import SOURCES
from exchange.web.forms import PageForm
from exchange.web.here import actor, inside, org_id

_OURSELVES = "ourselves"
_EXAMPLE = "For example, 27 3 2026"


class AskedForm(PageForm):
    """Who asked, and when."""

    source = RadioField(
        "Who asked?",
        choices=[
            *((one.value, label) for one, label in SOURCES.items()),
            (_OURSELVES, "Nobody: we decided by ourselves to reassess"),
        ],
        widget=GovRadioInput(),
        validators=[InputRequired("Choose who asked.")],
    )
    on = DateField(
        "On which day did the request reach us, opened or not?",
        description=f"{_EXAMPLE}. Where nobody asked: the day on which we decided.",
        widget=GovDateInput(),
        format="%d %m %Y",
        validators=[InputRequired("Fill in the day.")],
    )


class DecisionForm(PageForm):
    """Whether there will be a reassessment."""

    yes = RadioField(
        "Will there be a reassessment?",
        choices=[("yes", "Yes"), ("no", "No")],
        widget=GovRadioInput(),
        validators=[InputRequired("Choose yes or no.")],
    )
    decided = DateField(
        "The day of the decision",
        description=_EXAMPLE,
        widget=GovDateInput(),
        format="%d %m %Y",
        validators=[InputRequired("Fill in the day of the decision.")],
    )
    reasons = TextAreaField(
        "Reasons",
        description="Needed for a no.",
        widget=GovTextArea(),
        validators=[Length(max=LONGEST)],
    )
    told = DateField(
        "The day on which the family was told in writing (optional)",
        description="Leave it empty if the letter has not gone.",
        widget=GovDateInput(),
        format="%d %m %Y",
        validators=[Optional()],
    )


class ToldForm(PageForm):
    """When the family was told."""

    told = DateField(
        "On which day was the family told in writing?",
        description=_EXAMPLE,
        widget=GovDateInput(),
        format="%d %m %Y",
        validators=[InputRequired("Fill in the day.")],
    )


class StopForm(PageForm):
    """When it ended without a new plan, and why."""

    on = DateField(
        "On which day did it end?",
        description=_EXAMPLE,
        widget=GovDateInput(),
        format="%d %m %Y",
        validators=[InputRequired("Fill in the day.")],
    )
    reason = TextAreaField(
        "Why?",
        description="It stays in the notes of the case.",
        widget=GovTextArea(),
        validators=[InputRequired("Write why it ended."), Length(max=LONGEST)],
    )


def reassess(case: str) -> Any:
    """Record what comes next of a reassessment: the request, the decision, the family's day."""
    found = shown.read(case)
    now = found.reassessment
    if now is None and not may_begin(found):
        raise Conflict("case-state", "/state", "There is no plan here to reassess.")
    form, keep = _step(found, now)
    if form.validate_on_submit():
        try:
            kept = keep()
        except UsageError as error:
            form.refuse(error)
        else:
            flash("It is recorded.")
            return shown.back_to(kept)
    elif now is not None and isinstance(form, ToldForm) and not form.is_submitted():
        form.told.data = now.told
    return render_template(
        "cases/reassess.html",
        **shown.head(found),
        form=form,
        now=now,
        step=type(form).__name__,
        rules=(rule("reassess-decision"), rule("reassessment")),
    )


def _step(found: Case, now: Reassessment | None) -> tuple[Any, Callable[[], Case]]:
    """Return the form that asks for what comes next, and what keeps its answer."""
    here, who = (inside(), org_id(), found.case_id), actor()
    if now is None:
        asked = AskedForm()

        def begin() -> Case:
            if asked.source.data == _OURSELVES:
                return begin_unasked(*here, asked.on.data, who)
            return ask(*here, Source(asked.source.data), asked.on.data, who)

        return asked, begin
    if now.yes is None:
        made = DecisionForm()
        return made, lambda: decide(*here, _decision(made), who)
    told = ToldForm()
    return told, lambda: tell(*here, told.told.data, who)


def _decision(form: DecisionForm) -> Reassessment:
    return Reassessment(
        yes=form.yes.data == "yes",
        decided=form.decided.data,
        reasons=str(form.reasons.data or ""),
        told=form.told.data,
    )


def stop_reassessing(case: str) -> Any:
    """Record that a reassessment ended without a new plan."""
    found, form = shown.read(case), StopForm()
    if found.reassessment is None:
        raise Conflict("case-state", "/state", "No reassessment is under way. Look at the case.")
    if form.validate_on_submit():
        here = inside(), org_id(), case
        try:
            kept = stop(*here, form.on.data, str(form.reason.data), actor())
        except UsageError as error:
            form.refuse(error)
        else:
            flash("The reassessment is stopped. The plan stays as it is.")
            return shown.back_to(kept)
    return render_template("cases/stop_reassessing.html", **shown.head(found), form=form)
