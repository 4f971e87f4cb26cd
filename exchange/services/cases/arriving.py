"""Make a case of what arrived at a local authority: the worker's errand.

A case begins with the pack, not with a person who opens it: its day is the London day on which the
bytes were here. An update joins the case of what it updates and moves no day. A pack that fails a
check may be a request as well as anything else, so that it becomes a case that is held for a
person. Nothing is refused here. Every pack belongs to one case at most, for good.
"""

from __future__ import annotations

import logging
import uuid
from contextlib import suppress
from dataclasses import dataclass, replace

from exchange.bundle.opening import OpenedBundle
from exchange.domain.clocks import london_day
from exchange.domain.feeder import Likeness, Who, likeness
from exchange.domain.transfer import State
from exchange.errors import BundleError, Conflict, ExchangeError, NotFound
from exchange.ports import Actor, Arrival, UnitOfWork
from exchange.services.cases.finding import REQUEST, of_update, since, to_join, waiting
from exchange.services.cases.held import tell_held
from exchange.services.cases.joining import join_within
from exchange.services.cases.keeping import (
    add_case,
    case,
    case_of_pack,
    enter,
    link_pack,
    put_case,
    settle_pack,
)
from exchange.services.cases.model import Case, CaseState, Event, Pack, Source, in_order
from exchange.services.cases.names import reference_of
from exchange.services.inside import Inside
from exchange.services.open_pack import open_pack, sender_of
from exchange.services.trust import organisation
from keys.errors import KeysError
from schemas.ehc_request import EhcRequest, RequestStatus
from schemas.pupil import Pupil
from schemas.records import RECORDS

log = logging.getLogger("senx.worker")
MAKER = Actor("worker", "machine")
_NAMESPACE = uuid.UUID("6f0e0d3c-5c43-5a5e-9a55-2f3a1b8f9a71")
_EMPTY = frozenset({State.REJECTED, State.DESTROYED})
_AWAY = frozenset({CaseState.CLOSED, CaseState.NOT_OURS})
"""States in which nobody looks at a case: what comes for one without a decision is held, so that a
person decides anew whether it is a request of ours, and from which day."""


@dataclass(frozen=True, slots=True)
class _Read:
    """What a case takes from a pack that could be opened."""

    who: Who | None = None
    name: str = ""
    nc_year: str = ""
    source: Source = Source.SCHOOL
    withdrawn: bool = False
    failed: str = ""


