"""Who runs this node, and who looks after the people of each organisation."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from govuk_frontend_wtf.wtforms_widgets import GovSelect, GovTextInput
from wtforms.fields import SelectField, StringField
from wtforms.validators import InputRequired, Length

from exchange.domain.access import LABELS, Role
from exchange.errors import ExchangeError, NotFound
from exchange.services.people import invite as invites
from exchange.services.people import manage
from exchange.services.people.looking_after import By
from exchange.services.people.manage import Person
from exchange.services.people.names import organisation_name
from exchange.services.people.new_password import send_password_link
from exchange.web.forms import PageForm
from exchange.web.here import actor, inside, parts, visitor
from exchange.web.organisation.forms import REASONS

_NODE = "node"
_SHOWN = frozenset({Role.NODE_ADMINISTRATOR, Role.ORGANISATION_ADMINISTRATOR})
"""Who is listed: of an organisation's other people its own administrator has the list."""


class AdministratorForm(PageForm):
    """Somebody who runs this node, or looks after an organisation's people."""

    name = StringField(
        "Name",
        widget=GovTextInput(),
        validators=[InputRequired("Enter the person's name."), Length(max=100)],
    )
    login = StringField(
        "Email address",
        widget=GovTextInput(),
        validators=[InputRequired("Enter their email address."), Length(max=320)],
    )
    where = SelectField("They look after", widget=GovSelect())


def people() -> Any:
    """Show administrators; invite one."""
    form = AdministratorForm()
    hosted = inside().store.organisations()
    names = {one: organisation_name(inside(), one) for one in hosted}
    form.where.choices = [(_NODE, "This system"), *sorted(names.items(), key=lambda one: one[1])]
    if form.validate_on_submit():
        org = None if form.where.data == _NODE else form.where.data
        role = Role.NODE_ADMINISTRATOR if org is None else Role.ORGANISATION_ADMINISTRATOR
        try:
            made = invites.invite(
                inside(),
                org,
                form.name.data or "",
                form.login.data or "",
                [role],
                actor(),
                parts().base_url,
                visitor().account_id,
            )
        except ExchangeError as error:
            form.refuse(error)
        else:
            return _invited(made)
    listed: list[tuple[str, str | None, list[Person]]] = [("This system", None, _listed(None))]
    listed += [(name, org, _listed(org)) for org, name in names.items()]
    return render_template("node/people.html", form=form, listed=listed, labels=LABELS)


def person(account: str) -> Any:
    """Show one administrator; suspend, restore, invite again, open the sign-in."""
    org, shown = _person(account)
    form = PageForm()
    if form.validate_on_submit():
        done = _act(org, account, request.form.get("what", ""))
        return done or redirect(url_for("node.person", account=account), 303)
    return render_template(
        "node/person.html",
        form=form,
        person=shown,
        place=organisation_name(inside(), org),
        labels=LABELS,
        reasons=REASONS,
        oneself=account == visitor().account_id,
    )


def _listed(org: str | None) -> list[Person]:
    return [one for one in manage.people_of(inside(), org) if _SHOWN & set(one.roles)]


def _person(account: str) -> tuple[str | None, Person]:
    for org in (None, *inside().store.organisations()):
        for one in _listed(org):
            if one.account_id == account:
                return org, manage.person_of(inside(), org, account)
    raise NotFound("person-unknown")


def _act(org: str | None, account: str, what: str) -> Any:
    by = By(visitor().account_id, actor())
    if what == "suspend":
        manage.suspend_person(inside(), org, account, by)
        flash("They are signed out everywhere, and cannot sign in.")
    elif what == "restore":
        manage.restore_person(inside(), org, account, by)
        flash("They can sign in again.")
    elif what == "open":
        manage.open_sign_in(inside(), org, account, by)
        flash("They can try to sign in again now.")
    elif what == "second-step":
        manage.reset_second_factor(inside(), org, account, request.form.get("reason", ""), by)
        flash("It was removed. They set up a new one when they sign in next.")
    elif what == "password":
        return _new_password(org, account, by)
    elif what == "invite":
        return _invited(invites.invite_again(inside(), org, account, actor(), parts().base_url))
    else:
        abort(400)
    return None


def _new_password(org: str | None, account: str, by: By) -> Any:
    by_hand = not parts().more.get("mail")
    token = send_password_link(inside(), org, account, by, parts().base_url, handed=by_hand)
    name = manage.person_of(inside(), org, account).name
    if by_hand:
        link = f"{parts().base_url}{url_for('entry.join', token=token)}"
        return render_template("node/link.html", link=link, name=name, lasts="24 hours")
    flash(f"A link to choose a new password is on its way to {name}.")
    return None


def _invited(made: invites.Invited) -> Any:
    """Say that the invitation is on its way; hand the link over where no mail can go."""
    if made.token and not parts().more.get("mail"):
        link = f"{parts().base_url}{url_for('entry.join', token=made.token)}"
        return render_template("node/link.html", link=link, name=made.account.name)
    flash(f"An email is on its way to {made.account.name}.")
    return redirect(url_for("node.people"), 303)
