"""Who is invited to a review, when they were asked, and when their advice or views came."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovTextInput
from wtforms.fields import RadioField, StringField
from wtforms.validators import InputRequired, Length

from exchange.errors import ExchangeError
from exchange.services.reviews.inviting import Sent, sent_of
from exchange.services.reviews.model import Guest, Review
from exchange.services.reviews.planning import BY_LAW, invite, note_guest
from exchange.services.reviews.reporting import as_whom
from exchange.web.forms import PageForm
from exchange.web.here import actor, inside, org_id
from exchange.web.reviews.fields import SeenForm, day_field, day_in, held
from exchange.web.reviews.inviting import way_of
from schemas.annual_review import InvitedAs


class GuestForm(PageForm):
    """One person."""

    name = StringField(
        "Name",
        widget=GovTextInput(),
        validators=[InputRequired("Say who is invited."), Length(max=200)],
    )
    invited_as = RadioField(
        "As whom?",
        widget=GovRadioInput(),
        choices=[(one.value, as_whom(one)) for one in InvitedAs],
        validators=[InputRequired("Say as whom they are invited.")],
    )
    asked = day_field("When were they invited, and asked for advice or views? (optional)")
    answered = day_field("When did their advice or views come? (optional)")


class ChangedGuestForm(GuestForm, SeenForm):
    """What is noted of somebody who is listed."""


def listed(review: str) -> Any:
    """Show who is invited, and invite somebody else."""
    found, child = held(review)
    form = GuestForm()
    if form.validate_on_submit():
        try:
            invite(inside(), org_id(), review, _guest(form, None), actor())
        except ExchangeError as error:
            form.refuse(error)
        else:
            flash("They were added.")
            return redirect(url_for("reviews.guests", review=review), 303)
    return render_template(
        "reviews/guests.html",
        form=form,
        review=found,
        child=child,
        guests=[(at, one, as_whom(one.guest.invited_as)) for at, one in enumerate(_sent(found), 1)],
        missing=_missing(found),
    )


def _sent(review: Review) -> tuple[Sent, ...]:
    with inside().store.reading(org_id()) as unit:
        return sent_of(unit, review)


def _missing(review: Review) -> list[str]:
    """Return whom the law wants to be invited and nobody has listed."""
    there = {one.invited_as for one in review.guests}
    return [text for invited_as, text in BY_LAW if invited_as not in there]


def one(review: str, number: int) -> Any:
    """Change what is noted of one person, or take them off the list."""
    found, child = held(review)
    if not 1 <= number <= len(found.guests):
        abort(404)
    sent = _sent(found)[number - 1]
    guest = sent.guest
    now = {
        "name": guest.name,
        "invited_as": guest.invited_as.value,
        "asked": guest.asked,
        "answered": guest.answered,
    }
    form = ChangedGuestForm(data=now)
    remove = request.method == "POST" and request.form.get("remove") == "yes"
    if not form.overtaken(now) and form.validate_on_submit():
        changed = None if remove else _guest(form, guest)
        try:
            note_guest(
                inside(),
                org_id(),
                review,
                number - 1,
                changed,
                actor(),
                based_on=found.version,
            )
        except ExchangeError as error:
            form.refuse(error)
        else:
            return redirect(url_for("reviews.guests", review=review), 303)
    return render_template(
        "reviews/guest.html",
        form=form,
        review=found,
        child=child,
        sent=sent,
        number=number,
        **way_of(found, sent),
    )


def _guest(form: GuestForm, before: Guest | None) -> Guest:
    name, invited_as = " ".join(str(form.name.data).split()), InvitedAs(str(form.invited_as.data))
    return replace(
        before or Guest(name, invited_as),
        name=name,
        invited_as=invited_as,
        asked=day_in(form.asked),
        answered=day_in(form.answered),
    )
