"""At the local authority: the case of the child whom a report is about.

Where three signs agree the worker notes the case as it lists the report; else a person says so on
the report's page. Which it is stands in an item of its own: a report belongs to one case at most.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from exchange.domain.feeder import Likeness, Who, likeness
from exchange.errors import Conflict, NotFound
from exchange.ports import Actor, Item, UnitOfWork
from exchange.services.cases.keeping import REVIEW_LINK as LINK
from exchange.services.cases.keeping import case, cases
from exchange.services.cases.model import Case, CaseState
from exchange.services.inside import Inside
from exchange.services.reviews.received import KIND, Received, report_read
from schemas.strict_json import JsonValue

_WORKER = Actor("worker", "machine")
_NEVER = frozenset({CaseState.NOT_OURS, CaseState.HELD})


def link_arrived(unit: UnitOfWork, made: Received, at: datetime) -> None:
    """Note the case of a report that arrived, where it is certain; in the caller's unit of work."""
    if made.who is None:
        return
    same = _like(unit, made.who, frozenset({Likeness.SAME}))
    if not same:
        return
    _link(unit, made.report_id, max(same, key=_weight).case_id, at, _WORKER)


def _weight(one: Case) -> tuple[bool, bool, date, str]:
    """Order cases of one child: that of a plan before others, one that was closed last of all."""
    return (
        one.state in (CaseState.FINAL, CaseState.REASSESSING),
        one.state is not CaseState.CLOSED,
        one.reached,
        one.case_id,
    )


def _like(unit: UnitOfWork, who: Who, wanted: frozenset[Likeness]) -> list[Case]:
    return [
        one
        for one in cases(unit)
        if one.state not in _NEVER and one.who is not None and likeness(one.who, who) in wanted
    ]


def candidates(unit: UnitOfWork, report: Received) -> Sequence[Case]:
    """Return the cases that may be of the child of a report, the likeliest first."""
    if report.who is None:
        return ()
    found = _like(unit, report.who, frozenset({Likeness.SAME, Likeness.PERHAPS}))
    return sorted(found, key=_weight, reverse=True)


def link_report(inside: Inside, org_id: str, report_id: str, case_id: str, actor: Actor) -> None:
    """Say that a report is about the child of a case; again changes nothing.

    :raises NotFound: ``item-unknown``, ``case-unknown``.
    :raises Conflict: ``report-linked``: it belongs to another case.
    """
    with inside.store.unit(org_id) as unit:
        unit.items.get(KIND, report_id)
        case(unit, case_id)
        known = case_of_report(unit, report_id)
        if known == case_id:
            return
        if known is not None:
            raise Conflict("report-linked", "/case", "Take it away from its other case first.")
        _link(unit, report_id, case_id, inside.clock.now(), actor)
        unit.commit()


def _link(unit: UnitOfWork, report_id: str, case_id: str, at: datetime, actor: Actor) -> None:
    clear: dict[str, JsonValue] = {"case": case_id}
    unit.items.add(Item(LINK, report_id, "kept", None, at, at, clear=clear, about=case_id))
    unit.audit.record(
        actor, "review-report.placed", "review-report", report_id, detail={"case": case_id}
    )


def part_report(inside: Inside, org_id: str, report_id: str, actor: Actor) -> None:
    """Say that a report is not about the child of its case; again changes nothing.

    :raises NotFound: ``item-unknown``: there is no such report.
    """
    with inside.store.unit(org_id) as unit:
        unit.items.get(KIND, report_id)
        known = case_of_report(unit, report_id)
        if known is None:
            return
        unlink(unit, report_id)
        detail = {"case": known}
        unit.audit.record(actor, "review-report.parted", "review-report", report_id, detail=detail)
        unit.commit()


def unlink(unit: UnitOfWork, report_id: str) -> None:
    """Forget of which case a report is, in the unit of work of the caller, who commits."""
    unit.items.remove(LINK, report_id)


def case_of_report(unit: UnitOfWork, report_id: str) -> str | None:
    """Return the id of the case that a report belongs to, or None."""
    try:
        return str(unit.items.get(LINK, report_id).clear["case"])
    except NotFound:
        return None


def reports_of_case(unit: UnitOfWork, case_id: str) -> Sequence[Received]:
    """Return the reports about the child of a case, the newest meeting first."""
    found = [
        report_read(unit.items.get(KIND, one.item_id)) for one in unit.items.about(LINK, case_id)
    ]
    return sorted(found, key=lambda one: one.meeting, reverse=True)
