"""Protected moves: who may know, where to, and sending it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import flash, redirect, render_template, url_for
from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovSelect, GovTextInput
from wtforms.fields import RadioField, SelectField, StringField
from wtforms.validators import InputRequired

from exchange.audit import NODE
from exchange.domain.access import LABELS, sees_pupils
from exchange.domain.protection import Why
from exchange.errors import ExchangeError, NotFound
from exchange.services.inside import Inside
from exchange.services.people.account import all_accounts
from exchange.services.preview import preview
from exchange.services.protect import change_people, protect, protection_of
from exchange.services.protected_move import (
    choose_safe_destination,
    require_one_of_the_two,
    safe_destination,
    send_protected,
)
from exchange.services.queue_bundle import Order
from exchange.web import rooms as desk
from exchange.web.forms import PageForm
from exchange.web.here import actor, inside, org_id, visitor
from exchange.web.safeguarding.children import SendForm, child, told_of

_NEEDED = [InputRequired("Choose a person.")]


class ProtectForm(PageForm):
    """Why, and the two who may know."""

    why = RadioField(
        "Why is this move protected?",
        choices={
            Why.DOMESTIC_ABUSE.value: "Domestic abuse",
            Why.WITNESS.value: "Protection of a witness",
            Why.ADOPTION.value: "Adoption",
        },
        widget=GovRadioInput(),
        validators=[InputRequired("Choose why.")],
    )
    first = SelectField("First person who may see where", widget=GovSelect(), validators=_NEEDED)
    second = SelectField("Second person who may see where", widget=GovSelect(), validators=_NEEDED)


class SafeDestinationForm(PageForm):
    """One number to find it, something else to confirm it."""

    number = StringField(
        "URN or DfE number of the school, or the council's number",
        widget=GovTextInput(),
        validators=[InputRequired("Enter a number.")],
    )
    confirmation = StringField(
        "Its name, or its other number",
        description="As you know it from somewhere else.",
        widget=GovTextInput(),
        validators=[InputRequired("Enter its name or its other number.")],
    )


def protect_move(pupil: str) -> Any:
    """Protect a move, or name two other people."""
    told = child(pupil)
    with inside().store.reading(org_id()) as unit:
        known = protection_of(unit, pupil)
    people = _people()
    form = ProtectForm(
        why=known.why.value if known else None,
        first=known.known_to[0] if known else visitor().account_id,
        second=known.known_to[1] if known else None,
    )
    form.first.choices = form.second.choices = [("", "Choose a person"), *people]
    if form.validate_on_submit():
        pair = (form.first.data or "", form.second.data or "")
        try:
            if known:
                change_people(inside(), org_id(), pupil, pair, visitor().account_id, actor())
            else:
                protect(inside(), org_id(), pupil, Why(form.why.data), pair, actor())
        except NotFound:
            raise
        except ExchangeError as error:
            form.refuse(error, "second")
        else:
            flash("The move is protected.")
            return redirect(_after(pupil), 303)
    return render_template("safeguarding/protect.html", form=form, child=told, known=known)


def destination(pupil: str) -> Any:
    """Choose where a protected move goes; for the two who know."""
    told, form = child(pupil), SafeDestinationForm()
    with inside().store.reading(org_id()) as unit:
        known = _known(unit, pupil)
    if form.validate_on_submit():
        try:
            choose_safe_destination(
                inside(),
                org_id(),
                pupil,
                form.number.data or "",
                form.confirmation.data or "",
                visitor().account_id,
                actor(),
            )
        except NotFound:
            raise
        except ExchangeError as error:
            form.refuse(error, "confirmation" if error.path == "/confirm" else "number")
        else:
            flash("Saved. Only the two of you see it.")
            return redirect(url_for("safeguarding.destination", pupil=pupil), 303)
    return render_template("safeguarding/destination.html", form=form, child=told, known=known)


@desk.unlocked
def send(room: Inside, pupil: str) -> Any:
    """Show what goes to the other lead, and send it."""
    told = child(pupil)
    with room.store.reading(org_id()) as unit:
        known = _known(unit, pupil)
        again = any(
            one.created_at >= known.at and one.kind == "transfer"
            for one in unit.transfers.all(pupil)
        )
    if known.destination is None:
        return redirect(url_for("safeguarding.destination", pupil=pupil), 303)
    order = Order(purpose="in-year-transfer")
    seen = preview(room, org_id(), pupil, order, safe_destination(known))
    form = SendForm(seen=seen.mark)
    if form.validate_on_submit():
        try:
            sent = send_protected(
                room,
                org_id(),
                pupil,
                replace(order, seen=form.seen.data or ""),
                visitor().account_id,
                actor(),
                update=again,
                leave_undecided=True,
            )
        except NotFound:
            raise
        except ExchangeError as error:
            form.refuse(error)
        else:
            flash(told_of(sent))
            return redirect(url_for("safeguarding.pupil", pupil=pupil), 303)
    return render_template(
        "safeguarding/send_protected.html", form=form, child=told, known=known, seen=seen
    )


def _known(unit: Any, pupil: str) -> Any:
    """Return the protection to one of the two; to anybody else there is no such page."""
    try:
        return require_one_of_the_two(unit, pupil, visitor().account_id)
    except ExchangeError:
        raise NotFound("protection-unknown") from None


def _after(pupil: str) -> str:
    """Return where to go on: a head has no other page of this area."""
    with inside().store.reading(org_id()) as unit:
        known = protection_of(unit, pupil)
    if known is not None and known.is_known_to(visitor().account_id):
        return url_for("safeguarding.destination", pupil=pupil)
    return url_for("safeguarding.protect", pupil=pupil)


def _people() -> list[tuple[str, str]]:
    """Return who here could be told, by name and role."""
    now = inside().clock.now()
    with inside().store.reading(NODE) as unit:
        accounts = [one for one in all_accounts(unit) if one.state == "active"]
    found = []
    for one in accounts:
        roles = one.roles_at(org_id(), now)
        if sees_pupils(roles):
            titles = ", ".join(LABELS[role] for role in LABELS if role in roles)
            found.append((one.account_id, f"{one.name} ({titles})"))
    return sorted(found, key=lambda pair: pair[1].casefold())
