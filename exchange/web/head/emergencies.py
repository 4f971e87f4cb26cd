"""Emergency access: a reason first, then the record; and the list that the SENCO is shown."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from govuk_frontend_wtf.wtforms_widgets import GovTextArea
from wtforms.fields import TextAreaField
from wtforms.validators import InputRequired

from exchange.domain.access import Role, may_see
from exchange.domain.clocks import london_day
from exchange.errors import ExchangeError, NotFound
from exchange.ports import StoredDocument, UnitOfWork
from exchange.services.emergency import emergencies, look, mark_seen, open_access
from exchange.web.forms import PageForm
from exchange.web.here import actor, inside, leavers_board, may, org_id, visitor
from schemas.base import load_bytes
from schemas.pupil import Pupil
from schemas.records import RECORDS
from schemas.sen import OnePageProfile

_MOST_FOUND = 20


class ReasonForm(PageForm):
    """Why."""

    reason = TextAreaField(
        "Why do you need it now?",
        description="The SENCO is shown your reason. It is kept.",
        widget=GovTextArea(),
        validators=[InputRequired("Say why, in a sentence.")],
    )


def listed() -> str:
    """Show who opened what and why; let the head look for a child."""
    with inside().store.reading(org_id()) as unit:
        found = emergencies(unit)
        names = {one.pupil_id: _name_of(unit, one.pupil_id) for one in found}
    typed = request.form.get("name", "")  # never in an address
    looked_for = typed.strip().casefold()
    return render_template(
        "head/emergencies.html",
        emergencies=found,
        names=names,
        is_head=may(Role.HEAD),
        is_senco=Role.SENCO in visitor().roles,
        typed=typed,
        can_find=leavers_board().is_ready(org_id()),
        children=_children(looked_for) if looked_for else [],
    )


def seen(emergency: str) -> Any:
    """Note that the SENCO has seen one."""
    mark_seen(inside(), org_id(), emergency, actor())
    flash("Noted.")
    return redirect(url_for("head.emergencies"), 303)


def record(pupil: str) -> Any:
    """Ask for a reason; then, for a while, show the record."""
    open_ = look(inside(), org_id(), pupil, visitor().account_id, actor())
    if open_ is not None and request.method == "GET":
        return _shown(pupil, open_.until)
    form = ReasonForm()
    with inside().store.reading(org_id()) as unit:
        name = _name(unit.pupils.get(pupil).record)
    if form.validate_on_submit():
        try:
            open_access(
                inside(), org_id(), pupil, form.reason.data or "", visitor().account_id, actor()
            )
        except ExchangeError as error:
            if isinstance(error, NotFound):
                raise
            form.refuse(error)
        else:
            return redirect(url_for("head.emergency", pupil=pupil), 303)
    return render_template("head/reason.html", form=form, name=name)


def _shown(pupil_id: str, until: Any) -> str:
    today = london_day(inside().clock.now())
    with inside().store.reading(org_id()) as unit:
        stored = unit.pupils.get(pupil_id)
        records = [load_bytes(RECORDS, one.record) for one in unit.records.of_pupil(pupil_id)]
        papers = [
            one
            for one in unit.documents.of_pupil(pupil_id)
            if one.compartment == "general" and may_see(Role.HEAD, one.type, today)
        ]
    pupil = load_bytes(Pupil, stored.record)
    profile = next((one for one in records if isinstance(one, OnePageProfile)), None)
    return render_template(
        "head/emergency.html",
        pupil=pupil,
        pupil_id=pupil_id,
        profile=profile,
        papers=sorted(papers, key=_by_day, reverse=True),
        until=until,
    )


def _by_day(one: StoredDocument) -> str:
    return one.authored.isoformat() if one.authored else ""


def _children(typed: str) -> list[Any]:
    board = leavers_board()
    if not board.is_ready(org_id()):
        return []
    return [one for one in board.rows(org_id()) if typed in one.name.casefold()][:_MOST_FOUND]


def _name_of(unit: UnitOfWork, pupil_id: str) -> str:
    """Return a child's name; who is not kept here any more has none, and the entry stays."""
    try:
        return _name(unit.pupils.get(pupil_id).record)
    except NotFound:
        return "A child who is not kept here any more"


def _name(content: bytes) -> str:
    return load_bytes(Pupil, content).names.display
