"""What the local authority decided, as the school records it."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, url_for
from govuk_frontend_wtf.wtforms_widgets import GovRadioInput
from wtforms.fields import RadioField
from wtforms.validators import InputRequired

from exchange.errors import ExchangeError
from exchange.services.reviews.model import Outcome
from exchange.services.reviews.noting import note_decision
from exchange.web.here import actor, inside, org_id
from exchange.web.reviews.fields import SeenForm, day_field, day_in, held, today
from exchange.web.reviews.page import OUTCOMES


class OutcomeForm(SeenForm):
    """What was decided, and on which days."""

    outcome = RadioField(
        "What did the local authority decide?",
        widget=GovRadioInput(),
        choices=[(one.value, text) for one, text in OUTCOMES.items()],
        validators=[InputRequired("Say what was decided.")],
    )
    decided = day_field("When did it tell the decision?", "Enter the day.")
    notice = day_field("When did its notice of amendments come? (only where it amends the plan)")
    final = day_field("When did the amended plan come? (leave empty if not yet)")


def record(review: str) -> Any:
    """Record the decision."""
    found, child = held(review)
    now = {
        "outcome": found.outcome.value if found.outcome else None,
        "decided": found.decided,
        "notice": found.notice,
        "final": found.final,
    }
    form = OutcomeForm(data=now)
    if not form.overtaken(now) and form.validate_on_submit():
        try:
            note_decision(
                inside(),
                org_id(),
                review,
                Outcome(str(form.outcome.data)),
                day_in(form.decided) or today(),
                day_in(form.notice),
                day_in(form.final),
                actor(),
                based_on=found.version,
            )
        except ExchangeError as error:
            form.refuse(error, "decided")
        else:
            return redirect(url_for("reviews.page", review=review), 303)
    return render_template("reviews/outcome.html", form=form, review=found, child=child)
