"""Choose where a pupil's pack goes: found by one identifier, confirmed by another.

A wrong DfE number is how records come to the wrong school today, so what was found is confirmed by
something that the person knows apart from it: the name, the URN or the DfE number.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Literal

from exchange.domain.clocks import london_day
from exchange.domain.folding import spelling
from exchange.domain.transfer import State
from exchange.errors import Conflict, DestinationRefused
from exchange.ports import Actor, Destination, Transfer, UnitOfWork
from exchange.services.explain_destination import explained
from exchange.services.inside import Inside
from exchange.services.protect import require_ordinary
from exchange.services.second_registration import second_of, second_packs
from exchange.services.trust import find_organisation, recipient_keys
from keys.directory import Organisation
from schemas.errors import IdentifierError
from schemas.identifiers import parse_any

_LIVE = frozenset(
    {
        State.QUEUED,
        State.DELIVERED,
        State.COLLECTED,
        State.VERIFIED,
        State.ACCEPTED,
        State.IMPORTED,
    }
)


def live_transfers(
    unit: UnitOfWork, pupil_id: str, *, second: bool | None = False
) -> list[Transfer]:
    """Return the pupil's packs that are on their way or with a recipient, oldest first.

    :param second: True: those for the second school at which the pupil is registered now; None:
        every one; else those for the pupil's own destination.
    """
    live = [
        one
        for one in unit.transfers.all(pupil_id)
        if one.state in _LIVE and one.kind in ("transfer", "cp-file")
    ]
    if second is None or not live:
        return live
    if second:
        known = second_of(unit, pupil_id)
        return [one for one in live if known is not None and one.bundle_id in known.packs]
    elsewhere = second_packs(unit, pupil_id)
    return [one for one in live if one.bundle_id not in elsewhere]


def choose_destination(
    inside: Inside,
    org_id: str,
    pupil_id: str,
    identifier: str,
    confirmation: str,
    actor: Actor,
    inbox: str = "general",
) -> Destination:
    """Set a pupil's destination.

    :param identifier: URN, DfE number, UKPRN, ODS code, LA code or organisation id.
    :param confirmation: the name, or another identifier than the one used to find it.
    :raises DestinationRefused: ``destination-unknown``, ``destination-closed``,
        ``destination-not-confirmed``, ``destination-no-key``, ``key-expired``.
    :raises Conflict: ``destination-in-use``: a pack is with another school; recall it first.
    :raises Refused: ``protected-move``: two named people alone choose it.
    """
    now = inside.clock.now()
    found = found_at(inside, identifier, inbox, now)
    destination = Destination(
        org_id=found.org_id,
        inbox=inbox,
        confirmed_by=actor.name,
        confirmed_with=confirmed_with(found, identifier, confirmation, london_day(now)),
        confirmed_at=now,
    )
    with inside.store.unit(org_id) as unit:
        pupil = unit.pupils.get(pupil_id)
        require_ordinary(unit, pupil_id)
        if any(one.recipient != found.org_id for one in live_transfers(unit, pupil_id)):
            raise Conflict(
                "destination-in-use",
                "/to",
                "A pack is on its way to another school. Recall it first (`senx recall`).",
            )
        unit.pupils.update(replace(pupil, destination=destination, updated_at=now))
        unit.audit.record(
            actor,
            "pupil.destination-chosen",
            "pupil",
            pupil_id,
            detail={"confirmed-with": destination.confirmed_with},
        )
        unit.commit()
    return destination


def found_at(inside: Inside, identifier: str, inbox: str, now: datetime) -> Organisation:
    """Return the organisation; where it is refused, say what the open register knows of it.

    :raises DestinationRefused: ``destination-unknown``, ``destination-closed``,
        ``destination-no-key``, ``key-expired``.
    """
    directory = inside.directory()
    found = None
    try:
        found = find_organisation(directory, identifier)
        recipient_keys(found, inbox, now)  # refuses now what could not be sealed later
    except DestinationRefused as refused:
        if found is not None and found.successor is not None:
            raise  # the signed directory's own word goes before open data
        raise explained(refused, inside.register, directory, identifier) from None
    return found


def confirmed_with(
    found: Organisation, identifier: str, confirmation: str, today: date
) -> Literal["name", "urn", "laestab"]:
    """Return by what a person confirmed the organisation that an identifier found.

    :raises DestinationRefused: ``destination-not-confirmed``.
    """
    if spelling(confirmation) == spelling(found.name):
        return "name"
    given = _numbers(confirmation) - _numbers(identifier)
    if ("urn", found.identifier("urn", today)) in given:
        return "urn"
    if ("laestab", found.identifier("laestab", today)) in given:
        return "laestab"
    raise DestinationRefused(
        "destination-not-confirmed",
        "/confirm",
        "Give the school's name as the directory has it, or its other number (URN, DfE number).",
    )


def _numbers(typed: str) -> frozenset[tuple[str, str | None]]:
    """Return scheme and number of what was typed, however it was spelt; nothing for words."""
    try:
        return frozenset((one.scheme, one.value) for one in parse_any(typed))
    except IdentifierError:
        return frozenset()
