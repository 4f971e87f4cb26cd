"""Hand a held pack to the council or school that lawfully asked for it.

The pack of a child who is educated at home waits until somebody asks. Who asks through this
exchange has signed the request, so that nobody types where it goes: the request says it.
"""

from __future__ import annotations

from exchange.domain.clocks import london_day
from exchange.domain.destinations import Asked, Kind
from exchange.errors import Conflict, NotFound, Refused
from exchange.ports import Actor, UnitOfWork
from exchange.services.ask import Request, answer_request, candidates, request_of
from exchange.services.authority import is_another, responsible_council
from exchange.services.inside import Inside
from exchange.services.protect import protected_pupils
from exchange.services.settle_destination import (
    Settled,
    Wanted,
    choices,
    record_request,
    settle,
    settled,
)
from exchange.services.trust import organisation
from schemas.message import RecordsAnswer


def held_for(unit: UnitOfWork, request: Request) -> frozenset[str]:
    """Return the pupils who may be the child asked for, and whose pack is held at home."""
    if request.ours or request.answer is not None:
        return frozenset()
    home = {key for key, one in choices(unit).items() if one.kind is Kind.HOME_EDUCATED}
    return frozenset(one.pupil_id for one in candidates(unit, request.child)) & home


def asks_from_elsewhere(inside: Inside, unit: UnitOfWork, pupil_id: str, other: str) -> bool:
    """Return whether a council asks that is, by the record, not the one of the home address.

    :raises NotFound: ``pupil-unknown``.
    """
    asker = organisation(inside.directory(), other, inside.clock.now())
    if asker.kind != "la":
        return False
    return is_another(responsible_council(inside, unit, pupil_id), other)


def hand_over(
    inside: Inside, org_id: str, request_id: str, pupil_id: str, person: str, actor: Actor
) -> Settled:
    """Record who asked, choose them as the destination and answer "Send"; the pack goes next.

    Doing it again after it broke off ends what was begun.

    :param person: id of the account of who decides.
    :raises NotFound: ``request-unknown``; ``pupil-unknown``: not the child that is asked for.
    :raises Refused: ``not-held``: the pack is not held at home; ``protected-move``.
    :raises Conflict: ``answered-already``; ``destination-in-use``.
    """
    now = inside.clock.now()
    with inside.store.reading(org_id) as unit:
        request = request_of(unit, request_id)
        if request.ours or pupil_id in protected_pupils(unit):
            raise NotFound("request-unknown")
        if request.answer is not None:
            raise Conflict("answered-already", "/request", "Somebody has answered it. Look again.")
        if pupil_id not in {one.pupil_id for one in candidates(unit, request.child)}:
            raise NotFound("pupil-unknown")
        before = settled(unit, pupil_id)
    asker = organisation(inside.directory(), request.other, now)
    there = before.destination is not None and before.destination.org_id == request.other
    if not there:
        if before.choice is None or before.choice.kind is not Kind.HOME_EDUCATED:
            raise Refused("not-held", "/pupil", "Choose the destination on the pupil's page.")
        asked = Asked(
            by="la" if asker.kind == "la" else "school",
            who=asker.name,
            day=london_day(request.at),
            recorded_by=actor.name,
            role=actor.role,
        )
        record_request(inside, org_id, pupil_id, asked, actor)
        to = Wanted(kind=Kind.SCHOOL, number=request.other, confirmation=asker.name)
        settle(inside, org_id, pupil_id, to, person, actor)
    answer_request(inside, org_id, request_id, RecordsAnswer.SEND, "", actor)
    with inside.store.reading(org_id) as unit:
        return settled(unit, pupil_id)
