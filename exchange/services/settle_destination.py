"""Settle where a pupil goes, also where that is no school that has joined.

A school or college of the trust directory becomes the pupil's destination at once. Any other
choice is kept beside the pupil: a place that waits for a second person, a child educated at home
whose pack is held, a place that is not decided yet, or nothing to send.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from exchange.domain.destinations import (
    ASKERS,
    Asked,
    Choice,
    Kind,
    Standing,
    require_ready,
    require_whole,
    standing,
)
from exchange.domain.school_names import school_numbers
from exchange.errors import Conflict, DestinationRefused, NotFound, UsageError
from exchange.ports import Actor, Destination, UnitOfWork
from exchange.ports.items import Item
from exchange.ports.schools import School, SchoolQuery
from exchange.services.approve import approved, ask_about_place
from exchange.services.choose_destination import choose_destination, live_transfers
from exchange.services.elsewhere import remember_place
from exchange.services.inside import Inside
from exchange.services.kept_choice import CURRENT, KIND, REPLACED, choice_item, read_choice
from exchange.services.places import choose_outside_school, is_confirmed
from exchange.services.protect import protected_pupils, require_ordinary


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a person typed or picked.

    :param number: URN of a school, UKPRN of a college; the DfE number finds a school, too.
    :param confirmation: of a school or college: its name, or its other number.
    """

    kind: Kind
    number: str = ""
    name: str = ""
    country: str = ""
    confirmation: str = ""


@dataclass(frozen=True, slots=True)
class Settled:
    """What is known of where a pupil goes.

    :param destination: a school that has joined, or that the register knows.
    :param choice: anything else.
    """

    standing: Standing
    destination: Destination | None = None
    choice: Choice | None = None
    asked: Asked | None = None


def settled(unit: UnitOfWork, pupil_id: str) -> Settled:
    """Return where a pupil goes, and what that waits for.

    :raises NotFound: ``pupil-unknown``.
    """
    pupil = unit.pupils.get(pupil_id)
    to = pupil.destination
    if to is not None:
        vouched = is_confirmed(unit, to.org_id)
        found = Standing.READY if vouched else Standing.NEEDS_SECOND_PERSON
        return Settled(found, destination=to)
    item = choice_item(unit, pupil_id)
    if item is None:
        return Settled(Standing.NOT_DECIDED)
    choice, asked = read_choice(item)
    confirmed = choice.place is not None and approved(unit, choice.place) is not None
    found = standing(choice, confirmed=confirmed, asked=asked is not None)
    return Settled(found, choice=choice, asked=asked)


def choices(unit: UnitOfWork) -> Mapping[str, Choice]:
    """Return the choices that are no school that has joined; for boards. Never of a hidden move."""
    hidden = protected_pupils(unit)
    found = {
        str((one.content or {})["pupil"]): read_choice(one)[0]
        for one in unit.items.all(KIND, CURRENT)
    }
    return {pupil_id: choice for pupil_id, choice in found.items() if pupil_id not in hidden}


def require_settled(unit: UnitOfWork, pupil_id: str) -> Settled:
    """Return where a pupil goes, if a pack may leave for there now.

    :raises Refused: ``protected-move``, ``not-decided``, ``needs-second-person``,
        ``held-until-asked-for``, ``nothing-to-send``.
    """
    require_ordinary(unit, pupil_id)
    found = settled(unit, pupil_id)
    require_ready(found.standing)
    return found


def settle(
    inside: Inside, org_id: str, pupil_id: str, wanted: Wanted, person: str, actor: Actor
) -> Settled:
    """Settle where a pupil goes.

    :param person: id of the account of who chooses.
    :raises DestinationRefused: ``destination-closed``, ``destination-not-confirmed`` ...
    :raises UsageError: it says too little.
    :raises Conflict: ``destination-in-use``: a pack is with a school; recall it first.
    :raises Refused: ``protected-move``: two named people alone choose it.
    """
    if wanted.kind in (Kind.SCHOOL, Kind.COLLEGE):
        joined = _joined(inside, org_id, pupil_id, wanted, actor)
        if joined is not None:
            return joined
        school = _registered(inside, wanted.number)
        if school is not None:
            choose_outside_school(
                inside, org_id, pupil_id, school.urn, wanted.confirmation, actor, person
            )
            return _forget_choice(inside, org_id, pupil_id, actor)
    choice = Choice(
        kind=wanted.kind,
        chosen_by=person,
        role=actor.role,
        chosen_at=inside.clock.now(),
        number=wanted.number.strip() or None,
        name=wanted.name.strip(),
        country=wanted.country.strip(),
    )
    return _keep(inside, org_id, pupil_id, choice, actor)


