"""Signing in by a passkey: the browser asks for a challenge, and answers it."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, request, session

from exchange.errors import UsageError
from exchange.services.people import enter
from exchange.web.entry.steps import caller, go_on, kept, site
from exchange.web.here import inside, parts

ASKED = "passkey"
_LARGEST = 64 * 1024


def options() -> Response:
    """Return what the browser's ``credentials.get()`` wants; it names nobody."""
    token, asked = enter.passkey_challenge(inside(), site())
    session[ASKED] = token
    return Response(asked, content_type="application/json")


def finish() -> Any:
    """Check the browser's answer, and let the person in."""
    answer = body_text()
    entered = enter.with_passkey(inside(), caller(), site(), kept(ASKED), answer, parts().limits)
    return as_json(go_on(entered))


def body_text() -> str:
    """Return the JSON text that a script sent.

    :raises UsageError: ``answer-invalid``.
    """
    if request.mimetype != "application/json" or (request.content_length or 0) > _LARGEST:
        raise UsageError("answer-invalid")
    try:
        return request.get_data(cache=False).decode("utf-8")
    except UnicodeDecodeError:
        raise UsageError("answer-invalid") from None


def as_json(answer: Any) -> Any:
    """Turn a redirect into what a script reads, with the cookies that come along."""
    told = jsonify({"next": answer.headers["Location"]})
    for cookie in answer.headers.getlist("Set-Cookie"):
        told.headers.add("Set-Cookie", cookie)
    return told
