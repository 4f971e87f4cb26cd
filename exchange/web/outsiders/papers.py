"""Which papers somebody of a family may open on their page."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from wtforms import HiddenField

from exchange.errors import Conflict, ExchangeError
from exchange.services.links.family import let_read, readable_choices
from exchange.services.links.noted import readable_version
from exchange.web.forms import PageForm
from exchange.web.here import actor, inside, org_id
from exchange.web.outsiders.asking import refuse
from exchange.web.outsiders.family import member_here
from exchange.web.outsiders.labels import told_apart
from exchange.web.pupils.child import page


class PapersForm(PageForm):
    """Ticks; read from the request itself."""

    version = HiddenField()


def papers(pupil: str, member: str) -> Any:
    """Say which papers one person may open on their page."""
    shared = page(pupil)
    one = member_here(pupil, member)
    may = readable_choices(inside(), org_id(), pupil)
    with inside().store.reading(org_id()) as unit:
        choices = told_apart(unit, pupil, may)
    form, conflict = PapersForm(), None
    if form.validate_on_submit():
        ticked = [ref for ref, _ in may if ref in request.form.getlist("papers")]
        based_on = form.version.data or ""
        try:
            let_read(inside(), org_id(), member, ticked, actor(), based_on=based_on)
        except Conflict:
            conflict, one = "Look at the ticks, then save.", member_here(pupil, member)
        except ExchangeError as error:
            refuse(form, error)
        else:
            flash("Saved. Their page shows it in a moment.")
            return redirect(url_for("outsiders.family", pupil=pupil), 303)
    form.version.data = readable_version(one)  # the page shows the ticks that stand, always
    html = render_template(
        "outsiders/papers.html", **shared, form=form, choices=choices, member=one, conflict=conflict
    )
    return html, 409 if conflict else 200
