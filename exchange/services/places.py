"""Where a pack goes: an organisation of the trust directory, or a school that has not joined.

A school that the register knows and the directory does not gets its pack to pick up through a
link. It has no keys; it is known here by an id made from its URN, always the same, and by what the
register said of it when it was chosen.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime
from typing import Literal

from exchange.domain.destinations import Choice, Kind, Standing, require_ready
from exchange.domain.folding import spelling
from exchange.domain.schools import School, open_successors
from exchange.errors import Conflict, DestinationRefused, NotFound, SettingsError, TrustError
from exchange.ports import Actor, Destination, UnitOfWork
from exchange.services.approve import approved, ask_about_place
from exchange.services.choose_destination import live_transfers
from exchange.services.elsewhere import keep_known, organisation_elsewhere, place_elsewhere
from exchange.services.inside import Inside
from exchange.services.protect import require_ordinary
from exchange.services.trust import organisation
from keys.directory import DatedIdentifier, Organisation
from keys.errors import KeysError
from schemas.errors import IdentifierError
from schemas.identifiers import parse_any

KIND = "outside-school"
_SPACE = uuid.UUID("5e1f6a52-6d0f-5a52-9e0c-0c6c3f7f6c11")


def outside_id(urn: str) -> str:
    """Return the id by which a school that has not joined is known here."""
    return str(uuid.uuid5(_SPACE, f"urn:{urn}"))


def place(inside: Inside, unit: UnitOfWork, org_id: str, at: datetime) -> Organisation:
    """Return where something goes; a place that has not joined has neither keys nor endpoint.

    :raises TrustError: ``organisation-unknown`` and the directory's other codes.
    """
    try:
        return organisation(inside.directory(), org_id, at)
    except TrustError as unknown:
        found = _outside(unit, org_id) or _elsewhere(unit, org_id)
        if found is None or unknown.code != "organisation-unknown":
            raise
        return found


def is_outside(unit: UnitOfWork, org_id: str) -> bool:
    """Return whether this is a school that has not joined."""
    return _outside(unit, org_id) is not None


def is_elsewhere(unit: UnitOfWork, org_id: str) -> bool:
    """Return whether nobody vouches for this place: what goes there is given by hand."""
    return _elsewhere(unit, org_id) is not None


def is_unlisted(unit: UnitOfWork, org_id: str) -> bool:
    """Return whether it is a place that is known here and not in the trust directory."""
    return is_outside(unit, org_id) or is_elsewhere(unit, org_id)


def telephone_of(unit: UnitOfWork, org_id: str) -> str:
    """Return the number that the register has of a school that has not joined, or nothing."""
    try:
        told = unit.items.get(KIND, org_id).content or {}
    except NotFound:
        return ""
    return str(told.get("telephone", ""))


def choose_outside_school(
    inside: Inside,
    org_id: str,
    pupil_id: str,
    urn: str,
    confirmation: str,
    actor: Actor,
    person: str = "",
) -> Destination:
    """Set a pupil's destination to a school of the register that has not joined.

    The directory does not vouch for it, so a second person is asked, once for each school.

    :param person: id of the account of who chooses.
    :param confirmation: its name, or its DfE number, or its URN where it was found by its name.
    :raises NotFound: ``register-missing``.
    :raises DestinationRefused: ``destination-unknown``, ``destination-closed``,
        ``destination-not-confirmed``; ``destination-joined``: it has keys, send it to them.
    :raises Refused: ``protected-move``.
    :raises Conflict: ``destination-in-use``.
    """
    school = _school(inside, urn)
    now = inside.clock.now()
    destination = Destination(
        org_id=outside_id(school.urn),
        inbox="general",
        confirmed_by=actor.name,
        confirmed_with=_confirmed_with(school, confirmation),
        confirmed_at=now,
    )
    with inside.store.unit(org_id) as unit:
        require_ordinary(unit, pupil_id)
        pupil = unit.pupils.get(pupil_id)
        if any(one.recipient != destination.org_id for one in live_transfers(unit, pupil_id)):
            hint = "A pack is on its way to another school. Recall it first."
            raise Conflict("destination-in-use", "/to", hint)
        _remember(unit, school, now)
        unit.pupils.update(replace(pupil, destination=destination, updated_at=now))
        ask_about_place(unit, _choice(school, person or actor.name, actor, now), actor, now)
        unit.audit.record(
            actor,
            "pupil.destination-chosen",
            "pupil",
            pupil_id,
            detail={"confirmed-with": destination.confirmed_with, "by": "pick-up"},
        )
        unit.commit()
    return destination


def require_confirmed(unit: UnitOfWork, org_id: str) -> None:
    """Refuse to give anything to a place that has not joined before a second person confirmed it.

    :raises Refused: ``needs-second-person``.
    """
    if not is_confirmed(unit, org_id):
        require_ready(Standing.NEEDS_SECOND_PERSON)


def is_confirmed(unit: UnitOfWork, org_id: str) -> bool:
    """Return whether the directory has it, or a second person (or a call) confirmed it."""
    try:
        told = unit.items.get(KIND, org_id).content or {}
    except NotFound:
        known = place_elsewhere(unit, org_id)
        return known is None or approved(unit, known.place or "") is not None
    return approved(unit, f"urn:{told['urn']}") is not None


def _choice(school: School, person: str, actor: Actor, now: datetime) -> Choice:
    return Choice(
        kind=Kind.SCHOOL,
        chosen_by=person,
        role=actor.role,
        chosen_at=now,
        number=school.urn,
        name=school.name,
        telephone=school.telephone,
    )


def _school(inside: Inside, urn: str) -> School:
    if inside.register is None:
        raise SettingsError("register-not-kept", "/register", "Ask your administrator.")
    school = inside.register.get(urn)
    if school is None:
        raise DestinationRefused("destination-unknown", "/to", "The register has no such school.")
    if not school.status.is_destination:
        after = open_successors(school, inside.register.get)
        named = "; ".join(f"{one.name} (URN {one.urn})" for one in after[:5])
        hint = f"Its successors are {named}." if named else "Ask its council where its pupils went."
        raise DestinationRefused("destination-closed", "/to", hint)
    try:
        inside.directory().find(urn)
    except KeysError:
        return school
    raise DestinationRefused("destination-joined", "/to", "It has joined: send the pack to it.")


def _confirmed_with(school: School, typed: str) -> Literal["name", "urn", "laestab"]:
    if spelling(typed) == spelling(school.name):
        return "name"
    try:
        given = {(one.scheme, one.value) for one in parse_any(typed)}
    except IdentifierError:
        given = set()
    if ("laestab", school.laestab) in given:
        return "laestab"
    if ("urn", school.urn) in given:
        return "urn"
    hint = "Give the school's name as the register has it, or its number (URN, DfE number)."
    raise DestinationRefused("destination-not-confirmed", "/confirm", hint)


def _remember(unit: UnitOfWork, school: School, now: datetime) -> None:
    told = {
        "urn": school.urn,
        "name": school.name,
        "laestab": school.laestab or "",
        "town": school.town,
        "postcode": school.postcode,
        "telephone": school.telephone,
    }
    keep_known(unit, KIND, outside_id(school.urn), told, now)


def _elsewhere(unit: UnitOfWork, org_id: str) -> Organisation | None:
    known = place_elsewhere(unit, org_id)
    return None if known is None else organisation_elsewhere(org_id, known)


def _outside(unit: UnitOfWork, org_id: str) -> Organisation | None:
    try:
        told = unit.items.get(KIND, org_id).content
    except NotFound:
        return None
    if told is None:
        return None
    numbers = [("urn", str(told["urn"])), ("laestab", str(told["laestab"]))]
    return Organisation(
        org_id=org_id,
        name=str(told["name"]),
        kind="school",
        identifiers=tuple(DatedIdentifier(scheme, value) for scheme, value in numbers if value),
        status="open",
        successor=None,
        endpoint=None,
        signing_keys=(),
        node_keys=(),
    )
