"""The leavers' board: one row per pupil, with what its sender must know at a glance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from exchange.domain.clocks import NO_SCHOOL
from exchange.domain.destinations import Standing
from exchange.domain.readiness import Deadline, Readiness, deadlines, provision_of, readiness
from exchange.domain.transfer import State
from exchange.errors import NotFound, Wrapped
from exchange.ports import AuditEntry, Glance, StoredDocument, StoredPupil, UnitOfWork
from exchange.services.boards.held_plan import HeldPlan, plan_of
from exchange.services.calendars import calendar_of
from exchange.services.inside import Inside
from exchange.services.protect import protected_pupils, protection_of
from exchange.services.second_registration import (
    SecondRegistration,
    second_registrations,
    seconds_of,
)
from exchange.services.settle_destination import settled
from schemas.base import Record, load_bytes
from schemas.errors import SchemaError
from schemas.pupil import Pupil
from schemas.records import RECORDS
from schemas.sen import TransitionPlan

PROTECTED = "protected-move"
UNREADABLE = "record-unreadable"
LATE = "deadline-past"
_IGNORED = frozenset(
    {
        "account",
        "arrival",
        "directory",
        "draft",
        "export",
        "key",
        "letter",
        "organisation",
        "register",
        "review-digest",
        "sending",
    }
)
"""What entries may be about without touching a leaver's row."""

_LEFT_OUT = frozenset({State.RECALLED, State.DESTROYED})
_STAYS = frozenset({Standing.HELD, Standing.NOTHING_TO_SEND})
_FAILED = frozenset({State.REJECTED, State.EXPIRED})


@dataclass(frozen=True, slots=True)
class PackState:
    """The newest pack of a pupil, as the board shows it; None of it of a protected move."""

    bundle_id: str
    state: State
    recipient: str
    transport: str
    at: datetime
    attention: str | None
    is_update: bool


@dataclass(frozen=True, slots=True)
class SecondSchool:
    """The second school of a pupil who is registered at two, and the newest pack that went there.

    :param destination: organisation id.
    """

    destination: str
    pack: PackState | None


@dataclass(frozen=True, slots=True)
class LeaverRow:
    """One pupil.

    :param name: known-as name and surname; ``sort`` orders by surname, then forename.
    :param destination: organisation id, or None: not chosen yet, or hidden.
    :param attention: codes of what a person must look at.
    :param pack: the newest pack that counts, or None; ``second`` likewise, of the second school.
    :param leaves: first day at the next school, where somebody entered it.
    :param plan: of the EHC plan, or None: there is none.
    """

    pupil_id: str
    name: str
    sort: tuple[str, str]
    nc_year: str
    provision: str
    readiness: Readiness
    deadlines: tuple[Deadline, ...]
    destination: str | None
    attention: tuple[str, ...]
    pack: PackState | None
    updated_at: datetime
    second: SecondSchool | None = None
    leaves: date | None = None
    plan: HeldPlan | None = None
    born: date | None = None

    @property
    def needs_attention(self) -> bool:
        """Return whether a person must look at something."""
        return bool(self.attention)


class LeaversSource:
    """Makes rows from pupils, their records, documents and packs.

    :param inside: knows the bank holidays; None: none is known, and dates end early.
    """

    def __init__(self, inside: Inside | None = None) -> None:
        self._inside = inside
        self._calendar = NO_SCHOOL

    def everything(self, unit: UnitOfWork, today: date) -> Mapping[str, LeaverRow]:
        """Return all rows by pupil id."""
        # An entry about the calendar touches every row, so that all are read with it.
        if self._inside is not None:
            self._calendar = calendar_of(self._inside, unit)
        pupils = list(unit.pupils.all())
        packs = unit.transfers.glances(one.pupil_id for one in pupils)
        hidden, seconds = protected_pupils(unit), second_registrations(unit)
        return {
            one.pupil_id: self._made(
                unit,
                one,
                Packs(packs[one.pupil_id], seconds.get(one.pupil_id, ())),
                today,
                one.pupil_id in hidden,
            )
            for one in pupils
        }

    def row(self, unit: UnitOfWork, key: str, today: date) -> LeaverRow | None:
        """Return one pupil's row."""
        try:
            pupil = unit.pupils.get(key)
        except NotFound:
            return None
        hides = protection_of(unit, key) is not None
        packs = Packs(unit.transfers.glances([key])[key], seconds_of(unit, key))
        return self._made(unit, pupil, packs, today, hides)

    def touched(self, unit: UnitOfWork, entry: AuditEntry) -> Iterable[str] | None:
        """Return whose row an entry touches."""
        if "pupil" in entry.detail:
            return (entry.detail["pupil"],)
        if entry.object_kind == "pupil":
            return (entry.object_id.partition("/")[0],)
        if entry.object_kind in _IGNORED:
            return ()
        try:
            if entry.object_kind == "transfer":
                pupil_id = unit.transfers.get(entry.object_id).pupil_id
                return () if pupil_id is None else (pupil_id,)
            if entry.object_kind == "document":
                return self._of_document(unit, entry.object_id)
        except (NotFound, Wrapped):
            return None
        return None

    def _of_document(self, unit: UnitOfWork, ref: str) -> tuple[str, ...]:
        """A document's id, or what a decision names a record by: ``<pupil>/<record>``."""
        pupil, slash, _ = ref.partition("/")
        return (pupil,) if slash else (unit.documents.get(ref).pupil_id,)

    def _made(
        self,
        unit: UnitOfWork,
        stored: StoredPupil,
        packs: Packs,
        today: date,
        protected: bool,
    ) -> LeaverRow:
        pupil = load_bytes(Pupil, stored.record)
        records, unreadable = _records(unit, stored.pupil_id)
        pack = None if protected else packs.newest()
        second = None if protected else packs.second_school()
        ready = readiness(pupil, records, _papers(unit, stored.pupil_id), today)
        dates = deadlines(pupil, records, today, sent=_accepted(pack), calendar=self._calendar)
        codes = _attention(pack, second, protected=protected, unreadable=unreadable)
        late = not protected and _is_late(pack, dates) and not _stays_here(unit, stored)
        row = LeaverRow(
            pupil_id=stored.pupil_id,
            name=pupil.names.display,
            sort=(pupil.names.surname.casefold(), pupil.names.display.casefold()),
            nc_year=pupil.nc_year or "",
            provision=provision_of(records),
            readiness=ready,
            deadlines=dates,
            destination=stored.destination.org_id if stored.destination else None,
            attention=(*codes, *([LATE] if late else ())),
            pack=pack,
            updated_at=stored.updated_at,
            second=second,
            leaves=next((one.moves_on for one in records if isinstance(one, TransitionPlan)), None),
            plan=plan_of(records),
            born=pupil.date_of_birth,
        )
        return replace(row, destination=None) if protected else row


