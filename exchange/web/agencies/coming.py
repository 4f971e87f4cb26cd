"""A report that nobody asked for through here, in the tray: who from, what, whose; file it."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from exchange.errors import ExchangeError, NotFound
from exchange.ports import UnitOfWork
from exchange.services.advice.matching import match_of_files
from exchange.services.advice.unrequested import CameBy, file_unrequested
from exchange.services.links.agency_about import TYPES
from exchange.services.roster_of import roster_of
from exchange.services.tray.upload import Stage, get_upload
from exchange.web.agencies.about import about_of, about_specs, readers_asked
from exchange.web.comparing import compared_with
from exchange.web.here import actor, inside, org_id
from exchange.web.outsiders.asking import fields_of, refuse
from exchange.web.pupils.child import child_of
from exchange.web.pupils.inputs import Spec, answers, form_of
from exchange.web.record_page import record_page
from exchange.web.serving import SHOWN
from exchange.web.tray.already import filed_already
from exchange.web.tray.document import _likely
from exchange.web.tray.shown import pupils

WAYS = (
    ("mail", "By mail"),
    ("paper", "On paper, and we scanned it"),
    ("parent", "From a parent"),
    ("another", "Another way"),
)


def came(upload: str) -> Any:
    """File what lies in the tray as a specialist's report."""
    with inside().store.reading(org_id()) as unit:
        found = get_upload(unit, upload)
        if found.stage in (Stage.FILED, Stage.UNPACKED):
            return filed_already(upload)
        roster = roster_of(inside(), unit)
        if found.compartment == "cp" or found.archive:
            raise NotFound("item-unknown")
        if found.stage is not Stage.READY or found.active:
            return redirect(url_for("tray.file", upload=upload), 303)
        pupil = request.values.get("pupil") or found.pupil_id or _likely(found) or ""
        pupil = pupil if pupil in roster.children else ""
        earlier = _earlier(unit, pupil) if pupil else []
        child = child_of(unit, pupil) if pupil else None
        named = [(upload, found.file_name)]
        match = match_of_files(inside(), unit, named, pupil) if pupil else None
    specs = (*_specs(roster, earlier), *about_specs())
    values = {
        "pupil": pupil or None,
        "how": "mail",
        "type": found.guess.type if found.guess.type in TYPES else None,
        "author": found.author or None,
        "written": found.authored,
    }
    form = form_of(specs, values, "CameForm")
    if form.validate_on_submit():
        try:
            document = file_unrequested(inside(), org_id(), upload, _told(form, specs), actor())
        except NotFound:
            return filed_already(upload)
        except ExchangeError as error:
            refuse(form, error)
        else:
            flash("The report is filed.")
            return redirect(record_page(document.pupil_id), 303)
    html = render_template(
        "agencies/came.html",
        upload=found,
        form=form,
        fields=fields_of(form, specs),
        shown=found.media_type in SHOWN,
        child=child,
        **compared_with(match),
        **readers_asked(),
    )
    return html, 422 if request.method == "POST" else 200


def _earlier(unit: UnitOfWork, pupil: str) -> list[tuple[str, str]]:
    return [
        (one.document_id, one.title)
        for one in unit.documents.of_pupil(pupil)
        if one.compartment == "general"
    ]


def _specs(roster: Any, earlier: list[tuple[str, str]]) -> tuple[Spec, ...]:
    asked = (
        Spec("how", "How did it come?", "radio", choices=lambda: WAYS, needed=True),
        Spec("pupil", "Whose report is it?", "select", choices=lambda: pupils(roster), needed=True),
    )
    if not earlier:
        return asked
    hint = "The one before is kept, and goes nowhere any more."
    newer = Spec("replaces", "Is it a newer version of", "select", hint, choices=lambda: earlier)
    return (*asked, newer)


def _told(form: Any, specs: tuple[Spec, ...]) -> CameBy:
    said = answers(form, specs)
    about = tuple(one for one in specs if one.name not in ("how", "pupil", "replaces"))
    pupil = said["pupil"] or ""
    # Ticks say by what they know the child of whom the page told: of another they say nothing.
    same = request.form.get("matched") == pupil
    return CameBy(
        pupil_id=pupil,
        about=about_of(form, about),
        how=said["how"] or "",
        replaces=said.get("replaces") or "",
        looked=request.form.get("looked") == "yes",
        compared=tuple(request.form.getlist("compared")) if same else (),
    )
