"""Write down a conversation or a paper form: what a family said without a link."""

from __future__ import annotations

from typing import Any, cast

from flask import flash, redirect, render_template, request, url_for

from exchange.domain.disclosure import Wanted
from exchange.domain.family import may_be_told
from exchange.errors import ExchangeError
from exchange.services.links.family_pages import refresh_soon
from exchange.services.links.family_said import HOW, HowTold, Told, take_in
from exchange.services.links.family_view import papers_of
from exchange.services.links.members import members
from exchange.web.here import actor, inside, org_id
from exchange.web.outsiders.asking import fields_of, refuse, told
from exchange.web.outsiders.family import member_here
from exchange.web.outsiders.labels import told_apart
from exchange.web.pupils.child import page
from exchange.web.pupils.inputs import Spec, form_of

WAYS = (
    ("conversation", "They told me in person"),
    ("telephone", "They told me by telephone"),
    ("paper-form", "They filled in a paper form"),
)


def conversation(pupil: str) -> Any:
    """Write down what somebody said."""
    shared = page(pupil)
    with inside().store.reading(org_id()) as unit:
        people = [(one.member_id, one.name) for one in members(unit, pupil) if one.active]
        told_of = [one for one in papers_of(inside(), unit, pupil) if may_be_told(one)]
        papers = told_apart(unit, pupil, [(one.ref, one.type) for one in told_of])
    refs = [one.ref for one in papers]
    specs = _specs(people)
    form = form_of(specs, {"may_send": "no"}, "ConversationForm")
    if form.validate_on_submit():
        answers = told(form, specs)
        try:
            _take(pupil, answers, refs)
        except ExchangeError as error:
            refuse(form, error)
        else:
            flash("It is written down.")
            return redirect(url_for("outsiders.family", pupil=pupil), 303)
    return render_template(
        "outsiders/conversation.html",
        **shared,
        form=form,
        fields=fields_of(form, specs),
        papers=papers,
        people=people,
        chosen={name: request.form.get(f"wish-{name}", "") for name in refs},
    )


def _specs(people: list[tuple[str, str]]) -> tuple[Spec, ...]:
    return (
        Spec("member", "Who said it?", "radio", choices=lambda: people, needed=True),
        Spec("how", "How did they say it?", "radio", choices=lambda: WAYS, needed=True),
        Spec("views", "Their views, in their own words", "prose"),
        Spec(
            "may_send",
            "May their words go to the next school?",
            "radio",
            choices=lambda: (("yes", "Yes"), ("no", "No")),
            needed=True,
        ),
        Spec("correction", "What they say is wrong", "prose", rows=3),
    )


def _take(pupil: str, answers: dict[str, Any], refs: list[str]) -> None:
    one = member_here(pupil, answers["member"] or "")
    wishes = {
        ref: cast(Wanted, wants)
        for ref in refs
        if (wants := request.form.get(f"wish-{ref}", "")) in ("agrees", "refuses")
    }
    how: HowTold = next(way for way in HOW if way == (answers["how"] or HOW[0]))
    said = Told(
        wishes=wishes,
        views=answers["views"] or "",
        may_send=answers["may_send"] == "yes",
        correction=answers["correction"] or "",
        how=how,
    )
    take_in(inside(), org_id(), one.member_id, said, actor())
    refresh_soon(inside(), org_id(), pupil)
