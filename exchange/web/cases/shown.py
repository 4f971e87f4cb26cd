"""What every page of a case asks for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask import redirect, url_for
from wtforms.fields.choices import SelectChoice

from exchange.domain.clocks import london_day
from exchange.ports import UnitOfWork
from exchange.services.advice import AdviceRequest, advice_about
from exchange.services.cases import Case, case
from exchange.services.cases.phases import phase_in
from exchange.services.cases.timing import CaseClock, clocks_of
from exchange.services.people.manage import Person, people_of
from exchange.services.plans.model import consultations_of
from exchange.web.cases.wording import STATES
from exchange.web.here import inside, org_id
from exchange.web.reach.rows import CASEWORK


def today() -> date:
    """Return today's date in London."""
    return london_day(inside().clock.now())


def read(case_id: str) -> Case:
    """Return a case of the organisation in whose name one acts.

    :raises NotFound: ``case-unknown``.
    """
    with inside().store.reading(org_id()) as unit:
        return case(unit, case_id)


def advice_of(unit: UnitOfWork, held: Case) -> list[AdviceRequest]:
    """Return the requests for advice of a case, newest first."""
    if held.pupil_id is None:
        return []
    return list(advice_about(unit, held.pupil_id, held.case_id))


def clocks(unit: UnitOfWork, held: Case) -> tuple[CaseClock, ...]:
    """Return the clocks of a case, by their day."""
    phase = phase_in(unit, held, today())
    return clocks_of(held, advice_of(unit, held), consultations_of(unit, held.case_id), phase)


def head(held: Case) -> dict[str, Any]:
    """Return what the head of each page of a case shows."""
    return {"case": held, "state": STATES[held.state]}


def back_to(held: Case | str) -> Any:
    """Go to the page of a case."""
    case_id = held if isinstance(held, str) else held.case_id
    return redirect(url_for("cases.page", case=case_id), 303)


def choices(pairs: Iterable[tuple[str, str]]) -> list[SelectChoice]:
    """Return pairs of value and label as a drop-down wants them."""
    return [SelectChoice(value=value, label=label) for value, label in pairs]


def caseworkers() -> list[Person]:
    """Return whom a case can be given to, by name: who was suspended works none."""
    found = [one for one in people_of(inside(), org_id()) if one.state != "suspended"]
    return [one for one in found if CASEWORK & {*one.roles, *(post.role for post in one.covers)}]
