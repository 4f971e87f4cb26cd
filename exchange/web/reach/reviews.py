"""Annual reviews, the dates of phase transfer, and the days that clocks count."""

from __future__ import annotations

from collections.abc import Mapping

from exchange.web.reach.rows import (
    BOTH,
    CASEWORK,
    COUNTS,
    GET,
    POST,
    PREPARES,
    READS,
    SENDS,
    Row,
    Shows,
    org_row,
)

_ONE = "/reviews/<item:review>"
_THEIRS = "/review-reports"

_SCHOOL: Mapping[str, Row] = {
    "reviews.board": org_row("/reviews", GET, READS, Shows.NAMES),
    "reviews.new": org_row("/pupils/<id:pupil>/review", BOTH, PREPARES, Shows.NAMES),
    "reviews.page": org_row(_ONE, GET, READS),
    "reviews.meeting": org_row(f"{_ONE}/meeting", BOTH, PREPARES, Shows.NAMES),
    "reviews.guests": org_row(f"{_ONE}/people", BOTH, PREPARES, Shows.NAMES),
    "reviews.guest": org_row(f"{_ONE}/people/<int:number>", BOTH, PREPARES, Shows.NAMES),
    "reviews.family": org_row(f"{_ONE}/people/<int:number>/family", POST, PREPARES, Shows.NAMES),
    "reviews.share": org_row(f"{_ONE}/people/<int:number>/papers", POST, SENDS, Shows.NAMES),
    "reviews.papers": org_row(f"{_ONE}/papers", BOTH, PREPARES, Shows.NAMES),
    "reviews.held": org_row(f"{_ONE}/held", BOTH, PREPARES, Shows.NAMES),
    "reviews.cancel": org_row(f"{_ONE}/cancel", BOTH, PREPARES, Shows.NAMES),
    "reviews.report": org_row(f"{_ONE}/report", BOTH, PREPARES),
    "reviews.report_pdf": org_row(f"{_ONE}/report.pdf", GET, READS),
    "reviews.send": org_row(f"{_ONE}/send", BOTH, SENDS),
    "reviews.anew": org_row(f"{_ONE}/send/anew", POST, SENDS, Shows.NAMES),
    "reviews.told": org_row(f"{_ONE}/told", BOTH, PREPARES, Shows.NAMES),
    "reviews.outcome": org_row(f"{_ONE}/decision", BOTH, PREPARES, Shows.NAMES),
    "reviews.calendar": org_row("/term-dates", BOTH, READS, Shows.NOTHING),
    "reviews.transition": org_row("/counts/on-time", GET, COUNTS, Shows.COUNTS),
    "reviews.rules": org_row("/dates-of-the-law", GET, READS | CASEWORK, Shows.NOTHING),
}

_COUNCIL: Mapping[str, Row] = {
    "reviews.reports": org_row(_THEIRS, GET, CASEWORK, Shows.NAMES),
    "reviews.received": org_row(f"{_THEIRS}/<item:report>", BOTH, CASEWORK),
    "reviews.place": org_row(f"{_THEIRS}/<item:report>/case", POST, CASEWORK),
    "reviews.file": org_row(f"{_THEIRS}/<item:report>/documents/<id:document>", GET, CASEWORK),
    "reviews.moves": org_row("/plan-moves", GET, CASEWORK, Shows.NAMES),
    "reviews.move_new": org_row("/plan-moves/new", BOTH, CASEWORK, Shows.NAMES),
    "reviews.move": org_row("/plan-moves/<item:move>", BOTH, CASEWORK, Shows.NAMES),
}

ROWS: Mapping[str, Row] = {**_SCHOOL, **_COUNCIL}
