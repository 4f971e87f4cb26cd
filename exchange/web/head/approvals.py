"""Approvals and exceptions in one list, and one approval at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from flask import current_app, flash, redirect, render_template, url_for
from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovTextArea, GovTextInput
from wtforms.fields import RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired

from exchange.domain.access import Role
from exchange.domain.clocks import london_day
from exchange.errors import ExchangeError, NotFound
from exchange.services.approval import Approval
from exchange.services.approve import WAITING, approvals, confirm_by_call, decide, get, others
from exchange.services.boards.head import HeadBoard, HeadRow
from exchange.services.ehc_request.approving import waiting_for_head
from exchange.services.emergency import unseen
from exchange.web.forms import PageForm
from exchange.web.here import KEY, actor, inside, may, org_id, visitor
from schemas.base import load_bytes
from schemas.pupil import Pupil


class DecisionForm(PageForm):
    """Yes or no, and why."""

    answer = RadioField(
        "What do you decide?",
        choices={"yes": "Yes", "no": "No"},
        widget=GovRadioInput(),
        validators=[InputRequired("Choose yes or no.")],
    )
    words = TextAreaField("Why (optional)", widget=GovTextArea())


class CallForm(PageForm):
    """Whom one spoke with at the register's number."""

    spoke_to = StringField(
        "Whom did you speak with?",
        description="For example: the school office.",
        widget=GovTextInput(),
        validators=[InputRequired("Say whom you spoke with.")],
    )


@dataclass(frozen=True, slots=True)
class Question:
    """One approval as the list shows it."""

    approval_id: str
    what: str
    title: str
    asked_by: str
    at: Any
    yours: bool


def board() -> str:
    """Show what waits for whom, and what went wrong."""
    inside_, here = inside(), org_id()
    with inside_.store.reading(here) as unit:
        waiting = approvals(unit, WAITING)
        names = {
            one.about: _name(unit.pupils.get(one.about).record)
            for one in waiting
            if one.what == "release"
        }
        emergencies = unseen(unit)
        requests = len(waiting_for_head(unit))
    rows = _rows(here)
    alone = bool(waiting) and not others(inside_, here, visitor().account_id)
    return render_template(
        "head/board.html",
        requests=requests,
        questions=[_question(one, names, alone=alone) for one in waiting],
        disagreements=[one for one in rows if one.disagreements],
        exceptions=[one for one in rows if one.attention],
        is_ready=_board().is_ready(here),
        emergencies=emergencies,
        today=london_day(inside_.clock.now()),
        may_answer=Role.HEAD in visitor().roles,
    )


def approve(approval: str) -> Any:
    """Show one approval; take the answer."""
    inside_, here = inside(), org_id()
    with inside_.store.reading(here) as unit:
        found = get(unit, approval)
        name = ""
        if found.what == "release":
            name = _name(unit.pupils.get(found.about).record)
    alone = found.what == "destination" and not others(inside_, here, visitor().account_id)
    form = CallForm() if alone else DecisionForm()
    if found.state == WAITING and form.validate_on_submit():
        try:
            _take(found, form)
        except ExchangeError as error:
            if isinstance(error, NotFound):
                raise
            form.refuse(error)
        else:
            flash("Your answer is kept.")
            return redirect(url_for("head.board"), 303)
    return render_template(
        "head/approve.html",
        form=form,
        approval=found,
        name=name,
        alone=alone,
        may=_may(found, alone=alone),
        chose_another=Role.HEAD in visitor().roles,
    )


def _take(found: Approval, form: PageForm) -> None:
    person = visitor().account_id
    if isinstance(form, CallForm):
        confirm_by_call(
            inside(), org_id(), found.approval_id, form.spoke_to.data or "", person, actor()
        )
        return
    told = cast(DecisionForm, form)
    release = found.what == "release" and may(Role.HEAD)
    decide(
        inside(),
        org_id(),
        found.approval_id,
        person,
        actor(Role.HEAD) if release else actor(),
        yes=told.answer.data == "yes",
        words=told.words.data or "",
    )


def _may(found: Approval, *, alone: bool) -> bool:
    """Return whether this person may answer; the service asks again."""
    if found.what == "release":
        return may(Role.HEAD)
    return alone or found.asked_by != visitor().account_id


def _question(one: Approval, names: dict[str, str], *, alone: bool) -> Question:
    return Question(
        approval_id=one.approval_id,
        what=one.what,
        title=one.place_name or names.get(one.about, ""),
        asked_by=one.asked_by_name,
        at=one.at,
        yours=_may(one, alone=alone),
    )


def _name(record: bytes) -> str:
    return load_bytes(Pupil, record).names.display


def _board() -> HeadBoard:
    found = current_app.extensions.setdefault(f"{KEY}-head", HeadBoard(inside()))
    return cast(HeadBoard, found)


def _rows(here: str) -> list[HeadRow]:
    return _board().rows(here) if _board().is_ready(here) else []
