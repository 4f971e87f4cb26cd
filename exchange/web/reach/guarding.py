"""Safeguarding, the head, the people of an organisation, the node."""

from __future__ import annotations

from collections.abc import Mapping

from exchange.web.reach.rows import (
    AUDITS,
    BOTH,
    DECIDES,
    GET,
    POST,
    PROTECTS,
    SENDS,
    STAFFS,
    Row,
    Shows,
    node_row,
    org_row,
)

_SAFEGUARDING: Mapping[str, Row] = {
    "safeguarding.board": org_row("/safeguarding", BOTH, PROTECTS, Shows.CP),
    "safeguarding.unlock": org_row("/safeguarding/unlock", BOTH, PROTECTS, Shows.NOTHING),
    "safeguarding.lock": org_row("/safeguarding/lock", POST, PROTECTS, Shows.NOTHING),
    "safeguarding.receive": org_row("/safeguarding/arrivals", POST, PROTECTS, Shows.NOTHING),
    "safeguarding.pupil": org_row("/safeguarding/pupils/<id:pupil>", GET, PROTECTS, Shows.CP),
    "safeguarding.upload": org_row(
        "/safeguarding/pupils/<id:pupil>/files", POST, PROTECTS, Shows.CP
    ),
    "safeguarding.file": org_row(
        "/safeguarding/pupils/<id:pupil>/files/<id:document>", GET, PROTECTS, Shows.CP
    ),
    "safeguarding.flag": org_row("/safeguarding/pupils/<id:pupil>/flag", BOTH, PROTECTS, Shows.CP),
    "safeguarding.send": org_row("/safeguarding/pupils/<id:pupil>/send", BOTH, PROTECTS, Shows.CP),
    "safeguarding.recall": org_row(
        "/safeguarding/pupils/<id:pupil>/packs/<id:bundle>/recall", BOTH, PROTECTS, Shows.CP
    ),
    "safeguarding.protect": org_row(
        "/safeguarding/pupils/<id:pupil>/protect", BOTH, PROTECTS | DECIDES, Shows.NAMES
    ),
    "safeguarding.destination": org_row(
        "/safeguarding/pupils/<id:pupil>/destination", BOTH, PROTECTS | DECIDES, Shows.NAMES
    ),
    "safeguarding.send_protected": org_row(
        "/safeguarding/pupils/<id:pupil>/send-protected", BOTH, PROTECTS, Shows.CP
    ),
    "safeguarding.identity": org_row(
        "/safeguarding/pupils/<id:pupil>/new-identity", BOTH, PROTECTS, Shows.GENERAL
    ),
    "safeguarding.identity_text": org_row(
        "/safeguarding/pupils/<id:pupil>/new-identity/<id:document>",
        BOTH,
        PROTECTS,
        Shows.GENERAL,
    ),
    "safeguarding.arrival": org_row("/safeguarding/arrivals/<id:bundle>", BOTH, PROTECTS, Shows.CP),
    "safeguarding.arrival_file": org_row(
        "/safeguarding/arrivals/<id:bundle>/documents/<id:document>", GET, PROTECTS, Shows.CP
    ),
}

_HEAD: Mapping[str, Row] = {
    "head.board": org_row("/approvals", GET, DECIDES | SENDS, Shows.NAMES),
    "head.approve": org_row("/approvals/<item:approval>", BOTH, DECIDES | SENDS, Shows.NAMES),
    "head.emergencies": org_row("/emergencies", BOTH, DECIDES | SENDS, Shows.NAMES),
    "head.emergency": org_row("/emergencies/<id:pupil>", BOTH, DECIDES),
    "head.emergency_seen": org_row("/emergencies/<item:emergency>/seen", POST, SENDS, Shows.NAMES),
    "head.book": org_row("/book", GET, AUDITS, Shows.NOTHING),
}

_STAFF: Mapping[str, Row] = {
    "organisation.people": org_row("/people", GET, STAFFS, Shows.NOTHING),
    "organisation.invite": org_row("/people/invite", BOTH, STAFFS, Shows.NOTHING),
    "organisation.person": org_row("/people/<item:account>", BOTH, STAFFS, Shows.NOTHING),
    "organisation.roles": org_row("/people/<item:account>/roles", BOTH, STAFFS, Shows.NOTHING),
    "organisation.cover": org_row("/people/<item:account>/cover", BOTH, STAFFS, Shows.NOTHING),
    "organisation.second_factor": org_row(
        "/people/<item:account>/second-step", BOTH, STAFFS, Shows.NOTHING
    ),
}

_NODE: Mapping[str, Row] = {
    "node.page": node_row("/node"),
    "node.organisations": node_row("/node/organisations"),
    "node.organisation": node_row("/node/organisations/<id:org>", BOTH),
    "node.people": node_row("/node/people", BOTH),
    "node.person": node_row("/node/people/<item:account>", BOTH),
    "node.keys": node_row("/node/keys"),
    "node.health": node_row("/node/health"),
    "node.book": node_row("/node/book"),
    "node.mail": node_row("/node/mail", BOTH),
    "node.settings": node_row("/node/settings"),
}

ROWS: Mapping[str, Row] = {**_SAFEGUARDING, **_HEAD, **_STAFF, **_NODE}
