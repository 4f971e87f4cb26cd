"""The panel's meetings: the list, one meeting, who sits, circulating the papers."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from govuk_frontend_wtf.wtforms_widgets import GovCheckboxesInput, GovDateInput, GovTextInput
from wtforms.fields import DateField, IntegerField, SelectMultipleField
from wtforms.validators import InputRequired

from exchange.domain.clocks import london_day
from exchange.errors import ExchangeError, NotFound
from exchange.services.panel.meetings import (
    circulate as circulate_papers,
)
from exchange.services.panel.meetings import (
    panel_members,
    plan_meeting,
    set_members,
    without_pack,
)
from exchange.services.panel.model import ACCESS_DAYS
from exchange.services.panel.reading import meeting_for, meetings_for
from exchange.services.panel.sheet import words_of
from exchange.web.forms import PageForm
from exchange.web.here import actor, inside, org_id, parts
from exchange.web.panel.looking import is_caseworker, reader, rows

_REFUSED = 422


class MeetingForm(PageForm):
    """When a meeting is, who sits in it, and for how long they may read."""

    on = DateField(
        "When does the panel meet?",
        description="For example, 30 6 2026.",
        widget=GovDateInput(),
        format="%d %m %Y",
        validators=[InputRequired("Give the day of the meeting.")],
    )
    members = SelectMultipleField(
        "Who sits in it?",
        description="Members read the packs of this meeting, and of no other.",
        widget=GovCheckboxesInput(),
        choices=[],
    )
    access_days = IntegerField(
        "For how many days after the meeting may they read?",
        description="After that the packs are closed to them.",
        widget=GovTextInput(),
        default=ACCESS_DAYS,
        validators=[InputRequired("Give a number of days.")],
    )


class MembersForm(PageForm):
    """Who sits in a meeting."""

    members = SelectMultipleField(
        "Who sits in it?",
        description="Whoever you take off can read nothing from the moment that you save.",
        widget=GovCheckboxesInput(),
        choices=[],
    )


def board() -> str:
    """Show the meetings: all of them to caseworkers, their own to members."""
    with inside().store.reading(org_id()) as unit:
        found = meetings_for(inside(), unit, reader())
    today = london_day(inside().clock.now())
    return render_template(
        "panel/board.html",
        coming=[one for one in reversed(found) if one.on >= today],
        past=[one for one in found if one.on < today],
        caseworker=is_caseworker(),
    )


def new() -> Any:
    """Plan a meeting."""
    form = MeetingForm()
    form.members.choices = _choices()
    if form.validate_on_submit():
        try:
            made = plan_meeting(
                inside(),
                org_id(),
                form.on.data,
                form.members.data or [],
                actor(),
                form.access_days.data,
            )
        except ExchangeError as error:
            form.refuse(error)
        else:
            flash("The meeting was planned.")
            return redirect(url_for("panel.meeting", meeting=made.meeting_id))
    status = _REFUSED if form.is_submitted() else 200
    return render_template("panel/new.html", form=form), status


def page(meeting: str) -> str:
    """Show one meeting with its cases."""
    with inside().store.reading(org_id()) as unit:
        found = meeting_for(inside(), unit, meeting, reader())
        listed = rows(unit, found)
    return render_template(
        "panel/meeting.html",
        found=found,
        rows=listed,
        caseworker=is_caseworker(),
        words_of=words_of,
        over=found.on <= london_day(inside().clock.now()),
    )


def members(meeting: str) -> Any:
    """Choose who sits in a meeting."""
    with inside().store.reading(org_id()) as unit:
        found = meeting_for(inside(), unit, meeting, reader())
    form = MembersForm()
    form.members.choices = _choices()
    if form.validate_on_submit():
        try:
            set_members(inside(), org_id(), meeting, form.members.data or [], actor())
        except ExchangeError as error:
            form.refuse(error)
        else:
            flash("The members were saved.")
            return redirect(url_for("panel.meeting", meeting=meeting))
    elif not form.is_submitted():
        form.members.data = [one.account_id for one in found.sitting]
    status = _REFUSED if form.is_submitted() else 200
    return render_template("panel/members.html", form=form, found=found), status


def circulate(meeting: str) -> Any:
    """Ask once more, then open the packs to the members and tell them."""
    with inside().store.reading(org_id()) as unit:
        found = meeting_for(inside(), unit, meeting, reader())
        missing = without_pack(inside(), unit, found)
    form = PageForm()
    if form.validate_on_submit():
        try:
            circulate_papers(inside(), org_id(), meeting, parts().base_url, actor())
        except NotFound:
            raise
        except ExchangeError as error:
            form.refuse(error)
        else:
            flash("The members can read the packs now. An e-mail tells each that they are there.")
            return redirect(url_for("panel.meeting", meeting=meeting))
    status = _REFUSED if form.is_submitted() else 200
    return render_template("panel/circulate.html", form=form, found=found, missing=missing), status


def _choices() -> list[tuple[str, str]]:
    return [(one.account_id, one.name) for one in panel_members(inside(), org_id())]
