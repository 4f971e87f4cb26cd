"""Who came in through a link, and the answers to those who did not."""

from __future__ import annotations

import hashlib
import hmac
import math
from dataclasses import dataclass
from datetime import datetime

from exchange.errors import NotFound, Refused
from exchange.services.links.model import CODE_PAUSE, CODES_OF_A_LINK, Marks
from keys.links import LinkSecret

_HINT = "This link does not work any more. Ask the school that sent it for a new one."


class CodeWrong(Refused):
    """That code is not right."""

    default_code = "code-wrong"
    default_hint = "Check the code and type it again, or ask for a new one."


class CodeLate(Refused):
    """That code is too old."""

    default_code = "code-late"
    default_hint = "Ask for a new code."


class CodeUsed(CodeLate):
    """Somebody came in with that code."""

    default_code = "code-used"
    default_hint = (
        "A code works once, and pressing the button twice is twice. Get a new code. "
        "If it was not you who used it, tell whoever sent the link."
    )


class CodesTooSoon(Refused):
    """A code was asked for a moment ago.

    :param seconds: until another one may be asked for.
    """

    default_code = "codes-too-soon"

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(path="/link", hint=f"Wait {seconds} seconds, then ask again.")


class CodesUsedUp(Refused):
    """This link has given as many codes as it may."""

    default_code = "codes-used-up"
    default_hint = (
        "So many codes were asked for with this link that it gives no more. "
        "Ask whoever sent it for a new link."
    )


def require_code(marks: Marks, now: datetime) -> None:
    """Demand that a link may give another code now.

    :raises CodesTooSoon, CodesUsedUp: it may not.
    """
    if marks.asked >= CODES_OF_A_LINK:
        raise CodesUsedUp(path="/link")
    if marks.asked_at is not None and now - marks.asked_at < CODE_PAUSE:
        raise CodesTooSoon(math.ceil((marks.asked_at + CODE_PAUSE - now).total_seconds()))


def require_unused(marks: Marks, secret: LinkSecret, code: str) -> None:
    """Tell a code with which somebody came in from one that is wrong: it is no guess.

    :raises CodeUsed: it is the last one that was used.
    """
    if marks.used and secret.is_code(code, marks.used):
        raise CodeUsed(path="/code")


def ended() -> NotFound:
    """Return the one answer about a link that is unknown, locked, revoked or over."""
    return NotFound("link-ended", "/link", _HINT)


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody who came in: a link, and the session that its code opened.

    :param secret: of the link; ``key`` of the session.
    """

    org_id: str
    link_id: str
    secret: LinkSecret
    key: LinkSecret
    marks: Marks

    @property
    def cookie(self) -> str:
        """Return what the browser keeps."""
        return f"{self.secret.token}.{self.key.token}"

    @property
    def form_token(self) -> str:
        """Return what each form of the visit carries, so that no other site can send one."""
        return hmac.new(self.key.token.encode(), b"form", hashlib.sha256).hexdigest()

    def is_form(self, token: str) -> bool:
        """Return whether a form is of this visit."""
        return hmac.compare_digest(self.form_token.encode(), token.encode("utf-8", "replace"))


def over() -> NotFound:
    """Return the answer to somebody whose visit is over, or was idle."""
    return NotFound("visit-ended", "/link", "Open your link again and ask for a new code.")
