"""One document: what is said of it, who may not have it, what was decided; and its bytes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for

from exchange.domain.clocks import london_day
from exchange.domain.disclosure import Decision
from exchange.errors import Conflict, ExchangeError, NotFound, Refused, UsageError
from exchange.ports import StoredDocument
from exchange.services.edit_document import (
    Details,
    details_version,
    document_of,
    edit_document,
)
from exchange.services.move_document import move_document, remove_document
from exchange.services.preview import preview
from exchange.services.queue_bundle import Order
from exchange.services.record_disclosure import KINDS, mark
from exchange.services.roster_of import roster_of
from exchange.services.sealed_document import SealedDocument
from exchange.web.forms import PageForm
from exchange.web.here import actor, inside, org_id, sees
from exchange.web.pupils.child import page
from exchange.web.pupils.desk import begin
from exchange.web.pupils.inputs import Spec, answers, drawn, form_of, refuse_at
from exchange.web.pupils.said import audience as audience_word
from exchange.web.serving import send_document
from exchange.web.tray.shown import pupils
from schemas.codes import code_set


def _types() -> list[tuple[str, str]]:
    current = code_set("document-type").current(london_day(inside().clock.now()))
    return [(one.code, one.label) for one in current if one.attributes["compartment"] != "cp"]


SPECS = (
    Spec("type", "What kind of document is it?", "select", choices=_types, needed=True),
    Spec("title", "Title", "line", "What the next school will see. No pupil's name is needed."),
    Spec("author", "Who wrote it", "line", "Name and role."),
    Spec("authored", "Date on the document", "day"),
)


def _document(pupil: str, document: str) -> StoredDocument:
    with inside().store.reading(org_id()) as unit:
        unit.pupils.get(pupil)
        found = document_of(unit, pupil, document)
    if not sees(found.type):
        raise NotFound("document-unknown")
    return found


def document(pupil: str, document: str) -> Any:
    """Show a document, and change what is said of it."""
    found = _document(pupil, document)
    values = {name: getattr(found, name) for name in ("type", "title", "author", "authored")}
    form = form_of(SPECS, values)
    conflict = None
    if request.method == "GET":
        begin(form, details_version(found))
    elif form.validate():
        try:
            _save(pupil, found, form)
        except Conflict as error:
            found = _document(pupil, document)
            conflict, form["version"].data = error, details_version(found)
        except ExchangeError as error:
            refuse_at(form, error.path.strip("/"), error.hint)
        else:
            flash("Saved")
            return redirect(url_for("pupils.page", pupil=pupil))
    html = render_template(
        "pupils/document.html",
        **page(pupil),
        document=found,
        form=form,
        fields=[(form[one.name], drawn(one)) for one in SPECS],
        conflict=conflict,
        decision=decision_of(pupil, found.document_id),
    )
    return html, 409 if conflict else 422 if form.errors else 200


def _save(pupil_id: str, found: StoredDocument, form: PageForm) -> None:
    told = answers(form, SPECS)
    details = Details(
        told["type"] or "", told["title"] or "", told["author"] or "", told["authored"]
    )
    based_on = form["version"].data or ""
    edit_document(inside(), org_id(), pupil_id, found.document_id, details, based_on, actor())


def decision_of(pupil_id: str, ref: str) -> Decision | None:
    """Return what would become of one thing if the pack went now; None where nobody can say."""
    try:
        seen = preview(inside(), org_id(), pupil_id, Order())
    except ExchangeError:
        return None
    return next((one.decision for one in seen.disclosed if one.ref == ref), None)


def document_file(pupil: str, document: str) -> Response:
    """Show a document by itself: it runs nothing and has no origin of its own."""
    found = _document(pupil, document)
    opened = SealedDocument(inside(), org_id(), found.blob, found.file_name)
    keep = request.args.get("keep") == "yes"
    return send_document(opened, found.media_type, found.size, kind=found.type, keep=keep)


def audiences(pupil_id: str) -> list[tuple[str, str]]:
    """Return whom a mark may be about: the next school, kinds of organisation, the family."""
    with inside().store.reading(org_id()) as unit:
        going = unit.pupils.get(pupil_id).destination
    listed = [(kind, audience_word(kind)) for kind in KINDS]
    return [*([(going.org_id, audience_word(going.org_id))] if going else []), *listed]


def mark_document(pupil: str, document: str) -> Any:
    """Mark a document as not for somebody, or take such a mark off."""
    found = _document(pupil, document)
    specs = (
        Spec(
            "not_for",
            "Who may not have it?",
            "radio",
            choices=lambda: audiences(pupil),
            needed=True,
        ),
    )
    form = form_of(specs)
    if request.method == "POST":
        removed = request.form.get("remove", "")
        if removed:
            mark(inside(), org_id(), found.document_id, removed, actor(), remove=True)
            flash("The mark was taken off")
            return redirect(url_for("pupils.document", pupil=pupil, document=document))
        if form.validate():
            try:
                mark(inside(), org_id(), found.document_id, form["not_for"].data, actor())
            except (UsageError, NotFound) as error:
                refuse_at(form, "not_for", error.hint)
            else:
                flash("The mark was kept")
                return redirect(url_for("pupils.document", pupil=pupil, document=document))
    html = render_template(
        "pupils/marks.html",
        **page(pupil),
        document=found,
        form=form,
        fields=[(form["not_for"], drawn(specs[0]))],
    )
    return html, 422 if form.errors else 200


def document_move(pupil: str, document: str) -> Any:
    """Take a document away from a pupil whose it is not: to whose it is, or for good."""
    found = _document(pupil, document)
    with inside().store.reading(org_id()) as unit:
        roster = roster_of(inside(), unit)
    others = [(key, told) for key, told in pupils(roster) if key != pupil]
    specs = (
        Spec("what", "What is wrong?", "radio", choices=lambda: _WRONG, needed=True),
        Spec("to", "Whose is it?", "select", choices=lambda: others),
    )
    form = form_of(specs)
    if form.validate_on_submit() and _moved(pupil, document, form, dict(others)):
        return redirect(url_for("pupils.page", pupil=pupil))
    html = render_template(
        "pupils/document_move.html",
        **page(pupil),
        document=found,
        form=form,
        fields=[(form[one.name], drawn(one)) for one in specs],
    )
    return html, 422 if form.errors else 200


_WRONG = (
    ("other", "It is about another pupil: move it there"),
    ("mistake", "It was added by mistake: remove it for good"),
)


def _moved(pupil_id: str, document_id: str, form: PageForm, others: Mapping[str, str]) -> bool:
    to = form["to"].data
    if form["what"].data == "mistake":
        remove_document(inside(), org_id(), pupil_id, document_id, actor())
        flash("The document was removed")
        return True
    if to not in others:
        refuse_at(form, "to", "Choose whose it is")
        return False
    try:
        move_document(inside(), org_id(), pupil_id, document_id, to, actor())
    except Refused as error:
        refuse_at(form, "to", error.hint)
        return False
    flash("The document was moved")
    return True
