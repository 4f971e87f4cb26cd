"""Follow the link, ask for the code, type it, come in; and leave again.

Opening a link does nothing and shows nothing: mail scanners open links too, once and again. Only a
press of the button asks for a code.
"""

from __future__ import annotations

import logging
import time
from http import HTTPStatus

from flask import Response, redirect, render_template, request, url_for

from exchange.errors import ExchangeError, NotFound, Refused
from exchange.faces.share.safety import COOKIE
from exchange.services.links.answers_of import OPENED
from exchange.services.links.door import CodeLate, CodesTooSoon, CodeWrong, Door, Visit
from exchange.services.links.model import CODE_PAUSE, Purpose

_log = logging.getLogger("exchange.faces")


_WORDS = {
    "code-wrong": "That code is not right",
    "code-late": "That code is old",
    "code-used": "That code was used already",
}
_PAGES = {Purpose.PICK_UP: "pack", Purpose.FAMILY: "family", Purpose.AGENCY: "agency"}


class ComingIn:
    """The pages in front of the door."""

    def __init__(self, door: Door, floor_seconds: float) -> None:
        self._door = door
        self._floor = floor_seconds

    def home(self) -> str:
        """Say that a link is needed."""
        return render_template("home.html")

    def link(self, token: str) -> str:
        """Show the button: the same page for every link that there is, was, or never was."""
        return render_template("link.html", token=token[:64])

    def ask(self, token: str) -> Response:
        """Have a code made; on to where it is typed."""
        began = time.monotonic()
        try:
            self._door.ask(token)
        except CodesTooSoon as error:
            return _sent_on(url_for("code", token=token[:64], soon=error.seconds))
        finally:
            self._steady(began)
        return _sent_on(url_for("code", token=token[:64]))

    def code(self, token: str) -> str:
        """Show where the code is typed: again the same page for all."""
        soon = request.args.get("soon", 0, type=int)
        if not 0 < soon <= CODE_PAUSE.total_seconds():
            soon = 0
        return render_template("code.html", token=token[:64], error="", soon=soon)

    def enter(self, token: str) -> Response:
        """Take the code; on to the page behind it."""
        began = time.monotonic()
        try:
            visit = self._door.enter(token, request.form.get("code", ""))
        except (CodeWrong, CodeLate) as error:
            text = render_template(
                "code.html", token=token[:64], error=_WORDS[error.code], hint=error.hint
            )
            return Response(
                text, HTTPStatus.UNPROCESSABLE_ENTITY, content_type="text/html; charset=utf-8"
            )
        finally:
            self._steady(began)
        self._opened(visit)
        answer = _sent_on(url_for(_PAGES[visit.marks.purpose]))
        answer.set_cookie(COOKIE, visit.cookie, secure=True, httponly=True, samesite="Strict")
        return answer

    def leave(self) -> Response:
        """End the visit."""
        try:
            visit = visitor(self._door)
        except NotFound:
            pass
        else:
            require_own_form(visit)
            self._door.leave(visit)
        answer = _sent_on(url_for("left"))
        answer.delete_cookie(COOKIE, secure=True, httponly=True, samesite="Strict")
        return answer

    def left(self) -> str:
        """Say that the visit is over."""
        return render_template("left.html")

    def _opened(self, visit: Visit) -> None:
        """Let the sender know that the pack was opened; that it cannot be told stops nobody."""
        if visit.marks.purpose is Purpose.FAMILY:
            return
        try:
            if visit.marks.purpose is Purpose.AGENCY:
                self._door.answer(visit, OPENED, {})
                return
            with self._door.share(visit) as share:
                named = share.view["payload_sha256"]
            self._door.answer(visit, OPENED, {"payload_sha256": named})
        except ExchangeError as error:
            _log.warning("share opened outcome=%s", error.code)

    def _steady(self, began: float) -> None:
        """Take as long for a link that is none as for one that is."""
        left = self._floor - (time.monotonic() - began)
        if left > 0:
            time.sleep(left)


def visitor(door: Door) -> Visit:
    """Return who came in.

    :raises NotFound: ``visit-ended``, ``link-ended``.
    """
    cookie = request.cookies.get(COOKIE, "")
    if not cookie:
        raise NotFound("visit-ended", "/link", "Open your link again and ask for a new code.")
    return door.visit(cookie)


def require_own_form(visit: Visit) -> None:
    """Refuse a form that was not made for this visit.

    :raises Refused: ``form-foreign``.
    """
    if not visit.is_form(request.form.get("form_token", "")):
        raise Refused("form-foreign", "/form", "Open the page again and send the form from there.")


def _sent_on(where: str) -> Response:
    answer = redirect(where, HTTPStatus.SEE_OTHER)
    assert isinstance(answer, Response)  # noqa: S101  (Flask's own class, which its types hide)
    return answer
