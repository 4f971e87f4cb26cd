"""The held pack of a child who is educated at home, and who lawfully asked for it."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for

from exchange.errors import ExchangeError, NotFound
from exchange.services.ask import request_of
from exchange.services.hand_over import asks_from_elsewhere, hand_over, held_for
from exchange.web.forms import PageForm
from exchange.web.here import actor, inside, org_id, visitor
from exchange.web.pupils.child import page
from exchange.web.pupils.overview import organisation_name


class AskedForm(PageForm):
    """Nothing to fill in; the token alone."""


def hand(ask: str, pupil: str) -> Any:
    """Ask once more, then choose who asked as the destination and answer them."""
    with inside().store.reading(org_id()) as unit:
        found = request_of(unit, ask)
        if pupil not in held_for(unit, found):
            raise NotFound("request-unknown")
        name = organisation_name(unit, found.other)
        elsewhere = asks_from_elsewhere(inside(), unit, pupil, found.other)
    form = AskedForm()
    if form.validate_on_submit():
        try:
            hand_over(inside(), org_id(), ask, pupil, visitor().account_id, actor())
        except NotFound:
            raise
        except ExchangeError as error:
            form.form_errors.append(error.hint)
        else:
            flash(f"{name} was told that you send the records. Look at the pack, then send it")
            return redirect(url_for("pupils.preview", pupil=pupil, purpose="educational-record"))
    html = render_template(
        "lives/asked.html",
        **page(pupil),
        form=form,
        found=found,
        other=name,
        elsewhere=elsewhere,
    )
    return html, 422 if form.errors else 200
