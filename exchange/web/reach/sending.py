"""The sending school: leavers, pupils, transfers, the tray."""

from __future__ import annotations

from collections.abc import Mapping

from exchange.web.reach.rows import (
    BOTH,
    GET,
    POST,
    PREPARES,
    PROTECTS,
    READS,
    SENDS,
    TAKES_IN,
    Row,
    Shows,
    org_row,
    state_row,
)

_LEAVERS: Mapping[str, Row] = {
    "leavers.board": org_row("/leavers", BOTH, READS, Shows.NAMES),
    "leavers.send": org_row("/leavers/send", BOTH, SENDS, Shows.NAMES),
    "leavers.sending": org_row("/leavers/send/<item:batch>", GET, SENDS, Shows.NAMES),
    "leavers.sending_state": state_row("/leavers/send/<item:batch>/state", SENDS, Shows.NAMES),
    "pupils.new": org_row("/pupils/new", BOTH, PREPARES),
    "pupils.page": org_row("/pupils/<id:pupil>", GET, READS),
    "pupils.edit": org_row("/pupils/<id:pupil>/details", BOTH, PREPARES),
    "pupils.record": org_row("/pupils/<id:pupil>/records/<slot>", BOTH, PREPARES),
    "pupils.profile": org_row("/pupils/<id:pupil>/profile", BOTH, PREPARES),
    "pupils.profile_print": org_row("/pupils/<id:pupil>/profile/print", GET, READS),
    "pupils.profile_pdf": org_row("/pupils/<id:pupil>/profile.pdf", GET, READS),
    "pupils.plan_print": org_row("/pupils/<id:pupil>/support-plan/print", GET, READS),
    "pupils.plan_pdf": org_row("/pupils/<id:pupil>/support-plan.pdf", GET, READS),
    "pupils.part": org_row("/pupils/<id:pupil>/records/<slot>/<part>/<place>", BOTH, PREPARES),
    "pupils.history": org_row("/pupils/<id:pupil>/history", GET, READS),
    "pupils.document": org_row("/pupils/<id:pupil>/documents/<id:document>", BOTH, PREPARES),
    "pupils.document_file": org_row("/pupils/<id:pupil>/documents/<id:document>/file", GET, READS),
    "pupils.document_move": org_row(
        "/pupils/<id:pupil>/documents/<id:document>/move", BOTH, PREPARES
    ),
    "pupils.mark": org_row("/pupils/<id:pupil>/documents/<id:document>/marks", BOTH, PREPARES),
    "pupils.decide": org_row(
        "/pupils/<id:pupil>/decisions/<path:ref>", BOTH, READS | PROTECTS, Shows.NAMES
    ),
    "pupils.ask_head": org_row("/pupils/<id:pupil>/ask-head", BOTH, PREPARES, Shows.NAMES),
    "pupils.wishes": org_row("/pupils/<id:pupil>/wishes", BOTH, PREPARES),
    "pupils.destination": org_row("/pupils/<id:pupil>/destination", BOTH, PREPARES),
    "pupils.destination_confirm": org_row("/pupils/<id:pupil>/destination/confirm", BOTH, PREPARES),
    "pupils.preview": org_row("/pupils/<id:pupil>/preview", GET, READS),
    "pupils.send": org_row("/pupils/<id:pupil>/send", BOTH, SENDS),
    "transfers.page": org_row("/transfers/<id:bundle>", GET, READS),
    "transfers.state": state_row("/transfers/<id:bundle>/state", READS, Shows.NAMES),
    "transfers.explain": org_row("/transfers/<id:bundle>/why", GET, READS),
    "transfers.recall": org_row("/transfers/<id:bundle>/recall", BOTH, SENDS),
    "transfers.answer": org_row("/transfers/<id:bundle>/questions", BOTH, READS),
}

_TRAY: Mapping[str, Row] = {
    "tray.page": org_row("/tray", GET, TAKES_IN),
    "tray.upload": org_row("/tray/files", POST, TAKES_IN),
    "tray.put": org_row("/tray/files", ("PUT",), TAKES_IN),
    "tray.file": org_row("/tray/files/<item:upload>", BOTH, TAKES_IN),
    "tray.content": org_row("/tray/files/<item:upload>/content", GET, TAKES_IN),
    "tray.clean": org_row("/tray/files/<item:upload>/clean", POST, TAKES_IN),
    "tray.remove": org_row("/tray/files/<item:upload>/remove", POST, TAKES_IN),
    "tray.state": state_row("/tray/state", TAKES_IN, Shows.NAMES),
    "tray.folder": org_row("/tray/folder", BOTH, PREPARES),
    "tray.plan": org_row("/tray/folder/plan", POST, PREPARES, Shows.NAMES),
    "tray.batch": org_row("/tray/folder/<item:batch>", BOTH, PREPARES),
    "tray.batch_done": org_row("/tray/folder/<item:batch>/done", POST, PREPARES),
    "tray.batch_child": org_row("/tray/folder/<item:batch>/pupils/<id:pupil>", BOTH, PREPARES),
    "tray.twins": org_row("/pupils/<id:pupil>/twins", BOTH, TAKES_IN),
}

ROWS: Mapping[str, Row] = {**_LEAVERS, **_TRAY}
