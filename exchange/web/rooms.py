"""The unlocked room that is open, for the views of the safeguarding lead."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from flask import redirect, request, url_for

from exchange.services.inside import Inside
from exchange.services.safeguarding.rooms import Rooms
from exchange.web.here import org_id, parts, visitor


def rooms() -> Rooms:
    """Return the rooms of this process."""
    return cast(Rooms, parts().more["rooms"])


def room() -> Inside | None:
    """Return the unlocked area of whoever looks, or None."""
    return rooms().enter(visitor().session_id, org_id())


def unlocked(view: Callable[..., Any]) -> Callable[..., Any]:
    """Hand a view the unlocked area; without one, ask for the passphrase and come back."""

    @wraps(view)
    def run(**arguments: Any) -> Any:
        open_ = room()
        if open_ is None:
            onwards = request.path if request.method == "GET" else None
            return redirect(url_for("safeguarding.unlock", next=onwards), 303)
        return view(open_, **arguments)

    return run
