"""One person: roles, cover, and what helps when a sign-in does not work or must end."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for

from exchange.domain.access import LABELS, Role
from exchange.errors import Conflict, ExchangeError
from exchange.services.people import invite as invites
from exchange.services.people import manage
from exchange.services.people.looking_after import By
from exchange.services.people.names import organisation_kind
from exchange.services.people.new_password import send_password_link
from exchange.web.here import actor, inside, org_id, parts, visitor
from exchange.web.organisation.forms import (
    REASONS,
    CoverForm,
    ReasonForm,
    RolesForm,
    about_roles,
    role_choices,
)
from exchange.web.organisation.people import by_hand, invited
from exchange.web.words import LONDON

REFUSED = 422


def person(account: str) -> Any:
    """Show one person; or suspend, restore, open the sign-in, invite again, end a cover."""
    if request.method == "POST":
        return _act(account, request.form.get("what", ""))
    shown = manage.person_of(inside(), org_id(), account)
    return render_template(
        "organisation/person.html",
        person=shown,
        labels=LABELS,
        oneself=account == visitor().account_id,
        alone=manage.is_alone(inside(), org_id(), account),
        minutes=-(-shown.waits // timedelta(minutes=1)),
    )


def roles(account: str) -> Any:
    """Change what a person is here, for good; no role at all lets them go."""
    shown = manage.person_of(inside(), org_id(), account)
    held = [one.value for one in shown.roles]
    form = RolesForm(data={"roles": held, "seen": ",".join(held)})
    form.roles.choices = role_choices(_kind(), shown.roles)
    if form.validate_on_submit():
        wanted = [Role(one) for one in form.roles.data or []]
        try:
            manage.set_roles(inside(), org_id(), account, wanted, _by(), _seen(form))
        except Conflict as error:
            form.refuse(error)
            # What they are now stands there, to be changed in full knowledge of it.
            form.roles.data, form.seen.data = held, ",".join(held)
        except ExchangeError as error:
            form.refuse(error)
        else:
            flash("The roles were changed." if wanted else "They cannot act for you any more.")
            return redirect(
                url_for("organisation.person", account=account)
                if wanted
                else url_for("organisation.people")
            )
    page = render_template("organisation/roles.html", form=form, person=shown)
    return page, REFUSED if form.is_submitted() else 200


def _seen(form: RolesForm) -> list[Role]:
    """Return the roles that the page showed; what came without it saw none."""
    told = str((form.seen.raw_data or [""])[0]).split(",")
    return [one for one in Role if one.value in told]


def cover(account: str) -> Any:
    """Give a role for a while."""
    shown = manage.person_of(inside(), org_id(), account)
    form = CoverForm()
    form.role.choices = [
        (role.value, LABELS[role]) for role in about_roles(_kind()) if role not in shown.roles
    ]
    if form.validate_on_submit():
        day = form.until.data + timedelta(days=1)
        until = datetime.combine(day, time.min, LONDON)
        role = Role(form.role.data)
        try:
            manage.give_cover(inside(), org_id(), account, role, until, _by())
        except ExchangeError as error:
            form.refuse(error)
        else:
            flash("The cover begins now.")
            return redirect(url_for("organisation.person", account=account))
    page = render_template("organisation/cover.html", form=form, person=shown)
    return page, REFUSED if form.is_submitted() else 200


def second_factor(account: str) -> Any:
    """Remove a person's second step, with a reason that is recorded."""
    shown = manage.person_of(inside(), org_id(), account)
    form = ReasonForm()
    if form.validate_on_submit():
        try:
            manage.reset_second_factor(inside(), org_id(), account, form.reason.data, _by())
        except ExchangeError as error:
            form.refuse(error)
        else:
            flash("It was removed. They set up a new one when they sign in next.")
            return redirect(url_for("organisation.person", account=account))
    page = render_template(
        "organisation/second_factor.html", form=form, person=shown, reasons=REASONS
    )
    return page, REFUSED if form.is_submitted() else 200


def _act(account: str, what: str) -> Any:
    where = (inside(), org_id(), account)
    if what == "suspend":
        manage.suspend_person(*where, _by())
        flash("They are signed out everywhere, and cannot sign in.")
    elif what == "restore":
        manage.restore_person(*where, _by())
        flash("They can sign in again.")
    elif what == "open":
        manage.open_sign_in(*where, _by())
        flash("They can try to sign in again now.")
    elif what == "invite":
        return _again(account)
    elif what == "password":
        return _new_password(account)
    elif what == "end-cover":
        manage.end_cover(*where, _role(), _by())
        flash("The cover has ended.")
    else:
        abort(400)
    return redirect(url_for("organisation.person", account=account))


def _again(account: str) -> Any:
    manage.person_of(inside(), org_id(), account)
    again = invites.invite_again(
        inside(), org_id(), account, actor(), parts().base_url, handed=by_hand()
    )
    return invited(again)


def _new_password(account: str) -> Any:
    shown = manage.person_of(inside(), org_id(), account)
    token = send_password_link(
        inside(), org_id(), account, _by(), parts().base_url, handed=by_hand()
    )
    if by_hand():
        link = f"{parts().base_url}{url_for('entry.join', token=token)}"
        return render_template(
            "organisation/link.html", link=link, name=shown.name, lasts="24 hours"
        )
    flash(f"A link to choose a new password is on its way to {shown.name}.")
    return redirect(url_for("organisation.person", account=account))


def _role() -> Role:
    try:
        return Role(request.form.get("role", ""))
    except ValueError:
        abort(400)


def _kind() -> str | None:
    return organisation_kind(inside(), org_id())


def _by() -> By:
    return By(visitor().account_id, actor())
