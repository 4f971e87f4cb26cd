"""Where a pupil goes, as the pupil's page says it, also where what goes is given by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from exchange.domain.destinations import Asked, Kind, Standing
from exchange.ports import Destination, UnitOfWork
from exchange.services.by_hand import HandCopy, copies_by_hand
from exchange.services.elsewhere import elsewhere
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
    "Nothing can be sent to this place: it was found neither among those that have joined nor in "
    "the register of schools. If it joins, search for it again.",
    "Until then, look at the preview, make a copy for one person there, and write down here when "
    "it was given.",
)
_ABROAD = "Outside the United Kingdom, ask your data protection officer before anything is given."
_AGAIN = "Choose this place again: then a copy of what may go can be made for somebody there."
_NEXT: Mapping[str, str] = {
    "la": "A council that has joined asks through this system: then the pack is given to it on the "
    "page of its request.",
    "school": "Choose that school now: then the pack can go there.",
    "family": "Give it to them under Copies for somebody entitled.",
}


@dataclass(frozen=True, slots=True)
class Going:
    """Where a pupil goes.

    :param destination: where it is known what may go, or None.
    :param notes: what it waits for, and how what is kept gets to a place to which nothing is sent.
    :param by_hand: nobody vouches for the place: what goes is given by hand.
    :param copies: those that were made for such places, the newest first.
    """

    name: str = ""
    destination: Destination | None = None
    notes: tuple[str, ...] = ()
    by_hand: bool = False
    copies: tuple[HandCopy, ...] = ()


def going_of(unit: UnitOfWork, pupil_id: str, name_of: NameOf) -> Going:
    """Return where a pupil goes; of a protected move, nothing.

    :param name_of: gives the name of an organisation.
    :raises NotFound: ``pupil-unknown``.
    """
    found, copies = settled(unit, pupil_id), tuple(copies_by_hand(unit, pupil_id))
    if found.destination is not None:
        waits = found.standing is Standing.NEEDS_SECOND_PERSON
        name = name_of(unit, found.destination.org_id)
        return Going(name, found.destination, (_SECOND,) if waits else (), copies=copies)
    if found.choice is None:
        return Going(copies=copies)
    there = elsewhere(unit, pupil_id)
    place = ", ".join(one for one in (found.choice.name, found.choice.country) if one)
    name = place or WORDS.get(found.choice.kind, "")
    notes = _notes(found, known=there is not None)
    return Going(name, there, notes, by_hand=there is not None, copies=copies)


def _notes(found: Settled, *, known: bool) -> tuple[str, ...]:
    if found.standing is Standing.HELD:
        return (_HELD,)
    if found.asked is not None:
        return _asked(found.asked)
    if found.choice is None or not found.choice.kind.is_a_place:
        return ()
    second = (_SECOND,) if found.standing is Standing.NEEDS_SECOND_PERSON else ()
    abroad = (_ABROAD,) if found.choice.kind is Kind.OUTSIDE_ENGLAND else ()
    return (*second, *(_BY_HAND if known else (_AGAIN,)), *abroad)


def _asked(asked: Asked) -> tuple[str, ...]:
    who = "The family" if asked.by == "family" else asked.who
    return (f"{who} asked for the pack on {day(asked.day)}.", _NEXT[asked.by])
