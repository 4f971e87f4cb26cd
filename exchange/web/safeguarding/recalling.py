"""Calling back what went to another lead, or what went before a move was protected."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for

from exchange.domain.transfer import State
from exchange.errors import ExchangeError, NotFound
from exchange.services.people.names import organisation_name
from exchange.services.recall import recall
from exchange.services.safeguarding.overview import packs_of_lead
from exchange.web.forms import PageForm
from exchange.web.here import actor, inside, org_id, visitor
from exchange.web.safeguarding.children import child
from exchange.web.transfers.looking import CAN_RECALL
from exchange.web.transfers.recalling import consequences_of


def recall_pack(pupil: str, bundle: str) -> Any:
    """Ask once more, with honest words, then call the pack back."""
    told = child(pupil)
    with inside().store.reading(org_id()) as unit:
        mine = packs_of_lead(unit, pupil, visitor().account_id)
    pack = next((one for one in mine if one.bundle_id == bundle), None)
    if pack is None:
        raise NotFound("transfer-unknown")
    name, form = organisation_name(inside(), pack.recipient), PageForm()
    if form.validate_on_submit():
        try:
            recall(inside(), org_id(), bundle, actor())
        except ExchangeError as error:
            form.refuse(error)
        else:
            flash("It was called back.")
            return redirect(url_for("safeguarding.pupil", pupil=pupil), 303)
    return render_template(
        "safeguarding/recall.html",
        child=told,
        form=form,
        school=name,
        consequences=consequences_of(pack.state, name),
        can_recall=pack.state in CAN_RECALL,
        deleted=pack.state is State.DESTROYED,
    )
