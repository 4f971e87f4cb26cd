"""Joining by an invitation, and the first set-up of a node."""

from __future__ import annotations

from typing import Any

from flask import render_template, session, url_for

from exchange.domain.access import LABELS
from exchange.errors import ExchangeError, NotFound, UsageError
from exchange.services.people import enter
from exchange.services.people import join as joins
from exchange.services.people.account import Account
from exchange.services.people.check_list import tasks
from exchange.services.people.new_password import choose_password, whose_link
from exchange.web.entry.forms import JoinForm, SetUpForm
from exchange.web.entry.providers import buttons
from exchange.web.entry.steps import NEXT, caller, go_on
from exchange.web.here import inside, parts, visitor

REFUSED = 422
GONE = 410


def join(token: str) -> Any:
    """Show an invitation; with a password (or a provider's account) it is accepted."""
    try:
        invitation = joins.invitation_of(inside(), token)
    except NotFound:
        return _new_password(token)
    if invitation.account is None:
        return render_template("entry/invitation_gone.html"), GONE
    form = JoinForm()
    if form.validate_on_submit():
        try:
            account = joins.accept_with_password(inside(), token, form.password.data)
        except NotFound:
            return render_template("entry/invitation_gone.html"), GONE
        except ExchangeError as error:
            form.refuse(error)
        else:
            return _enter(account)
    page = render_template(
        "entry/join.html",
        form=form,
        invitation=invitation,
        roles=[LABELS[one] for one in invitation.roles],
        providers=buttons(),
        token=token,
    )
    return page, REFUSED if form.is_submitted() else 200


def _new_password(token: str) -> Any:
    """Let somebody who forgot their password choose another, where the link is for that."""
    form = JoinForm()
    try:
        account = whose_link(inside(), token)
        if form.validate_on_submit():
            return _enter(choose_password(inside(), token, form.password.data))
    except UsageError as error:
        form.refuse(error)
    except NotFound:
        return render_template("entry/invitation_gone.html"), GONE
    page = render_template("entry/new_password.html", form=form, account=account)
    return page, REFUSED if form.is_submitted() else 200


def set_up(token: str) -> Any:
    """Make the first administrator of this node."""
    try:
        invitation = joins.invitation_of(inside(), token)
    except NotFound:
        return render_template("entry/invitation_gone.html"), GONE
    if invitation.account is not None:
        return render_template("entry/invitation_gone.html"), GONE
    form = SetUpForm()
    if form.validate_on_submit():
        try:
            account = joins.set_up_administrator(
                inside(), token, form.name.data, form.login.data, form.password.data
            )
        except NotFound:
            return render_template("entry/invitation_gone.html"), GONE
        except ExchangeError as error:
            form.refuse(error)
        else:
            session[NEXT] = url_for("entry.check_list")
            return _enter(account)
    status = REFUSED if form.is_submitted() else 200
    return render_template("entry/set_up.html", form=form), status


def check_list() -> Any:
    """Show what is still to do before the first school can use this node."""
    listed = tasks(inside(), visitor().account_id, parts().scanner is not None, parts().more)
    return render_template("entry/check_list.html", tasks=listed)


def _enter(account: Account) -> Any:
    limits = parts().limits
    return go_on(enter.enter_with(inside(), caller(), account, "password", False, limits))