class CaseMaker:
    """Makes the cases of every local authority of this node; goes by the book: it is cheap."""

    def __init__(self, inside: Inside) -> None:
        self._inside = inside
        self._seen: dict[str, int] = {}

    def run(self) -> int:
        """Look at what arrived since the last time; return how many packs were taken up."""
        return sum(self._looked(org_id) for org_id in self._inside.store.organisations())

    def _looked(self, org_id: str) -> int:
        """Look at one organisation; its trouble keeps no other from its own requests."""
        try:
            return self._look(org_id)
        except (ExchangeError, KeysError) as error:
            log.warning("cases org=%s outcome=%s", org_id, error.code)
            return 0

    def _look(self, org_id: str) -> int:
        inside = self._inside
        with inside.store.reading(org_id) as unit:
            newest, before = unit.audit.last_seq(), self._seen.get(org_id, 0)
            if newest == before or not self._is_authority(org_id):
                return 0
            keys = since(unit, before) if before else None
            found = waiting(unit, keys)
        failed = 0
        for one in found:
            try:
                self.take(org_id, one)
            except (ExchangeError, KeysError) as error:
                failed += 1
                log.warning("case bundle=%s outcome=%s", one.bundle_id, error.code)
        if not failed:
            self._seen[org_id] = newest
        return len(found) - failed

    def _is_authority(self, org_id: str) -> bool:
        try:
            found = organisation(self._inside.directory(), org_id, self._inside.clock.now())
        except (ExchangeError, KeysError):
            return False  # no directory yet: looked at again
        return found.kind == "la"

    def take(self, org_id: str, arrival: Arrival) -> None:
        """Make the case of one pack, or let it join one; again changes nothing."""
        inside = self._inside
        with inside.store.reading(org_id) as unit:
            known = case_of_pack(unit, arrival.sender, arrival.bundle_id)
            before = case(unit, known) if known else None
        if before is not None:
            self._checked_since(org_id, arrival, before)
            self._tell_held(org_id, arrival, before.case_id)
            return
        read = self._read(org_id, arrival)
        held = arrival.attention if arrival.kind is None else read.failed
        pack = Pack(arrival.sender, arrival.bundle_id, london_day(arrival.reached_at), held or "")
        try:
            with inside.store.unit(org_id) as unit:
                made = self._kept(unit, org_id, arrival, pack, read)
                self._join_update(unit, arrival, made)
                unit.commit()
        except Conflict as error:
            if error.code not in ("item-exists", "item-changed"):
                raise
            return  # another run of us, or a person, was faster: it is looked at again
        self._tell_held(org_id, arrival, made.case_id)

    def _kept(
        self, unit: UnitOfWork, org_id: str, arrival: Arrival, pack: Pack, read: _Read
    ) -> Case:
        into = to_join(unit, arrival)
        if into is None or _of_another(into.who, read.who):
            made = self._new(org_id, arrival, pack, read)
            add_case(unit, made)
            enter(unit, MAKER, "case.opened", made.case_id, _detail(pack, made.state))
        else:
            made = put_case(self._inside, unit, _joined(into, arrival, pack, read))
            enter(unit, MAKER, "case.updated", made.case_id, _detail(pack, made.state))
        link_pack(unit, made.case_id, pack, made.updated_at)
        return made

    def _tell_held(self, org_id: str, arrival: Arrival, case_id: str) -> None:
        """Tell the sender of a pack that is held, unless that was done; it is tried again."""
        with self._inside.store.reading(org_id) as unit:
            held = case(unit, case_id)
        mine = next((one for one in held.packs if one.bundle_id == arrival.bundle_id), None)
        if held.state is CaseState.HELD and mine is not None and mine.held:
            tell_held(self._inside, org_id, case_id, mine, MAKER)

    def _join_update(self, unit: UnitOfWork, arrival: Arrival, made: Case) -> None:
        """Join the case of an update that was read before what it updates had a case."""
        update = of_update(unit, arrival)
        if update is None or update.case_id == made.case_id or update.pupil_id is not None:
            return
        if _of_another(update.who, made.who):
            return
        with suppress(Conflict):  # somebody works on it already: a person joins them
            join_within(self._inside, unit, update.case_id, made.case_id, MAKER)

    def _new(self, org_id: str, arrival: Arrival, pack: Pack, read: _Read) -> Case:
        now = self._inside.clock.now()
        case_id = str(uuid.uuid5(_NAMESPACE, f"{org_id}/{arrival.sender}/{arrival.bundle_id}"))
        return Case(
            case_id=case_id,
            state=CaseState.HELD if pack.held else CaseState.OPEN,
            source=read.source,
            reference=reference_of(case_id),
            reached=pack.reached,
            reached_at=arrival.reached_at,
            created_at=now,
            updated_at=now,
            transfer_id=arrival.bundle_id,
            school_org=arrival.sender,
            school_name=self._name_of(arrival),
            packs=(pack,),
            who=read.who,
            name=read.name,
            nc_year=read.nc_year,
            withdrawn=pack.reached if read.withdrawn else None,
        )

    def _checked_since(self, org_id: str, arrival: Arrival, before: Case) -> None:
        """Note that a pack that was held passed its check since, or is no request after all."""
        mine = next((one for one in before.packs if one.bundle_id == arrival.bundle_id), None)
        if mine is None or not mine.held or arrival.kind is None:
            return
        read = self._read(org_id, arrival) if arrival.kind == REQUEST else _Read()
        if read.failed:
            return
        packs = tuple(replace(one, held="") if one is mine else one for one in before.packs)
        changed = replace(before, packs=packs)
        if arrival.kind == REQUEST:
            changed = replace(
                changed,
                who=read.who or before.who,
                name=read.name or before.name,
                nc_year=read.nc_year or before.nc_year,
                source=read.source,
            )
            if changed.state is CaseState.HELD and not changed.held:
                changed = replace(changed, state=CaseState.OPEN)
            changed = _woken(changed, read)
        elif changed.state is CaseState.HELD and len(packs) == 1:
            today = london_day(self._inside.clock.now())
            events = {**changed.events, Event.CLOSED.value: today}
            changed = replace(changed, state=CaseState.CLOSED, events=events, is_none=True)
        with self._inside.store.unit(org_id) as unit:
            put_case(self._inside, unit, changed)
            settle_pack(unit, mine)
            enter(unit, MAKER, "case.checked", changed.case_id, {"kind": arrival.kind})
            unit.commit()

    def _read(self, org_id: str, arrival: Arrival) -> _Read:
        if arrival.kind is None or arrival.state in _EMPTY:
            return _Read()
        try:
            with open_pack(self._inside, org_id, arrival) as opened:
                return _told(arrival, opened)
        except (BundleError, KeysError, NotFound) as error:
            return _Read(failed=error.code)  # it reached us all the same: a person decides

    def _name_of(self, arrival: Arrival) -> str:
        try:
            return sender_of(self._inside, arrival).name
        except (ExchangeError, KeysError):
            return ""  # nobody in the directory: the page says so


