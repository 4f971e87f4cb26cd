"""Whether something came for a case that nobody has taken in yet."""

from __future__ import annotations

from collections.abc import Collection

from exchange.domain.transfer import State
from exchange.ports import UnitOfWork
from exchange.services.cases.model import Case, CaseState, Event

UNREAD = frozenset({State.VERIFIED, State.ACCEPTED})
"""States of a pack that can be read and was not taken in."""
_LISTED = frozenset({CaseState.CLOSED, CaseState.FINAL, CaseState.REASSESSING})


def unread_packs(unit: UnitOfWork) -> frozenset[tuple[str, str]]:
    """Return sender and bundle id of all packs that can be read and were not taken in."""
    found = unit.arrivals.outlines()
    return frozenset((one.sender, one.bundle_id) for one in found if one.state in UNREAD)


def unread_of(unit: UnitOfWork, held: Case) -> frozenset[tuple[str, str]]:
    """Return those of one case."""
    found = (unit.arrivals.find(one.sender, one.bundle_id) for one in held.packs)
    here = (one for one in found if one is not None and one.state in UNREAD)
    return frozenset((one.sender, one.bundle_id) for one in here)


def has_update(held: Case, unread: Collection[tuple[str, str]]) -> bool:
    """Return whether a person has to take something in.

    Before anybody said whose case it is, nothing is: it is new as a whole. Once it was decided
    about all the same, what came since is looked at by nobody else.

    :param unread: of its packs, or of more.
    """
    waiting = [one for one in held.packs if (one.sender, one.bundle_id) in unread]
    if held.pupil_id is not None:
        return bool(waiting)
    if held.state not in _LISTED or not held.decisions:
        return False
    last = held.decisions[-1].decided
    ended = max(last, held.events.get(Event.CLOSED.value, last))
    return any(one.reached >= ended for one in waiting if one is not held.packs[0])