def _records(unit: UnitOfWork, pupil_id: str) -> tuple[tuple[Record, ...], bool]:
    """Return the records that can be read, and whether there is one that cannot."""
    found, unreadable = [], False
    for one in unit.records.of_pupil(pupil_id):
        try:
            found.append(load_bytes(RECORDS, one.record))
        except SchemaError:
            unreadable = True
    return tuple(found), unreadable


def _papers(unit: UnitOfWork, pupil_id: str) -> list[StoredDocument]:
    return [one for one in unit.documents.of_pupil(pupil_id) if one.compartment == "general"]


@dataclass(frozen=True, slots=True)
class Packs:
    """What is clear of a pupil's packs, and the second registrations, those that ended too."""

    packs: Sequence[Glance]
    seconds: Sequence[SecondRegistration]

    def newest(self) -> PackState | None:
        """Return the newest pack for the pupil's own destination."""
        elsewhere = {bundle_id for one in self.seconds for bundle_id in one.packs}
        return _newest([one for one in self.packs if one.bundle_id not in elsewhere])

    def second_school(self) -> SecondSchool | None:
        """Return the second school and the newest pack that went there."""
        now = next((one for one in self.seconds if one.current), None)
        if now is None:
            return None
        newest = _newest([one for one in self.packs if one.bundle_id in now.packs])
        return SecondSchool(now.destination.org_id, newest)


def _newest(packs: Sequence[Glance]) -> PackState | None:
    """Return the newest transfer pack; one that was recalled counts only where it is the last."""
    mine = [one for one in packs if one.kind == "transfer"]
    live = [one for one in mine if one.state not in _LEFT_OUT] or mine[-1:]
    if not live:
        return None
    one = live[-1]
    return PackState(
        bundle_id=one.bundle_id,
        state=one.state,
        recipient=one.recipient,
        transport=one.transport,
        at=one.updated_at,
        attention=one.attention,
        is_update=one.supersedes is not None,
    )


def _is_late(pack: PackState | None, dates: Sequence[Deadline]) -> bool:
    """Return whether this school missed a date, and nothing is there or on its way."""
    nothing = pack is None or pack.state in _LEFT_OUT or pack.state in _FAILED
    return nothing and any(one.state == "past" and one.whose == "school" for one in dates)


def _stays_here(unit: UnitOfWork, stored: StoredPupil) -> bool:
    """Return whether no pack has to leave: nothing to send, or held until somebody asks."""
    return stored.destination is None and settled(unit, stored.pupil_id).standing in _STAYS


def _accepted(pack: PackState | None) -> bool:
    return pack is not None and pack.state in (State.ACCEPTED, State.IMPORTED)


def _attention(
    pack: PackState | None, second: SecondSchool | None, *, protected: bool, unreadable: bool
) -> tuple[str, ...]:
    codes = []
    if unreadable:
        codes.append(UNREADABLE)
    if protected:
        codes.append(PROTECTED)
    for one in (pack, second.pack if second else None):
        if one is not None and one.attention:
            codes.append(one.attention)
        if one is not None and one.state in _FAILED:
            codes.append(f"pack-{one.state.value}")
    return tuple(dict.fromkeys(codes))
