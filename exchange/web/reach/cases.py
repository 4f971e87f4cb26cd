"""The local authority's cases: for its caseworkers, and for nobody else of it."""

from __future__ import annotations

from collections.abc import Mapping

from exchange.web.reach.rows import BOTH, CASEWORK, GET, POST, Row, Shows, org_row

_ONE = "/cases/<item:case>"
_PACK = f"{_ONE}/packs/<id:bundle>/documents/<id:document>"
_PAPER = f"{_ONE}/documents/<id:document>"

ROWS: Mapping[str, Row] = {
    "cases.board": org_row("/cases", BOTH, CASEWORK, Shows.NAMES),
    "cases.new": org_row("/cases/new", BOTH, CASEWORK, Shows.NAMES),
    "cases.page": org_row(_ONE, GET, CASEWORK),
    "cases.clocks": org_row(f"{_ONE}/dates", GET, CASEWORK, Shows.NAMES),
    "cases.child": org_row(f"{_ONE}/child", BOTH, CASEWORK, Shows.NAMES),
    "cases.describe": org_row(f"{_ONE}/child/details", BOTH, CASEWORK, Shows.NAMES),
    "cases.held": org_row(f"{_ONE}/held", BOTH, CASEWORK, Shows.NAMES),
    "cases.check_again": org_row(f"{_ONE}/held/check", POST, CASEWORK, Shows.NAMES),
    "cases.not_ours": org_row(f"{_ONE}/not-ours", BOTH, CASEWORK, Shows.NAMES),
    "cases.join": org_row(f"{_ONE}/join", BOTH, CASEWORK, Shows.NAMES),
    "cases.decide": org_row(f"{_ONE}/decide/<what>", BOTH, CASEWORK),
    "cases.told": org_row(f"{_ONE}/decide/<what>/told", BOTH, CASEWORK, Shows.NAMES),
    "cases.day": org_row(f"{_ONE}/days", BOTH, CASEWORK, Shows.NAMES),
    "cases.exception": org_row(f"{_ONE}/exceptions", BOTH, CASEWORK, Shows.NAMES),
    "cases.take_back": org_row(f"{_ONE}/mistakes", BOTH, CASEWORK, Shows.NAMES),
    "cases.reassess": org_row(f"{_ONE}/reassessment", BOTH, CASEWORK, Shows.NAMES),
    "cases.stop_reassessing": org_row(f"{_ONE}/reassessment/stop", BOTH, CASEWORK, Shows.NAMES),
    "cases.note": org_row(f"{_ONE}/notes", BOTH, CASEWORK),
    "cases.assign": org_row(f"{_ONE}/caseworker", BOTH, CASEWORK, Shows.NAMES),
    "cases.advice": org_row(f"{_ONE}/advice", GET, CASEWORK),
    "cases.word": org_row(f"{_ONE}/advice/<kind>", BOTH, CASEWORK),
    "cases.ask": org_row(f"{_ONE}/advice/<kind>/ask", BOTH, CASEWORK),
    "cases.document": org_row(_PACK, GET, CASEWORK),
    "cases.file": org_row(f"{_PACK}/file", GET, CASEWORK),
    "cases.paper": org_row(_PAPER, GET, CASEWORK),
    "cases.paper_file": org_row(f"{_PAPER}/file", GET, CASEWORK),
    "cases.history": org_row(f"{_ONE}/history", GET, CASEWORK, Shows.NAMES),
}
