"""Refusals as RFC 9457 problem documents: a code, a field path and a hint; never a value.

=======  =====================================================================================
status   when
=======  =====================================================================================
400      the request or a document in it is malformed (``UsageError``, ``FormatError``, schemas)
401      the request is not signed, or its signature does not hold (:class:`Unauthenticated`)
403      a rule forbids it (``Refused``)
404      there is no such thing, or not for you: always the same bytes (``NotFound``)
405      another method; ``Allow`` names the right ones
409      it is here already with other contents (``Conflict``)
411 413  no length, or too long
415      not the media type that this route takes, or encoded
421      not addressed to this node
422      the bundle, its envelope or a key does not hold (``BundleError``, keys)
500      our fault; the code says nothing more
503 507  the store cannot be written now, or our directory is missing or old; no room left
=======  =====================================================================================
"""

from __future__ import annotations

import logging
from http import HTTPStatus

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from exchange.errors import (
    BundleError,
    Conflict,
    ExchangeError,
    FormatError,
    NotFound,
    Refused,
    StorageFull,
    StoreError,
    UsageError,
    Wrapped,
)
from keys.errors import KeysError
from schemas.errors import SchemaError
from schemas.strict_json import dumps

_log = logging.getLogger("exchange.faces")

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = 30


class Unauthenticated(ExchangeError):
    """The request is not signed, or its signature does not hold."""

    default_code = "signature-missing"
    default_hint = "Sign the request as docs/delivery-protocol.md says (RFC 9421)."


class HttpRefusal(ExchangeError):
    """The request breaks a rule of HTTP itself; ``status`` says which."""

    def __init__(self, status: HTTPStatus, code: str, path: str = "", hint: str = "") -> None:
        super().__init__(code, path, hint or "See docs/delivery-protocol.md.")
        self.status = status


_STATUS: tuple[tuple[type[ExchangeError], HTTPStatus], ...] = (
    (Unauthenticated, HTTPStatus.UNAUTHORIZED),
    (NotFound, HTTPStatus.NOT_FOUND),
    (Conflict, HTTPStatus.CONFLICT),
    (UsageError, HTTPStatus.BAD_REQUEST),
    (FormatError, HTTPStatus.BAD_REQUEST),
    (Refused, HTTPStatus.FORBIDDEN),
    (BundleError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (Wrapped, HTTPStatus.UNPROCESSABLE_ENTITY),
    (StorageFull, HTTPStatus.INSUFFICIENT_STORAGE),
    (StoreError, HTTPStatus.SERVICE_UNAVAILABLE),
)

_HTTP_CODES = {
    HTTPStatus.BAD_REQUEST: "request-malformed",
    HTTPStatus.METHOD_NOT_ALLOWED: "method-not-allowed",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "body-too-large",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "media-type-unsupported",
}


def register(app: Flask) -> None:
    """Make ``app`` answer every error as a problem document."""
    app.register_error_handler(ExchangeError, _on_exchange)
    app.register_error_handler(SchemaError, _on_schema)
    app.register_error_handler(KeysError, _on_keys)
    app.register_error_handler(HTTPException, _on_http)
    app.register_error_handler(Exception, _on_defect)


def problem(status: HTTPStatus, code: str, path: str = "", hint: str = "") -> Response:
    """Return a problem document; a 404 tells nothing about what was asked for."""
    if status is HTTPStatus.NOT_FOUND:
        code, path, hint = NotFound.default_code, "", ""
    body = {
        "type": "about:blank",
        "title": status.phrase,
        "status": int(status),
        "code": code,
        "path": path,
        "hint": hint,
    }
    return Response(dumps(body), int(status), content_type=MEDIA_TYPE)


def _on_exchange(error: ExchangeError) -> Response:
    if isinstance(error, HttpRefusal):
        status = error.status
    elif error.code.startswith("directory-"):  # ours is missing, or too old to judge anybody by
        status = HTTPStatus.SERVICE_UNAVAILABLE
    else:
        found = (status for kind, status in _STATUS if isinstance(error, kind))
        status = next(found, HTTPStatus.INTERNAL_SERVER_ERROR)
    _note(status, error.code)
    answer = problem(status, error.code, error.path, error.hint)
    if status is HTTPStatus.UNAUTHORIZED:
        answer.headers["WWW-Authenticate"] = "Signature"
    if status in (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.INSUFFICIENT_STORAGE):
        answer.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return answer


def _on_schema(error: SchemaError) -> Response:
    _note(HTTPStatus.BAD_REQUEST, error.code)
    return problem(HTTPStatus.BAD_REQUEST, error.code, error.path, error.hint)


def _on_keys(error: KeysError) -> Response:
    # The path may name a key or an organisation; the code says enough to a partner.
    _note(HTTPStatus.UNPROCESSABLE_ENTITY, error.code)
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, error.code, "", error.hint)


def _on_http(error: HTTPException) -> Response:
    status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    code = _HTTP_CODES.get(status, "http-" + status.name.lower().replace("_", "-"))
    _note(status, code)
    answer = problem(status, code)
    for name, value in error.get_headers():
        if name.lower() in ("allow", "retry-after"):
            answer.headers[name] = value
    return answer


def _on_defect(error: Exception) -> Response:
    # Its text and traceback may hold values; its type and place do not.
    trace, place = error.__traceback__, "?"
    while trace is not None:
        place = f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}"
        trace = trace.tb_next
    _log.error("defect %s at %s", type(error).__name__, place)
    _note(HTTPStatus.INTERNAL_SERVER_ERROR, "internal-error")
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal-error")


def _note(status: HTTPStatus, code: str) -> None:
    route = request.url_rule.rule if request.url_rule is not None else "-"
    _log.info("%s %s %d %s", request.method, route, status, code)
