"""Calling a pack back, and answering what the next school asks about it."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for

from exchange.domain.transfer import State
from exchange.errors import ExchangeError, NotFound
from exchange.services.query import answer_question, exchange_about
from exchange.services.recall import recall
from exchange.web.forms import PageForm
from exchange.web.here import actor, inside, org_id
from exchange.web.pupils.child import child_of, may_send
from exchange.web.pupils.inputs import Spec, drawn, form_of, refuse_at
from exchange.web.pupils.overview import organisation_name
from exchange.web.transfers.looking import CAN_RECALL, transfer_of

_ANSWER = Spec("text", "Your answer", "prose", "The school reads it beside the pack.", needed=True)


class RecallForm(PageForm):
    """Nothing to fill in; the token alone."""


def recall_pack(bundle: str) -> Any:
    """Ask once more, with honest words, then call the pack back."""
    with inside().store.reading(org_id()) as unit:
        transfer = transfer_of(unit, bundle)
        child = child_of(unit, transfer.pupil_id or "")
        name = organisation_name(unit, transfer.recipient)
    form = RecallForm()
    if form.validate_on_submit():
        try:
            recall(inside(), org_id(), bundle, actor())
        except ExchangeError as error:
            form.form_errors.append(error.hint)
        else:
            flash("The pack was called back")
            return redirect(url_for("transfers.page", bundle=bundle))
    html = render_template(
        "transfers/recall.html",
        child=child,
        transfer=transfer,
        school=name,
        form=form,
        consequences=consequences_of(transfer.state, name),
        can_recall=transfer.state in CAN_RECALL,
    )
    return html, 422 if form.errors else 200


def consequences_of(state: State, name: str) -> tuple[str, ...]:
    """Return what happens, and what cannot be undone, if a pack in this state is called back."""
    if state is State.QUEUED:
        return (
            "It has not left yet, as far as we know. It is deleted here and not sent.",
            f"Should it have reached {name} all the same, they are asked to delete it.",
        )
    told = [f"{name} is asked, by a signed request, to delete its copy and to confirm that."]
    if state in (State.DELIVERED, State.COLLECTED):
        told.append("Nobody there has opened it yet, as far as we know.")
    else:
        told.append("People there may have read, printed or kept it. That cannot be undone.")
    return (*told, "You see here when they have confirmed. Then choose the right school.")


def answer(bundle: str) -> Any:
    """Show what the next school asks about a pack, and answer it."""
    with inside().store.reading(org_id()) as unit:
        transfer = transfer_of(unit, bundle)
        child = child_of(unit, transfer.pupil_id or "")
        name = organisation_name(unit, transfer.recipient)
        asked = exchange_about(unit, bundle)
    form = form_of((_ANSWER,))
    open_ = [one for one in asked if one.direction == "received" and one.state == "open"]
    if request.method == "POST" and not may_send():
        abort(403)
    if form.validate_on_submit():
        wanted = request.form.get("message", "")
        try:
            if wanted not in {one.message_id for one in asked}:
                raise NotFound("message-unknown")
            answer_question(inside(), org_id(), wanted, form["text"].data or "", actor())
        except NotFound:
            raise
        except ExchangeError as error:
            refuse_at(form, "text", error.hint)
        else:
            flash("The answer is on its way")
            return redirect(url_for("transfers.page", bundle=bundle))
    html = render_template(
        "transfers/questions.html",
        child=child,
        transfer=transfer,
        school=name,
        asked=asked,
        open_=open_,
        form=form,
        fields=[(form["text"], drawn(_ANSWER))],
        may_send=may_send(),
    )
    return html, 422 if form.errors else 200
