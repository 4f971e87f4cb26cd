"""Whose case it is: compare it with the pupils whom we know, and say so."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from exchange.errors import Conflict, ScannerUnavailable, UsageError
from exchange.services.cases import Case, CaseState
from exchange.services.cases.placing import (
    Candidate,
    candidates,
    place,
    place_by_hand,
    to_take_in,
)
from exchange.web.cases import shown
from exchange.web.forms import PageForm
from exchange.web.here import actor, inside, org_id, parts
from schemas.codes import code_set

NEW = "new"


class ChildForm(PageForm):
    """Yes; which pupil stands beside it."""


def child(case: str) -> Any:
    """Say whose case it is, and take what came into our records."""
    found, form = shown.read(case), ChildForm()
    if found.state in (CaseState.HELD, CaseState.NOT_OURS):
        return shown.back_to(found)
    if found.who is None and found.pupil_id is None:
        return redirect(url_for("cases.describe", case=case), 303)
    with inside().store.reading(org_id()) as unit:
        known = list(candidates(unit, found)) if found.pupil_id is None else []
        waiting = to_take_in(unit, found)
    problem = ""
    if form.validate_on_submit():
        try:
            return _placed(found, known, packs=bool(waiting))
        except ScannerUnavailable as error:
            flash(error.hint)
            return shown.back_to(found)
        except (UsageError, Conflict) as error:
            problem = error.hint or "Compare both again."
    return render_template(
        "cases/child.html",
        **shown.head(found),
        form=form,
        known=known,
        waiting=waiting,
        problem=problem,
        by_hand=not waiting and found.pupil_id is None,
        sexes=[(one.code, one.label) for one in code_set("sex")],
        reasons=[(one.code, one.label) for one in code_set("upn-unknown-reason")],
    )


def _placed(found: Case, known: list[Candidate], *, packs: bool) -> Any:
    answer = request.form.get("pupil", found.pupil_id or "")
    if answer != NEW and answer not in {one.pupil_id for one in known} | {found.pupil_id}:
        raise UsageError("pupil-unknown", "/pupil", "Choose whose case it is.")
    if answer == NEW and not packs:
        sex, why = request.form.get("sex", ""), request.form.get("upn_unknown", "")
        if sex not in code_set("sex") or (
            found.who and not found.who.upn and why not in code_set("upn-unknown-reason")
        ):
            raise UsageError("details-missing", "/sex", "Choose the sex, and why there is no UPN.")
        place_by_hand(inside(), org_id(), found.case_id, sex, why, actor())
    else:
        pupil = None if answer == NEW else answer
        place(
            inside(),
            parts().scanner,
            parts().inspector,
            org_id(),
            found.case_id,
            pupil,
            actor(),
        )
    flash("The papers are in the child's record here." if packs else "Saved")
    return shown.back_to(found)
