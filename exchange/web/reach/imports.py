"""Pupils from files of other systems."""

from __future__ import annotations

from collections.abc import Mapping

from exchange.web.reach.rows import BOTH, GET, POST, PREPARES, Row, Shows, org_row, state_row

ROWS: Mapping[str, Row] = {
    "imports.begin": org_row("/imports", BOTH, PREPARES, Shows.NAMES),
    "imports.page": org_row("/imports/<item:batch>", GET, PREPARES, Shows.COUNTS),
    "imports.state": state_row("/imports/<item:batch>/state", PREPARES, Shows.COUNTS),
    "imports.remove": org_row("/imports/<item:batch>/remove", POST, PREPARES, Shows.NOTHING),
    "imports.columns": org_row("/imports/<item:batch>/columns", BOTH, PREPARES),
    "imports.choose": org_row("/imports/<item:batch>/pupils", BOTH, PREPARES, Shows.NAMES),
    "imports.pupil": org_row("/imports/<item:batch>/pupils/<at>", BOTH, PREPARES),
    "imports.check": org_row("/imports/<item:batch>/check", BOTH, PREPARES, Shows.NAMES),
}
