"""Profile and SEN support plan on paper: a page that prints well, and a PDF."""

from __future__ import annotations

from typing import Any

from flask import Response, render_template

from exchange.errors import NotFound
from exchange.services.edit_record import current_record
from exchange.services.people.names import organisation_name
from exchange.services.readable import Data, Sheet, plan_data, profile_data
from exchange.web.headers import as_document
from exchange.web.here import inside, org_id, parts
from exchange.web.pupils.child import Child, child_of, may_prepare
from exchange.web.words import LONDON
from schemas.sen import OnePageProfile, SenSupportPlan


def profile_print(pupil: str) -> Any:
    """Show the profile as it is printed."""
    with inside().store.reading(org_id()) as unit:
        child = child_of(unit, pupil)
        profile = current_record(unit, pupil, OnePageProfile)
    return render_template(
        "pupils/profile_print.html", child=child, profile=profile, may_prepare=may_prepare()
    )


def profile_pdf(pupil: str) -> Response:
    """Hand the profile over as a PDF, made in memory.

    :raises NotFound: ``profile-missing``.
    """
    with inside().store.reading(org_id()) as unit:
        child = child_of(unit, pupil)
        profile = current_record(unit, pupil, OnePageProfile)
    if profile is None:
        raise NotFound("profile-missing")
    return _pdf("profile", profile_data(profile, child.known_as, _sheet(child)))


def plan_print(pupil: str) -> Any:
    """Show the SEN support plan as it is printed."""
    child, plan = _plan(pupil)
    return render_template(
        "pupils/plan_print.html", child=child, plan=plan, may_prepare=may_prepare()
    )


def plan_pdf(pupil: str) -> Response:
    """Hand the SEN support plan over as a PDF, made in memory.

    :raises NotFound: ``plan-missing``.
    """
    _, plan = _plan(pupil)
    if plan is None:
        raise NotFound("plan-missing")
    return _pdf("sen-support-plan", plan)


def _plan(pupil_id: str) -> tuple[Child, Data | None]:
    """Return the plan in the words in which it is read, or None: nobody has written one."""
    with inside().store.reading(org_id()) as unit:
        child = child_of(unit, pupil_id)
        plan = current_record(unit, pupil_id, SenSupportPlan)
    return child, None if plan is None else plan_data(plan, child.known_as, _sheet(child))


def _sheet(child: Child) -> Sheet:
    today = inside().clock.now().astimezone(LONDON).date()
    return Sheet(organisation_name(inside(), org_id()), today, child.year)


def _pdf(name: str, data: Data) -> Response:
    answer = Response(parts().renderer.render(name, data), content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return as_document(answer)
