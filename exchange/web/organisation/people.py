"""The list of people, and inviting somebody."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for

from exchange.domain.access import LABELS, Role
from exchange.errors import ExchangeError
from exchange.services.people import invite as invites
from exchange.services.people import manage
from exchange.services.people.names import organisation_kind
from exchange.web.here import actor, inside, org_id, parts, visitor
from exchange.web.organisation.forms import InviteForm, role_choices

REFUSED = 422


def people() -> str:
    """Show who may sign in here."""
    listed = manage.people_of(inside(), org_id())
    return render_template("organisation/people.html", people=listed, labels=LABELS)


def invite() -> Any:
    """Invite somebody by e-mail."""
    form = InviteForm()
    form.roles.choices = role_choices(organisation_kind(inside(), org_id()))
    if form.validate_on_submit():
        try:
            made = invites.invite(
                inside(),
                org_id(),
                form.name.data,
                form.login.data,
                [Role(one) for one in form.roles.data],
                actor(),
                parts().base_url,
                visitor().account_id,
                handed=by_hand(),
            )
        except ExchangeError as error:
            form.refuse(error)
        else:
            return invited(made)
    status = REFUSED if form.is_submitted() else 200
    return render_template("organisation/invite.html", form=form), status


def by_hand() -> bool:
    """Return whether no mail goes from here, so that who invites hands the link over."""
    return not parts().more.get("mail")


def invited(made: invites.Invited) -> Any:
    """Say that the invitation is on its way; hand the link over where no mail can go."""
    if made.token and by_hand():
        link = f"{parts().base_url}{url_for('entry.join', token=made.token)}"
        return render_template("organisation/link.html", link=link, name=made.account.name)
    flash(f"An e-mail is on its way to {made.account.name}.")
    return redirect(url_for("organisation.people"))
