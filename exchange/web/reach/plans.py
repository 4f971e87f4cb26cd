"""EHC plans, from the local authority to a school and back."""

from __future__ import annotations

from collections.abc import Mapping

from exchange.web.reach.rows import (
    BOTH,
    CASEWORK,
    DECIDES,
    GET,
    READS,
    SENDS,
    Row,
    Shows,
    org_row,
)

_AT = "/cases/<item:case>/plan"

ROWS: Mapping[str, Row] = {
    "plans.page": org_row(_AT, GET, CASEWORK),
    "plans.pdf": org_row(f"{_AT}.pdf", GET, CASEWORK),
    "plans.section": org_row(f"{_AT}/sections/<letter>", BOTH, CASEWORK),
    "plans.standing": org_row(f"{_AT}/standing", BOTH, CASEWORK),
    "plans.schools": org_row(f"{_AT}/schools", GET, CASEWORK, Shows.NAMES),
    "plans.send": org_row(f"{_AT}/schools/<id:school>", BOTH, CASEWORK),
    "plans.by_hand": org_row(f"{_AT}/consultations/new", BOTH, CASEWORK, Shows.NAMES),
    "plans.consultation": org_row(
        f"{_AT}/consultations/<item:consultation>", BOTH, CASEWORK, Shows.NAMES
    ),
    "casework.folder": org_row("/cases/<item:case>/folder", BOTH, CASEWORK),
    "casework.sen2": org_row("/cases/sen2", BOTH, CASEWORK),
    "plans.asked": org_row("/consultations", GET, READS, Shows.NAMES),
    "plans.answer": org_row("/consultations/<id:bundle>", BOTH, SENDS | DECIDES),
}
