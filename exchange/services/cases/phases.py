"""The change of phase of a child whose plan is held here: by when it names the next school.

The year group that a request told is counted on by the school years since it came; a child who by
age is in the last year of a phase is taken for one, too. Who is not, or stays, is said so by a
person. A date that nobody needed harms less than one that nobody saw.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from exchange.domain.clocks import clock, transfer_year
from exchange.domain.year_group import usual_year
from exchange.ports import UnitOfWork
from exchange.services.cases.model import Case, CaseState, Event
from exchange.services.cases.timing import CaseClock
from exchange.services.reviews.due import SOON
from exchange.services.reviews.model import Outcome
from exchange.services.reviews.placing import reports_of_case
from exchange.services.reviews.received import NAMING, PHASES, Received

HELD = frozenset({CaseState.FINAL, CaseState.REASSESSING})
"""States in which a plan is held."""
BY_YEAR, BY_AGE = "year-group", "age"


def phase_in(unit: UnitOfWork, held: Case, today: date) -> CaseClock | None:
    """Return by when the plan of a case names the next school; None: the child does not move on.

    Reports are read of those alone who do.
    """
    if held.state not in HELD or _moving(held, today) is None:
        return None
    return phase_of_case(held, today, reports_of_case(unit, held.case_id))


def phase_of_case(held: Case, today: date, reports: Iterable[Received] = ()) -> CaseClock | None:
    """Return the same of what is at hand.

    :param reports: of reviews of this plan; one that ends it leaves nothing to name.
    """
    found = _moving(held, today)
    if held.state not in HELD or found is None:
        return None
    code, known = found
    moves, begins = date(transfer_year(today), 9, 1), date(transfer_year(today) - 1, 9, 1)
    told = [one for one in reports if one.meeting >= begins]
    if _in_year(held, Event.NO_MOVE, begins) or any(one.outcome is Outcome.END for one in told):
        return None
    made, issued = clock(code, moves), held.events.get(Event.FINAL_ISSUED.value)
    if issued is not None and issued > made.due:
        return None  # there was no plan to amend by then
    clocks = (one.clock for report in told for one in report.clocks(today))
    days = [one.met for one in clocks if one.rule.code == code and one.met is not None]
    named = _in_year(held, Event.NEXT_NAMED, begins)
    met = min((*days, *((named,) if named else ())), default=None)
    return CaseClock(replace(made, met=met), "ours", known=known)


def listed(held: Case, clocks: Sequence[CaseClock], today: date) -> Sequence[CaseClock]:
    """Return the clocks for which a case stands on the list of what is open.

    Of a case that is over that is the change of phase alone, from six weeks before it is due.
    """
    if not held.is_over:
        return clocks
    naming = (one for one in clocks if one.code in NAMING and one.runs)
    return [one for one in naming if one.clock.due - SOON <= today]


def _in_year(held: Case, event: Event, begins: date) -> date | None:
    on = held.events.get(event.value)
    return on if on is not None and on >= begins else None


def _moving(held: Case, today: date) -> tuple[str, str] | None:
    """Return the clock of whoever is in the last year of a phase, and how that is known."""
    told = _counted_on(held, today)
    if told in PHASES:
        return PHASES[told], BY_YEAR
    aged = usual_year(held.who.date_of_birth, today) if held.who else ""
    return (PHASES[aged], BY_AGE) if aged in PHASES else None


def _counted_on(held: Case, today: date) -> str:
    """Return the year group now, if the child went up each year since the request came."""
    number = 0 if held.nc_year == "R" else _number(held.nc_year)
    if number is None:
        return ""
    return str(number + transfer_year(today) - transfer_year(held.reached))


def _number(year: str) -> int | None:
    return int(year) if year.isascii() and year.isdecimal() and len(year) < 3 else None
