"""What staff noted of somebody of a family: changed by nobody who has not seen what stands."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from exchange.domain.clocks import london_day
from exchange.errors import Refused
from exchange.ports import Actor, UnitOfWork
from exchange.services.edit_record import require_version, version_of
from exchange.services.links.members import (
    Member,
    checked,
    get_member,
    keep_member,
    require_may_speak,
)

_NOTED = (
    "name",
    "relationship",
    "responsibility",
    "court_order",
    "forbidden",
    "safe",
    "capacity",
)


def noted_version(one: Member) -> str:
    """Return what changes with what staff noted, and with nothing that the person said."""
    content = one.content()
    return version_of({name: content[name] for name in _NOTED})


def readable_version(one: Member) -> str:
    """Return what changes with the papers that this person may open."""
    return version_of([*sorted(one.readable)])


def change_member(
    unit: UnitOfWork, told: Member, based_on: str, actor: Actor, now: datetime
) -> Member:
    """Change what the school knows of somebody: an order came, a number is safe no more.

    What they said stays. Who may see no page any more loses it apart from this (family.py).

    :param told: as they are to be; what they said is taken from what is stored.
    :param based_on: the version that the writer saw; else an order that came meanwhile would go.
    :raises Conflict: ``record-changed``.
    :raises UsageError: ``name-unclear``, ``note-too-long``, ``court-order-missing``.
    :raises Refused: ``member-ended``; ``young-person-decides``, ``young-person-too-young``.
    """
    new, before = checked(told), get_member(unit, told.member_id)
    if not before.active:
        raise Refused("member-ended", "/member", "This person is told nothing any more.")
    require_version(noted_version(before), based_on, "/member")
    after = replace(before, **{name: getattr(new, name) for name in _NOTED})
    if not after.forbidden:
        require_may_speak(unit.pupils.get(before.pupil_id), after, london_day(now))
    keep_member(unit, after, now)
    unit.audit.record(actor, "family.member-changed", "family-member", told.member_id)
    return after
