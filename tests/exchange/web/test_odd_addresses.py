"""What somebody writes behind the ``?`` of an address: no fault of ours, and no link's beginning.

A page that carried on whatever came would hand names to ``url_for`` that it obeys.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from exchange.domain.access import Role
from exchange.web.reach import TABLE, Row, Whose
from tests.exchange.web.site import Client, Place, made_site
from tests.exchange.web.tenants import filled

MANY = "99999999999999999999999"
ODD = (
    {"endpoint": "x", "values": "x", "self": "x"},
    {"_external": "1", "_scheme": "javascript", "_anchor": "x", "_method": "PUT"},
    {"page": "-1", "show": "\0", "sort": "<b>", "year": MANY, "number": MANY, "q": "\ud7ff\ufffd"},
    {
        "page": MANY,
        "review": "x",
        "guest": MANY,
        "find": "%",
        "to": "../x",
        "for": "x",
        "next": "//x",
    },
    {"purpose": "none", "basis": "none", "second": "yes", "keep": "x", "over": MANY, "who": "x"},
)
_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
_CLASHES = (
    frozenset({Role.SENCO, Role.HEAD, Role.ORGANISATION_ADMINISTRATOR}),
    frozenset({Role.DSL}),
    frozenset({Role.LA_CASEWORKER}),
    frozenset({Role.PRACTITIONER}),
    frozenset({Role.TEACHER, Role.DESIGNATED_TEACHER}),
    frozenset({Role.NODE_ADMINISTRATOR}),
)
"""Roles that one person may hold at once, by the client that acts in them."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Place, dict[str, str]]]:
    with made_site(tmp_path_factory.mktemp("odd"), "primary", "secondary") as site:
        yield site["primary"], filled(site["primary"])


def _path(row: Row, ids: dict[str, str]) -> str | None:
    """Return the path of a row, or None where nothing of its kind is there."""
    if any(name not in ids for name in _PARAMETER.findall(row.path)):
        return None
    return _PARAMETER.sub(lambda match: ids[match[1]], row.path)


def _client(clients: dict[frozenset[Role], Client], row: Row) -> Client | None:
    if row.whose is Whose.NOBODY or not row.roles:
        return next(iter(clients.values()))
    return next((client for roles, client in clients.items() if roles & row.roles), None)


def test_no_page_falls_over_odd_names_and_values(place: tuple[Place, dict[str, str]]) -> None:
    here, ids = place
    clients = {roles: here.client(*roles) for roles in _CLASHES}
    broken, asked = [], 0
    for endpoint, row in TABLE.items():
        path, client = _path(row, ids), _client(clients, row)
        if "GET" not in row.methods or path is None or client is None:
            continue
        for odd in ODD:
            answer = client.get(f"{path}?{urlencode(odd)}")
            asked += 1
            links = re.findall(
                r'(?:href|action|src)="([^"]*)"', answer.text if _is_page(answer) else ""
            )
            if answer.status_code >= 500 or any(_leads_astray(one) for one in links):
                broken.append(f"{endpoint} {odd}: {answer.status_code}")
    assert not broken, "\n".join(broken)
    assert asked > 400


def _is_page(answer: object) -> bool:
    return getattr(answer, "mimetype", "") == "text/html"


def _leads_astray(link: str) -> bool:
    """Return whether a link leaves our own pages by a scheme that the address brought."""
    return link.startswith(("javascript:", "//x"))
