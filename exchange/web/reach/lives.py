"""Lives that do not fit the form: a second school, a place to which nothing is sent, copies."""

from __future__ import annotations

from collections.abc import Mapping

from exchange.web.reach.rows import (
    BOTH,
    CASEWORK,
    DECIDES,
    PREPARES,
    SENDS,
    Row,
    Shows,
    org_row,
)

_ANSWERS = SENDS | DECIDES | CASEWORK
"""Who records a complaint about data protection, and answers it."""

ROWS: Mapping[str, Row] = {
    "lives.second": org_row("/pupils/<id:pupil>/second-school", BOTH, PREPARES),
    "lives.hand": org_row("/requests/<item:ask>/pupils/<id:pupil>", BOTH, SENDS),
    "lives.by_hand": org_row("/pupils/<id:pupil>/by-hand", BOTH, SENDS),
    "lives.given": org_row("/pupils/<id:pupil>/by-hand/<item:copy>", BOTH, SENDS),
    "lives.copies": org_row("/pupils/<id:pupil>/copies", BOTH, SENDS | DECIDES),
    "lives.about": org_row("/pupils/<id:pupil>/complaints", BOTH, SENDS | DECIDES),
    "lives.complaints": org_row("/complaints", BOTH, _ANSWERS, Shows.NAMES),
    "lives.complaint": org_row("/complaints/<item:complaint>", BOTH, _ANSWERS, Shows.NAMES),
    "lives.copy": org_row("/pupils/<id:pupil>/copies/<item:copy>", BOTH, SENDS | DECIDES),
}
