"""A consultation: what the school answered, by pack or otherwise."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from exchange.errors import Conflict, NotFound, UsageError
from exchange.services.plans.consulting import consult_by_hand, note_answer, withdraw
from exchange.services.plans.model import SENT, consultation
from exchange.web.here import actor, inside, org_id
from exchange.web.plans.asked import ANSWERS
from exchange.web.plans.page import shared, state_of
from exchange.web.pupils.inputs import Spec, answers, drawn, form_of, refuse_at
from schemas.consultation import CanMeet

_NEW = (
    Spec("name", "School or college", "line", needed=True),
    Spec("sent", "Day on which you sent the consultation", "day", needed=True),
)
_ANSWER = (
    *ANSWERS,
    Spec("answered", "Day on which it answered", "day", needed=True),
    Spec("who", "Who answered for the school?", "line", "Name and role."),
)


def by_hand(case: str) -> Any:
    """Note that a school that has not joined was asked another way."""
    with inside().store.reading(org_id()) as unit:
        told = shared(unit, case)
    form = form_of(_NEW)
    if form.validate_on_submit():
        said = answers(form, _NEW)
        try:
            consult_by_hand(inside(), org_id(), case, said["name"], said["sent"], actor())
        except UsageError as error:
            refuse_at(form, error.path.strip("/"), error.hint)
        else:
            flash("The consultation was noted")
            return redirect(url_for("plans.page", case=case))
    fields = [(form[one.name], drawn(one)) for one in _NEW]
    html = render_template("plans/by_hand.html", **told, form=form, fields=fields)
    return html, 422 if form.errors else 200


def one(case: str, consultation: str) -> Any:
    """Show one consultation; note an answer that came another way, or wait no more.

    :raises NotFound: ``consultation-unknown``: there is none in this case.
    """
    with inside().store.reading(org_id()) as unit:
        told = shared(unit, case)
        asked = _of_case(unit, case, consultation)
    form = form_of(_ANSWER)
    done = _post(case, consultation, form) if request.method == "POST" else None
    if done is not None:
        return done
    html = render_template(
        "plans/consultation.html",
        **told,
        asked=asked,
        state=state_of(asked),
        is_open=asked.state == SENT,
        form=form,
        fields=[(form[each.name], drawn(each)) for each in _ANSWER],
    )
    return html, 422 if form.errors or form.form_errors else 200


def _of_case(unit: Any, case_id: str, consultation_id: str) -> Any:
    found = consultation(unit, consultation_id)
    if found.case_id != case_id:
        raise NotFound("consultation-unknown")
    return found


def _post(case: str, consultation_id: str, form: Any) -> Any:
    try:
        if "withdraw" in request.form:
            withdraw(inside(), org_id(), consultation_id, actor())
            flash("This answer is awaited no more")
            return redirect(url_for("plans.page", case=case))
        if not form.validate():
            return None
        said = answers(form, _ANSWER)
        _note(consultation_id, said, said["answered"])
    except (Conflict, UsageError) as error:
        refuse_at(form, error.path.strip("/"), error.hint)
        return None
    flash("The answer was noted")
    return redirect(url_for("plans.page", case=case))


def _note(consultation_id: str, said: dict[str, Any], answered: date) -> None:
    note_answer(
        inside(),
        org_id(),
        consultation_id,
        CanMeet(said["answer"]),
        said["text"] or "",
        answered,
        said["who"] or "",
        actor(),
    )
