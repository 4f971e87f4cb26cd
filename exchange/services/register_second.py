"""Register a pupil's second school, change it, and end it; the first school is left alone."""

from __future__ import annotations

import uuid
from datetime import date

from exchange.domain.clocks import london_day
from exchange.domain.transfer import State
from exchange.errors import Conflict, DestinationRefused, NotFound, UsageError
from exchange.ports import Actor, Destination, UnitOfWork
from exchange.ports.items import Item
from exchange.services.choose_destination import confirmed_with, found_at, live_transfers
from exchange.services.inside import Inside
from exchange.services.protect import require_ordinary
from exchange.services.second_registration import (
    CURRENT,
    KIND,
    SecondRegistration,
    end_registrations,
    second_of,
)

_UNDER_WAY = frozenset({State.QUEUED, State.DELIVERED, State.COLLECTED, State.VERIFIED})


def register_second(
    inside: Inside,
    org_id: str,
    pupil_id: str,
    identifier: str,
    confirmation: str,
    learned_on: date | None,
    actor: Actor,
) -> SecondRegistration:
    """Record at which second school a pupil is registered; one that was recorded gives way.

    :param identifier: URN, DfE number, UKPRN or organisation id.
    :param confirmation: the name, or another number than the one used to find it.
    :param learned_on: the day on which the head learned of it; the 15 school days of SI 2005/1437
        reg 9(3B) begin there.
    :raises DestinationRefused: as
        :func:`exchange.services.choose_destination.choose_destination`; ``second-not-a-school``;
        ``second-is-the-first``: it is the pupil's own destination, or this school itself.
    :raises UsageError: ``day-to-come``.
    :raises Conflict: ``destination-in-use``: a pack is with another second school; recall it.
    :raises Refused: ``protected-move``: a protected pack has one recipient.
    """
    now = inside.clock.now()
    if learned_on is not None and learned_on > london_day(now):
        raise UsageError("day-to-come", "/learned_on", "This day is still to come.")
    found = found_at(inside, identifier, "general", now)
    if found.kind not in ("school", "college"):
        hint = "A pupil is registered at a school or college."
        raise DestinationRefused("second-not-a-school", "/number", hint)
    to = Destination(
        org_id=found.org_id,
        inbox="general",
        confirmed_by=actor.name,
        confirmed_with=confirmed_with(found, identifier, confirmation, london_day(now)),
        confirmed_at=now,
    )
    with inside.store.unit(org_id) as unit:
        require_ordinary(unit, pupil_id)
        _require_another(unit, org_id, pupil_id, found.org_id)
        before = second_of(unit, pupil_id)
        same = before is not None and before.destination.org_id == found.org_id
        packs = before.packs if before is not None and same else ()
        made = SecondRegistration(pupil_id, to, learned_on, packs)
        _require_none_elsewhere(unit, pupil_id, found.org_id)
        end_registrations(unit, pupil_id, now)
        unit.items.add(
            Item(
                kind=KIND,
                item_id=str(uuid.uuid4()),
                state=CURRENT,
                content=made.content(),
                created_at=now,
                updated_at=now,
                about=pupil_id,
            )
        )
        unit.audit.record(
            actor,
            "pupil.second-registered",
            "pupil",
            pupil_id,
            detail={"confirmed-with": to.confirmed_with},
        )
        unit.commit()
    return made


def end_second(inside: Inside, org_id: str, pupil_id: str, actor: Actor) -> None:
    """Record that a pupil is registered at one school only; what was accepted stays there.

    :raises NotFound: ``second-unknown``.
    :raises Conflict: ``destination-in-use``: a pack is on its way there; recall it first.
    """
    with inside.store.unit(org_id) as unit:
        if second_of(unit, pupil_id) is None:
            raise NotFound("second-unknown", "/pupil", "No second school is recorded.")
        if any(one.state in _UNDER_WAY for one in live_transfers(unit, pupil_id, second=True)):
            raise _in_use()
        end_registrations(unit, pupil_id, inside.clock.now())
        unit.audit.record(actor, "pupil.second-ended", "pupil", pupil_id)
        unit.commit()


def _require_another(unit: UnitOfWork, org_id: str, pupil_id: str, second: str) -> None:
    first = unit.pupils.get(pupil_id).destination
    if second == org_id or (first is not None and first.org_id == second):
        hint = "Give the other school at which the pupil is registered."
        raise DestinationRefused("second-is-the-first", "/number", hint)


def _require_none_elsewhere(unit: UnitOfWork, pupil_id: str, second: str) -> None:
    if any(one.recipient != second for one in live_transfers(unit, pupil_id, second=True)):
        raise _in_use()


def _in_use() -> Conflict:
    hint = "A pack is with the second school, or on its way there. Recall it first."
    return Conflict("destination-in-use", "/number", hint)
