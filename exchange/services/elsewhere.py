"""A place that neither the trust directory nor the register of schools vouches for.

A college that is in neither, an alternative provider, a school in another country. Nothing is
sealed to it and no link is sent there: what goes is given by hand. Who may have what is decided as
for any school or college, because that is what the table of documents knows of the pupil's next
place; a second person confirms the place first.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from exchange.domain.destinations import Choice, Kind
from exchange.errors import NotFound
from exchange.ports import Destination, UnitOfWork
from exchange.ports.items import Item
from exchange.services.approve import approved
from exchange.services.kept_choice import choice_in, choice_item
from keys.directory import DatedIdentifier, Organisation
from schemas.strict_json import JsonValue

KIND = "place-elsewhere"
BY_HAND = "Nothing can be sent to this place. Give what may go by hand."
_SPACE = uuid.UUID("9c1d3a40-44b5-5d0b-8a8e-3f0f0f6d2b77")


def elsewhere_id(place: str) -> str:
    """Return the id by which a place is known here (``Choice.place``), always the same."""
    return str(uuid.uuid5(_SPACE, place))


def remember_place(unit: UnitOfWork, choice: Choice, now: datetime) -> None:
    """Keep what was said of a place, so that it has a name wherever its id stands."""
    if choice.place is None:
        return
    keep_known(unit, KIND, elsewhere_id(choice.place), {"choice": choice.as_json()}, now)


def keep_known(
    unit: UnitOfWork, kind: str, org_id: str, told: Mapping[str, JsonValue], now: datetime
) -> None:
    """Keep what is known of a place by its id, in place of what was known before."""
    try:
        known = unit.items.get(kind, org_id)
    except NotFound:
        unit.items.add(Item(kind, org_id, "known", told, now, now))
    else:
        unit.items.update(replace(known, content=told, updated_at=now))


def place_elsewhere(unit: UnitOfWork, org_id: str) -> Choice | None:
    """Return what is known of a place by its id; None: it is none of these."""
    try:
        item = unit.items.get(KIND, org_id)
    except NotFound:
        return None
    return choice_in(item)


def name_elsewhere(unit: UnitOfWork, org_id: str) -> str:
    """Return the name of a place, with its country; empty: it is none of these."""
    known = place_elsewhere(unit, org_id)
    return "" if known is None else _name(known)


def elsewhere(unit: UnitOfWork, pupil_id: str) -> Destination | None:
    """Return the place that a pupil goes to where nobody vouches for it, confirmed or not.

    None: the pupil goes to a school that is known, nowhere, or to a place that was chosen before
    such places were remembered; it is chosen again.
    """
    item = choice_item(unit, pupil_id)
    choice = choice_in(item) if item else None
    if choice is None or choice.place is None:
        return None
    org_id = elsewhere_id(choice.place)
    if place_elsewhere(unit, org_id) is None:
        return None
    found = approved(unit, choice.place)
    second = found.decided if found else None
    return Destination(
        org_id=org_id,
        inbox="general",
        confirmed_by=second.name if second else "",
        confirmed_with="name",
        confirmed_at=second.at if second else choice.chosen_at,
    )


def going_to(unit: UnitOfWork, pupil_id: str) -> Destination | None:
    """Return where a pupil goes, also where what goes is given by hand.

    :raises NotFound: ``pupil-unknown``.
    """
    return unit.pupils.get(pupil_id).destination or elsewhere(unit, pupil_id)


def organisation_elsewhere(org_id: str, choice: Choice) -> Organisation:
    """Return a place as what decides about documents reads it: no keys, no endpoint."""
    scheme = "urn" if choice.kind is Kind.SCHOOL else "ukprn"
    numbers = (DatedIdentifier(scheme, choice.number),) if choice.number else ()
    return Organisation(
        org_id=org_id,
        name=_name(choice),
        kind="college" if choice.kind is Kind.COLLEGE else "school",
        identifiers=numbers,
        status="open",
        successor=None,
        endpoint=None,
        signing_keys=(),
        node_keys=(),
    )


def _name(choice: Choice) -> str:
    return ", ".join(one for one in (choice.name, choice.country) if one)
