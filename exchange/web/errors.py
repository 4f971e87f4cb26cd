"""What a person sees when something could not be done: what happened, and what to do next."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from flask import Flask, Response, jsonify, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from exchange.errors import (
    Conflict,
    ExchangeError,
    FormatError,
    NotFound,
    Refused,
    StorageFull,
    UsageError,
    sentence,
)
from exchange.services.people.names import organisation_name
from exchange.web import bound, drafts
from exchange.web.here import inside
from exchange.web.words import advice, explained

log = logging.getLogger("senx.pages")
_STATUS: tuple[tuple[type[ExchangeError], int], ...] = (
    (NotFound, 404),
    (Conflict, 409),
    (UsageError, 400),
    (FormatError, 422),
    (Refused, 422),
    (StorageFull, 507),
)


@dataclass(frozen=True, slots=True)
class Told:
    """What a page says: a title, what happened, what to do."""

    title: str
    what: str
    then: str


_PROBLEM = "There is a problem"
_FAULT = Told(
    "Sorry, there is a problem with the service",
    "This could not be done.",
    "Try again in a few minutes. If it happens again, tell your administrator when it was.",
)
SAID: Mapping[int, Told] = {
    400: Told(_PROBLEM, "We could not understand what was sent.", "Go back and try again."),
    403: Told(
        "You cannot see this page",
        "Your role here does not include this page.",
        "If you have another role, change to it at the top of the page.",
    ),
    404: Told(
        "Page not found",
        "There is no such page, or it is not yours to see.",
        "Check the address. If you followed a link, go to the home page and find it from there.",
    ),
    405: Told(_PROBLEM, "This page cannot be used in that way.", "Go back and try again."),
    409: Told(
        _PROBLEM,
        "Somebody else changed this meanwhile, or it was done already.",
        "Go back, load the page again, and look at how it stands now.",
    ),
    410: Told(
        "This is not here any more",
        "It was here, and has been deleted or has ended.",
        "If you still need it, ask the person who gave you the link.",
    ),
    413: Told(
        "This is too large",
        "What you sent is larger than this page takes.",
        "Send fewer or smaller files, or less text.",
    ),
    422: Told(_PROBLEM, "This could not be done.", "Look at what the message says."),
    429: Told(
        "Too many attempts",
        "This was tried too often in a short time.",
        "Wait 15 minutes, then try again.",
    ),
    507: Told(
        "There is no room left",
        "Nothing was saved, because the disk of this service is full.",
        "Tell your administrator now.",
    ),
}
"""status -> what is said; any other is a fault of ours."""
_EXPIRED = Told(
    "This page was open for too long",
    "Nothing was changed.",
    "Go back to the page, load it again, and send it once more.",
)
_EXPIRED_KEPT = Told(
    "This page was open for too long",
    "Nothing was changed, but what you typed is kept.",
    "Go back to the page. What you typed stands there again. Check it, and send it once more.",
)


_ELSEWHERE = "You work for another organisation now"
_CHANGE_BACK = "Change back with the link at the top of this page, then open the page again."
_CHANGE_BACK_KEPT = (
    "Change back with the link at the top of this page, then open the page again. "
    "What you typed stands there."
)
_NOT_THERE = "You cannot work for that one at present. Ask its administrator."


def install(app: Flask) -> None:
    """Show errors of ``app`` as pages."""
    app.register_error_handler(ExchangeError, _ours)
    app.register_error_handler(CSRFError, _expired)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _other)


def _ours(error: ExchangeError) -> AnyResponse:
    status = next((number for kind, number in _STATUS if isinstance(error, kind)), 500)
    if status == 404:
        return _page(404, SAID[404])  # the same body, whatever is not there
    log.info("refused code=%s", error.code)
    told = SAID.get(status, _FAULT)
    what = explained(error.code) or sentence(error)
    return _page(status, Told(told.title, what, advice(error) or told.then), error.code)


def _expired(_: CSRFError) -> AnyResponse:
    place = bound.elsewhere()
    if place is not None:
        return _changed(place)
    return _page(400, _EXPIRED_KEPT if drafts.keep_here() else _EXPIRED, "form-expired")


def _changed(place: str) -> AnyResponse:
    """Answer to a form of a page that was shown while the person worked somewhere else."""
    still, kept = drafts.keep_elsewhere(place)
    was = organisation_name(inside(), place or None) if still else "another organisation"
    what = (
        f"This page was opened while you worked for {was}. You have changed since, so nothing "
        "was done, for either of them."
    )
    then = _CHANGE_BACK_KEPT if kept else _CHANGE_BACK if still else _NOT_THERE
    return _page(409, Told(_ELSEWHERE, what, then), "organisation-changed")


def _http(error: HTTPException) -> AnyResponse:
    if error.response is not None:
        return cast(AnyResponse, error.response)
    answer = _page(error.code or 500, SAID.get(error.code or 500, _FAULT))
    for name, value in error.get_headers():
        if name.lower() in ("allow", "location", "retry-after"):
            answer.headers[name] = value
    return answer


def _other(error: Exception) -> AnyResponse:
    # The type and the line of code alone: a foreign message may hold a value.
    log.error("fault kind=%s at=%s in=%s", type(error).__name__, request.endpoint, _line(error))
    return _page(500, _FAULT)


def _line(error: BaseException) -> str:
    """Return the innermost line of our own code or templates on the way to an error."""
    steps = traceback.extract_tb(error.__traceback__)
    ours = [one for one in steps if "exchange" in Path(one.filename).parts]
    return f"{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else "elsewhere"


def _page(status: int, told: Told, code: str = "") -> Response:
    if request.accept_mimetypes.best == "application/json":
        answer = jsonify({"code": code or f"http-{status}", "text": f"{told.what} {told.then}"})
    else:
        answer = make_response(render_template("errors/error.html", told=told, code=code))
    answer.status_code = status
    return answer
