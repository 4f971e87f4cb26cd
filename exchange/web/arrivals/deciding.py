"""Accept a whole pack and mark only exceptions; send it back; change what was said of documents."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from govuk_frontend_wtf.wtforms_widgets import GovRadioInput
from wtforms.fields import RadioField
from wtforms.validators import InputRequired

from exchange.domain.transfer import State
from exchange.errors import Conflict, NotFound, ScannerUnavailable
from exchange.services.accept import reject as reject_pack
from exchange.services.class_sheet import join_group
from exchange.services.summarise_pack import PackPage
from exchange.services.take_in import exceptions_of, take_in
from exchange.web.arrivals.beside import beside
from exchange.web.arrivals.board import feeder
from exchange.web.arrivals.pack import papers, read
from exchange.web.forms import PageForm
from exchange.web.here import actor, inside, org_id, parts
from schemas.codes import code_set

FINE = "fine"
_REASONS = (
    ("not-our-pupil", "Not our pupil", "The child does not come to this school."),
    ("cannot-open", "Can't open", "The pack or most of its documents cannot be read."),
    ("wrong-inbox", "Sent to the wrong person", "The child comes here, the pack is for others."),
    ("not-wanted", "Not needed", "It came another way, or nobody asked for it."),
)


class DecisionForm(PageForm):
    """Yes; what is wrong with documents stands beside it, by their ids."""


class RejectForm(PageForm):
    """Why a pack goes back."""

    code = RadioField(
        "Why do you send it back?",
        choices={code: text for code, text, _ in _REASONS},
        widget=GovRadioInput(),
        validators=[InputRequired("Choose why you send it back.")],
    )


def accept(bundle: str) -> Any:
    """Accept a pack and take it into the school's record."""
    page, form = read(bundle), DecisionForm()
    if page.arrival.state is State.IMPORTED:
        return redirect(url_for("arrivals.exceptions", bundle=bundle))
    if form.validate_on_submit():
        return _taken(page, form)
    return _ask(page, form)


def exceptions(bundle: str) -> Any:
    """Change what the sender is told of single documents, after the pack was accepted."""
    page, form = read(bundle), DecisionForm()
    if page.arrival.state is not State.IMPORTED:
        return redirect(url_for("arrivals.accept", bundle=bundle))
    if form.validate_on_submit():
        return _taken(page, form)
    return _ask(page, form)


def reject(bundle: str) -> Any:
    """Send a pack back with a reason; its contents are deleted here."""
    page, form = read(bundle), RejectForm()
    if page.arrival.state is not State.VERIFIED:
        raise Conflict("transition-forbidden", "/state", "The pack was accepted already.")
    if form.validate_on_submit():
        sender = page.arrival.sender
        reject_pack(inside(), org_id(), bundle, str(form.code.data), actor(), sender)
        flash("The pack was sent back. The school that sent it is told why.")
        return redirect(url_for("arrivals.board"))
    return render_template("arrivals/reject.html", page=page, form=form, reasons=_REASONS)


def _ask(page: PackPage, form: DecisionForm, compare: bool = False) -> Any:
    with inside().store.reading(org_id()) as unit:
        told = exceptions_of(unit, page.arrival)
    choices = [(one.code, one.label) for one in code_set("document-exception")]
    return render_template(
        "arrivals/accept.html",
        page=page,
        form=form,
        papers=papers(page),
        told=_chosen() or told,
        choices=[(FINE, "Fine"), *choices],
        compare=compare,
        again=page.arrival.state is State.IMPORTED,
        beside=beside(page),
        theirs=request.form.getlist("theirs"),
    )


def _chosen() -> dict[str, str]:
    """Return what was chosen for documents in the form: id -> code, without those that are fine."""
    prefix = "document-"
    return {
        name.removeprefix(prefix): code
        for name, code in request.form.items()
        if name.startswith(prefix) and code != FINE
    }


def _taken(page: PackPage, form: DecisionForm) -> Any:
    chosen = _chosen()
    if not set(chosen) <= {one.id for one in page.documents}:
        raise NotFound("document-unknown")
    back = redirect(url_for("arrivals.pack", bundle=page.arrival.bundle_id))
    try:
        pupil_id = take_in(
            inside(),
            parts().scanner,
            parts().inspector,
            org_id(),
            page.arrival,
            chosen,
            actor(),
            same_child=request.form.get("same_child") == "yes",
            theirs=frozenset(request.form.getlist("theirs")) & {one.slot for one in beside(page)},
        )
    except ScannerUnavailable as error:
        flash(error.hint)
        return back
    except Conflict as error:
        if error.code != "pupil-unclear":
            raise
        return _ask(page, form, compare=True)
    _put_into_group(page, pupil_id)
    flash("The pack was accepted and is in the child's record here.")
    return back


def _put_into_group(page: PackPage, pupil_id: str) -> None:
    """Put the child into the tutor group that the admissions list names, if it names one."""
    bundle = page.arrival.bundle_id
    for line in feeder().rows(org_id()):
        if line.expected and any(one.bundle_id == bundle for one in line.packs):
            if line.expected.group:
                join_group(inside(), org_id(), line.expected.group, pupil_id, actor())
            return
