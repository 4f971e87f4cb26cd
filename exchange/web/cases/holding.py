"""A held request, one that is not ours, and two cases of one request: a person decides."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import flash, render_template, request, url_for
from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovTextArea
from wtforms.fields import RadioField, TextAreaField
from wtforms.validators import InputRequired, Length

from exchange.domain.feeder import Likeness, likeness
from exchange.errors import Conflict, UsageError
from exchange.services.cases import Case, CaseState, cases
from exchange.services.cases.area import may_open_again, open_again
from exchange.services.cases.area import not_ours as say_not_ours
from exchange.services.cases.events import LONGEST
from exchange.services.cases.held import (
    check_again as check_packs_again,
)
from exchange.services.cases.held import (
    decide_held,
    dismiss_held,
    said_about,
)
from exchange.services.cases.joining import join_cases
from exchange.web.cases import shown
from exchange.web.forms import PageForm
from exchange.web.here import actor, inside, org_id
from exchange.web.words import day

NO_REQUEST = "no-request"


def _reason(label: str, hint: str = "") -> TextAreaField:
    return TextAreaField(
        label,
        description=hint,
        widget=GovTextArea(),
        validators=[InputRequired("Write your reason."), Length(max=LONGEST)],
    )


class HeldForm(PageForm):
    """From which day a held request counts, or that it is none."""

    answer = RadioField(
        "What do you decide?",
        choices=[],
        widget=GovRadioInput(),
        validators=[InputRequired("Choose what you decide.")],
        validate_choice=False,
    )
    reason = _reason("Why?", "It stays in the case. Say whom you spoke to.")


class NotOursForm(PageForm):
    """Why the child is another authority's."""

    reason = _reason("Why?", "The school reads this, with the day on which the request reached us.")


class OpenAgainForm(PageForm):
    """Why the case goes on. A class of its own: a draft of the one never stands in the other."""

    reason = _reason("Why?", "It stays in the case. The school reads only that you have it.")


class JoinForm(PageForm):
    """Which case this one belongs to."""

    into = RadioField(
        "Which case is the same request?",
        choices=[],
        widget=GovRadioInput(),
        validators=[InputRequired("Choose a case.")],
        validate_choice=False,
    )


def held(case: str) -> Any:
    """Decide about a request that failed a check, with all its days in view."""
    found, form = shown.read(case), HeldForm()
    if found.state is not CaseState.HELD:
        return shown.back_to(found)
    form.answer.choices = _choices(found)
    if form.validate_on_submit():
        try:
            _decided(found, str(form.answer.data), str(form.reason.data))
        except UsageError as error:
            form.refuse(error, "answer" if error.code == "day-of-no-pack" else "reason")
        else:
            flash("Your decision is recorded.")
            return shown.back_to(found)
    with inside().store.reading(org_id()) as unit:
        told = said_about(unit, found)
    return render_template("cases/held.html", **shown.head(found), form=form, told=told)


def _choices(found: Case) -> list[tuple[str, str]]:
    days = list(dict.fromkeys(one.reached for one in found.packs))
    listed = [
        (
            one.isoformat(),
            f"It is a request. It counts from {day(one)}"
            + (", the day it first reached us" if one == days[0] else ", when this copy came"),
        )
        for one in days
    ]
    return [*listed, (NO_REQUEST, "It is no request for an EHC needs assessment. Close the case")]


def _decided(found: Case, answer: str, reason: str) -> None:
    if answer == NO_REQUEST:
        dismiss_held(inside(), org_id(), found.case_id, reason, actor())
        return
    try:
        chosen = date.fromisoformat(answer)
    except ValueError:
        raise UsageError("day-of-no-pack", "/answer", "Choose one of the days shown.") from None
    decide_held(inside(), org_id(), found.case_id, chosen, reason, actor())


def check_again(case: str) -> Any:
    """Let the held packs of a case be checked again."""
    number = check_packs_again(inside(), org_id(), case, actor())
    flash("It is being checked again." if number else "There is nothing to check again.")
    return shown.back_to(case)


def not_ours(case: str) -> Any:
    """Say that the child is not in this area, or open a case again; the day is kept.

    An answer counts for the question that its page asked, never for what is asked by now.

    :raises Conflict: ``case-state``: nothing is asked of the case now, or something else.
    """
    found = shown.read(case)
    with inside().store.reading(org_id()) as unit:
        back = may_open_again(unit, found)
    asks = _asked(found, back=back)
    if request.method == "POST" and request.form.get("asks") != asks:
        raise Conflict("case-state", "/state", "The case has moved on. Look at it again.")
    form = OpenAgainForm() if back else NotOursForm()
    if form.validate_on_submit():
        try:
            say = open_again if back else say_not_ours
            say(inside(), org_id(), found.case_id, str(form.reason.data), actor())
        except UsageError as error:
            form.refuse(error, "reason")
        else:
            flash("The case is open again." if back else "The school is told. The date is kept.")
            return shown.back_to(found)
    return render_template("cases/not_ours.html", **shown.head(found), form=form, asks=asks)


def _asked(found: Case, *, back: bool) -> str:
    if back:
        return "ours" if found.state is CaseState.NOT_OURS else "open-again"
    if found.state is not CaseState.OPEN:
        raise Conflict("case-state", "/state", "The case has moved on. Look at it again.")
    return "not-ours"


def join(case: str) -> Any:
    """Join a case to another of the same request; the earliest day stays."""
    found, form = shown.read(case), JoinForm()
    listed = _may_be_same(found)
    form.into.choices = [
        (
            one.case_id,
            f"{one.reference}, {one.name or 'not read yet'}, from "
            f"{one.school_name or 'nobody known'}, reached us {day(one.reached)}",
        )
        for one in listed
    ]
    if form.validate_on_submit():
        if str(form.into.data) not in {one.case_id for one in listed}:
            form.refuse(UsageError("case-unknown", "/into", "Choose a case of the list."), "into")
        else:
            join_cases(inside(), org_id(), found.case_id, str(form.into.data), actor())
            flash("The cases are joined. The earliest date stays.")
            return shown.back_to(str(form.into.data))
    return render_template(
        "cases/join.html",
        **shown.head(found),
        form=form,
        listed=listed,
        board=url_for("cases.board"),
    )


def _may_be_same(found: Case) -> list[Case]:
    """Return open cases that may be of the same request: of the child, or of the same sender."""
    with inside().store.reading(org_id()) as unit:
        others = [
            one
            for one in cases(unit)
            if one.case_id != found.case_id
            and one.state in (CaseState.HELD, CaseState.OPEN, CaseState.ASSESSING)
        ]
    return [one for one in others if _alike(found, one)]


def _alike(one: Case, other: Case) -> bool:
    if one.who is None or other.who is None:
        return bool(one.school_org) and one.school_org == other.school_org
    return likeness(one.who, other.who) is not Likeness.OTHER
