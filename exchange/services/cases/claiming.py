"""One answer at a time to whose case it is: said first, taken in then, settled last.

Taking papers into a child's record takes many commits. Were the answer kept only after them, two
caseworkers who answer differently at once would leave one child's papers in two records. So the
answer is kept before, by compare-and-set; whoever comes second is told so before anything moves.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime, timedelta

from exchange.domain.transfer import State
from exchange.errors import (
    Conflict,
    NotFound,
    Refused,
    ScannerUnavailable,
    UsageError,
)
from exchange.ports import Actor, UnitOfWork
from exchange.services.cases.keeping import case, enter, put_case
from exchange.services.cases.model import Case, CaseState, Placing
from exchange.services.inside import Inside

LEASE = timedelta(minutes=10)
"""How long an answer holds others off that nobody brought to an end: its process died."""
NOTHING_MOVED = (Conflict, NotFound, Refused, ScannerUnavailable, UsageError)
"""What is raised before anything of a pack is in a child's record."""


def is_claimed(held: Case, now: datetime) -> bool:
    """Return whether papers of a case are being taken in."""
    return held.placing is not None and now - held.placing.at < LEASE


def require_free(held: Case, now: datetime) -> None:
    """Refuse what may not happen while papers of a case are being taken in.

    :raises Conflict: ``case-placing``.
    """
    if is_claimed(held, now):
        hint = "Somebody is saying whose case it is just now. Look again in a moment."
        raise Conflict("case-placing", "/pupil", hint)


def fresh_pupil(held: Case) -> str:
    """Return the id of a new child: the same on each try, so that half a try leaves no second."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"case/{held.case_id}"))


def claim(
    inside: Inside, org_id: str, case_id: str, pupil_id: str | None, actor: Actor
) -> tuple[Case, Placing]:
    """Keep an answer before anything follows from it; the same answer again goes on.

    :param pupil_id: a pupil of ours; None: whose it is already, or a child who is new here.
    :raises NotFound: ``case-unknown``, ``pupil-unknown``.
    :raises Conflict: ``case-state``: held, or not ours; ``case-pupil``: it is another pupil's
        already; ``case-placing``: somebody gives another answer just now.
    """
    now = inside.clock.now()
    with inside.store.unit(org_id) as unit:
        held = case(unit, case_id)
        if held.state in (CaseState.HELD, CaseState.NOT_OURS):
            raise Conflict("case-state", "/state", "Decide about the request first.")
        whose = pupil_id or held.pupil_id or fresh_pupil(held)
        if held.pupil_id not in (None, whose):
            raise Conflict("case-pupil", "/pupil", "The case is about another child already.")
        if pupil_id is not None:
            unit.pupils.get(pupil_id)
        _require_same(unit, held, whose, now)
        claimed = Placing(whose, now)
        stored = put_case(inside, unit, replace(held, placing=claimed))
        enter(unit, actor, "case.placing", case_id, {"pupil": whose})
        unit.commit()
    return stored, claimed


def _require_same(unit: UnitOfWork, held: Case, whose: str, now: datetime) -> None:
    if held.placing is None or held.placing.pupil_id == whose:
        return
    require_free(held, now)
    found = (unit.arrivals.find(one.sender, one.bundle_id) for one in held.packs)
    if any(one is not None and one.state is State.IMPORTED for one in found):
        hint = "Its papers are in another child's record in part. Give the answer that was given."
        raise Conflict("case-pupil", "/pupil", hint)


def let_go(
    inside: Inside, org_id: str, case_id: str, claimed: Placing, actor: Actor, *, moved: bool
) -> None:
    """End an answer that came to nothing; where papers moved, the case is that child's.

    :param moved: something may be in the child's record.
    """
    with inside.store.unit(org_id) as unit:
        before = case(unit, case_id)
        if before.placing != claimed:
            return  # the same answer was given again meanwhile, and goes on
        kept = moved and _is_known(unit, claimed.pupil_id)
        pupil_id = claimed.pupil_id if kept else before.pupil_id
        put_case(inside, unit, replace(before, pupil_id=pupil_id, placing=None))
        enter(unit, actor, "case.placed" if kept else "case.not-placed", case_id, None)
        unit.commit()


def _is_known(unit: UnitOfWork, pupil_id: str) -> bool:
    try:
        unit.pupils.get(pupil_id)
    except NotFound:
        return False
    return True
