"""A session ends when nobody is there, also with a page open whose script goes on asking."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

import exchange.web
from exchange.audit import NODE
from exchange.domain.access import Role
from exchange.services.people.session import KIND
from exchange.web.reach import TABLE
from tests.exchange.web.site import Client, Place, Site
from tests.exchange.web.test_reach import path_of

QUIET = frozenset(endpoint for endpoint, row in TABLE.items() if row.quiet)
UNTIL_READ = frozenset({"leavers.board", "reviews.board"})
"""Boards that a script asks for some seconds after a start of the service, until they are read."""


def older(place: Place, client: Client, minutes: int) -> None:
    """Let time pass over a session."""
    assert client.account is not None
    with place.node.inside.store.unit(NODE) as unit:
        [own] = list(unit.items.about(KIND, client.account.account_id))
        past = own.updated_at - timedelta(minutes=minutes)
        unit.items.update(replace(own, updated_at=past), quiet=True)
        unit.commit()


@pytest.mark.parametrize("endpoint", sorted(QUIET))
def test_what_scripts_ask_keeps_no_session_open(site: Site, endpoint: str) -> None:
    place, row = site["primary"], TABLE[endpoint]
    client = place.client(min(row.roles))
    for _ in range(2):
        assert "/sign-in" not in client.get(path_of(row)).headers.get("Location", "")
        older(place, client, 16)
    assert "/sign-in" in client.get(path_of(row)).headers["Location"]
    assert "/sign-in" in client.get("/account").headers["Location"]


def test_what_a_person_asks_for_keeps_it_open(site: Site) -> None:
    place, client = site["primary"], site["primary"].client(Role.SENCO)
    for _ in range(4):
        assert client.get("/leavers").status_code == 200
        older(place, client, 16)


def test_every_address_that_scripts_ask_for_progress_is_quiet() -> None:
    found: set[str] = set()
    for one in (Path(exchange.web.__file__).parent / "templates").rglob("*.html"):
        for call in re.findall(r"kit\.progress\(.*?\)\s*\}\}", one.read_text("utf-8"), re.DOTALL):
            asked = re.search(r"(?:source=|checked\", |safe\", ).*?url_for\(\"([\w.]+)\"", call)
            found |= {asked[1]} if asked else set()
    assert found == QUIET | UNTIL_READ
