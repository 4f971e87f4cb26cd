"""Panel packs, and those who read them."""

from __future__ import annotations

from collections.abc import Mapping

from exchange.web.reach.rows import BOTH, CASEWORK, GET, PANEL, POST, Row, Shows, org_row, state_row

ROWS: Mapping[str, Row] = {
    "panel.board": org_row("/panel", GET, PANEL, Shows.NOTHING),
    "panel.new": org_row("/panel/new", BOTH, CASEWORK, Shows.NOTHING),
    "panel.meeting": org_row("/panel/<item:meeting>", GET, PANEL, Shows.NAMES),
    "panel.members": org_row("/panel/<item:meeting>/members", BOTH, CASEWORK, Shows.NOTHING),
    "panel.circulate": org_row("/panel/<item:meeting>/circulate", BOTH, CASEWORK, Shows.NOTHING),
    "panel.decide": org_row("/panel/<item:meeting>/cases/<item:case>", BOTH, CASEWORK),
    "panel.sheet": org_row("/panel/<item:meeting>/decisions.pdf", GET, CASEWORK),
    "panel.pack": org_row("/cases/<item:case>/panel", BOTH, CASEWORK),
    "panel.pack_state": state_row("/cases/<item:case>/panel/state", CASEWORK, Shows.NOTHING),
    "panel.agenda": org_row("/cases/<item:case>/panel/meeting", POST, CASEWORK, Shows.NAMES),
    "panel.read": org_row("/panel/packs/<item:pack>", GET, PANEL),
    "panel.file": org_row("/panel/packs/<item:pack>/file", GET, PANEL),
}
