"""Who the pupil is: add one by hand, and change what is written of one."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from exchange.errors import Conflict
from exchange.services.edit_record import (
    change_pupil,
    current_pupil,
    dumped,
    problems_of,
    require_version,
    version_of,
)
from exchange.services.keep_pupil import add_pupil, find_same
from exchange.web.forms import PageForm
from exchange.web.here import actor, inside, org_id
from exchange.web.pupils.child import page
from exchange.web.pupils.described import YES_NO, codes, councils
from exchange.web.pupils.desk import begin
from exchange.web.pupils.filling import filled, made, show_problems
from exchange.web.pupils.inputs import Spec, answers, drawn, form_of, refuse_at
from exchange.web.pupils.telling import told_values
from schemas.errors import IdentifierError
from schemas.identifiers import Upn
from schemas.pupil import Pupil

_BASIC = (
    Spec("names-surname", "Surname", "line", needed=True),
    Spec("names-forename", "Forename", "line", needed=True),
    Spec("names-middle_names", "Middle names", "line"),
    Spec("names-known_as", "Known as", "line", "The forename that the pupil goes by."),
    Spec("date_of_birth", "Date of birth", "day", "For example 27 3 2015.", needed=True),
    Spec("sex", "Sex as recorded", "radio", choices=codes("sex"), needed=True),
    Spec(
        "upn", "UPN", "line", "13 characters, such as H801200001001.", width="govuk-input--width-20"
    ),
    Spec(
        "upn_unknown",
        "If there is no UPN, why?",
        "select",
        choices=codes("upn-unknown-reason"),
    ),
    Spec("nc_year", "Year group", "select", choices=codes("nc-year")),
)
_MORE = (
    Spec("names-preferred_surname", "Surname that the pupil uses", "line"),
    Spec("medical_flag", "Is there something medical to know?", "radio", choices=YES_NO),
    Spec(
        "looked_after-in_care", "Is the pupil looked after by a council?", "radio", choices=YES_NO
    ),
    Spec("looked_after-care_authority", "Which council", "select", choices=councils()),
    Spec("address-lines", "Home address", "lines", "Up to five lines.", rows=4),
    Spec("address-post_code", "Postcode", "line", width="govuk-input--width-10"),
    Spec(
        "home_authority",
        "Council of the home address",
        "select",
        "It is the one responsible, also where the school is in another council's area. "
        "Of a looked-after child, ask which council is.",
        choices=councils(),
    ),
)


def new() -> Any:
    """Add one pupil by hand."""
    form = form_of(_BASIC)
    if form.validate_on_submit():
        made_ = _read(form, _BASIC, None, str(uuid.uuid4()))
        if made_ is not None and _is_new(form, made_):
            try:
                pupil_id = add_pupil(inside(), org_id(), made_, actor())
            except Conflict as error:
                refuse_at(form, "upn", error.hint)
            else:
                flash("The pupil was added")
                return redirect(url_for("pupils.page", pupil=pupil_id))
    html = render_template("pupils/new.html", form=form, fields=_fields(form, _BASIC))
    return html, 422 if form.errors else 200


def _is_new(form: PageForm, pupil: Pupil) -> bool:
    with inside().store.reading(org_id()) as unit:
        same = find_same(unit, pupil)
    if same is not None:
        refuse_at(
            form,
            "names-surname",
            "A pupil with these names and this birthday is here already. "
            "If this is another child, add the middle names",
        )
    return same is None


def edit(pupil: str) -> Any:
    """Change what is written of a pupil."""
    specs = (*_BASIC, *_MORE)
    with inside().store.reading(org_id()) as unit:
        before = current_pupil(unit, pupil)
    form = form_of(specs, filled(before, specs))
    conflict, theirs = None, None
    if request.method == "GET":
        begin(form, _version(before))
    elif form.validate() and _read(form, specs, before, pupil) is not None:
        try:
            _save(form, pupil)
        except Conflict as error:
            with inside().store.reading(org_id()) as unit:
                before = current_pupil(unit, pupil)
            if error.code == "record-changed":
                conflict, theirs = error, told_values(before, specs)
                form["version"].data = _version(before)
            else:
                refuse_at(form, "upn", error.hint)
        else:
            flash("Saved")
            return redirect(url_for("pupils.page", pupil=pupil))
    html = render_template(
        "pupils/details.html",
        **page(pupil),
        form=form,
        fields=_fields(form, specs),
        conflict=conflict,
        theirs=theirs,
    )
    return html, 409 if conflict else 422 if form.errors else 200


def _save(form: PageForm, pupil_id: str) -> None:
    specs = (*_BASIC, *_MORE)
    based_on = form["version"].data or ""

    def change(now: Pupil) -> Pupil:
        require_version(_version(now), based_on, "/pupil")
        changed = _read(form, specs, now, pupil_id)
        return changed if changed is not None else now

    change_pupil(inside(), org_id(), pupil_id, change, actor())


def _version(pupil: Pupil) -> str:
    names = {one.name.partition("-")[0] for one in (*_BASIC, *_MORE)}
    return version_of({name: value for name, value in dumped(pupil).items() if name in names})


def _read(
    form: PageForm, specs: tuple[Spec, ...], before: Pupil | None, pupil_id: str
) -> Pupil | None:
    """Return the record that was written, or None; what is wrong stands at the fields."""
    told: dict[str, Any] = answers(form, specs)
    if told["upn"]:
        try:
            told["upn"] = Upn.parse(told["upn"])
        except IdentifierError as error:
            refuse_at(form, "upn", error.hint)
            return None
    elif not told["upn_unknown"]:
        refuse_at(form, "upn", "Give the UPN, or below the reason why there is none")
        return None
    _without_care_authority(told)
    written = made(Pupil, before, specs, told, subject=pupil_id)
    problems = problems_of(written)
    show_problems(form, problems, specs)
    return None if problems else written


def _without_care_authority(told: dict[str, Any]) -> None:
    """A council is only named of a pupil who is looked after."""
    if told.get("looked_after-in_care") != "yes" and "looked_after-care_authority" in told:
        told["looked_after-care_authority"] = None


def _fields(form: PageForm, specs: tuple[Spec, ...]) -> list[tuple[Any, Mapping[str, Any]]]:
    return [(form[one.name.replace("-", "__")], drawn(one)) for one in specs]
