"""What a view asks for: who looks, in whose name and role, and the collaborators."""

from __future__ import annotations

from typing import cast

from flask import current_app, g

from exchange.domain.access import Role, Visitor, may_know, may_see
from exchange.domain.clocks import london_day
from exchange.errors import NotFound
from exchange.ports import Actor
from exchange.services.boards import LeaversBoard
from exchange.services.inside import Inside
from exchange.web.parts import Parts
from exchange.web.reach import Row
from schemas.codes import code_set

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


def roles_here() -> tuple[Role, ...]:
    """Return the roles in which the person uses this page; none where it asks for none.

    All that they hold and the page names count together. Only who chose to act in one first, and
    is on a page that names it, has that one alone, until they choose otherwise.
    """
    who, named = visitor(), cast(Row, g.row).roles
    held = tuple(one for one in Role if one in who.roles and one in named)
    return (who.chosen,) if who.chosen in held else held


def may(*allowed: Role) -> bool:
    """Return whether the person may do here what these roles may."""
    return any(one in allowed for one in roles_here())


def sees(document_type: str) -> bool:
    """Return whether the person may see documents of a type on this page, in any of their roles."""
    today = london_day(inside().clock.now())
    return any(may_see(one, document_type, today) for one in roles_here())


def knows_of(type_: str) -> bool:
    """Return whether the person may know on this page that there is something of a type.

    What is no document's type is part of the record itself.
    """
    if type_ not in code_set("document-type"):
        return True
    today = london_day(inside().clock.now())
    return any(may_know(one, type_, today) for one in roles_here())


def actor(*allowed: Role) -> Actor:
    """Return who acts, for the book: the person, and the role in which they use this page.

    :param allowed: who may do this very thing, where the page is also for others.
    :raises NotFound: ``no-role``: the person is none of them here.
    """
    who, row = visitor(), cast(Row, g.row)
    if not row.roles:
        return Actor(who.name, "account")
    found = next((one for one in roles_here() if not allowed or one in allowed), None)
    if found is None:
        raise NotFound("no-role")
    return Actor(who.name, found.value)


def org_id() -> str:
    """Return the organisation in whose name the person acts.

    :raises NotFound: the person acts for the node.
    """
    found = visitor().org_id
    if found is None:
        raise NotFound("no-organisation")
    return found
