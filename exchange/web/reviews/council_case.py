"""At the local authority: the case of the child whom a report is about, and the other way round."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, request, url_for

from exchange.errors import ExchangeError, NotFound
from exchange.ports import UnitOfWork
from exchange.services.cases import Case, case
from exchange.services.reviews.placing import (
    candidates,
    case_of_report,
    link_report,
    part_report,
    reports_of_case,
)
from exchange.services.reviews.received import Received
from exchange.services.reviews.timing import Timed, soonest
from exchange.web.here import actor, inside, org_id
from exchange.web.reviews.board import KINDS
from exchange.web.reviews.fields import today
from exchange.web.reviews.page import OUTCOMES


@dataclass(frozen=True, slots=True)
class Placed:
    """The case of a report, or the cases that may be it."""

    case: Case | None
    candidates: tuple[Case, ...]


def placed(unit: UnitOfWork, report: Received) -> Placed:
    """Return of whose case a report is, or may be."""
    known = case_of_report(unit, report.report_id)
    if known is not None:
        return Placed(case(unit, known), ())
    return Placed(None, tuple(candidates(unit, report)))


@dataclass(frozen=True, slots=True)
class AtCase:
    """One report as the page of a case shows it.

    :param next: the clock that ends first of those not met; None: nothing is left to do.
    """

    report: Received
    kind: str
    outcome: str
    next: Timed | None


def of_case(unit: UnitOfWork, case_id: str) -> list[AtCase]:
    """Return the reports about the child of a case, each with its clock, newest meeting first."""
    return [
        AtCase(
            one,
            KINDS[one.kind],
            OUTCOMES[one.outcome] if one.outcome else "",
            soonest(one.clocks(today())),
        )
        for one in reports_of_case(unit, case_id)
    ]


def place(report: str) -> Any:
    """Say of whose case a report is, or that it is of another child."""
    chosen = request.form.get("case", "")
    try:
        if chosen:
            link_report(inside(), org_id(), report, chosen, actor())
        else:
            part_report(inside(), org_id(), report, actor())
    except NotFound:
        raise
    except ExchangeError as error:
        flash(error.hint or "Look at it again.")
    else:
        flash("The report stands at the case." if chosen else "The report stands at no case.")
    return redirect(url_for("reviews.received", report=report), 303)
