"""What every answer of the share face has: headers, error pages, and no form from elsewhere."""

from __future__ import annotations

import json
import logging
from http import HTTPStatus
from pathlib import Path

from flask import Flask, Response, render_template, request
from werkzeug.exceptions import HTTPException

from exchange.errors import (
    Conflict,
    ExchangeError,
    NotFound,
    Refused,
    StorageFull,
    StoreError,
    UsageError,
    Wrapped,
)
from keys.errors import KeysError

_log = logging.getLogger("exchange.faces")

COOKIE = "__Host-sen-share"
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
DOCUMENT_POLICY = "sandbox; default-src 'none'; base-uri 'none'; frame-ancestors 'none'"
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Strict-Transport-Security": "max-age=31536000",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
}
_STATUS: tuple[tuple[type[ExchangeError], HTTPStatus], ...] = (
    (NotFound, HTTPStatus.NOT_FOUND),
    (Conflict, HTTPStatus.CONFLICT),
    (UsageError, HTTPStatus.BAD_REQUEST),
    (Refused, HTTPStatus.FORBIDDEN),
    (StorageFull, HTTPStatus.SERVICE_UNAVAILABLE),
    (StoreError, HTTPStatus.SERVICE_UNAVAILABLE),
    (Wrapped, HTTPStatus.SERVICE_UNAVAILABLE),
)


class ForeignForm(Refused):
    """This form did not come from our own page."""

    default_code = "form-foreign"
    default_hint = "Open the page again and send the form from there."


def install(app: Flask, origin: str, assets: Path | None) -> None:
    """Put headers, error pages and the check of origins on ``app``.

    :param origin: scheme, host and port by which people reach the face.
    """
    sheet = _style_sheet(assets)

    def only_our_forms() -> None:
        if request.method not in ("GET", "HEAD"):
            # A browser always says it; what says nothing is no browser that another site drives.
            said = request.headers.get("Origin")
            if said is not None and said != origin:
                raise ForeignForm
            if request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site"):
                raise ForeignForm

    def frame() -> dict[str, object]:
        return {"sheet": sheet}

    app.before_request(only_our_forms)
    app.context_processor(frame)
    app.after_request(_headers)
    app.register_error_handler(ExchangeError, _refusal)
    app.register_error_handler(KeysError, _fault)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _fault)


def _style_sheet(assets: Path | None) -> str:
    if assets is None:
        return ""
    try:
        files = json.loads((assets / "manifest.json").read_text(encoding="utf-8"))["files"]
        return str(files["pages.css"])
    except (OSError, ValueError, KeyError):
        return ""


def _headers(answer: Response) -> Response:
    for name, value in _HEADERS.items():
        answer.headers.setdefault(name, value)
    return answer


def _refusal(error: ExchangeError) -> Response:
    if error.code == "visit-ended":
        return _page("ended.html", HTTPStatus.FORBIDDEN, error.code, error.hint)
    if error.code == "link-ended":
        return _page("no_link.html", HTTPStatus.NOT_FOUND, error.code)
    found = next((status for kind, status in _STATUS if isinstance(error, kind)), None)
    if found is HTTPStatus.NOT_FOUND:
        return _page("missing.html", found, error.code)
    if found in (HTTPStatus.CONFLICT, HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN):
        return _page("refused.html", found, error.code, error.hint)
    return _page("later.html", HTTPStatus.SERVICE_UNAVAILABLE, error.code)


def _http(error: HTTPException) -> Response:
    status = HTTPStatus(error.code or 500)
    if status is HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return _page("refused.html", status, "too-large", "Write less, then send it again.")
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        answer = _page("missing.html", status, "method")
        answer.headers.extend(error.get_headers())
        answer.content_type = "text/html; charset=utf-8"
        return answer
    if status is HTTPStatus.NOT_FOUND:
        return _page("missing.html", status, "page-unknown")
    return _page("refused.html", HTTPStatus.BAD_REQUEST, "request-malformed", "Go back, try again.")


def _fault(error: Exception) -> Response:
    """Answer for what we did not foresee; its text may hold a value, so its mere type is logged."""
    _log.error("share outcome=%s", type(error).__name__)
    return _page("later.html", HTTPStatus.INTERNAL_SERVER_ERROR, "internal")


def _page(template: str, status: HTTPStatus, code: str, hint: str = "") -> Response:
    _log.info("share method=%s status=%d outcome=%s", request.method, status, code)
    text = render_template(template, hint=hint)
    return Response(text, int(status), content_type="text/html; charset=utf-8")
