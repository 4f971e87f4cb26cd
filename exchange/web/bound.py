"""A form counts for the organisation in whose name its page was shown.

Who works for two schools may change from one to the other in a second tab. What is then sent from
a page of the first would be done in the name of the second: a child, a file, an invitation in the
wrong hands. So the token that every form and script carries names the organisation, and is
another one in each browser; here is said which one counts.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import cast

from flask import Flask, current_app, g, request, session
from itsdangerous import BadData, URLSafeTimedSerializer

from exchange.web.here import visitor_or_none
from exchange.web.reach import Row, Whose

FIELD = "csrf_token"
_HEADERS = ("X-CSRFToken", "X-CSRF-Token")
_SALT = "wtf-csrf-token"
"""As flask_wtf.csrf signs its tokens."""
_BASE = "form_base"
_WITHOUT_FORMS = frozenset({"front.asset", "front.health"})


def install(app: Flask) -> None:
    """Say which token counts, before the tokens of ``app`` are checked."""
    app.before_request(_bind)


def elsewhere() -> str | None:
    """Return the organisation for which what was sent is meant, where it is another one.

    Empty: the node itself. None: it is meant for this one, for none, or is no form of ours.
    """
    who, told = visitor_or_none(), named_place()
    if who is None or _is_own() or told == (who.org_id or ""):
        return None
    return told


def named_place() -> str | None:
    """Return the organisation that a token of ours names, also one that counts no more.

    A browser begins anew with each sign-in, and its older pages are refused. For whom they were
    filled in can be believed all the same: we signed it.
    """
    token = _sent()
    return None if token is None else token.partition(".")[0]


def _bind() -> None:
    who = visitor_or_none()
    if who is None or request.endpoint in _WITHOUT_FORMS:
        return
    if not session.get(_BASE):
        session[_BASE] = secrets.token_urlsafe(16)
    place = who.org_id or ""
    if request.method not in ("GET", "HEAD") and not _is_of_place():
        told = _place_of_form()
        place = place if told is None else told
    token = _token(place)
    if session.get(FIELD) != token:
        session[FIELD] = token


def _is_of_place() -> bool:
    """Return whether what is done here is done in the name of an organisation."""
    row = cast("Row | None", g.get("row"))
    return row is None or row.whose is Whose.ORGANISATION or _is_drafts()


def _is_own() -> bool:
    """Return whether what is done here is a person's own, wherever they work."""
    row = cast("Row | None", g.get("row"))
    return row is not None and row.whose in (Whose.SELF, Whose.NOBODY) and not _is_drafts()


def _is_drafts() -> bool:
    return (request.endpoint or "").partition(".")[0] == "drafts"


def _place_of_form() -> str | None:
    """Return what the token that was sent names, or None where this browser never got it."""
    token, place = _sent(), named_place()
    if token is None or place is None:
        return None
    return place if hmac.compare_digest(token.encode(), _token(place).encode()) else None


def _sent() -> str | None:
    """Return the token that was sent, or None where we did not sign it."""
    named = [name for name in request.form if name.endswith(FIELD)]
    sent = [*(request.form[name] for name in named), *map(request.headers.get, _HEADERS)]
    said = next((one for one in sent if one), "")
    try:
        return str(URLSafeTimedSerializer(current_app.secret_key or "", salt=_SALT).loads(said))
    except BadData:
        return None


def _token(place: str) -> str:
    key = str(session.get(_BASE, "")).encode()
    return f"{place}.{hmac.new(key, place.encode(), hashlib.sha256).hexdigest()}"
