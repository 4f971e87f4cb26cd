"""A pupil who is registered at a second school at the same time."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from exchange.errors import ExchangeError, NotFound
from exchange.services.choose_destination import live_transfers
from exchange.services.protect import require_ordinary
from exchange.services.register_second import end_second, register_second
from exchange.services.second_registration import SecondRegistration, second_of
from exchange.web.forms import PageForm
from exchange.web.here import actor, inside, org_id
from exchange.web.pupils.child import page
from exchange.web.pupils.inputs import Spec, answers, drawn, form_of, refuse_at
from exchange.web.pupils.overview import organisation_name

_SCHOOL = (
    Spec(
        "number",
        "URN or DfE number of the second school",
        "line",
        "It must have joined. Take the number from the register or the school's letter.",
        needed=True,
        width="govuk-input--width-10",
    ),
    Spec(
        "confirmation",
        "Its whole name, or its other number",
        "line",
        "A wrong number is how records come to the wrong school.",
        needed=True,
    ),
    Spec(
        "learned_on",
        "Day on which the head teacher learned of it",
        "day",
        "The 15 school days for the record are counted from it.",
    ),
)


def second(pupil: str) -> Any:
    """Show the second school of a pupil; record it, change it, end it."""
    with inside().store.reading(org_id()) as unit:
        require_ordinary(unit, pupil)
        now = second_of(unit, pupil)
        name = organisation_name(unit, now.destination.org_id) if now else ""
        packs = live_transfers(unit, pupil, second=True)
    form = form_of(_SCHOOL, {"learned_on": now.learned_on} if now else None)
    done = _post(pupil, form, now) if request.method == "POST" else None
    if done is not None:
        return done
    html = render_template(
        "lives/second.html",
        **page(pupil),
        now=now,
        now_name=name,
        packs=packs,
        form=form,
        fields=[(form[one.name], drawn(one)) for one in _SCHOOL],
    )
    return html, 422 if form.errors else 200


def _post(pupil_id: str, form: PageForm, now: SecondRegistration | None) -> Any:
    try:
        if "end" in request.form and now is not None:
            end_second(inside(), org_id(), pupil_id, actor())
            flash("The second registration has ended")
            return redirect(url_for("pupils.page", pupil=pupil_id))
        if form.validate():
            told = answers(form, _SCHOOL)
            register_second(
                inside(),
                org_id(),
                pupil_id,
                told["number"] or "",
                told["confirmation"] or "",
                told["learned_on"],
                actor(),
            )
            flash("The second school was recorded")
            return redirect(url_for("pupils.page", pupil=pupil_id))
    except NotFound:
        raise
    except ExchangeError as error:
        at = {"to": "number", "confirm": "confirmation"}
        field = error.path.strip("/")
        refuse_at(form, at.get(field, field), error.hint)
    return None
