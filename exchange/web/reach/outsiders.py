"""The staff's side of links for people without an account."""

from __future__ import annotations

from collections.abc import Mapping

from exchange.web.reach.rows import BOTH, GET, POST, PREPARES, READS, SENDS, Row, org_row

_OUTSIDERS: Mapping[str, Row] = {
    "outsiders.pick_up": org_row("/pupils/<id:pupil>/pick-up", BOTH, SENDS),
    "outsiders.family": org_row("/pupils/<id:pupil>/family", GET, PREPARES),
    "outsiders.member_new": org_row("/pupils/<id:pupil>/family/new", BOTH, PREPARES),
    "outsiders.member": org_row("/pupils/<id:pupil>/family/<item:member>", BOTH, SENDS),
    "outsiders.papers": org_row("/pupils/<id:pupil>/family/<item:member>/papers", BOTH, SENDS),
    "outsiders.change": org_row("/pupils/<id:pupil>/family/<item:member>/change", BOTH, PREPARES),
    "outsiders.exclude": org_row("/pupils/<id:pupil>/family/<item:member>/end", BOTH, PREPARES),
    "outsiders.correct": org_row(
        "/pupils/<id:pupil>/family/<item:member>/corrections/<item:correction>", BOTH, PREPARES
    ),
    "outsiders.conversation": org_row("/pupils/<id:pupil>/family/conversation", BOTH, PREPARES),
    "outsiders.link": org_row("/links/<item:link>", GET, READS),
    "outsiders.code": org_row("/links/<item:link>/code", POST, SENDS),
    "outsiders.revoke": org_row("/links/<item:link>/revoke", POST, PREPARES),
    "outsiders.guest": org_row("/pupils/<id:pupil>/guest-copy", BOTH, SENDS),
    "outsiders.of_pack": org_row("/transfers/<id:bundle>/link", GET, READS),
    "outsiders.guest_file": org_row("/guest-copies/<item:copy>/file", GET, SENDS),
}

ROWS: Mapping[str, Row] = {**_OUTSIDERS}
