"""A pupil's family: who is invited, what they said, what they ask to be corrected."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, url_for

from exchange.domain.clocks import london_day
from exchange.errors import ExchangeError, NotFound
from exchange.services.links.family_noes import kept_back
from exchange.services.links.family_pages import refresh_soon
from exchange.services.links.family_said import mark_corrected
from exchange.services.links.family_view import papers_of
from exchange.services.links.members import Member, get_member, members, speaks_for_self
from exchange.services.links.model import Link, Purpose
from exchange.services.links.revoke import links_about
from exchange.web.here import actor, inside, org_id
from exchange.web.outsiders.asking import fields_of, refuse, told
from exchange.web.outsiders.labels import told_apart
from exchange.web.pupils.child import page
from exchange.web.pupils.inputs import Spec, form_of

CORRECT = (
    Spec(
        "answer",
        "What did you do, or why not?",
        "prose",
        "The person reads this on their page.",
        needed=True,
    ),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One member with the link that they have now."""

    member: Member
    link: Link | None
    is_open: bool
    said: tuple[tuple[str, str], ...]


def family(pupil: str) -> Any:
    """Show the family."""
    shared = page(pupil)
    now = inside().clock.now()
    with inside().store.reading(org_id()) as unit:
        stored = unit.pupils.get(pupil)
        links = links_about(unit, pupil, Purpose.FAMILY)
        papers = [(one.ref, one.type) for one in papers_of(inside(), unit, pupil)]
        labels = {one.ref: one.label for one in told_apart(unit, pupil, papers)}
        lines = [
            _line(one, links, labels, kept_back(unit, one), now) for one in members(unit, pupil)
        ]
        alone = speaks_for_self(stored, london_day(now))
    return render_template("outsiders/family.html", **shared, lines=lines, alone=alone)


def _line(
    one: Member, links: list[Link], labels: dict[str, str], kept: Collection[str], now: Any
) -> Line:
    own = [each for each in links if each.member == one.member_id]
    newest = own[-1] if own else None
    said = tuple(
        (labels.get(ref, "Document"), "kept-back" if ref in kept else wants)
        for ref, wants in one.said.items()
    )
    return Line(one, newest, newest is not None and newest.is_open(now), said)


def correct(pupil: str, member: str, correction: str) -> Any:
    """Answer a wish for a correction."""
    shared = page(pupil)
    one = member_here(pupil, member)
    asked = next((each for each in one.corrections if each.correction_id == correction), None)
    if asked is None:
        raise NotFound("item-unknown")
    form = form_of(CORRECT, name="CorrectForm")
    if form.validate_on_submit():
        try:
            answer = told(form, CORRECT)["answer"] or ""
            mark_corrected(inside(), org_id(), member, correction, answer, actor())
        except ExchangeError as error:
            refuse(form, error)
        else:
            refresh_soon(inside(), org_id(), pupil)
            flash("Saved. Your answer stands on their page in a moment.")
            return redirect(url_for("outsiders.family", pupil=pupil), 303)
    return render_template(
        "outsiders/correct.html",
        **shared,
        form=form,
        fields=fields_of(form, CORRECT),
        asked=asked,
        member=one,
    )


def member_here(pupil: str, member: str) -> Member:
    """Return a member of this pupil's family.

    :raises NotFound: ``item-unknown``: of no pupil here, or of another one.
    """
    with inside().store.reading(org_id()) as unit:
        found = get_member(unit, member)
    if found.pupil_id != pupil:
        raise NotFound("item-unknown")
    return found
