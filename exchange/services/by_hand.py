"""What was given by hand at a place to which nothing can be sealed: which copy, to whom, when.

A copy that was made is not one that was given: somebody says so, with the day. Nothing comes back
from such a place, so that this record is all that is known of it.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from exchange.domain.clocks import london_day
from exchange.errors import NotFound, UsageError
from exchange.ports import Actor, UnitOfWork
from exchange.ports.items import Item
from exchange.services import guest_copy, printed_copy
from exchange.services.elsewhere import name_elsewhere
from exchange.services.given_by_hand import KIND, Given, given_to
from exchange.services.inside import Inside
from exchange.services.protect import require_ordinary

_GIVEN = "given"


@dataclass(frozen=True, slots=True)
class HandCopy:
    """A copy that was made to be given by hand.

    :param kind: ``guest-copy`` or ``printed-copy``.
    :param guest: for whom, on one line.
    :param given: None: nobody has said that it was given.
    """

    copy_id: str
    kind: str
    guest: str
    to: str
    place: str
    made_at: datetime
    given: Given | None


def copies_by_hand(unit: UnitOfWork, pupil_id: str) -> list[HandCopy]:
    """Return the copies made for places that nobody vouches for, the newest first."""
    given = {one.copy_id: one for one in given_to(unit, pupil_id)}
    found = []
    for kind in (guest_copy.KIND, printed_copy.KIND):
        for item in unit.items.about(kind, pupil_id):
            told = item.content or {}
            to = str(told.get("to", ""))
            name = name_elsewhere(unit, to)
            if name:
                guest = str(told.get("guest", ""))
                is_given = given.get(item.item_id)
                made = HandCopy(item.item_id, kind, guest, to, name, item.created_at, is_given)
                found.append(made)
    return sorted(found, key=lambda one: one.made_at, reverse=True)


def copy_by_hand(unit: UnitOfWork, pupil_id: str, copy_id: str) -> HandCopy:
    """Return one copy.

    :raises NotFound: ``item-unknown``.
    """
    for one in copies_by_hand(unit, pupil_id):
        if one.copy_id == copy_id:
            return one
    raise NotFound("item-unknown", "/copy")


def record_given(
    inside: Inside, org_id: str, pupil_id: str, copy_id: str, day: date, actor: Actor
) -> None:
    """Record that a copy was given; said again, the later word counts.

    :raises NotFound: ``item-unknown``.
    :raises Refused: ``protected-move``.
    :raises UsageError: ``day-ahead``, ``day-before-made``.
    """
    now = inside.clock.now()
    with inside.store.unit(org_id) as unit:
        require_ordinary(unit, pupil_id)
        copy = copy_by_hand(unit, pupil_id, copy_id)
        if day > london_day(now):
            raise UsageError("day-ahead", "/day", "Give a day that has come.")
        if day < london_day(copy.made_at):
            raise UsageError("day-before-made", "/day", "Give the day it was made, or a later one.")
        unit.items.add(
            Item(
                kind=KIND,
                item_id=str(uuid.uuid4()),
                state=_GIVEN,
                content={
                    "pupil": pupil_id,
                    "copy": copy_id,
                    "to": copy.to,
                    "place": copy.place,
                    "day": day.isoformat(),
                    "by": actor.name,
                },
                created_at=now,
                updated_at=now,
                about=pupil_id,
            )
        )
        unit.audit.record(actor, "by-hand.given", copy.kind, copy_id, detail={"pupil": pupil_id})
        unit.commit()
