"""A person's own account: how they sign in, where they are signed in, in whose name they act."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from exchange.audit import NODE
from exchange.domain.access import LABELS, Role
from exchange.errors import ExchangeError
from exchange.services.people import factors, session
from exchange.services.people.account import Account
from exchange.services.people.names import organisation_name
from exchange.web.entry.forms import ActForm, ChooseForm, PasswordForm
from exchange.web.entry.providers import buttons
from exchange.web.entry.steps import myself, own_account, safe_next
from exchange.web.gate import COOKIE, drop_cookie
from exchange.web.here import inside, parts, visitor

REFUSED = 422


def account() -> str:
    """Show a person's own account."""
    own = own_account()
    linked = {one.provider for one in own.credentials.links}
    return render_template(
        "entry/account.html",
        account=own,
        places=[(organisation_name(inside(), org), _roles(own, org)) for org in _places(own)],
        providers=buttons(),
        linked=linked,
        form=ActForm(),
    )


def password() -> Any:
    """Change or set the password."""
    own = own_account()
    form = PasswordForm()
    if form.validate_on_submit():
        try:
            factors.change_password(
                inside(),
                own,
                form.present.data or "",
                form.password.data,
                visitor().session_id,
            )
        except ExchangeError as error:
            form.refuse(error)
        else:
            flash("Your password was changed. You are signed out everywhere else.")
            return redirect(url_for("entry.account"))
    page = render_template("entry/password.html", form=form, has=own.credentials.password)
    return page, REFUSED if form.is_submitted() else 200


def sessions() -> Any:
    """Show where a person is signed in; end one of these, or all."""
    own = visitor()
    if request.method == "POST":
        if request.form.get("what") == "all":
            return _sign_out_everywhere()
        session.end_one(inside(), own.account_id, request.form.get("which", ""), myself())
        flash("That session was ended.")
        return redirect(url_for("entry.sessions"))
    listed = session.sessions_of(inside(), own.account_id, limits=parts().limits)
    return render_template("entry/sessions.html", sessions=listed, present=own.session_id)


def choose() -> Any:
    """Choose in whose name, and in which role, to go on."""
    own = own_account()
    form = ChooseForm()
    form.acting.choices = _choices(own)
    if form.validate_on_submit():
        org, _, role = form.acting.data.partition("/")
        token = request.cookies.get(COOKIE, "")
        session.choose(inside(), token, org or None, Role(role) if role else None)
        return redirect(safe_next(request.args.get("next")) or url_for("front.home"))
    if not form.is_submitted():
        present = visitor()
        form.acting.data = f"{present.org_id or ''}/{present.chosen or ''}"
    page = render_template("entry/choose.html", form=form)
    return page, REFUSED if form.is_submitted() else 200


def _choices(own: Account) -> list[tuple[str, str]]:
    """Return one choice for each place, and one for each of several roles there."""
    found = []
    for org in _places(own):
        name = organisation_name(inside(), org)
        roles = _held(own, org)
        where = org or ""
        words = ", ".join(LABELS[role] for role in roles)
        found.append((f"{where}/", f"{name}: {words}"))
        if len(roles) > 1:
            found += [(f"{where}/{one}", f"{name}: as {LABELS[one]} first") for one in roles]
    return found


def _places(own: Account) -> tuple[str | None, ...]:
    with inside().store.reading(NODE) as unit:
        return session.usable_organisations(unit, own, inside().clock.now())


def _held(own: Account, org: str | None) -> list[Role]:
    held = own.roles_at(org, inside().clock.now())
    return [role for role in Role if role in held]


def _roles(own: Account, org: str | None) -> list[str]:
    return [LABELS[role] for role in _held(own, org)]


def _sign_out_everywhere() -> Any:
    with inside().store.unit(NODE) as unit:
        session.end_all_of(unit, visitor().account_id, myself())
        unit.commit()
    answer = redirect(url_for("entry.sign_in"))
    drop_cookie(answer)
    return answer
