"""Editors of a record's own fields: register, plan, profile, transition ..."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request

from exchange.domain.clocks import london_day
from exchange.errors import Conflict
from exchange.services.edit_record import (
    current_pupil,
    current_record,
    require_version,
)
from exchange.web.forms import PageForm
from exchange.web.here import actor, inside, org_id, visitor
from exchange.web.pupils.child import page
from exchange.web.pupils.desk import (
    Desk,
    Wrong,
    address,
    begin,
    boxes_of,
    checked,
    dated,
    desk_of,
    own_version,
    start_of,
    status_of,
    store,
)
from exchange.web.pupils.editors import PAGES
from exchange.web.pupils.filling import filled, made, show_problems
from exchange.web.pupils.inputs import answers, form_of
from exchange.web.pupils.telling import told_items, told_values
from schemas.base import SubjectRecord
from schemas.sen import SenSupportPlan


def profile(pupil: str) -> Any:
    """Show and save the one-page profile."""
    return _record(pupil, "one-page-profile")


def record(pupil: str, slot: str) -> Any:
    """Show and save a record's own fields, and list its parts."""
    if slot in PAGES and PAGES[slot].endpoint != "pupils.record":
        abort(404)
    return _record(pupil, slot)


def _record(pupil: str, slot: str) -> Any:
    desk = desk_of(pupil, slot)
    if request.method == "POST" and not desk.page.specs:
        abort(405)  # it has lists alone
    form = form_of(desk.page.specs, _own_values(desk))
    if request.method == "GET":
        begin(form, desk.version)
    elif form.validate():
        try:
            _save_own(desk, form)
        except Conflict as error:
            return _own_page(desk_of(pupil, slot), form, error), 409
        except Wrong as wrong:
            show_problems(form, wrong.problems, desk.page.specs, wrong.at)
        else:
            flash("Saved")
            return redirect(address(desk.page, pupil))
    return _own_page(desk, form), status_of(form)


def _own_values(desk: Desk) -> dict[str, Any]:
    if desk.record is not None:
        return filled(desk.record, desk.page.specs)
    if desk.page.slot == "sen-support-plan":
        return {"author-name": visitor().name, "author-role": "SENCO"}
    if desk.page.slot == "one-page-profile":
        return _first_profile(desk.pupil_id)
    return {}


def _first_profile(pupil_id: str) -> dict[str, Any]:
    """Begin a profile with what the plan says already, so that nobody types it twice."""
    with inside().store.reading(org_id()) as unit:
        names = current_pupil(unit, pupil_id).names
        plan = current_record(unit, pupil_id, SenSupportPlan)
    strategies = plan.strategies if plan is not None else ()
    return {
        "known_as": names.known_as or names.forename,
        "support": tuple(one.helps for one in strategies),
        "avoid": tuple(one.avoid for one in strategies if one.avoid),
    }


def _own_page(desk: Desk, form: PageForm, conflict: Conflict | None = None) -> str:
    theirs = None
    if conflict is not None:
        theirs = told_values(desk.record, desk.page.specs)
        form["version"].data = desk.version
    return render_template(
        "pupils/profile.html" if desk.page.endpoint == "pupils.profile" else "pupils/record.html",
        **page(desk.pupil_id),
        record_page=desk.page,
        exists=desk.record is not None,
        lists=[(one, told_items(desk.record, one)) for one in desk.page.parts],
        form=form,
        fields=boxes_of(form, desk.page.specs),
        conflict=conflict,
        theirs=theirs,
    )


def _save_own(desk: Desk, form: PageForm) -> None:
    told, based_on = answers(form, desk.page.specs), form["version"].data or ""

    def change(now: SubjectRecord | None) -> SubjectRecord:
        require_version(own_version(desk.page, now), based_on, f"/{desk.page.slot}")
        start = {} if now is not None else start_of(desk.page, desk.pupil_id)
        changed = made(desk.page.kind, now, desk.page.specs, told, **start)
        return _likely(desk, checked(dated(desk.page, changed), ""))

    store(desk, change, actor())


def _likely(desk: Desk, record: SubjectRecord) -> SubjectRecord:
    """Return a record of which nothing cannot be right.

    :raises Wrong: something of it is not.
    """
    today = london_day(inside().clock.now())
    doubts = desk.page.doubts(record, today) if desk.page.doubts is not None else ()
    if doubts:
        raise Wrong(doubts, "")
    return record
