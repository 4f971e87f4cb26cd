"""Two cases of one request become one: the earliest day stays, and so does all that was written.

Both are changed in one commit, so that no pack is ever of two cases or of none.
"""

from __future__ import annotations

from dataclasses import replace

from exchange.domain.clocks import london_day
from exchange.errors import Conflict
from exchange.ports import Actor, UnitOfWork
from exchange.services.cases.claiming import require_free
from exchange.services.cases.decisions import as_record
from exchange.services.cases.events import require_state
from exchange.services.cases.keeping import case, enter, put_case, relink_pack, relink_reviews
from exchange.services.cases.model import Case, CaseState, Event, Note, in_order
from exchange.services.cases.placing import acknowledged
from exchange.services.cases.telling import (
    Telling,
    drop_packs,
    message_for,
    noted,
    queue_packs,
)
from exchange.services.inside import Inside

_CHANGED = "Somebody else changed this case meanwhile. Look at it again."


def join_cases(inside: Inside, org_id: str, case_id: str, into_id: str, actor: Actor) -> Case:
    """Join a case to another of the same request, as a person found.

    A school that came with it is told what those of the other case were told before.

    :raises Conflict: as :func:`join_within`; ``item-changed``.
    :raises NotFound: ``case-unknown``.
    """
    with inside.store.reading(org_id) as unit:
        gone, into = case(unit, case_id), case(unit, into_id)
        if case_id != into_id:
            _require_joinable(inside, gone, into)
    telling = _for_newcomers(inside, org_id, gone, into, actor)
    try:
        with inside.store.unit(org_id) as unit:
            if case(unit, into_id).version != into.version:
                raise Conflict("item-changed", "/into", _CHANGED)
            joined = join_within(inside, unit, case_id, into_id, actor)
            told = noted(inside, joined, telling, actor)
            joined = joined if told == joined else put_case(inside, unit, told)
            queue_packs(unit, telling, actor)
            unit.commit()
    except BaseException:
        drop_packs(inside, org_id, telling)
        raise
    return joined


def _for_newcomers(
    inside: Inside, org_id: str, gone: Case, into: Case, actor: Actor
) -> Telling | None:
    """Return what tells the schools of one case alone what was told to those of the other."""
    to = {one.sender for one in gone.packs} - {one.sender for one in into.packs}
    joined = _union(into, gone)
    latest = into.decided("assess")
    if latest is not None and latest.told is not None:
        record = as_record(joined, latest, actor)
    elif into.pupil_id is not None:  # else they are told once somebody said whose case it is
        record = acknowledged(inside, joined, actor)
    else:
        return None
    return message_for(inside, org_id, joined, record, to) if to else None


def join_within(inside: Inside, unit: UnitOfWork, case_id: str, into_id: str, actor: Actor) -> Case:
    """Join a case to another in the unit of work of the caller, who commits.

    :raises Conflict: ``case-state``: decided already, so that there is something to lose;
        ``case-itself``; ``case-pupil``: a person said that they are about different children;
        ``case-placing``: papers of one are being taken in. Nothing was changed then.
    :raises NotFound: ``case-unknown``.
    """
    if case_id == into_id:
        raise Conflict("case-itself", "/into", "Choose another case.")
    gone, into = case(unit, case_id), case(unit, into_id)
    _require_joinable(inside, gone, into)
    now = inside.clock.now()
    note = Note(f"Joined with {gone.reference}.", actor.name, now)
    joined = _union(into, gone)
    joined = put_case(inside, unit, replace(joined, notes=(*joined.notes, note)))
    left = Note(f"Joined to {into.reference}.", actor.name, now)
    put_case(
        inside,
        unit,
        replace(
            gone,
            state=CaseState.CLOSED,
            is_none=True,
            packs=(),
            events={**gone.events, Event.CLOSED.value: london_day(now)},
            notes=(*gone.notes, left),
        ),
    )
    for one in gone.packs:
        relink_pack(unit, into_id, one)
    relink_reviews(unit, case_id, into_id)
    enter(unit, actor, "case.joined", into_id, {"from": case_id})
    enter(unit, actor, "case.joined-away", case_id, {"into": into_id})
    return joined


def _require_joinable(inside: Inside, gone: Case, into: Case) -> None:
    require_state(gone, CaseState.HELD, CaseState.OPEN)
    require_state(into, CaseState.HELD, CaseState.OPEN, CaseState.ASSESSING)
    for one in (gone, into):
        require_free(one, inside.clock.now())
    if gone.pupil_id and into.pupil_id and gone.pupil_id != into.pupil_id:
        hint = "The two cases are about different children in our records."
        raise Conflict("case-pupil", "/into", hint)


def _union(into: Case, gone: Case) -> Case:
    """Return what is known of both; where both say something, the case that stays says it."""
    known = into if into.who else gone
    first = min((into, gone), key=lambda one: one.reached_at)
    packs = in_order((*into.packs, *gone.packs))
    worker = into if into.caseworker else gone
    return replace(
        into,
        packs=packs,
        pupil_id=into.pupil_id or gone.pupil_id,
        withdrawn=into.withdrawn or gone.withdrawn,
        events={**gone.events, **into.events},
        exceptions=(*into.exceptions, *gone.exceptions),
        sufficiency=(*into.sufficiency, *gone.sufficiency),
        pupil_apart=tuple(dict.fromkeys((*into.pupil_apart, *gone.pupil_apart))),
        advice_had={**gone.advice_had, **into.advice_had},
        transfer_id=into.transfer_id or gone.transfer_id,
        school_org=into.school_org or gone.school_org,
        school_name=into.school_name or gone.school_name,
        who=known.who,
        name=known.name,
        nc_year=known.nc_year,
        caseworker=worker.caseworker,
        caseworker_name=worker.caseworker_name,
        told_held=into.told_held or gone.told_held,
        reached=min(into.reached, gone.reached),
        reached_at=first.reached_at,
        notes=tuple(sorted((*into.notes, *gone.notes), key=lambda one: one.at)),
    )
