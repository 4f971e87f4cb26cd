"""Change what is noted of somebody of a family: an order came, or they are reached elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from exchange.domain.clocks import london_day
from exchange.domain.family import Relationship, Responsibility
from exchange.errors import Conflict, ExchangeError, NotFound
from exchange.services.links.family import correct_member
from exchange.services.links.members import Member, speaks_for_self
from exchange.services.links.noted import noted_version
from exchange.web.forms import PageForm
from exchange.web.here import actor, inside, org_id
from exchange.web.outsiders.asking import fields_of, refuse, told
from exchange.web.outsiders.family import member_here
from exchange.web.outsiders.member import CAPACITY, NEW
from exchange.web.pupils.child import page
from exchange.web.pupils.desk import begin
from exchange.web.pupils.inputs import Spec, form_of


def change(pupil: str, member: str) -> Any:
    """Show what is noted, and take what is right now."""
    shared = page(pupil)
    one = member_here(pupil, member)
    if not one.active:
        raise NotFound("item-unknown")
    with inside().store.reading(org_id()) as unit:
        alone = speaks_for_self(unit.pupils.get(pupil), london_day(inside().clock.now()))
    specs = (*NEW, CAPACITY) if alone or one.capacity else NEW
    form = form_of(specs, _values(one), "ChangeMemberForm")
    conflict = None
    if request.method == "GET":
        begin(form, noted_version(one))
    elif form.validate():
        try:
            _save(one, form, told(form, specs))
        except Conflict as error:  # the new version goes out with what it is of, and only so
            one = member_here(pupil, member)
            conflict, form["version"].data = error, noted_version(one)
            _keep_order(form, one)
        except ExchangeError as error:
            refuse(form, error)
        else:
            flash("Saved.")
            return redirect(url_for("outsiders.family", pupil=pupil), 303)
    html = render_template(
        "outsiders/member_change.html",
        **shared,
        form=form,
        fields=fields_of(form, specs),
        member=one,
        conflict=conflict,
        theirs=_stands(one, specs) if conflict else (),
    )
    return html, 409 if conflict else 200


def _save(one: Member, form: PageForm, answers: dict[str, Any]) -> None:
    based_on = form["version"].data or ""
    correct_member(inside(), org_id(), _changed(one, answers), actor(), based_on=based_on)


def _keep_order(form: PageForm, one: Member) -> None:
    """Put an order that came meanwhile into the form: saving once more must not lift it."""
    if one.forbidden:
        form["forbidden"].data = "yes"
    if not form["court_order"].data:
        form["court_order"].data = one.court_order


def _stands(one: Member, specs: Sequence[Spec]) -> list[tuple[str, str]]:
    """Return what is noted now, as a person reads it."""
    values = _values(one)
    found = []
    for spec in specs:
        words = dict(spec.choices()) if spec.choices else {}
        value = values[spec.name]
        found.append((spec.label, words.get(value, value) or "Nothing"))
    return found


def _values(one: Member) -> dict[str, Any]:
    return {
        "name": one.name,
        "relationship": one.relationship.value,
        "responsibility": one.responsibility.value,
        "court_order": one.court_order,
        "forbidden": "yes" if one.forbidden else "no",
        "safe": one.safe,
        "capacity": one.capacity,
    }


def _changed(one: Member, answers: dict[str, Any]) -> Member:
    return replace(
        one,
        name=answers["name"] or "",
        relationship=Relationship(answers["relationship"] or one.relationship),
        responsibility=Responsibility(answers["responsibility"] or one.responsibility),
        court_order=answers["court_order"] or "",
        forbidden=answers["forbidden"] != "no",
        safe=answers["safe"] or "",
        capacity=(answers["capacity"] or "") if "capacity" in answers else one.capacity,
    )
