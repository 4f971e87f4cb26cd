"""Whose request it is: a pupil whom we know, or a child who is new here.

A person says so, with all that is known of both beside one another; the machine only proposes,
and never on one sign alone. With the answer the pack is accepted and taken into our records.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date

from exchange.domain.clocks import london_day
from exchange.domain.feeder import Likeness, Who, likeness
from exchange.domain.transfer import State
from exchange.errors import Conflict, UsageError
from exchange.ports import Actor, Arrival, Inspector, Scanner, UnitOfWork
from exchange.services.ask import who_of
from exchange.services.cases.claiming import NOTHING_MOVED, claim, let_go, require_free
from exchange.services.cases.events import change, today_of
from exchange.services.cases.keeping import case
from exchange.services.cases.model import Case, Placing
from exchange.services.cases.telling import keep_with, message_for
from exchange.services.cases.updates import UNREAD
from exchange.services.inside import Inside
from exchange.services.keep_pupil import add_pupil
from exchange.services.take_in import take_in
from schemas.base import load_bytes
from schemas.ehc_decision import Decided, EhcDecision
from schemas.identifiers import Upn
from schemas.people import Person
from schemas.pupil import Names, Pupil

_READABLE = UNREAD | {State.IMPORTED}
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Candidate:
    """A pupil of ours who is, or may be, the child of a case.

    :param agrees: which signs agree: ``upn``, ``born``, ``surname``, ``forename``.
    """

    pupil_id: str
    name: str
    who: Who
    sure: bool
    agrees: tuple[str, ...]


def candidates(unit: UnitOfWork, held: Case) -> Sequence[Candidate]:
    """Return the pupils of ours who are or may be the child, the surest first."""
    if held.who is None:
        return ()
    found = []
    for one in unit.pupils.all():
        pupil = load_bytes(Pupil, one.record)
        here = who_of(pupil)
        like = likeness(here, held.who)
        if like is not Likeness.OTHER and one.pupil_id not in held.pupil_apart:
            signs = _agreeing(here, held.who)
            sure = like is Likeness.SAME
            found.append(Candidate(one.pupil_id, pupil.names.display, here, sure, signs))
    return sorted(found, key=lambda one: (not one.sure, -len(one.agrees), one.name))


def _agreeing(here: Who, there: Who) -> tuple[str, ...]:
    signs = {
        "upn": bool(here.upn) and here.upn == there.upn,
        "born": here.date_of_birth == there.date_of_birth,
        "surname": not here.surnames.isdisjoint(there.surnames),
        "forename": not here.forenames.isdisjoint(there.forenames),
    }
    return tuple(sign for sign, same in signs.items() if same)


def to_take_in(unit: UnitOfWork, held: Case) -> Sequence[Arrival]:
    """Return the packs of a case that can be read and were not taken in yet, oldest first."""
    found = (unit.arrivals.find(one.sender, one.bundle_id) for one in held.packs)
    return [one for one in found if one is not None and one.state in UNREAD]


def place(
    inside: Inside,
    scanner: Scanner | None,
    inspector: Inspector,
    org_id: str,
    case_id: str,
    pupil_id: str | None,
    actor: Actor,
) -> Case:
    """Say whose case it is, accept its packs and take them in; again takes in what came since.

    :param pupil_id: a pupil of ours as a person compared them; None: a child who is new here.
    :raises NotFound: ``case-unknown``, ``pupil-unknown``.
    :raises Conflict: ``case-state``: held, or not ours; ``pupil-exists``: said to be new, and a
        pupil here has this UPN; ``case-pupil``: it is another pupil's already; ``case-placing``:
        somebody gives another answer just now; ``case-empty``.
    :raises ScannerUnavailable: ``still-checking``: accepted; take it in a little later.
    """
    with inside.store.reading(org_id) as unit:
        before = case(unit, case_id)
        waiting = to_take_in(unit, before)
    if not waiting and before.pupil_id is None and pupil_id is None:
        raise Conflict("case-empty", "/packs", "Enter the child's details first.")
    if not waiting and before.pupil_id is not None and pupil_id in (None, before.pupil_id):
        return before
    _, claimed = claim(inside, org_id, case_id, pupil_id, actor)
    moved = False
    try:
        for one in waiting:
            take_in(inside, scanner, inspector, org_id, one, {}, actor, whose=claimed.pupil_id)
            moved = True
    except NOTHING_MOVED:
        let_go(inside, org_id, case_id, claimed, actor, moved=moved)
        raise
    except BaseException:
        let_go(inside, org_id, case_id, claimed, actor, moved=True)
        raise
    return _settled(inside, org_id, case_id, claimed, actor)


def _settled(inside: Inside, org_id: str, case_id: str, claimed: Placing, actor: Actor) -> Case:
    """Keep whose case it is; the worker may have added a pack meanwhile, and loses nothing."""
    for _ in range(_TRIES - 1):
        with suppress(Conflict):
            return _settle(inside, org_id, case_id, claimed, actor)
    return _settle(inside, org_id, case_id, claimed, actor)


def _settle(inside: Inside, org_id: str, case_id: str, claimed: Placing, actor: Actor) -> Case:
    """Keep whose case it is, and tell the school our reference and the day that counts, once.

    A school that was told of the end is not told that the request is here: it would open it again.
    """
    with inside.store.reading(org_id) as unit:
        held = case(unit, case_id)
    if held.pupil_id not in (None, claimed.pupil_id):
        raise Conflict("case-pupil", "/pupil", "The case is about another child already.")
    if held.pupil_id is not None and held.placing is None:
        return held  # the same answer, given twice at once
    telling = None
    if held.pupil_id is None and held.packs and not held.is_over:
        telling = message_for(inside, org_id, held, acknowledged(inside, held, actor))
    changed = replace(held, pupil_id=claimed.pupil_id, placing=None)
    detail = {"pupil": claimed.pupil_id}
    return keep_with(inside, org_id, changed, telling, actor, "case.placed", detail)


def acknowledged(inside: Inside, held: Case, actor: Actor) -> EhcDecision:
    """Return what tells a school that its request is here, with the day that counts."""
    return EhcDecision(
        subject=str(uuid.uuid4()),
        what=Decided.RECEIVED,
        reached=held.reached,
        decided=today_of(inside),
        decided_by=Person(name=actor.name, role=actor.role),
        reference=held.reference,
    )


def place_by_hand(
    inside: Inside, org_id: str, case_id: str, sex: str, upn_unknown: str, actor: Actor
) -> Case:
    """Make a pupil of a case without a pack: a child who is new here.

    :raises Conflict: ``case-state``, ``case-pupil``, ``case-placing``; ``pupil-exists``: a pupil
        has this UPN.
    :raises UsageError: ``case-nameless``.
    :raises Wrapped: the pupil's record breaks its schema.
    """
    with inside.store.reading(org_id) as unit:
        held = case(unit, case_id)
    if held.pupil_id is not None:
        raise Conflict("case-pupil", "/pupil", "The case is about another child already.")
    if held.who is None:
        raise UsageError("case-nameless", "/who", "Enter the child's name and birthday first.")
    held, claimed = claim(inside, org_id, case_id, None, actor)
    try:
        add_pupil(inside, org_id, _pupil_of(held, claimed.pupil_id, sex, upn_unknown), actor)
    except BaseException:
        let_go(inside, org_id, case_id, claimed, actor, moved=False)
        raise
    return _settled(inside, org_id, case_id, claimed, actor)


def _pupil_of(held: Case, pupil_id: str, sex: str, upn_unknown: str) -> Pupil:
    who = held.who
    if who is None:
        raise UsageError("case-nameless", "/who", "Enter the child's name and birthday first.")
    return Pupil(
        subject=pupil_id,
        names=Names(surname=who.surname, forename=who.forename, known_as=who.known_as or None),
        date_of_birth=who.date_of_birth,
        sex=sex,
        upn=Upn.parse(who.upn) if who.upn else None,
        upn_unknown=None if who.upn else upn_unknown,
        nc_year=held.nc_year or None,
    )


def describe(
    inside: Inside, org_id: str, case_id: str, who: Who, nc_year: str, actor: Actor
) -> Case:
    """Enter whom a case is about, where its pack could not be read, or there is none.

    :raises Conflict: ``case-pupil``: it is about a pupil of ours already.
    """

    def make(before: Case) -> Case:
        if before.pupil_id is not None:
            raise Conflict("case-pupil", "/pupil", "The case is about a child already.")
        require_free(before, inside.clock.now())
        name = f"{who.known_as or who.forename} {who.other_surname or who.surname}"
        return replace(before, who=who, name=name, nc_year=nc_year)

    return change(inside, org_id, case_id, actor, "case.described", make)


def read_on(held: Case, unit: UnitOfWork) -> Sequence[tuple[Arrival, date]]:
    """Return the packs of a case that can be read now, each with its day, oldest first."""
    found = (unit.arrivals.find(one.sender, one.bundle_id) for one in held.packs)
    return [
        (one, london_day(one.reached_at))
        for one in found
        if one is not None and one.state in _READABLE
    ]
