"""What the safeguarding lead sees: flags, protected moves, packs for them; files once unlocked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from exchange.domain.protection import Protection
from exchange.domain.transfer import State
from exchange.errors import NotFound
from exchange.ports import Arrival, StoredDocument, StoredPupil, Transfer, UnitOfWork
from exchange.services.boards.kept import Board
from exchange.services.boards.leavers import LeaversSource
from exchange.services.inside import Inside
from exchange.services.protect import protected_pupils, protection_of
from schemas.base import load_bytes
from schemas.envelope import Envelope
from schemas.pupil import Pupil
from schemas.recipient import InboxName
from schemas.safeguarding import SafeguardingFlag

FLAG = "safeguarding-flag"
_PACKS = frozenset({"cp-file", "transfer"})
_CALLED_BACK = frozenset({State.RECALLED, State.DESTROYED})
_FAILED = frozenset({State.REJECTED, State.EXPIRED})


@dataclass(frozen=True, slots=True)
class ChildRow:
    """One child with a flag or a protected move.

    :param flag: whether the flag says yes.
    :param attention: codes of what went wrong with packs for leads; of a protected move only for
        those ``known_to`` whom it is.
    """

    pupil_id: str
    name: str
    sort: tuple[str, str]
    flag: bool
    protected: bool
    attention: tuple[str, ...] = ()
    known_to: tuple[str, ...] = ()

    def attention_for(self, person: str) -> tuple[str, ...]:
        """Return what this account may know of packs that need somebody."""
        return () if self.protected and person not in self.known_to else self.attention


class SafeguardingSource(LeaversSource):
    """Makes the lead's rows; a child of whom there is nothing to say has none."""

    def everything(  # type: ignore[override]
        self, unit: UnitOfWork, today: date
    ) -> Mapping[str, ChildRow]:
        """Return all rows by pupil id."""
        hidden = protected_pupils(unit)
        rows = (
            _row(unit, one, protection_of(unit, one.pupil_id) if one.pupil_id in hidden else None)
            for one in unit.pupils.all()
        )
        return {row.pupil_id: row for row in rows if row is not None}

    def row(self, unit: UnitOfWork, key: str, today: date) -> ChildRow | None:  # type: ignore[override]
        """Return one child's row, or None."""
        try:
            pupil = unit.pupils.get(key)
        except NotFound:
            return None
        return _row(unit, pupil, protection_of(unit, key))


class SafeguardingBoard:
    """The lead's rows of every organisation of this node; one instance a process."""

    def __init__(self, inside: Inside) -> None:
        self._board: Board[ChildRow] = Board(inside, lambda _: SafeguardingSource())

    def is_ready(self, org_id: str, patience: float = 0.7) -> bool:
        """Return whether the rows are at hand; if not, they are being read from now on."""
        return self._board.is_ready(org_id, patience)

    def rows(self, org_id: str) -> list[ChildRow]:
        """Return the rows by surname.

        :raises NotFound: ``organisation-not-hosted``.
        """
        return sorted(self._board.rows(org_id), key=lambda row: row.sort)


def flag_of(unit: UnitOfWork, pupil_id: str) -> SafeguardingFlag | None:
    """Return a pupil's flag, or None where nobody said anything."""
    found = next((one for one in unit.records.of_pupil(pupil_id) if one.slot == FLAG), None)
    return None if found is None else load_bytes(SafeguardingFlag, found.record)


@dataclass(frozen=True, slots=True)
class CpArrival:
    """A pack for the lead, as far as it is known before it is opened.

    :param waits: nobody has opened it: the worker has no key of this area.
    :param attention: a code of what is wrong with it, or None.
    """

    bundle_id: str
    sender: str
    state: State
    arrived_at: datetime
    waits: bool
    attention: str | None = None


def cp_arrivals(unit: UnitOfWork) -> list[CpArrival]:
    """Return the packs that came for the safeguarding lead, newest first."""
    found = unit.arrivals.outlines()
    return [_cp(one) for one in found if is_for_dsl(one) and one.kind != "recall"][::-1]


def is_for_dsl(arrival: Arrival) -> bool:
    """Return whether a pack came for the safeguarding lead; its envelope is clear."""
    return load_bytes(Envelope, arrival.envelope).inbox is InboxName.DSL


def cp_files(unit: UnitOfWork, pupil_id: str) -> Sequence[StoredDocument]:
    """Return a pupil's child-protection files; of a locked area, none."""
    return [one for one in unit.documents.of_pupil(pupil_id) if one.compartment == "cp"]


def cp_packs(unit: UnitOfWork, pupil_id: str) -> list[Transfer]:
    """Return what was sent to safeguarding leads about a pupil, oldest first."""
    sent = unit.transfers.all(pupil_id)
    return [one for one in sent if one.inbox == "dsl" and one.kind in _PACKS]


def packs_of_lead(unit: UnitOfWork, pupil_id: str, person: str) -> list[Transfer]:
    """Return the packs that a lead looks after: of a protected move all, for the two alone."""
    protection = protection_of(unit, pupil_id)
    if protection is None:
        return cp_packs(unit, pupil_id)
    if not protection.is_known_to(person):
        return []
    return [one for one in unit.transfers.all(pupil_id) if one.kind in _PACKS]


def attention_of(packs: Sequence[Transfer]) -> tuple[str, ...]:
    """Return what is wrong with the newest pack of each kind that was not called back."""
    newest = {one.kind: one for one in packs if one.state not in _CALLED_BACK}
    codes: list[str] = []
    for one in newest.values():
        codes += [one.attention] if one.attention else []
        codes += [f"pack-{one.state.value}"] if one.state in _FAILED else []
    return tuple(dict.fromkeys(codes))


def waiting_for_dsl(unit: UnitOfWork) -> Iterator[Arrival]:
    """Yield the packs that the lead has to open."""
    for one in unit.arrivals.outlines():
        if one.state is State.COLLECTED and one.attention is None and is_for_dsl(one):
            yield one


def _cp(one: Arrival) -> CpArrival:
    return CpArrival(
        one.bundle_id,
        one.sender,
        one.state,
        one.arrived_at,
        one.state is State.COLLECTED and one.attention is None,
        one.attention,
    )


def _row(unit: UnitOfWork, stored: StoredPupil, protection: Protection | None) -> ChildRow | None:
    flag = flag_of(unit, stored.pupil_id)
    flagged = flag is not None and flag.flag
    if not flagged and protection is None:
        return None
    names = load_bytes(Pupil, stored.record).names
    sort = (names.surname.casefold(), names.display.casefold())
    return ChildRow(
        stored.pupil_id,
        names.display,
        sort,
        flagged,
        protection is not None,
        attention_of(cp_packs(unit, stored.pupil_id)),
        protection.known_to if protection else (),
    )
