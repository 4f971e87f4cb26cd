"""Choose a school for a plan, look at what it gets, and send it."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from exchange.domain.disclosure import Disclosed, Outcome
from exchange.errors import ExchangeError, NotFound
from exchange.services.plans.consulting import consult
from exchange.services.plans.editions import Edition, EditionKind, edition
from exchange.services.plans.sending import doubts_about, send_edition
from exchange.services.twins import DOUBTED
from exchange.web.here import actor, inside, org_id
from exchange.web.plans.page import section_label, shared
from exchange.web.pupils.child import label_of
from exchange.web.pupils.inputs import form_of, refuse_at
from exchange.web.pupils.searching import Answer, search_schools
from exchange.web.words import plain
from keys.errors import KeysError


def _kind() -> EditionKind:
    """Return which edition the address asks for.

    :raises NotFound: ``edition-unknown``.
    """
    try:
        return EditionKind(request.args.get("for", EditionKind.CONSULTATION.value))
    except ValueError:
        raise NotFound("edition-unknown") from None


def schools(case: str) -> Any:
    """Find a school or college that has joined."""
    kind, typed = _kind(), request.args.get("q", "").strip()
    with inside().store.reading(org_id()) as unit:
        told = shared(unit, case)
    answers, trouble = search_schools(typed)
    found = [(one, _joined_as(one)) for one in answers]
    return render_template(
        "plans/schools.html", **told, kind=kind, typed=typed, found=found, trouble=trouble
    )


def _joined_as(answer: Answer) -> str:
    """Return the organisation's id, or nothing: it has not joined."""
    if not answer.joined:
        return ""
    try:
        return inside().directory().find(answer.school.urn).org_id
    except KeysError:
        return ""


def send(case: str, school: str) -> Any:
    """Show exactly what a school gets of the plan; then send it."""
    kind = _kind()
    with inside().store.reading(org_id()) as unit:
        told = shared(unit, case)
        made = edition(inside(), unit, told["held"], school, kind)
        doubts = doubts_about(inside(), unit, made)
    form = form_of(())
    if form.validate_on_submit():
        seen = request.form.get("seen", "")
        try:
            if kind is EditionKind.CONSULTATION:
                consult(inside(), org_id(), case, school, seen, actor())
            else:
                send_edition(inside(), org_id(), case, school, kind, seen, actor())
        except ExchangeError as error:
            # The hint of a doubt names documents by their ids: the page shows where to look.
            refuse_at(form, "", plain(error.code) if error.code == DOUBTED else error.hint)
        else:
            flash("It is on its way. The school sees it as soon as it has arrived")
            return redirect(url_for("plans.page", case=case))
    html = render_template(
        "plans/send.html",
        **told,
        kind=kind,
        made=made,
        doubts=len(doubts),
        groups=_groups(made),
        form=form,
        decided=made.plan is not None and not made.of(Outcome.NEEDS_DECISION),
    )
    return html, 422 if form.form_errors else 200


def _groups(made: Edition) -> list[tuple[str, str, list[tuple[str, Disclosed]]]]:
    headings = (
        (Outcome.NEEDS_DECISION, "Needs a decision"),
        (Outcome.ALLOWED, "Goes"),
        (Outcome.WITHHELD, "Stays here"),
    )
    return [
        (heading, outcome.value, [(_title(one), one) for one in made.of(outcome)])
        for outcome, heading in headings
    ]


def _title(one: Disclosed) -> str:
    key = one.ref.rpartition("/")[2]
    if one.type == "pupil":
        return "Who the child is" if key == "pupil" else "Home address and contact details"
    if one.what == "section":
        return f"Section {key}: {section_label(key)}"
    if one.what == "record":
        return "The plan as it stands"
    return one.title or label_of("document-type", one.type)
