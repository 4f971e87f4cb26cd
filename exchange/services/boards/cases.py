"""The case list of a local authority: what presses most comes first.

A row keeps the few words that the list shows, and which clock is due next. How that clock stands
depends on the day alone, so that rows are made again when the day in London has changed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from exchange.domain.clocks import Standing, london_day
from exchange.errors import Conflict, NotFound
from exchange.ports import AuditEntry, UnitOfWork
from exchange.services.advice.model import KIND as ADVICE
from exchange.services.advice.model import request_from
from exchange.services.boards.kept import Board
from exchange.services.boards.listing import Listing, Look
from exchange.services.boards.marked import Marked
from exchange.services.cases.keeping import case, case_of_pack, cases
from exchange.services.cases.model import KIND, OVER, Case, CaseState
from exchange.services.cases.phases import listed, phase_in
from exchange.services.cases.timing import (
    URGENT,
    CaseClock,
    Outlook,
    advice_by_case,
    clocks_of,
    outlook_of,
)
from exchange.services.cases.updates import has_update, unread_of, unread_packs
from exchange.services.inside import Inside
from exchange.services.plans.model import consultations_by_case, consultations_of
from exchange.services.reviews.placing import case_of_report
from exchange.services.reviews.received import KIND as REPORT

SORT = "attention"


@dataclass(frozen=True, slots=True)
class CaseRow:
    """What the list shows of a case.

    :param found_by: name and reference, folded for the search.
    :param standing: of the clock that is due next, on the day on which the row was made.
    :param rank: its place by urgency; ``update`` whether something came that nobody has taken in.
    :param untold: a refusal closed it, and the family has yet to be told.
    :param gone: its caseworker is none any more.
    :param names_next: it is over, but its plan has to name the next school soon.
    """

    case_id: str
    reference: str
    name: str
    sort: tuple[str, str]
    found_by: str
    state: CaseState
    source: str
    school: str
    reached: date
    caseworker: str
    caseworker_name: str
    outlook: Outlook
    standing: Standing
    rank: int
    held: str
    withdrawn: bool
    placed: bool
    update: bool
    untold: bool
    gone: bool = False
    names_next: bool = False

    @property
    def is_over(self) -> bool:
        """Return whether nothing is awaited of the authority."""
        return self.state in OVER and not self.untold and not self.names_next

    @property
    def is_new(self) -> bool:
        """Return whether nobody has taken it up yet."""
        return self.state not in OVER and (not self.caseworker or not self.placed)

    @property
    def needs_attention(self) -> bool:
        """Return whether a person must look at it first."""
        if self.state is CaseState.HELD or self.update:
            return True  # also of a case that is over: what came is read by somebody
        return not self.is_over and (
            self.standing in URGENT or self.withdrawn or self.gone or not self.caseworker
        )

    @property
    def order(self) -> tuple[object, ...]:
        """Return what the list is ordered by: late, due, amber, held, new; then by day and name."""
        urgent = self.rank if not self.is_over and self.standing in URGENT else 5
        held = self.state is not CaseState.HELD
        key = (self.is_over, urgent, held, not self.needs_attention)
        return (*key, self.outlook.due, self.sort, self.case_id)


FILTERS: Mapping[str, tuple[str, Callable[[CaseRow], bool]]] = {
    "now": ("Open cases", lambda row: not row.is_over),
    "attention": ("Needs attention", lambda row: row.needs_attention),
    "inbox": ("New and held", lambda row: row.is_new or row.state is CaseState.HELD),
    "held": ("Held", lambda row: row.state is CaseState.HELD),
    "late": ("Late", lambda row: not row.is_over and row.standing is Standing.LATE),
    "due": (
        "Due today or tomorrow",
        lambda row: not row.is_over and row.standing in (Standing.DUE_TODAY, Standing.AMBER),
    ),
    "open": ("To decide whether to assess", lambda row: row.state is CaseState.OPEN),
    "assessing": ("Assessing", lambda row: row.state is CaseState.ASSESSING),
    "deciding-plan": (
        "To decide whether to issue a plan",
        lambda row: row.state is CaseState.DECIDING_PLAN,
    ),
    "drafting": ("Drafting", lambda row: row.state is CaseState.DRAFTING),
    "reassessing": ("Reassessing", lambda row: row.state is CaseState.REASSESSING),
    "final": ("Final plan issued", lambda row: row.state is CaseState.FINAL),
    "closed": ("Closed", lambda row: row.state is CaseState.CLOSED),
    "not-ours": ("Not our child", lambda row: row.state is CaseState.NOT_OURS),
    "all": ("All cases", lambda row: True),
}
"""Name -> what a person reads, and which rows it finds."""


class CaseBoard:
    """The case lists of every authority of this node; one instance a process."""

    def __init__(self, inside: Inside) -> None:
        self._board: Board[CaseRow] = Board(inside, lambda _: _Cases(inside))
        self._listings: dict[str, Listing[CaseRow]] = {}
        self._marked: dict[str, Marked[CaseRow]] = {}

    def is_ready(self, org_id: str) -> bool:
        """Return whether the rows are at hand; if not, they are being read from now on."""
        return self._board.is_ready(org_id)

    def look(self, org_id: str, people: Collection[str] | None = None) -> Look[CaseRow]:
        """Return the cases as they are now, counted and in order.

        :param people: account ids of who works cases now; None: whoever is noted works them.
        :raises NotFound: ``organisation-not-hosted``.
        """
        made = self._listings.get(org_id) or self._listings.setdefault(org_id, _listing())
        rows = self._board.by_key(org_id)
        if people is None:
            return made.follow(rows)
        marked = self._marked.get(org_id) or self._marked.setdefault(
            org_id, Marked(_is_left, lambda row: replace(row, gone=True))
        )
        return made.follow(marked.of(rows, frozenset(people)))


def _is_left(row: CaseRow, people: frozenset[str]) -> bool:
    """Return whether a case that is not over is of a caseworker who is none any more."""
    return bool(row.caseworker) and row.caseworker not in people and not row.is_over


def _listing() -> Listing[CaseRow]:
    return Listing(
        {key: fits for key, (_, fits) in FILTERS.items()},
        {SORT: lambda row: row.order},
        {
            "caseworker": lambda row: None if row.is_over else f"{row.caseworker}\n{_called(row)}",
            "clock": lambda row: None if row.is_over else row.outlook.next_code,
        },
    )


def _called(row: CaseRow) -> str:
    return row.caseworker_name if row.caseworker else ""


class _Cases:
    """Cases by id."""

    def __init__(self, inside: Inside) -> None:
        self._inside = inside

    def everything(self, unit: UnitOfWork, today: date) -> Mapping[str, CaseRow]:
        """Return all rows."""
        asked = advice_by_case(request_from(one) for one in unit.items.all(ADVICE))
        consulted, unread = consultations_by_case(unit), unread_packs(unit)
        return {
            one.case_id: self._row(
                one,
                clocks_of(
                    one,
                    asked.get(one.case_id, ()),
                    consulted.get(one.case_id, ()),
                    phase_in(unit, one, today),
                ),
                unread,
            )
            for one in cases(unit)
        }

    def row(self, unit: UnitOfWork, key: str, today: date) -> CaseRow | None:
        """Return one row."""
        try:
            held = case(unit, key)
        except NotFound:
            return None
        asked = []
        if held.pupil_id is not None:
            found = (request_from(one) for one in unit.items.about(ADVICE, held.pupil_id))
            asked = [one for one in found if one.case_id == key]
        phase = phase_in(unit, held, today)
        clocks = clocks_of(held, asked, consultations_of(unit, key), phase)
        return self._row(held, clocks, unread_of(unit, held))

    def touched(self, unit: UnitOfWork, entry: AuditEntry) -> Iterable[str] | None:
        """Return which case an entry touches."""
        if entry.object_kind == KIND:
            return (entry.object_id,)
        if entry.object_kind == "arrival":
            return _of_pack(unit, entry)
        if entry.object_kind == REPORT:
            named = entry.detail.get("case") or case_of_report(unit, entry.object_id)
            return (named,) if named else ()
        if entry.object_kind in (ADVICE, "advice"):
            try:
                found = request_from(unit.items.get(ADVICE, entry.object_id)).case_id
            except NotFound:
                return ()
            return (found,) if found else ()
        return ()

    def _row(
        self,
        held: Case,
        clocks: Sequence[CaseClock],
        unread: Collection[tuple[str, str]],
    ) -> CaseRow:
        today = london_day(self._inside.clock.now())
        shown = listed(held, clocks, today)
        outlook = outlook_of(shown or clocks)
        surname = held.who.surname if held.who else ""
        return CaseRow(
            case_id=held.case_id,
            reference=held.reference,
            name=held.name,
            sort=(surname.casefold(), held.name.casefold()),
            found_by=f"{held.name} {held.reference}".casefold(),
            state=held.state,
            source=held.source.value,
            school=held.school_name,
            reached=held.reached,
            caseworker=held.caseworker,
            caseworker_name=held.caseworker_name,
            outlook=outlook,
            standing=outlook.standing(today),
            rank=outlook.rank(today),
            held=held.held,
            withdrawn=held.withdrawn is not None,
            placed=held.pupil_id is not None,
            update=has_update(held, unread),
            untold=held.is_untold,
            names_next=held.is_over and bool(shown),
        )


def _of_pack(unit: UnitOfWork, entry: AuditEntry) -> Iterable[str] | None:
    """Return the case of a pack that changed, if it has one."""
    sender = entry.detail.get("sender")
    if sender is None:
        try:
            sender = unit.arrivals.by_bundle(entry.object_id).sender
        except (NotFound, Conflict):
            return ()
    found = case_of_pack(unit, sender, entry.object_id)
    return (found,) if found else ()
