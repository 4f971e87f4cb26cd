"""A person's own second factors: authenticator app, passkeys, recovery codes."""

from __future__ import annotations

import io
import json
from typing import Any

import segno
from flask import Response, abort, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from exchange.audit import NODE
from exchange.errors import ExchangeError, NotFound, Refused, UsageError
from exchange.services.people import factors
from exchange.services.people.account import Account
from exchange.services.people.session import end_all_of
from exchange.web.entry.forms import ActForm, CodeForm
from exchange.web.entry.passkeys import as_json, body_text
from exchange.web.entry.steps import NEXT, kept, myself, own_account, renew, site
from exchange.web.here import inside, visitor

APP, PASSKEY, CODES = "app", "new-passkey", "codes"
REFUSED = 422


def second_factor() -> Any:
    """Offer the ways to set up a second step at sign-in."""
    account = _may_set_up()
    return render_template("entry/second_factor.html", account=account, form=ActForm())


def totp() -> Any:
    """Set up an authenticator app: scan, then type its first code."""
    account = _may_set_up()
    form = CodeForm()
    secret = _secret(account)
    if form.validate_on_submit():
        try:
            account = factors.confirm_app(inside(), account, kept(APP), form.code.data)
        except Refused as error:
            if error.code == "step-too-late":
                raise
            form.refuse(error, "code" if error.code == "code-wrong" else "")
        else:
            return _added(account)
    form.code.data = ""
    form.code.raw_data = []
    spaced = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    page = render_template("entry/totp.html", form=form, secret=spaced)
    return page, REFUSED if form.is_submitted() else 200


def totp_picture() -> Response:
    """Return the QR code of the app that is being set up; nobody keeps it."""
    account = _may_set_up()
    try:
        _, uri = factors.app_secret(inside(), account, kept(APP))
    except Refused:
        raise NotFound("picture-unknown") from None
    out = io.BytesIO()
    segno.make(uri, error="m", micro=False).save(
        out, kind="svg", scale=6, border=4, dark="#000", light="#fff", svgclass=None, lineclass=None
    )
    return Response(out.getvalue(), content_type="image/svg+xml")


def passkey_options() -> Response:
    """Return what the browser's ``credentials.create()`` wants."""
    account = _may_set_up()
    _, token, asked = factors.passkey_challenge(inside(), account, site())
    session[PASSKEY] = token
    return Response(asked, content_type="application/json")


def passkey_new() -> Any:
    """Take a new passkey into use."""
    account = _may_set_up()
    try:
        said = json.loads(body_text())
        name, response = str(said["name"]), json.dumps(said["response"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise UsageError("answer-invalid") from None
    account = factors.add_passkey(inside(), account, site(), kept(PASSKEY), response, name)
    return as_json(_added(account))


def remove() -> AnyResponse:
    """Stop using an app or a passkey."""
    account = own_account()
    what, which = request.form.get("what", ""), request.form.get("which", "")
    if what == "app":
        factors.remove_app(inside(), account)
    elif what == "passkey":
        factors.remove_passkey(inside(), account, which)
    else:
        abort(400)
    flash("It was removed.")
    return redirect(url_for("entry.account"))


def recovery_codes() -> Any:
    """Show new recovery codes once, or offer to make new ones."""
    account = own_account()
    if request.method == "POST":
        session[CODES] = factors.new_recovery_codes(inside(), account)
        return redirect(url_for("entry.recovery_codes"))
    token = session.pop(CODES, "")
    codes: tuple[str, ...] = ()
    if token:
        try:
            codes = factors.show_recovery_codes(inside(), account.account_id, token)
        except ExchangeError:
            codes = ()
    onwards = session.pop(NEXT, "") or url_for("front.home")
    return render_template(
        "entry/recovery_codes.html",
        codes=codes,
        left=len(account.credentials.recovery),
        onwards=onwards,
    )


def _may_set_up() -> Account:
    """Return the account of who looks, if they may add a second factor.

    A session in which none was shown may set up the first one only: else whoever knows the
    password could add their own.
    """
    account = own_account()
    if account.credentials.has_second_factor and not visitor().strong:
        abort(403)
    return account


def _secret(account: Account) -> str:
    """Return the secret of the app being set up; begin anew where there is none, or it is old."""
    try:
        return factors.app_secret(inside(), account, kept(APP))[0]
    except Refused:
        session[APP] = factors.begin_app(inside(), account.account_id)
        return factors.app_secret(inside(), account, session[APP])[0]


def _added(account: Account) -> AnyResponse:
    """Return the answer once a factor was added: a strong session, and codes with the first."""
    present = visitor()
    if present.strong:
        flash("It was added.")
        if account.credentials.recovery:
            return redirect(url_for("entry.account"))
    if not account.credentials.recovery:
        session[CODES] = factors.new_recovery_codes(inside(), account)
    if not present.strong:
        # Other sessions that showed one factor only are over: this account has two now.
        with inside().store.unit(NODE) as unit:
            end_all_of(unit, account.account_id, myself(), but=present.session_id)
            unit.audit.record(myself(), "second-factor.set-up", "account", account.account_id)
            unit.commit()
    return renew(account, to=url_for("entry.recovery_codes"))
