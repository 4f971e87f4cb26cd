"""Delete a pack that its sender called back, with what was taken from it; its sender is told."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for

from exchange.errors import Conflict
from exchange.services.let_go import held_of, is_asked
from exchange.services.let_go import let_go as let_go_of
from exchange.web.arrivals.pack import read
from exchange.web.forms import PageForm
from exchange.web.here import actor, inside, org_id


class LetGoForm(PageForm):
    """Nothing to fill in; the token alone."""


def let_go(bundle: str) -> Any:
    """Ask once more, then delete what was called back."""
    page, form = read(bundle), LetGoForm()
    if not is_asked(page.arrival):
        raise Conflict("recall-missing", "/bundle")
    with inside().store.reading(org_id()) as unit:
        held = held_of(unit, page.arrival)
    if form.validate_on_submit():
        try:
            let_go_of(inside(), org_id(), page.arrival, actor())
        except Conflict as error:
            form.form_errors.append(error.hint)
        else:
            flash(f"It is deleted here, and {page.sender_name} is told.")
            return redirect(url_for("arrivals.board"))
    html = render_template("arrivals/let_go.html", page=page, form=form, held=held)
    return html, 422 if form.errors else 200
