"""Before sending: documents that may be about another child, looked at and confirmed one by one."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from exchange.errors import ExchangeError, NotFound
from exchange.services.cases import cases_about
from exchange.services.move_document import move_document, remove_document
from exchange.services.roster_of import roster_of
from exchange.services.twins import confirm, unconfirmed
from exchange.web.forms import PageForm
from exchange.web.here import actor, inside, org_id, sees
from exchange.web.pupils.child import may_prepare
from exchange.web.tray.shown import pupils

_THIS, _REMOVE = "this-pupil", "remove"


def twins(pupil: str) -> Any:
    """Show what may be about another child; record whom each document is about."""
    form = PageForm()
    with inside().store.reading(org_id()) as unit:
        unit.pupils.get(pupil)
        roster = roster_of(inside(), unit)
        found = [
            one
            for one in unconfirmed(inside(), unit, pupil)
            if one.document.compartment == "general"
        ]
        cases = [] if may_prepare() else cases_about(unit, pupil)
    doubts = [one for one in found if sees(one.document.type)]
    errors: dict[str, str] = {}
    if form.validate_on_submit():
        for one in doubts:
            _answer(pupil, one.document_id, one.others, errors)
        if not errors:
            flash("What you said was recorded.")
            return redirect(url_for("tray.twins", pupil=pupil))
    html = render_template(
        "tray/twins.html",
        child=roster.children[pupil],
        doubts=[
            {
                "document": one.document,
                "why": [(roster.children[who].display, codes) for who, codes in one.sure],
                "others": one.others,
                "error": errors.get(one.document_id, ""),
            }
            for one in doubts
        ],
        unseen=len(found) - len(doubts),
        case=cases[-1] if cases else None,
        may_move=may_prepare(),
        form=form,
        people=pupils(roster),
        problems=[{"text": text, "href": f"#about-{key}"} for key, text in errors.items()],
    )
    return html, 422 if errors else 200


def _answer(pupil_id: str, document_id: str, others: Any, errors: dict[str, str]) -> None:
    told = request.form.get(f"about-{document_id}", "")
    try:
        if told == _THIS:
            seen = set(request.form.getlist(f"seen-{document_id}"))
            confirm(inside(), org_id(), pupil_id, document_id, seen, actor())
        elif not may_prepare():  # a case's papers are named by it: they are not moved from under it
            return
        elif told == _REMOVE:
            remove_document(inside(), org_id(), pupil_id, document_id, actor())
        elif told:
            move_document(inside(), org_id(), pupil_id, document_id, told, actor())
    except NotFound:
        return
    except ExchangeError as error:
        errors[document_id] = error.hint
