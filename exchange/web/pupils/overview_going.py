"""Where a pupil goes, as the pupil's page says it, also where no pack can be sealed for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from exchange.domain.destinations import Asked, Kind, Standing
from exchange.ports import Destination, UnitOfWork
from exchange.services.settle_destination import Settled, settled
from exchange.web.words import day

NameOf = Callable[[UnitOfWork, str], str]

WORDS: Mapping[Kind, str] = {
    Kind.HOME_EDUCATED: "Educated at home",
    Kind.NOT_DECIDED: "Not decided yet",
    Kind.NOTHING_TO_SEND: "Nothing to send",
}
_SECOND = "A second person confirms this place once."
_HELD = "The pack is held here until the council, a school or the family lawfully asks for it."
_BY_HAND = (
    "No pack, link or guest copy can be made for this place: it was found neither among those that "
    "have joined nor in the register of schools. If it joins, search for it again.",
    "Until then, print the profile and the SEN support plan, and save the documents. Check each "
    "one before you give it: nothing is decided for you, and what you give is not recorded here.",
)
_NEXT: Mapping[str, str] = {
    "la": "A council that has joined asks through this system: then the pack is given to it on the "
    "page of its request.",
    "school": "Choose that school now: then the pack can go there.",
    "family": "Give it to them under Copies for somebody entitled.",
}


@dataclass(frozen=True, slots=True)
class Going:
    """Where a pupil goes.

    :param destination: where a pack can be sealed for it, or None.
    :param notes: what it waits for, and how what is kept gets to a place for which none can be.
    """

    name: str = ""
    destination: Destination | None = None
    notes: tuple[str, ...] = ()


def going_of(unit: UnitOfWork, pupil_id: str, name_of: NameOf) -> Going:
    """Return where a pupil goes; of a protected move, nothing.

    :param name_of: gives the name of an organisation.
    :raises NotFound: ``pupil-unknown``.
    """
    found = settled(unit, pupil_id)
    if found.destination is not None:
        waits = found.standing is Standing.NEEDS_SECOND_PERSON
        name = name_of(unit, found.destination.org_id)
        return Going(name, found.destination, (_SECOND,) if waits else ())
    if found.choice is None:
        return Going()
    place = ", ".join(one for one in (found.choice.name, found.choice.country) if one)
    return Going(place or WORDS.get(found.choice.kind, ""), notes=_notes(found))


def _notes(found: Settled) -> tuple[str, ...]:
    if found.standing is Standing.HELD:
        return (_HELD,)
    if found.asked is not None:
        return _asked(found.asked)
    if found.choice is None or not found.choice.kind.is_a_place:
        return ()
    return (_SECOND, *_BY_HAND) if found.standing is Standing.NEEDS_SECOND_PERSON else _BY_HAND


def _asked(asked: Asked) -> tuple[str, ...]:
    who = "The family" if asked.by == "family" else asked.who
    return (f"{who} asked for the pack on {day(asked.day)}.", _NEXT[asked.by])
