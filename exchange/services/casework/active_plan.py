"""The row of a plan in force in the SEN2 return: its reviews, and its change of phase."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from exchange.domain.clocks import due, transfer_year
from exchange.services.casework.sen2_columns import Row
from exchange.services.reviews.model import Outcome
from exchange.services.reviews.received import Received
from schemas.annual_review import ReviewKind
from schemas.ehc import EhcPlan

_OUTCOME: Mapping[Outcome, str] = {Outcome.AMEND: "A", Outcome.END: "C", Outcome.KEEP: "M"}
"""As public readers of the return name them: amend, cease, maintain."""
_POST_16 = "11"
"""Year group before a move from secondary school; phases that end in other years go by the rule of
schools."""
_COLLEGE = frozenset({"12", "13", "14"})
"""Years from which the day depends on the move itself (reg 18(2))."""


def active_plan(case_id: str, plan: EhcPlan | None, reviews: Sequence[Received]) -> Row:
    """Return the row of a plan in force.

    :param reviews: the reports that came, the newest meeting first.
    """
    newest = reviews[0] if reviews else None
    held = [plan.last_review if plan else None, newest.meeting if newest else None]
    transfer = _change_of_phase(reviews)
    return {
        "activeplanstableid": f"{case_id}-active",
        "requeststableid": case_id,
        "reviewmeeting": _day(newest.meeting if newest else None),
        "reviewoutcome": _OUTCOME[newest.outcome] if newest and newest.outcome else "",
        "phasetransferduedate": _day(_due(transfer)) if transfer else "",
        "phasetransferfinaldate": _day(transfer.final) if transfer else "",
        "lastreview": _day(max((one for one in held if one is not None), default=None)),
    }


def _change_of_phase(reviews: Sequence[Received]) -> Received | None:
    """Return the newest review before a change of phase in the school year of the newest of all."""
    found = (one for one in reviews if one.kind is ReviewKind.PHASE_TRANSFER)
    newest = next(found, None)
    if newest is None or transfer_year(newest.meeting) != transfer_year(reviews[0].meeting):
        return None
    return newest


def _due(review: Received) -> date | None:
    """Return the day that the law names: before it the plan names the next school or college.

    It is the day as the regulation writes it (2014, reg 18(1)); the clock ends on the day before.
    """
    if review.nc_year in _COLLEGE:
        return None
    code = "post-16-transfer" if review.nc_year == _POST_16 else "phase-transfer"
    year = transfer_year(review.meeting)
    return due(code, date(year, 1, 1)) + timedelta(days=1)


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()
