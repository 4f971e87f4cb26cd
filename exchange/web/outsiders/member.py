"""One member of a family: noted, invited, told nothing any more."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for

from exchange.domain.clocks import london_day
from exchange.domain.family import Relationship, Responsibility
from exchange.errors import ExchangeError
from exchange.services.links.family import (
    exclude_member,
    invite_member,
)
from exchange.services.links.members import Member, add_member, speaks_for_self
from exchange.services.protect import require_ordinary
from exchange.web.forms import PageForm
from exchange.web.frame import may_go
from exchange.web.here import actor, inside, org_id
from exchange.web.outsiders.asking import (
    contact_specs,
    fields_of,
    inviter,
    means,
    person_of,
    refuse,
    told,
)
from exchange.web.outsiders.family import member_here
from exchange.web.pupils.child import page
from exchange.web.pupils.inputs import Spec, form_of

RELATIONSHIPS = (
    (Relationship.PARENT.value, "Parent"),
    (Relationship.CARER.value, "Carer or foster carer"),
    (Relationship.GUARDIAN.value, "Guardian"),
    (Relationship.OTHER.value, "Somebody else"),
    (Relationship.YOUNG_PERSON.value, "The young person themselves"),
)
RESPONSIBILITY = (
    (Responsibility.YES.value, "Yes"),
    (Responsibility.NO.value, "No"),
    (Responsibility.NOT_KNOWN.value, "Not known"),
)
NEW = (
    Spec("name", "Full name", "line", needed=True),
    Spec("relationship", "Who are they?", "radio", choices=lambda: RELATIONSHIPS, needed=True),
    Spec(
        "responsibility",
        "Do they have parental responsibility?",
        "radio",
        choices=lambda: RESPONSIBILITY,
        needed=True,
    ),
    Spec("court_order", "Court orders", "prose", "What an order says, and its date.", rows=3),
    Spec(
        "forbidden",
        "Does an order forbid that they are told anything?",
        "radio",
        choices=lambda: (("no", "No"), ("yes", "Yes")),
        needed=True,
    ),
    Spec("safe", "How to reach them safely", "prose", "For example: never at home.", rows=3),
)
CAPACITY = Spec(
    "capacity",
    "Decision on which they act for the young person",
    "line",
    "Compulsory school age is over: the young person is asked. Only where somebody acts for them.",
)
INVITE = contact_specs("For example: known to the office since 2019, number checked on 3 July.")


def new(pupil: str) -> Any:
    """Note one member of the family."""
    shared = page(pupil)
    with inside().store.reading(org_id()) as unit:
        require_ordinary(unit, pupil)
        alone = speaks_for_self(unit.pupils.get(pupil), london_day(inside().clock.now()))
    specs = (*NEW, CAPACITY) if alone else NEW
    form = form_of(specs, {"forbidden": "no"}, "MemberForm")
    if form.validate_on_submit():
        try:
            made = add_member(inside(), org_id(), _member(pupil, told(form, specs)), actor())
        except ExchangeError as error:
            refuse(form, error)
        else:
            return redirect(_onwards(pupil, made.member_id), 303)
    return render_template(
        "outsiders/member_new.html", **shared, form=form, fields=fields_of(form, specs)
    )


def _onwards(pupil: str, member_id: str) -> str:
    """Return where one goes on once somebody is noted: who may send invites them at once."""
    if may_go("outsiders.member"):
        return url_for("outsiders.member", pupil=pupil, member=member_id)
    flash("They are noted. The SENCO sends them a link.")
    return url_for("outsiders.family", pupil=pupil)


def _member(pupil: str, answers: dict[str, Any]) -> Member:
    return Member(
        member_id="",
        pupil_id=pupil,
        name=answers["name"] or "",
        relationship=Relationship(answers["relationship"] or Relationship.OTHER),
        responsibility=Responsibility(answers["responsibility"] or Responsibility.NOT_KNOWN),
        court_order=answers["court_order"] or "",
        forbidden=answers["forbidden"] != "no",
        safe=answers["safe"] or "",
        capacity=answers.get("capacity") or "",
    )


def member(pupil: str, member: str) -> Any:
    """Invite one member of the family by link."""
    shared = page(pupil)
    one = member_here(pupil, member)
    form = form_of(INVITE, {"channel": "read-out"}, "InviteForm")
    if form.validate_on_submit():
        try:
            person = person_of(told(form, INVITE), one.name, one.relationship.value)
            made = invite_member(inside(), org_id(), member, person, inviter(), means(), actor())
        except ExchangeError as error:
            refuse(form, error)
        else:
            flash("The link is on its way.")
            return redirect(url_for("outsiders.link", link=made.link.link_id), 303)
    return render_template(
        "outsiders/member.html", **shared, form=form, fields=fields_of(form, INVITE), member=one
    )


class ExcludeForm(PageForm):
    """A button."""


def exclude(pupil: str, member: str) -> Any:
    """Tell somebody nothing any more."""
    shared = page(pupil)
    one = member_here(pupil, member)
    form = ExcludeForm()
    if form.validate_on_submit():
        exclude_member(inside(), org_id(), member, actor())
        flash("Their link is ended, and they get no new one.")
        return redirect(url_for("outsiders.family", pupil=pupil), 303)
    return render_template("outsiders/exclude.html", **shared, form=form, member=one)
