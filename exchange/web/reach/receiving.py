"""The receiving school: arrivals, admissions, class sheets."""

from __future__ import annotations

from collections.abc import Mapping

from exchange.web.reach.rows import (
    BOTH,
    CARES,
    COUNTS,
    GET,
    POST,
    PREPARES,
    READS,
    SENDS,
    TEACHES,
    Row,
    Shows,
    org_row,
)

_ARRIVALS: Mapping[str, Row] = {
    "arrivals.board": org_row("/arrivals", BOTH, READS, Shows.NAMES),
    "arrivals.pack": org_row("/arrivals/<id:bundle>", GET, READS),
    "arrivals.print": org_row("/arrivals/<id:bundle>/print", GET, READS),
    "arrivals.pdf": org_row("/arrivals/<id:bundle>/summary.pdf", GET, READS),
    "arrivals.document": org_row("/arrivals/<id:bundle>/documents/<id:document>", GET, READS),
    "arrivals.file": org_row("/arrivals/<id:bundle>/documents/<id:document>/file", GET, READS),
    "arrivals.accept": org_row("/arrivals/<id:bundle>/accept", BOTH, SENDS),
    "arrivals.exceptions": org_row("/arrivals/<id:bundle>/exceptions", BOTH, SENDS),
    "arrivals.reject": org_row("/arrivals/<id:bundle>/reject", BOTH, SENDS),
    "arrivals.let_go": org_row("/arrivals/<id:bundle>/delete", BOTH, SENDS),
    "arrivals.ask": org_row("/arrivals/<id:bundle>/questions", BOTH, SENDS),
    "arrivals.export_ctf": org_row("/arrivals/export.xml", POST, READS),
    "arrivals.export_csv": org_row("/arrivals/export.csv", POST, READS),
    "arrivals.export_xlsx": org_row("/arrivals/export.xlsx", POST, READS),
    "arrivals.expected": org_row("/admissions", BOTH, PREPARES, Shows.NAMES),
    "arrivals.expected_check": org_row("/admissions/<item:batch>", BOTH, PREPARES, Shows.NAMES),
    "arrivals.match": org_row("/admissions/children/<item:child>", BOTH, PREPARES, Shows.NAMES),
    "arrivals.requests": org_row("/requests", GET, READS, Shows.NAMES),
    "arrivals.request_new": org_row("/requests/new", BOTH, SENDS, Shows.NAMES),
    "arrivals.request": org_row("/requests/<item:ask>", BOTH, READS, Shows.NAMES),
    "arrivals.class_sheet": org_row("/class-sheet", GET, TEACHES, Shows.STAFF),
    "arrivals.class_sheet_pdf": org_row("/class-sheet.pdf", GET, TEACHES, Shows.STAFF),
    "arrivals.looked_after_file": org_row(
        "/looked-after/<id:pupil>/documents/<id:document>", GET, CARES
    ),
    "arrivals.groups": org_row("/class-sheet/groups", BOTH, PREPARES, Shows.NAMES),
    "arrivals.group": org_row("/class-sheet/groups/<item:group>", BOTH, PREPARES, Shows.NAMES),
    "arrivals.counts": org_row("/counts", GET, COUNTS, Shows.COUNTS),
}

ROWS: Mapping[str, Row] = {**_ARRIVALS}
