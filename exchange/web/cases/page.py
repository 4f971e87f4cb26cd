"""The page of a case: what to do now, its dates, whom it is about, what came, what was decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import render_template

from exchange.domain.clocks import exception_label
from exchange.domain.clocks import rule as rule_of
from exchange.ports import Arrival, UnitOfWork
from exchange.services.cases import OVER, Case, CaseState, Source
from exchange.services.cases.advice import ASKS, wanted_for
from exchange.services.cases.area import may_open_again
from exchange.services.cases.contents import contents_of
from exchange.services.cases.decisions import may_decide
from exchange.services.cases.held import said_about
from exchange.services.cases.keeping import case as case_in
from exchange.services.cases.mistakes import days_to_take_back
from exchange.services.cases.placing import to_take_in
from exchange.services.cases.reassessing import may_begin
from exchange.services.cases.timing import URGENT, CaseClock
from exchange.services.cases.updates import has_update, unread_of
from exchange.web.cases import shown
from exchange.web.cases.drawing import picture_of
from exchange.web.cases.listed import lines_of
from exchange.web.cases.wording import (
    ACTIONS,
    ADVICE,
    EVENTS,
    KNOWN,
    SOURCES,
    STANDINGS,
    WHAT,
)
from exchange.web.here import actor, inside, org_id
from exchange.web.reviews.council_case import of_case


@dataclass(frozen=True, slots=True)
class Happened:
    """One line of the history."""

    at: datetime
    what: str
    who: str
    more: str = ""


def page(case: str) -> Any:
    """Show a case; that somebody looked is in the book."""
    held = shown.read(case)
    _note_look(held)
    inner = contents_of(inside(), org_id(), held, actor())
    with inside().store.reading(org_id()) as unit:
        asked = shown.advice_of(unit, held)
        facts = {
            "papers": lines_of(unit, held, inner),
            "wanted": wanted_for(unit, held, asked),
            "waiting": to_take_in(unit, held),
            "update": has_update(held, unread_of(unit, held)),
            "told": said_about(unit, held),
            "packs": _packs(unit, held),
            "reviews": of_case(unit, held.case_id),
            "may_open": may_open_again(unit, held),
        }
        clocks = shown.clocks(unit, held)
    return render_template(
        "cases/page.html",
        **shown.head(held),
        **facts,
        **_dates(clocks),
        **_words(held),
        inner=inner,
        asked=asked,
        may_assess=may_decide(held, "assess"),
        may_plan=may_decide(held, "plan"),
        may_ask=held.state in ASKS,
        is_over=held.state in OVER,
        is_held=held.state is CaseState.HELD,
    )


def _dates(clocks: Sequence[CaseClock]) -> dict[str, Any]:
    """Return what the page shows of the dates that run."""
    day = shown.today()
    pressing = [one for one in clocks if one.whose != "family" and one.standing(day) in URGENT]
    return {
        "clocks": clocks,
        "picture": picture_of(clocks, day),
        "today": day,
        "pressing": pressing,
        "standings": STANDINGS,
        "known": KNOWN,
        "rule_label": lambda code: rule_of(code).label,
        "exception_label": exception_label,
    }


def _words(held: Case) -> dict[str, Any]:
    """Return what happened, in the words of the page."""
    days = [(EVENTS[one], held.events[one.value]) for one in EVENTS if one.value in held.events]
    latest = [one for one in held.decisions if one is held.decided(one.what)]
    return {
        "events": days,
        "mistakes": bool(days_to_take_back(held) or held.exceptions),
        "untold": [one for one in latest if one.told is None],
        "correctable": [one for one in latest if one.told is not None],
        "what": WHAT,
        "sources": SOURCES,
        "source_label": lambda code: SOURCES[Source(code)],
        "may_reassess": may_begin(held),
        "advice_words": ADVICE,
    }


def _note_look(held: Case) -> None:
    with inside().store.unit(org_id()) as unit:
        unit.audit.record(actor(), "case.viewed", "case", held.case_id)
        unit.commit()


def _packs(unit: UnitOfWork, held: Case) -> list[tuple[Any, Arrival | None]]:
    return [(one, unit.arrivals.find(one.sender, one.bundle_id)) for one in held.packs]


def clocks(case: str) -> Any:
    """Show all dates of a case, each with its rule in the words of the regulation."""
    held = shown.read(case)
    with inside().store.reading(org_id()) as unit:
        listed = shown.clocks(unit, held)
    return render_template("cases/clocks.html", **shown.head(held), **_dates(listed))


def history(case: str) -> Any:
    """Show who did what to a case, and when."""
    with inside().store.reading(org_id()) as unit:
        held = case_in(unit, case)
        listed = [
            Happened(one.at, ACTIONS.get(one.action, one.action), f"{one.actor}, {one.role}")
            for one in unit.audit.about([case])
        ]
    return render_template("cases/history.html", **shown.head(held), listed=list(reversed(listed)))
