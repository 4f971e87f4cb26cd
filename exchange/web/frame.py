"""What stands around every page: the service's name, who looks in whose name, and where to go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, g, get_flashed_messages, request

from exchange.domain.access import LABELS, Visitor
from exchange.domain.sign_in import wants_second_factor
from exchange.errors import ExchangeError
from exchange.web import assets
from exchange.web.here import parts, roles_here, visitor_or_none
from exchange.web.reach import TABLE, Row
from keys.errors import KeysError

SERVICE = "SEN Exchange"
NAVIGATION: tuple[tuple[str, str, str], ...] = (
    ("leavers.board", "Leavers", "Who leaves, what is ready, and what was sent."),
    ("arrivals.board", "Arrivals", "Packs that came, are late or are missing."),
    ("cases.board", "Cases", "Requests for an EHC needs assessment: what is due, late or new."),
    ("tray.page", "Documents", "Add reports and letters, and file them to a child."),
    ("requests.board", "EHC requests", "Ask a council for an assessment, and follow it."),
    ("arrivals.requests", "Requests", "Ask a school for records, or answer one."),
    ("plans.asked", "Consultations", "Councils ask whether you can meet a child's needs."),
    ("reviews.board", "Reviews", "Reviews of EHC plans: what is due, and by when."),
    ("reviews.reports", "Review reports", "Reports of reviews that schools sent, and what is due."),
    ("agencies.board", "Specialists", "Ask for reports, and file those that came."),
    ("agencies.inbox", "Asked of us", "What schools and councils ask this service for."),
    ("safeguarding.board", "Safeguarding", "The safeguarding lead's own area."),
    ("head.board", "Approvals", "What waits for the head teacher."),
    ("arrivals.class_sheet", "Class sheet", "What helps each child, on one page for a class."),
    ("arrivals.counts", "Counts", "Numbers and dates without names."),
    ("panel.board", "Panel", "Meetings, their papers, and what was advised."),
    ("organisation.people", "People", "Who may sign in here, and in which role."),
    ("head.book", "Activity", "Who did what, and when."),
    ("node.page", "System", "Organisations, keys, health and the system's book."),
)
"""Endpoint, text and what one finds there, in the order in which they are shown."""

MOST_IN_BAR = 6
"""A tired person finds one of seven at a glance; the home page names all, and what each is for."""


@dataclass(frozen=True, slots=True)
class Place:
    """One place to go to."""

    endpoint: str
    text: str
    about: str
    current: bool


@dataclass(frozen=True, slots=True)
class Frame:
    """What the layout shows of the person.

    :param organisation: its name; empty for a stranger and for the system's administrators.
    :param role: the role in which the person uses this page; else all that they hold.
    """

    signed_in: bool
    person: str = ""
    organisation: str = ""
    role: str = ""
    places: tuple[Place, ...] = ()

    @property
    def bar(self) -> tuple[Place, ...]:
        """Return the places that the bar names: the first, and the one where the person is."""
        if len(self.places) <= MOST_IN_BAR + 1:
            return self.places
        first = self.places[:MOST_IN_BAR]
        return (*first, *(one for one in self.places[MOST_IN_BAR:] if one.current))

    @property
    def has_more(self) -> bool:
        """Return whether the home page names places that the bar does not."""
        return len(self.bar) < len(self.places)


def install(app: Flask) -> None:
    """Hand the frame to the templates of ``app``."""
    app.context_processor(_context)
    app.template_global("asset")(asset_name)
    app.template_global("is_there")(is_there)
    app.template_global("may_go")(may_go)


def is_there(endpoint: str) -> bool:
    """Return whether this node has that page."""
    return endpoint in current_app.view_functions


def may_go(endpoint: str) -> bool:
    """Return whether the person, in a role of theirs, may open that page."""
    visitor = visitor_or_none()
    return visitor is not None and visitor.acting_as(TABLE[endpoint].roles) is not None


def asset_name(plain: str) -> str:
    """Return under which name a built file is served; empty where nothing was built."""
    return assets.names().get(plain, "")


def _context() -> dict[str, Any]:
    return {"frame": frame(), "service": SERVICE, "flashes": _flashes}


def _flashes() -> list[str]:
    return [str(one) for one in get_flashed_messages()]


def frame() -> Frame:
    """Return the frame of this request."""
    visitor = visitor_or_none()
    if visitor is None:
        return Frame(signed_in=False)
    return Frame(
        signed_in=True,
        person=visitor.name,
        organisation=_organisation(visitor),
        role=_role(visitor),
        places=_places(visitor),
    )


def _organisation(visitor: Visitor) -> str:
    if visitor.org_id is None:
        return ""
    inside = parts().inside
    try:
        return inside.directory().get(visitor.org_id, inside.clock.now()).name
    except (ExchangeError, KeysError):
        return ""  # new here, and not in the installed directory yet


def _role(visitor: Visitor) -> str:
    row: Row | None = g.get("row")
    chosen = () if visitor.chosen is None else (visitor.chosen,)
    acting = roles_here() if row is not None and row.roles else chosen
    counted = acting or tuple(role for role in LABELS if role in visitor.roles)
    return ", ".join(LABELS[role] for role in counted)


def _places(visitor: Visitor) -> tuple[Place, ...]:
    if wants_second_factor(visitor.roles) and not visitor.strong:
        return ()  # there is one page to go to, and they are on it
    area = (request.endpoint or "").partition(".")[0]
    found = []
    for endpoint, text, about in NAVIGATION:
        if is_there(endpoint) and visitor.acting_as(TABLE[endpoint].roles) is not None:
            current = endpoint == request.endpoint or (
                area == endpoint.partition(".")[0] and area in _WHOLE_AREAS
            )
            found.append(Place(endpoint, text, about, current))
    return tuple(found)


_WHOLE_AREAS = frozenset(
    {"cases", "leavers", "requests", "tray", "safeguarding", "organisation", "node", "panel"}
)
"""Areas with one place in the bar: all their pages belong to it."""
