"""Requests for an EHC needs assessment, as a school makes them."""

from __future__ import annotations

from collections.abc import Mapping

from exchange.web.reach.rows import (
    BOTH,
    DECIDES,
    GET,
    POST,
    PREPARES,
    READS,
    SENDS,
    Row,
    Shows,
    org_row,
)

ROWS: Mapping[str, Row] = {
    "requests.board": org_row("/ehc-requests", GET, READS, Shows.NAMES),
    "requests.new": org_row("/pupils/<id:pupil>/ehc-request", BOTH, PREPARES),
    "requests.page": org_row("/ehc-requests/<item:ehc>", GET, READS),
    "requests.section": org_row("/ehc-requests/<item:ehc>/write/<section>", BOTH, PREPARES),
    "requests.part": org_row("/ehc-requests/<item:ehc>/write/<section>/<place>", BOTH, PREPARES),
    "requests.finish": org_row("/ehc-requests/<item:ehc>/finish/<section>", POST, PREPARES),
    "requests.papers": org_row("/ehc-requests/<item:ehc>/papers", BOTH, PREPARES),
    "requests.check": org_row("/ehc-requests/<item:ehc>/check", GET, READS),
    "requests.printed": org_row("/ehc-requests/<item:ehc>/print", GET, READS),
    "requests.pdf": org_row("/ehc-requests/<item:ehc>/request.pdf", GET, READS),
    "requests.ask_head": org_row("/ehc-requests/<item:ehc>/ask-head", BOTH, PREPARES),
    "requests.decide": org_row("/ehc-requests/<item:ehc>/decide", BOTH, DECIDES),
    "requests.send": org_row("/ehc-requests/<item:ehc>/send", BOTH, SENDS),
    "requests.download": org_row("/ehc-requests/<item:ehc>/files", BOTH, SENDS),
    "requests.handed_in": org_row("/ehc-requests/<item:ehc>/handed-in", BOTH, SENDS),
    "requests.reply": org_row("/ehc-requests/<item:ehc>/questions", BOTH, SENDS),
    "requests.answer": org_row("/ehc-requests/<item:ehc>/answer", BOTH, SENDS),
    "requests.withdraw": org_row("/ehc-requests/<item:ehc>/withdraw", BOTH, SENDS),
}
