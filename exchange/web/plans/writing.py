"""Write a plan: one section at a time, and where it stands."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from exchange.errors import Conflict, NotFound, Refused, UsageError, Wrapped
from exchange.ports import UnitOfWork
from exchange.services.plans.writing import (
    set_standing,
    texts_of,
    version_of_section,
    write_section,
)
from exchange.web.here import actor, inside, org_id
from exchange.web.plans.page import section_label, shared
from exchange.web.pupils.inputs import Spec, answers, drawn, form_of, refuse_at
from schemas.ehc import EhcPlan, EhcStatus
from schemas.errors import IdentifierError
from schemas.identifiers import Urn
from schemas.school import School

_STANDING = (
    Spec(
        "status",
        "Where does the plan stand?",
        "radio",
        choices=lambda: (
            (EhcStatus.DRAFT.value, "Draft"),
            (EhcStatus.FINAL.value, "Final"),
            (EhcStatus.AMENDED.value, "Amended"),
            (EhcStatus.CEASED.value, "Ceased"),
        ),
        needed=True,
    ),
    Spec("issued", "When was this version issued?", "day"),
    Spec("school", "School or college named in section I", "line", "A draft names none."),
    Spec("urn", "Its URN", "line", "Six digits.", width="govuk-input--width-10"),
    Spec("reference", "Your own reference", "line", width="govuk-input--width-20"),
)


def section(case: str, letter: str) -> Any:
    """Write one section of the plan.

    :raises NotFound: ``section-unknown``.
    """
    label = section_label(letter)
    with inside().store.reading(org_id()) as unit:
        told = shared(unit, case)
        papers = _papers(unit, told["child"].pupil_id)
    plan: EhcPlan | None = told["plan"]
    specs = (Spec("text", label, "prose", "Leave it empty to remove the section.", rows=16),)
    form = form_of(specs, {"text": texts_of(plan).get(letter)}, name=f"Section{letter}")
    chosen = _chosen(plan, letter)
    conflict = None
    if request.method == "GET":
        form["version"].data = version_of_section(plan, letter)
    elif form.validate():
        chosen = tuple(one for one in request.form.getlist("documents") if one in dict(papers))
        conflict = _save(case, letter, form, chosen)
        if conflict is None and not form.form_errors:
            flash(f"Section {letter} was saved")
            return redirect(url_for("plans.page", case=case, _anchor=f"section-{letter}"))
        form["version"].data = version_of_section(plan, letter)
    html = render_template(
        "plans/section.html",
        **told,
        letter=letter,
        label=label,
        form=form,
        fields=[(form["text"], drawn(specs[0]))],
        papers=papers,
        chosen=chosen,
        conflict=conflict,
        theirs=[(label, texts_of(plan)[letter])] if letter in texts_of(plan) else [],
    )
    return html, 422 if form.errors or form.form_errors or conflict else 200


def _save(case: str, letter: str, form: Any, chosen: tuple[str, ...]) -> Conflict | None:
    text = (form["text"].data or "").strip()
    based_on = form["version"].data or ""
    try:
        write_section(inside(), org_id(), case, letter, text, chosen, based_on, actor())
    except Conflict as error:
        return error
    except (Refused, Wrapped) as error:
        refuse_at(form, "text", error.hint)
    return None


def _chosen(plan: EhcPlan | None, letter: str) -> tuple[str, ...]:
    if plan is None:
        return ()
    return next((one.documents for one in plan.sections if one.section.value == letter), ())


def _papers(unit: UnitOfWork, pupil_id: str) -> list[tuple[str, str]]:
    """Return the documents that a section may name, by id and title."""
    return [
        (one.document_id, one.title)
        for one in unit.documents.of_pupil(pupil_id)
        if one.compartment == "general"
    ]


def standing(case: str) -> Any:
    """Say where the plan stands."""
    with inside().store.reading(org_id()) as unit:
        told = shared(unit, case)
    form = form_of(_STANDING, _filled(told["plan"]))
    if form.validate_on_submit() and _set(case, form):
        flash("Where the plan stands was saved")
        return redirect(url_for("plans.page", case=case))
    fields = [(form[one.name], drawn(one)) for one in _STANDING]
    html = render_template("plans/standing.html", **told, form=form, fields=fields)
    return html, 422 if form.errors or form.form_errors else 200


def _filled(plan: EhcPlan | None) -> dict[str, Any]:
    if plan is None:
        return {"status": EhcStatus.DRAFT.value}
    named = plan.names_school
    return {
        "status": plan.status.value,
        "issued": plan.issued,
        "school": named.name if named else None,
        "urn": str(named.urn) if named and named.urn else None,
        "reference": plan.reference,
    }


def _set(case: str, form: Any) -> bool:
    told = answers(form, _STANDING)
    try:
        school = _school(told["school"], told["urn"])
        set_standing(
            inside(),
            org_id(),
            case,
            actor(),
            status=EhcStatus(told["status"]),
            issued=told["issued"],
            names_school=school,
            reference=told["reference"] or "",
        )
    except IdentifierError:
        refuse_at(form, "urn", "Enter a URN of six digits")
    except (Refused, UsageError, Wrapped, NotFound) as error:
        field = {"/names_school": "school", "/issued": "issued", "/on": "issued"}.get(
            error.path, "status"
        )
        refuse_at(form, field, error.hint)
    else:
        return True
    return False


def _school(name: str | None, urn: str | None) -> School | None:
    """Return the school that section I names.

    :raises IdentifierError: the URN is none.
    :raises UsageError: ``text-missing``.
    """
    if not name and not urn:
        return None
    if not name:
        raise UsageError("text-missing", "/names_school", "Write the school's name too")
    return School(name=name, urn=Urn.parse(urn) if urn else None)
