"""What a request for an EHC needs assessment shows, and what it does not: it warns, never refuses.

Three lists over one request: the points of the SEND Code of Practice 2015, 9.14; the advice of
SEND Regulations 2014, reg 6(1) that exists already; and what the authority's own profile likes to
see. The legal test is Children and Families Act 2014, s.36(8), and an incomplete request still
starts the clock: so nothing here stops anybody. The points and the advice are dated data (code
sets ``evidence-point``, ``ehc-advice``), the profiles are data files. Pure: no I/O, no clock.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from exchange.domain.evidence.doubts import doubts
from exchange.domain.evidence.grid import Grid
from exchange.domain.evidence.model import (
    Age,
    Child,
    Coverage,
    Doubt,
    Found,
    ListedPaper,
    Paper,
    Point,
    age_of,
    months_between,
)
from exchange.domain.la_profiles import LaProfile
from schemas.ehc_request import EhcRequest

__all__ = [
    "Age",
    "Child",
    "Coverage",
    "Doubt",
    "Found",
    "ListedPaper",
    "Paper",
    "Point",
    "age_of",
    "coverage",
    "months_between",
]


def coverage(
    request: EhcRequest,
    documents: Sequence[Paper],
    profile: LaProfile,
    today: date,
    *,
    child: Child | None = None,
    records: Collection[str] = (),
) -> Coverage:
    """Say what a request shows.

    :param documents: those that go with it, or would.
    :param records: records that go with it: ``sen-support-plan``, ``attendance`` ...
    :raises schemas.errors.CodeSetError: a document's type is none of any day.
    """
    grid = Grid(request, documents, today, child or Child(), frozenset(records))
    points, advice = tuple(grid.points()), tuple(grid.advice())
    wants = tuple(grid.wants(profile))
    return Coverage(
        points,
        advice,
        wants,
        tuple(doubts(points, wants, request, profile, {one.type for one in documents})),
    )
