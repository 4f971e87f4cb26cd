"""The school's side: councils that ask whether it can meet a child's needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import flash, redirect, render_template, url_for

from exchange.domain.clocks import london_day
from exchange.errors import Conflict, DestinationRefused, NotFound, UsageError
from exchange.services.arrival_card import card_of
from exchange.services.people.names import organisation_name
from exchange.services.plans.asked import all_asked, answer, asked
from exchange.services.plans.model import OPEN, Asked
from exchange.web.here import actor, inside, org_id
from exchange.web.pupils.inputs import Spec, answers, drawn, form_of, refuse_at
from schemas.consultation import CanMeet

WORDS = {
    CanMeet.YES: "Yes, it can meet the child's needs",
    CanMeet.WITH_CHANGES: "It could, if something were changed",
    CanMeet.NO: "No, it cannot",
}
ANSWERS = (
    Spec(
        "answer",
        "Can the school meet the child's needs?",
        "radio",
        choices=lambda: [(one.value, text) for one, text in WORDS.items()],
        needed=True,
    ),
    Spec(
        "text",
        "Why, or what would have to change?",
        "prose",
        "Needed unless the answer is a plain yes.",
        rows=8,
    ),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One consultation as the list shows it."""

    asked: Asked
    name: str
    council: str
    state: str


def _line(one: Asked, name: str, today: date) -> Line:
    state = "answered" if one.state != OPEN else "late" if one.due_on < today else "waiting"
    return Line(one, name, organisation_name(inside(), one.sender), state)


def board() -> Any:
    """List what councils ask."""
    today = london_day(inside().clock.now())
    with inside().store.reading(org_id()) as unit:
        lines = [
            _line(one, card.name if card else "A pack that was deleted", today)
            for one in all_asked(unit)
            for card in (card_of(unit, one.sender, one.bundle_id),)
        ]
    return render_template("plans/asked.html", lines=lines, words=WORDS)


def answer_page(bundle: str) -> Any:
    """Answer one.

    :raises NotFound: ``consultation-unknown``.
    """
    with inside().store.reading(org_id()) as unit:
        found = asked(unit, bundle)
        if found is None:
            raise NotFound("consultation-unknown")
        card = card_of(unit, found.sender, bundle)
    form = form_of(ANSWERS)
    if found.state == OPEN and form.validate_on_submit():
        said = answers(form, ANSWERS)
        try:
            answer(inside(), org_id(), bundle, CanMeet(said["answer"]), said["text"] or "", actor())
        except (Conflict, UsageError, DestinationRefused) as error:
            refuse_at(form, error.path.strip("/"), error.hint)
        else:
            flash("Your answer is on its way to the council")
            return redirect(url_for("plans.asked"))
    html = render_template(
        "plans/answer.html",
        line=_line(found, card.name if card else "", london_day(inside().clock.now())),
        form=form,
        fields=[(form[one.name], drawn(one)) for one in ANSWERS],
        is_open=found.state == OPEN,
        words=WORDS,
    )
    return html, 422 if form.errors or form.form_errors else 200
