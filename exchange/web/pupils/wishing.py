"""What the family and the pupil wish of what is shared: kept apart from the lawful basis."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for

from exchange.domain.disclosure import Speaker, Wanted
from exchange.ports import StoredDocument, UnitOfWork
from exchange.services.protect import hidden
from exchange.services.record_disclosure import Thing, wish
from exchange.web.forms import PageForm
from exchange.web.here import actor, inside, knows_of, org_id, visitor
from exchange.web.pupils.child import page
from exchange.web.pupils.decisions import WHOLE, reference, title_of
from exchange.web.pupils.inputs import Spec, answers, drawn, form_of, refuse_at
from exchange.web.pupils.said import audience

_WISHES = (
    ("agrees", "Agrees"),
    ("refuses", "Does not agree"),
    ("no-answer", "Was asked and has not answered"),
)


def wishes(pupil: str) -> Any:
    """Record what family and pupil say of what is shared: apart from the lawful basis."""
    specs = (
        Spec("about", "About what?", "select", choices=lambda: _abouts(pupil), needed=True),
        Spec("family", "The parent or carer", "radio", choices=lambda: _WISHES),
        Spec("pupil", "The pupil", "radio", choices=lambda: _WISHES),
    )
    form = form_of(specs, {"about": WHOLE})
    if form.validate_on_submit() and _keep_wishes(pupil, form, answers(form, specs)):
        flash("What they said was recorded")
        return redirect(url_for("pupils.wishes", pupil=pupil))
    html = render_template(
        "pupils/wishes.html",
        **page(pupil),
        form=form,
        fields=[(form[one.name], drawn(one)) for one in specs],
        said=_said(pupil),
    )
    return html, 422 if form.errors else 200


def _keep_wishes(pupil_id: str, form: PageForm, told: dict[str, Any]) -> bool:
    speakers: tuple[Speaker, ...] = ("family", "pupil")
    given: dict[Speaker, Wanted] = {
        one: told[one] for one in speakers if told[one] in dict(_WISHES)
    }
    if not given:
        refuse_at(form, "family", "Say what the family or the pupil said")
        return False
    about = told["about"]
    if about not in dict(_abouts(pupil_id)):
        refuse_at(form, "about", "Choose one of the list")
        return False
    ref = pupil_id if about == WHOLE else reference(pupil_id, about)
    wish(inside(), org_id(), ref, given, actor())
    return True


def _abouts(pupil_id: str) -> list[tuple[str, str]]:
    """Return what can be agreed or refused: the whole pack, each document, each record."""
    with inside().store.reading(org_id()) as unit:
        documents = _documents(unit, pupil_id)
        slots = [one.slot for one in unit.records.of_pupil(pupil_id) if knows_of(one.slot)]
        pupil = unit.pupils.get(pupil_id)
    listed = [(WHOLE, "The whole pack")]
    listed += [(one.document_id, one.title) for one in documents]
    return listed + [(slot, title_of(Thing(pupil, slot))) for slot in slots]


def _documents(unit: UnitOfWork, pupil_id: str) -> list[StoredDocument]:
    return [
        one
        for one in unit.documents.of_pupil(pupil_id)
        if one.compartment == "general" and knows_of(one.type)
    ]


def _said(pupil_id: str) -> list[tuple[str, Any, str]]:
    """Return everything that was said so far: about what, the wish, and for whom."""
    with inside().store.reading(org_id()) as unit:
        pupil = unit.pupils.get(pupil_id)
        documents = _documents(unit, pupil_id)
        secret = hidden(unit, pupil_id, visitor().account_id)
    keys = [key for key in pupil.said if knows_of(key.partition("/")[0])]
    things = [Thing(pupil, key) for key in keys] + [Thing(one) for one in documents]
    rows = [
        (
            title_of(one),
            each,
            "" if secret else audience(each.audience),
        )
        for one in things
        for each in one.said.wishes
    ]
    return sorted(rows, key=lambda row: row[1].at, reverse=True)
