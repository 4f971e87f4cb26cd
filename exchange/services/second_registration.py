"""A pupil who is registered at a second school at the same time: two destinations live at once.

The pupil's own destination stays what it is. The second school, the day on which the head learned
of it (the 15 school days count from it) and the packs that went there are kept beside the pupil,
so that a change of one leaves the other. This module reads and keeps; what people do is in
exchange.services.register_second.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal, cast

from exchange.errors import StoreError
from exchange.ports import Destination, UnitOfWork
from exchange.ports.items import Item
from schemas.strict_json import JsonValue

KIND = "second-registration"
CURRENT, ENDED = "current", "ended"
PURPOSE = "dual-registration"


@dataclass(frozen=True, slots=True)
class SecondRegistration:
    """Where else a pupil is registered. All of it is sealed.

    :param learned_on: the day on which the head learned of it, or None: not recorded.
    :param packs: ids of the packs that were sent there.
    """

    pupil_id: str
    destination: Destination
    learned_on: date | None = None
    packs: tuple[str, ...] = ()
    current: bool = True
    item: Item | None = field(default=None, compare=False, repr=False)

    def content(self) -> dict[str, JsonValue]:
        """Return what is sealed."""
        to = self.destination
        return {
            "pupil": self.pupil_id,
            "org": to.org_id,
            "inbox": to.inbox,
            "confirmed_by": to.confirmed_by,
            "confirmed_with": to.confirmed_with,
            "confirmed_at": to.confirmed_at.isoformat(),
            "learned_on": self.learned_on.isoformat() if self.learned_on else None,
            "packs": list(self.packs),
        }


def second_of(unit: UnitOfWork, pupil_id: str) -> SecondRegistration | None:
    """Return where else a pupil is registered now, or None."""
    return next((one for one in seconds_of(unit, pupil_id) if one.current), None)


def seconds_of(unit: UnitOfWork, pupil_id: str) -> list[SecondRegistration]:
    """Return where else a pupil is and was registered, oldest first."""
    return [_read(one) for one in unit.items.about(KIND, pupil_id)]


def second_registrations(unit: UnitOfWork) -> Mapping[str, Sequence[SecondRegistration]]:
    """Return where else pupils are and were registered, by pupil id; for boards."""
    found: dict[str, list[SecondRegistration]] = {}
    for one in map(_read, unit.items.all(KIND)):
        found.setdefault(one.pupil_id, []).append(one)
    return found


def second_packs(unit: UnitOfWork, pupil_id: str) -> frozenset[str]:
    """Return the ids of all packs that went to a second school of a pupil, also an earlier one."""
    found = seconds_of(unit, pupil_id)
    return frozenset(bundle_id for one in found for bundle_id in one.packs)


def note_pack(unit: UnitOfWork, pupil_id: str, bundle_id: str, now: datetime) -> None:
    """Note within a unit of work that a pack goes to the second school; its entry is the pack's."""
    found = second_of(unit, pupil_id)
    if found is None or found.item is None:
        raise StoreError("value-damaged", "/second")
    kept = replace(found, packs=(*found.packs, bundle_id))
    unit.items.update(replace(found.item, content=kept.content(), updated_at=now))


def end_registrations(unit: UnitOfWork, pupil_id: str, now: datetime) -> bool:
    """End the second registration within a unit of work; return whether there was one."""
    found = [one for one in unit.items.about(KIND, pupil_id) if one.state == CURRENT]
    for item in found:
        unit.items.update(replace(item, state=ENDED, updated_at=now))
    return bool(found)


def _read(item: Item) -> SecondRegistration:
    told = item.content
    try:
        if told is None:
            raise TypeError
        learned, packs = told["learned_on"], told["packs"]
        with_ = cast(Literal["name", "urn", "laestab"], str(told["confirmed_with"]))
        return SecondRegistration(
            pupil_id=str(told["pupil"]),
            destination=Destination(
                org_id=str(told["org"]),
                inbox=str(told["inbox"]),
                confirmed_by=str(told["confirmed_by"]),
                confirmed_with=with_,
                confirmed_at=datetime.fromisoformat(str(told["confirmed_at"])),
            ),
            learned_on=date.fromisoformat(str(learned)) if learned else None,
            packs=tuple(str(one) for one in packs) if isinstance(packs, list) else (),
            current=item.state == CURRENT,
            item=item,
        )
    except (KeyError, TypeError, ValueError):
        raise StoreError("value-damaged", "/second") from None
