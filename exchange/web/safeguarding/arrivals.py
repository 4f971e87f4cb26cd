"""Packs from other safeguarding leads: open, read, accept, send back, delete if called back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from govuk_frontend_wtf.wtforms_widgets import GovRadioInput
from wtforms.fields import RadioField
from wtforms.validators import InputRequired

from exchange.domain.transfer import State
from exchange.errors import ExchangeError, NotFound
from exchange.ports import Arrival
from exchange.services.accept import accept, reject
from exchange.services.inside import Inside
from exchange.services.load_pack import load_pack
from exchange.services.open_pack import open_pack
from exchange.services.pack_contents import SUFFIX
from exchange.services.people.names import organisation_name
from exchange.services.safeguarding import let_go
from exchange.services.safeguarding.files import receive_all
from exchange.services.safeguarding.overview import is_for_dsl
from exchange.services.show_pack import PackView, note_view, view_pack
from exchange.web import rooms as desk
from exchange.web.forms import PageForm
from exchange.web.headers import as_document
from exchange.web.here import actor, org_id

_BLOCK = 256 * 1024


class AnswerForm(PageForm):
    """What becomes of a pack."""

    answer = RadioField(
        "What do you want to do?",
        choices={
            "accept": "Accept it",
            "load": "Accept it, and keep it in this school's records",
            "not-our-pupil": "Send it back: not our pupil",
        },
        widget=GovRadioInput(),
        validators=[InputRequired("Choose one.")],
    )


@desk.unlocked
def receive(room: Inside) -> Any:
    """Open and check all packs that wait; each sender gets its signed receipt."""
    count = receive_all(room, org_id())
    flash("Opened." if count else "Nothing waits.")
    return redirect(url_for("safeguarding.board"), 303)


@desk.unlocked
def arrival(room: Inside, bundle: str) -> Any:
    """Show a pack; take the answer, or delete what was called back."""
    found, form = _arrival(room, bundle), AnswerForm()
    if request.args.get("step") == "delete":
        return _delete(room, found)
    if form.validate_on_submit():
        try:
            _answer(room, found, str(form.answer.data))
        except NotFound:
            raise
        except ExchangeError as error:
            form.refuse(error, None if let_go.is_called_back(found) else "answer")
        else:
            flash("The sender is told.")
            return redirect(url_for("safeguarding.board"), 303)
    return render_template(
        "safeguarding/arrival.html",
        form=form,
        arrival=found,
        seen=_seen(room, found),
        sender=organisation_name(room, found.sender),
        called_back=let_go.is_called_back(found),
    )


def _seen(room: Inside, found: Arrival) -> PackView | None:
    """Return what is in a pack, where that is here."""
    if found.state not in (State.VERIFIED, State.ACCEPTED, State.IMPORTED):
        return None
    try:
        return view_pack(room, org_id(), found, actor())
    except NotFound:
        if let_go.is_called_back(found):
            return None  # deleting it was broken off: it can be done again
        raise


def _delete(room: Inside, found: Arrival) -> Any:
    """Ask once more, then delete what was called back; who sent it is told."""
    if not let_go.is_called_back(found):  # it was deleted meanwhile, or never called back
        return redirect(url_for("safeguarding.arrival", bundle=found.bundle_id), 303)
    form, sender = PageForm(), organisation_name(room, found.sender)
    if form.validate_on_submit():
        try:
            let_go.let_go(room, org_id(), found, actor())
        except NotFound:
            raise
        except ExchangeError as error:
            form.refuse(error)
        else:
            flash(f"It is deleted here, and {sender} is told.")
            return redirect(url_for("safeguarding.board"), 303)
    with room.store.reading(org_id()) as unit:
        held = let_go.held_of(room, unit, found)
    return render_template(
        "safeguarding/let_go.html", form=form, arrival=found, held=held, sender=sender
    )


@desk.unlocked
def file(room: Inside, bundle: str, document: str) -> Response:
    """Send one document of a pack, as a file."""
    found = _arrival(room, bundle)
    note_view(room, org_id(), found, actor())
    with open_pack(room, org_id(), found) as opened:
        if document not in opened.documents:
            raise NotFound("document-unknown")
        entry = opened.documents[document]
    known = entry.media_type if entry.media_type in SUFFIX else "application/octet-stream"
    answer = Response(_blocks(room, org_id(), found, document), content_type=known)
    suffix = SUFFIX.get(known, "bin")
    answer.headers["Content-Disposition"] = f'attachment; filename="document.{suffix}"'
    return as_document(answer)


def _blocks(room: Inside, org: str, found: Arrival, document: str) -> Iterator[bytes]:
    with open_pack(room, org, found) as opened:
        source = opened.open_document(document)
        while block := source.read(_BLOCK):
            yield block


def _arrival(room: Inside, bundle: str) -> Arrival:
    with room.store.reading(org_id()) as unit:
        found = unit.arrivals.by_bundle(bundle)
    if not is_for_dsl(found):
        raise NotFound("arrival-unknown")
    return found


def _answer(room: Inside, found: Arrival, answer: str) -> None:
    here, who = org_id(), actor()
    let_go.require_not_called_back(found)
    if answer == "not-our-pupil":
        reject(room, here, found.bundle_id, answer, who, found.sender)
        return
    accept(room, here, found.bundle_id, who, found.sender)
    if answer == "load":
        load_pack(room, here, found.bundle_id, {}, who, found.sender)