def _told(arrival: Arrival, opened: OpenedBundle) -> _Read:
    records = [one for _, one in opened.records(RECORDS)]
    pupil = next((one for one in records if isinstance(one, Pupil)), None)
    asked = next((one for one in records if isinstance(one, EhcRequest)), None)
    source = Source(asked.requested_by.value) if asked else Source.SCHOOL
    withdrawn = asked is not None and asked.status is RequestStatus.WITHDRAWN
    if pupil is None:
        return _Read(source=source, withdrawn=withdrawn)
    names = pupil.names
    return _Read(
        who=Who(
            surname=names.surname,
            forename=names.forename,
            date_of_birth=pupil.date_of_birth,
            upn=str(pupil.upn) if pupil.upn else "",
            known_as=names.known_as or "",
            other_surname=names.preferred_surname or names.former_surname or "",
            school=arrival.sender,
        ),
        name=names.display,
        nc_year=pupil.nc_year or "",
        source=source,
        withdrawn=withdrawn,
    )


def _joined(into: Case, arrival: Arrival, pack: Pack, read: _Read) -> Case:
    """Return a case with one more pack: its own day is the earliest, and never becomes later."""
    packs = in_order((*into.packs, pack))
    earlier = arrival.reached_at < into.reached_at
    return replace(
        _woken(into, read),
        packs=packs,
        transfer_id=into.transfer_id or arrival.bundle_id,
        reached=min(into.reached, pack.reached),
        reached_at=arrival.reached_at if earlier else into.reached_at,
        who=read.who or into.who,
        name=read.name or into.name,
        nc_year=read.nc_year or into.nc_year,
        withdrawn=pack.reached if read.withdrawn else into.withdrawn,
    )


def _of_another(one: Who | None, two: Who | None) -> bool:
    """Return whether two packs are surely of two children, whatever one says that it updates."""
    return one is not None and two is not None and likeness(one, two) is Likeness.OTHER


def _woken(into: Case, read: _Read) -> Case:
    """Return a case for a person to decide about, where it was over before anything was decided."""
    if into.state not in _AWAY or into.decisions or read.withdrawn:
        return into
    events = {one: on for one, on in into.events.items() if one != Event.CLOSED}
    return replace(into, state=CaseState.HELD, events=events, is_none=False)


def _detail(pack: Pack, state: CaseState) -> dict[str, str]:
    told = {"bundle": pack.bundle_id, "state": state.value, "reached": pack.reached.isoformat()}
    return told | ({"code": pack.held} if pack.held else {})
