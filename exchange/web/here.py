"""What a view asks for: who looks, in whose name and role, and the collaborators."""

from __future__ import annotations

from typing import cast

from flask import current_app, g

from exchange.domain.access import Role, Visitor
from exchange.errors import NotFound
from exchange.ports import Actor
from exchange.services.boards import LeaversBoard
from exchange.services.inside import Inside
from exchange.web.parts import Parts
from exchange.web.reach import Row

KEY = "senx-parts"


def parts() -> Parts:
    """Return what the pages were handed."""
    return cast(Parts, current_app.extensions[KEY])


def inside() -> Inside:
    """Return the collaborators of the use cases."""
    return parts().inside


def leavers_board() -> LeaversBoard:
    """Return the leavers' board of this process."""
    key = f"{KEY}-leavers"
    found = current_app.extensions.get(key)
    if found is None:
        found = current_app.extensions.setdefault(key, LeaversBoard(inside()))
    return cast(LeaversBoard, found)


def visitor_or_none() -> Visitor | None:
    """Return who looks, or None for somebody who is not signed in."""
    return cast("Visitor | None", g.get("visitor"))


def visitor() -> Visitor:
    """Return who looks.

    :raises NotFound: nobody is signed in, on a page that the table opens to everybody.
    """
    found = visitor_or_none()
    if found is None:
        raise NotFound("not-signed-in")
    return found


def role() -> Role:
    """Return the role in which the person uses this page.

    :raises NotFound: the page asks for none.
    """
    row = cast(Row, g.row)
    found = visitor().acting_as(row.roles)
    if found is None:
        raise NotFound("no-role")
    return found


def actor() -> Actor:
    """Return who acts, for the book: the person, and the role in which they use this page."""
    row = cast(Row, g.row)
    return Actor(visitor().name, role().value if row.roles else "account")


def org_id() -> str:
    """Return the organisation in whose name the person acts.

    :raises NotFound: the person acts for the node.
    """
    found = visitor().org_id
    if found is None:
        raise NotFound("no-organisation")
    return found
