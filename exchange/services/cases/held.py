"""A request that failed a check: its sender is told, and a person decides, with all dates in view.

The law lets no machine refuse a request. Until a person has decided, the case stands as held and
its clock runs from the day on which the first pack reached us. A person may let it count from a
later pack that could be read, and says why; both days stay in the case for good.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from exchange.domain.clocks import london_day
from exchange.errors import ExchangeError, UsageError
from exchange.ports import Actor, UnitOfWork
from exchange.services.cases.events import change, require_state, text_in
from exchange.services.cases.keeping import case
from exchange.services.cases.model import Case, CaseState, Event, Note, Pack
from exchange.services.inside import Inside
from exchange.services.messages import Told, send_message, thread_of
from exchange.services.people.names import organisation_name
from keys.errors import KeysError
from schemas.message import Message, MessageKind
from schemas.people import Person

log = logging.getLogger("senx.worker")

_TEXT = (
    "Something you sent us on {day} reached us, but our computer could not check it "
    "(code: {code}). We have not sent it back. If it is a request for an EHC needs assessment, "
    "we count it as received on {day}. Please send it again, as an update, and answer here what "
    "it was. One of us looks at it."
)


def tell_held(inside: Inside, org_id: str, case_id: str, pack: Pack, actor: Actor) -> Case | None:
    """Tell the sender of a pack that it failed a check; telling it twice sends once.

    :returns: the case; None where the sender cannot be told (it has no valid key, or is unknown).
    """
    with inside.store.reading(org_id) as unit:
        told = any(one.direction == "sent" for one in thread_of(unit, pack.bundle_id))
    if not told:
        try:
            _send(inside, org_id, pack)
        except (ExchangeError, KeysError) as error:
            log.warning("case bundle=%s outcome=%s", pack.bundle_id, error.code)
            return None
    now = inside.clock.now()
    return change(
        inside,
        org_id,
        case_id,
        actor,
        "case.sender-told",
        lambda before: replace(before, told_held=before.told_held or now),
        code=pack.held,
    )


def _send(inside: Inside, org_id: str, pack: Pack) -> None:
    day = f"{pack.reached.day} {pack.reached:%B %Y}"
    message = Message(
        subject=str(uuid.uuid4()),
        kind=MessageKind.QUESTION,
        written=london_day(inside.clock.now()),
        written_by=Person(name=organisation_name(inside, org_id), role="SEN team"),
        text=_TEXT.format(day=day, code=pack.held),
    )
    by = Actor("worker", "machine")
    send_message(inside, org_id, pack.sender, message, pack.bundle_id, pack.bundle_id, by)


def said_about(unit: UnitOfWork, held: Case) -> Sequence[Told]:
    """Return what was asked and answered about the packs of a case, oldest first."""
    found = [one for pack in held.packs for one in thread_of(unit, pack.bundle_id)]
    return sorted(found, key=lambda one: one.at)


def decide_held(
    inside: Inside, org_id: str, case_id: str, counts_from: date, reason: str, actor: Actor
) -> Case:
    """Let a held case count as a request, from the day of one of its packs.

    :param counts_from: the day on which one of its packs reached us; usually the first.
    :raises Conflict: ``case-state``: it is not held.
    :raises UsageError: ``day-of-no-pack``; ``text-missing``, ``text-too-long``.
    """
    why = text_in(reason, "/reason")

    def make(before: Case) -> Case:
        require_state(before, CaseState.HELD)
        if counts_from not in {one.reached for one in before.packs}:
            raise UsageError("day-of-no-pack", "/counts_from", "Choose one of the days shown.")
        note = Note(
            f"Counts as received on {counts_from.isoformat()}. {why}",
            actor.name,
            inside.clock.now(),
        )
        return replace(
            before, state=CaseState.OPEN, reached=counts_from, notes=(*before.notes, note)
        )

    return change(
        inside,
        org_id,
        case_id,
        actor,
        "case.held-decided",
        make,
        counts_from=counts_from.isoformat(),
    )


def dismiss_held(inside: Inside, org_id: str, case_id: str, reason: str, actor: Actor) -> Case:
    """Close a held case that is no request for an assessment, as a person found.

    :raises Conflict: ``case-state``.
    :raises UsageError: ``text-missing``, ``text-too-long``.
    """
    why = text_in(reason, "/reason")
    now = inside.clock.now()

    def make(before: Case) -> Case:
        require_state(before, CaseState.HELD)
        return replace(
            before,
            state=CaseState.CLOSED,
            is_none=True,
            events={**before.events, Event.CLOSED.value: london_day(now)},
            notes=(*before.notes, Note(f"Not a request. {why}", actor.name, now)),
        )

    return change(inside, org_id, case_id, actor, "case.no-request", make)


def check_again(inside: Inside, org_id: str, case_id: str, actor: Actor) -> int:
    """Let the worker check the held packs of a case again, with the directory as it is now.

    :returns: how many are checked again.
    """
    now = inside.clock.now()
    with inside.store.unit(org_id) as unit:
        held = [one for one in case(unit, case_id).packs if one.held]
        found = [unit.arrivals.find(one.sender, one.bundle_id) for one in held]
        again = [one for one in found if one is not None and one.kind is None and one.attention]
        for one in again:
            unit.arrivals.update(replace(one, attention=None, due_at=now, updated_at=now))
            detail = {"sender": one.sender}
            unit.audit.record(actor, "arrival.check-again", "arrival", one.bundle_id, detail=detail)
        if again:
            unit.commit()
    return len(again)
