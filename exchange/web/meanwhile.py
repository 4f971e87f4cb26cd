"""A form counts if its sender may still act once all of it has come.

The gate asks at the head of a request. A body may take minutes after that, by a slow line or by
intent, and the person or the organisation may be suspended meanwhile. So it is read to its end
here and the session asked once more, before any page does anything with it. What is sealed while
it comes asks for itself, chunk by chunk (:mod:`exchange.web.uploads`).
"""

from __future__ import annotations

from typing import cast

from flask import Flask, g, request
from werkzeug.wrappers import Response as AnyResponse

from exchange.services.people.visitors import still_valid
from exchange.web.gate import to_sign_in
from exchange.web.here import parts, visitor_or_none
from exchange.web.reach import Row, Whose
from exchange.web.uploads import SEALED


def install(app: Flask) -> None:
    """Ask again before the pages of ``app`` do anything. To come after the check of tokens."""
    app.before_request(_ask_again)


def _ask_again() -> AnyResponse | None:
    row, who = cast("Row | None", g.get("row")), visitor_or_none()
    if request.method in ("GET", "HEAD") or row is None or who is None:
        return None
    if row.whose is Whose.NOBODY:
        return None  # it is done in nobody's name: signing in, joining
    if str(request.endpoint) not in SEALED:
        request.get_data(parse_form_data=True)
    if still_valid(parts().inside, who, limits=parts().limits):
        return None
    return to_sign_in()
