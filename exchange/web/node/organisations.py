"""Organisations of this node, and their keys."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from govuk_frontend_wtf.wtforms_widgets import GovRadioInput
from wtforms.fields import RadioField
from wtforms.validators import InputRequired

from exchange.errors import ExchangeError, NotFound
from exchange.services.node_state import Key, OrganisationState, organisation_states
from exchange.services.people.standing import restore_organisation, suspend_organisation
from exchange.web.forms import PageForm
from exchange.web.here import actor, inside
from exchange.web.node.room import engine_room


class StandingForm(PageForm):
    """Whether anybody may act in its name."""

    standing = RadioField(
        "May people sign in for this organisation?",
        choices={"open": "Yes", "suspended": "No: end every session now"},
        widget=GovRadioInput(),
        validators=[InputRequired("Choose yes or no.")],
    )


def listed() -> str:
    """Show all organisations."""
    return render_template("node/organisations.html", organisations=organisation_states(inside()))


def one(org: str) -> Any:
    """Show one organisation; suspend it or let it go on."""
    found = _state(org)
    form = StandingForm(standing="suspended" if found.suspended else "open")
    if form.validate_on_submit():
        change = suspend_organisation if form.standing.data == "suspended" else restore_organisation
        change(inside(), org, actor())
        flash("Saved.")
        return redirect(url_for("node.organisation", org=org), 303)
    return render_template(
        "node/organisation.html",
        form=form,
        organisation=found,
        keys=_keys(org),
        now=inside().clock.now(),
    )


def keys() -> str:
    """Show every key and its age."""
    found = [(one, _keys(one.org_id)) for one in organisation_states(inside())]
    return render_template("node/keys.html", organisations=found, now=inside().clock.now())


def _state(org: str) -> OrganisationState:
    found = next((one for one in organisation_states(inside()) if one.org_id == org), None)
    if found is None:
        raise NotFound("organisation-not-hosted")
    return found


def _keys(org: str) -> list[Key]:
    try:
        return list(engine_room().keys(org))
    except ExchangeError:
        return []
