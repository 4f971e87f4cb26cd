"""Emergency access: the head opens a child's record, with a reason, and the SENCO is shown it.

For the day on which the SENCO is away and the child is not well. It ends by itself, every look is
a line in the book, and it never opens child protection or where a protected move goes.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from exchange.domain.access import Role
from exchange.errors import Refused, UsageError
from exchange.ports import Actor, UnitOfWork
from exchange.ports.items import Item
from exchange.services.inside import Inside
from exchange.services.letters import Letter
from exchange.services.people.names import organisation_name
from exchange.services.safeguarding.notices import logins_of, queue_all

KIND = "emergency"
UNSEEN, SEEN = "unseen", "seen"
LASTS = timedelta(hours=2)
_SHORTEST, _LONGEST = 10, 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Emergency:
    """One time that a record was opened. Sealed at rest.

    :param person: id of the account; ``name`` and ``role`` as the book has them.
    :param seen_by: names of those whose SENCO's job it is to know, as they said so.
    """

    emergency_id: str
    pupil_id: str
    person: str
    name: str
    role: str
    reason: str
    at: datetime
    until: datetime
    seen_by: str = ""

    def is_open(self, person: str, now: datetime) -> bool:
        """Return whether it still opens the record to this account."""
        return self.person == person and now < self.until


def open_access(
    inside: Inside, org_id: str, pupil_id: str, reason: str, person: str, actor: Actor
) -> Emergency:
    """Open a child's record for a while.

    :param person: id of the account of the head.
    :raises Refused: ``not-for-this-role``.
    :raises UsageError: ``reason-missing``, ``reason-too-long``.
    :raises NotFound: ``pupil-unknown``.
    """
    if actor.role != Role.HEAD:
        raise Refused("not-for-this-role", "/role", "The head teacher alone may do this.")
    why = " ".join(reason.split())
    if len(why) < _SHORTEST:
        raise UsageError("reason-missing", "/reason", "Say why, in a sentence.")
    if len(why) > _LONGEST:
        raise UsageError("reason-too-long", "/reason", f"Use at most {_LONGEST} characters.")
    now = inside.clock.now()
    made = Emergency(
        emergency_id=str(uuid.uuid4()),
        pupil_id=pupil_id,
        person=person,
        name=actor.name,
        role=actor.role,
        reason=why,
        at=now,
        until=now + LASTS,
    )
    facts = {"organisation": organisation_name(inside, org_id)}
    told = logins_of(inside, org_id, Role.SENCO)
    with inside.store.unit(org_id) as unit:
        unit.pupils.get(pupil_id)
        unit.items.add(_item(made))
        unit.audit.record(actor, "emergency.opened", "pupil", pupil_id)
        queue_all(unit, [Letter("emergency-opened", one, facts) for one in told])
        unit.commit()
    return made


def look(inside: Inside, org_id: str, pupil_id: str, person: str, actor: Actor) -> Emergency | None:
    """Return the access that is open, or None; the look is noted before anything is shown.

    :param person: id of the account that looks.
    """
    now = inside.clock.now()
    with inside.store.unit(org_id) as unit:
        found = [_read(one) for one in unit.items.about(KIND, pupil_id)]
        open_ = next((one for one in found if one.is_open(person, now)), None)
        if open_ is not None:
            unit.audit.record(actor, "emergency.viewed", "pupil", pupil_id)
            unit.commit()
    return open_


def emergencies(unit: UnitOfWork) -> list[Emergency]:
    """Return all of an organisation, newest first."""
    return sorted((_read(one) for one in unit.items.all(KIND)), key=lambda one: one.at)[::-1]


def unseen(unit: UnitOfWork) -> int:
    """Return how many no SENCO has seen yet."""
    return unit.items.count(KIND, UNSEEN)


def mark_seen(inside: Inside, org_id: str, emergency_id: str, actor: Actor) -> Emergency:
    """Note that the SENCO has seen it.

    :raises Refused: ``not-for-this-role``.
    :raises NotFound: ``item-unknown``.
    """
    if actor.role != Role.SENCO:
        raise Refused("not-for-this-role", "/role", "The SENCO does this.")
    with inside.store.unit(org_id) as unit:
        item = unit.items.get(KIND, emergency_id)
        if item.state == SEEN:
            return _read(item)
        content = {**(item.content or {}), "seen_by": actor.name}
        item = unit.items.update(
            replace(item, state=SEEN, content=content, updated_at=inside.clock.now())
        )
        unit.audit.record(actor, "emergency.seen", "emergency", emergency_id)
        unit.commit()
    return _read(replace(item, content=content))


def _item(made: Emergency) -> Item:
    return Item(
        kind=KIND,
        item_id=made.emergency_id,
        state=UNSEEN,
        content={
            "pupil": made.pupil_id,
            "person": made.person,
            "name": made.name,
            "role": made.role,
            "reason": made.reason,
            "until": made.until.isoformat(),
            "seen_by": made.seen_by,
        },
        created_at=made.at,
        updated_at=made.at,
        about=made.pupil_id,
    )


def _read(item: Item) -> Emergency:
    told = item.content or {}
    return Emergency(
        emergency_id=item.item_id,
        pupil_id=str(told["pupil"]),
        person=str(told["person"]),
        name=str(told["name"]),
        role=str(told["role"]),
        reason=str(told["reason"]),
        at=item.created_at,
        until=datetime.fromisoformat(str(told["until"])),
        seen_by=str(told["seen_by"]),
    )
