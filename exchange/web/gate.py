"""The gate: before each request, who it is and whether the table lets them through."""

from __future__ import annotations

from typing import NoReturn, cast

from flask import Flask, Response, abort, g, redirect, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response as AnyResponse

from exchange.domain.access import Visitor
from exchange.domain.sign_in import wants_second_factor
from exchange.services.people.visitors import visitor_of
from exchange.web import bound, drafts
from exchange.web.here import parts
from exchange.web.reach import TABLE, Row, Whose

COOKIE = "__Host-senx"
FORM = "application/x-www-form-urlencoded"
SECOND_FACTOR = "entry.second_factor"


def install(app: Flask) -> None:
    """Put the gate before every request of ``app``."""
    app.before_request(_gate)


def set_cookie(answer: AnyResponse, token: str) -> None:
    """Hand a session's token to the browser: for this host, over TLS, out of scripts' reach."""
    answer.set_cookie(COOKIE, token, secure=True, httponly=True, samesite="Lax", path="/")


def drop_cookie(answer: AnyResponse) -> None:
    """Take the session's cookie back."""
    answer.delete_cookie(COOKIE, secure=True, httponly=True, samesite="Lax", path="/")


def _gate() -> AnyResponse | None:
    if request.endpoint is None:
        return None  # an unknown path or method: its error page says so
    row = TABLE[request.endpoint]
    g.row = row
    g.visitor = _visitor(row)
    if row.whose is Whose.NOBODY:
        return None
    if g.visitor is None:
        return to_sign_in()
    return _let_through(row, cast(Visitor, g.visitor))


def _let_through(row: Row, visitor: Visitor) -> AnyResponse | None:
    if not row.weak and wants_second_factor(visitor.roles) and not visitor.strong:
        return redirect(url_for(SECOND_FACTOR))
    nowhere = row.whose is Whose.ORGANISATION and visitor.org_id is None
    if nowhere or (row.roles and visitor.acting_as(row.roles) is None):
        _refuse()
    return None


def _refuse() -> NoReturn:
    """Refuse a page; a form that was filled in for another organisation is one out of place."""
    typed = request.method == "POST" and request.mimetype == FORM
    if typed and bound.elsewhere() is not None:
        raise CSRFError
    abort(403)


def _visitor(row: Row) -> Visitor | None:
    token = request.cookies.get(COOKIE, "")
    if not token:
        return None
    return visitor_of(parts().inside, token, limits=parts().limits, touch=not row.quiet)


def to_sign_in() -> AnyResponse:
    """Send the browser to the sign-in page, and back here afterwards where that is safe."""
    onwards = _asked() if request.method == "GET" else ""
    typed = request.method == "POST" and request.mimetype == FORM  # no file is read for nobody
    if typed and drafts.park(request.cookies.get(COOKIE, "")):
        onwards = _asked()  # what was typed stands there again
    target = url_for("entry.sign_in", next=onwards or None)
    if request.accept_mimetypes.best == "application/json":
        answer = Response('{"code":"signed-out"}', 401, content_type="application/json")
        return answer
    return redirect(target)


def _asked() -> str:
    """Return path and query of what was asked for: some pages are nothing without their query."""
    return request.full_path.rstrip("?")