def record_request(
    inside: Inside, org_id: str, pupil_id: str, asked: Asked, actor: Actor
) -> Settled:
    """Record who lawfully asked for the pack of a child who is educated at home.

    :raises UsageError: ``asker-unknown``.
    :raises NotFound: ``destination-unknown``: the child is not marked as educated at home.
    """
    if asked.by not in ASKERS or not asked.who.strip():
        raise UsageError("asker-unknown", "/by", "Say whether council, school or family asked.")
    with inside.store.unit(org_id) as unit:
        item = choice_item(unit, pupil_id)
        if item is None or read_choice(item)[0].kind is not Kind.HOME_EDUCATED:
            raise NotFound("destination-unknown")
        content = {**(item.content or {}), "asked": asked.as_json()}
        unit.items.update(replace(item, content=content, updated_at=inside.clock.now()))
        unit.audit.record(
            actor, "destination.asked-for", "pupil", pupil_id, detail={"by": asked.by}
        )
        unit.commit()
    with inside.store.reading(org_id) as unit:
        return settled(unit, pupil_id)


def _joined(
    inside: Inside, org_id: str, pupil_id: str, wanted: Wanted, actor: Actor
) -> Settled | None:
    """Choose a school that has joined; None where the directory knows no such number."""
    try:
        choose_destination(inside, org_id, pupil_id, wanted.number, wanted.confirmation, actor)
    except DestinationRefused as refused:
        if refused.code != "destination-unknown":
            raise
        return None
    return _forget_choice(inside, org_id, pupil_id, actor)


def _forget_choice(inside: Inside, org_id: str, pupil_id: str, actor: Actor) -> Settled:
    """Put another choice aside, now that the pupil has a school."""
    with inside.store.unit(org_id) as unit:
        if _replace(unit, pupil_id, inside.clock.now()):
            unit.audit.record(actor, "destination.replaced", "pupil", pupil_id)
            unit.commit()
    with inside.store.reading(org_id) as unit:
        return settled(unit, pupil_id)


def _registered(inside: Inside, number: str) -> School | None:
    """Return the school or college that the open register has under a number, or None."""
    numbers = school_numbers(number)
    if inside.register is None or not numbers:
        return None
    try:
        found = inside.register.search(SchoolQuery(numbers=numbers), 1)
    except NotFound:
        return None  # no register was taken in here
    return found[0] if found else None


def _keep(inside: Inside, org_id: str, pupil_id: str, choice: Choice, actor: Actor) -> Settled:
    """Keep a choice as the pupil's; where a place is new, ask for the second person."""
    choice = replace(choice, role=actor.role)
    require_whole(choice)
    now = inside.clock.now()
    with inside.store.unit(org_id) as unit:
        pupil = unit.pupils.get(pupil_id)
        require_ordinary(unit, pupil_id)
        if live_transfers(unit, pupil_id):
            hint = "A pack is on its way to a school. Call it back first."
            raise Conflict("destination-in-use", "/to", hint)
        _replace(unit, pupil_id, now)
        unit.items.add(
            Item(
                kind=KIND,
                item_id=str(uuid.uuid4()),
                state=CURRENT,
                content={"pupil": pupil_id, "choice": choice.as_json(), "asked": None},
                created_at=now,
                updated_at=now,
                about=pupil_id,
            )
        )
        if pupil.destination is not None:
            unit.pupils.update(replace(pupil, destination=None, updated_at=now))
        unit.audit.record(actor, "destination.settled", "pupil", pupil_id)
        if choice.place is not None:
            remember_place(unit, choice, now)
            ask_about_place(unit, choice, actor, now)
        unit.commit()
    with inside.store.reading(org_id) as unit:
        return settled(unit, pupil_id)


def _replace(unit: UnitOfWork, pupil_id: str, now: datetime) -> bool:
    """Put the choice before aside; return whether there was one."""
    item = choice_item(unit, pupil_id)
    if item is not None:
        unit.items.update(replace(item, state=REPLACED, updated_at=now))
    return item is not None
