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
from exchange.ports import AuditEntry, StoredDocument, StoredPupil, UnitOfWork
from exchange.services.boards.held_plan import HeldPlan, plan_of
from exchange.services.boards.leaver_packs import (
    LEFT_OUT,
    Packs,
    PackState,
    SecondSchool,
    given_there,
)
from exchange.services.calendars import calendar_of
from exchange.services.given_by_hand import given_by_pupil, given_to
from exchange.services.inside import Inside
from exchange.services.protect import protected_pupils, protection_of
from exchange.services.second_registration import second_registrations, seconds_of
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

_STAYS = frozenset({Standing.HELD, Standing.NOTHING_TO_SEND})
_FAILED = frozenset({State.REJECTED, State.EXPIRED})


@dataclass(frozen=True, slots=True)
class LeaverRow:
    """One pupil.

    :param name: known-as name and surname; ``sort`` orders by surname, then forename.
    :param destination: organisation id, or None: not chosen yet, or hidden.
    :param attention: codes of what a person must look at.
    :param pack: the newest pack that counts, or None; ``second`` likewise, of the second school.
    :param leaves: first day at the next school, where somebody entered it.
    :param plan: of the EHC plan, or None: there is none.
    :param by_hand: day on which a copy was given at the pupil's present place, where nothing can
        be sent to it.
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
    by_hand: date | None = None

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
        given = given_by_pupil(unit)
        return {
            one.pupil_id: self._made(
                unit,
                one,
                Packs(
                    packs[one.pupil_id],
                    seconds.get(one.pupil_id, ()),
                    given.get(one.pupil_id, ()),
                ),
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
        packs = Packs(
            unit.transfers.glances([key])[key], seconds_of(unit, key), given_to(unit, key)
        )
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
        by_hand = None if protected else given_there(unit, stored, packs.given)
        late = (
            not (protected or by_hand) and _is_late(pack, dates) and not _stays_here(unit, stored)
        )
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
            by_hand=by_hand,
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


def _is_late(pack: PackState | None, dates: Sequence[Deadline]) -> bool:
    """Return whether this school missed a date, and nothing is there or on its way."""
    nothing = pack is None or pack.state in LEFT_OUT or pack.state in _FAILED
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
