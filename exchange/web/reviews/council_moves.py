"""At the local authority: plans that came over from another authority, or went to one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import flash, redirect, render_template, url_for
from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovTextInput
from wtforms.fields import RadioField, StringField
from wtforms.validators import InputRequired, Length

from exchange.errors import ExchangeError
from exchange.services.calendars import calendar_of
from exchange.services.reviews.moves import PlanMove, keep_move, move_of, moves, new_move
from exchange.services.reviews.timing import soonest
from exchange.web.forms import PageForm
from exchange.web.here import actor, inside, org_id
from exchange.web.reviews.fields import EXAMPLE, SeenForm, day_field, day_in, today


class NewMoveForm(PageForm):
    """Whose plan, which way, and when the family moved."""

    direction = RadioField(
        "Which way does the plan go?",
        widget=GovRadioInput(),
        choices=[("in", "It comes to us"), ("out", "It goes from us to another authority")],
        validators=[InputRequired("Say which way the plan goes.")],
    )
    child = StringField(
        "The child or young person",
        description="Known-as name and surname.",
        widget=GovTextInput(),
        validators=[InputRequired("Say whose plan it is."), Length(max=200)],
    )
    other = StringField(
        "The other authority",
        widget=GovTextInput(),
        validators=[InputRequired("Say which authority."), Length(max=200)],
    )
    reference = StringField(
        "Your reference (optional)", widget=GovTextInput(), validators=[Length(max=100)]
    )
    moved = day_field("Day of the move", "Enter the day of the move.")


class InForm(SeenForm):
    """What happened to a plan that comes to us."""

    came = day_field("When did the plan come over? (leave empty if not yet)")
    last_review = day_field("When was the plan made, or last reviewed?")
    told = day_field("When was the family told? (leave empty if not yet)")
    reviewed = day_field("When did we review the plan? (leave empty if not yet)")


class OutForm(SeenForm):
    """What happened to a plan that goes from us."""

    aware = day_field(
        "When did we become aware of the move?",
        hint="Leave it empty if it was 15 working days or more before the move. " + EXAMPLE,
    )
    came = day_field("When was the plan handed over? (leave empty if not yet)")


def listed() -> Any:
    """Show the moves: what is late or due first."""
    with inside().store.reading(org_id()) as unit:
        calendar = calendar_of(inside(), unit)
        rows = [(one, soonest(one.clocks(today(), calendar))) for one in moves(unit)]
    rows.sort(key=lambda row: (row[1] is None, row[1].clock.due if row[1] else row[0].moved))
    return render_template("reviews/moves.html", rows=rows)


def new() -> Any:
    """Record a move."""
    form = NewMoveForm()
    if form.validate_on_submit():
        made = new_move(
            inside(),
            "out" if form.direction.data == "out" else "in",
            str(form.child.data),
            str(form.other.data),
            day_in(form.moved) or today(),
        )
        made = replace(made, reference=str(form.reference.data or "").strip())
        try:
            keep_move(inside(), org_id(), made, actor(), new=True)
        except ExchangeError as error:
            form.refuse(error, error.path.strip("/"))
        else:
            return redirect(url_for("reviews.move", move=made.move_id), 303)
    return render_template("reviews/move_new.html", form=form)


def one(move: str) -> Any:
    """Show a move with its clocks, and record what happened."""
    with inside().store.reading(org_id()) as unit:
        found = move_of(unit, move)
        calendar = calendar_of(inside(), unit)
    now = {name: getattr(found, name) for name in _names(found)}
    form: Any = (OutForm if found.direction == "out" else InForm)(data=now)
    if not form.overtaken(now) and form.validate_on_submit():
        days: dict[str, Any] = {name: day_in(form[name]) for name in _names(found)}
        try:
            keep_move(inside(), org_id(), replace(found, **days), actor(), new=False)
        except ExchangeError as error:
            form.refuse(error, error.path.strip("/"))
        else:
            flash("The days were recorded.")
            return redirect(url_for("reviews.move", move=move), 303)
    return render_template(
        "reviews/move.html",
        form=form,
        fields=[form[name] for name in _names(found)],
        move=found,
        clocks=found.clocks(today(), calendar),
    )


def _names(move: PlanMove) -> tuple[str, ...]:
    return (
        ("aware", "came")
        if move.direction == "out"
        else ("came", "last_review", "told", "reviewed")
    )
