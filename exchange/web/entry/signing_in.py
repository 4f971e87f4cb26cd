"""Signing in by password and code, and signing out."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from exchange.errors import ExchangeError, Refused
from exchange.services.people import enter, second_step
from exchange.web.entry.forms import CodeForm, RecoveryForm, SignInForm
from exchange.web.entry.providers import buttons
from exchange.web.entry.steps import HALFWAY, NEXT, caller, end_present, go_on, kept, safe_next
from exchange.web.gate import drop_cookie
from exchange.web.here import inside, parts, visitor_or_none
from exchange.web.rooms import rooms

REFUSED = 422


def sign_in() -> Any:
    """Ask for e-mail address and password, or offer another way."""
    if request.method == "GET":
        onwards = safe_next(request.args.get("next"))
        if visitor_or_none() is not None and visitor_or_none_strong():
            return redirect(onwards or url_for("front.home"))
        session[NEXT] = onwards
    form = SignInForm()
    if not form.validate_on_submit():
        return page(form, REFUSED if form.is_submitted() else 200)
    try:
        step = enter.with_password(
            inside(), caller(), form.login.data, form.password.data, parts().limits
        )
    except Refused as error:
        form.refuse(error)
        return page(form, REFUSED)
    return go_on(step)


def page(form: SignInForm, status: int = 200) -> tuple[str, int]:
    """Return the page to sign in on."""
    body = render_template("entry/sign_in.html", form=form, providers=buttons())
    return body, status


def visitor_or_none_strong() -> bool:
    """Return whether who looks has shown a second factor since signing in."""
    found = visitor_or_none()
    return found is not None and found.strong


def code() -> Any:
    """Ask for the code of the authenticator app."""
    return _second(CodeForm(), "entry/code.html", second_step.with_code)


def recovery() -> Any:
    """Ask for a recovery code, where the app or passkey is not at hand."""
    return _second(RecoveryForm(), "entry/recovery.html", second_step.with_recovery_code)


def sign_out() -> AnyResponse:
    """End the session, and lock what it had unlocked."""
    who = visitor_or_none()
    if who is not None:
        rooms().lock(who.session_id)
    end_present()
    session.clear()
    answer = redirect(url_for("front.home"))
    drop_cookie(answer)
    return answer


def _second(form: Any, template: str, check: Any) -> Any:
    token = kept(HALFWAY)
    try:
        waiting = second_step.halfway(inside(), token)
    except ExchangeError:
        session.pop(HALFWAY, None)
        return redirect(url_for("entry.sign_in"))
    if form.validate_on_submit():
        try:
            return go_on(check(inside(), caller(), token, form.code.data, parts().limits))
        except Refused as error:
            if error.code not in ("code-wrong", "sign-in-paused"):
                raise
            form.refuse(error, "code" if error.code == "code-wrong" else "")
    form.code.data = ""
    form.code.raw_data = []
    status = REFUSED if form.is_submitted() else 200
    return render_template(template, form=form, waiting=waiting), status
