"""Requests for advice and referrals: who asks, who answers, what is filed."""

from __future__ import annotations

from collections.abc import Mapping

from exchange.domain.access import Role
from exchange.web.reach.rows import BOTH, GET, POST, PRACTISES, Row, Shows, org_row

ASKS = frozenset({Role.SENCO, Role.LA_CASEWORKER})
FILES = frozenset({Role.SENCO, Role.SEN_ADMINISTRATOR, Role.LA_CASEWORKER})

_ONE, _REPORT = "/advice/<item:advice>", "/advice/reports/<item:report>"
_TASK = "/asked-of-us/<item:task>"

ROWS: Mapping[str, Row] = {
    "agencies.board": org_row("/advice", GET, FILES, Shows.NAMES),
    "agencies.ask": org_row("/pupils/<id:pupil>/advice/new", BOTH, ASKS),
    "agencies.request": org_row(_ONE, GET, FILES),
    "agencies.code": org_row(f"{_ONE}/links/<item:link>/code", POST, ASKS),
    "agencies.end_link": org_row(f"{_ONE}/links/<item:link>/end", POST, ASKS),
    "agencies.again": org_row(f"{_ONE}/link", POST, ASKS),
    "agencies.remind": org_row(f"{_ONE}/remind", POST, FILES),
    "agencies.chase": org_row(f"{_ONE}/reminders", POST, FILES),
    "agencies.cancel": org_row(f"{_ONE}/cancel", BOTH, ASKS),
    "agencies.report": org_row(_REPORT, BOTH, FILES),
    "agencies.report_file": org_row(f"{_REPORT}/files/<item:file>", GET, FILES),
    "agencies.aside": org_row(f"{_REPORT}/set-aside", BOTH, FILES),
    "agencies.came": org_row("/documents/<item:upload>/report", BOTH, FILES),
    "agencies.inbox": org_row("/asked-of-us", GET, PRACTISES, Shows.NAMES),
    "agencies.task": org_row(_TASK, GET, PRACTISES),
    "agencies.task_file": org_row(f"{_TASK}/documents/<id:document>", GET, PRACTISES),
    "agencies.task_files": org_row(f"{_TASK}/files", GET, PRACTISES),
    "agencies.task_upload": org_row(f"{_TASK}/files", POST, PRACTISES),
    "agencies.task_remove": org_row(f"{_TASK}/files/<item:file>/remove", POST, PRACTISES),
    "agencies.task_send": org_row(f"{_TASK}/send", BOTH, PRACTISES),
    "agencies.task_decline": org_row(f"{_TASK}/decline", BOTH, PRACTISES),
}
