"""The table of the share face against its app, and every route against every kind of visitor."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from exchange.faces.share import create_app
from exchange.faces.share.reach import TABLE, Row
from exchange.faces.share.safety import COOKIE
from exchange.services.links.door import Door
from exchange.services.links.model import Purpose
from exchange.services.links.revoke import revoke
from tests.exchange.faces.share.test_share_face import come_in
from tests.exchange.services.advice.consulting import Consulting
from tests.exchange.services.links.world import SHARE_URL, Waiting, World
from tests.exchange.services.town import PRIMARY, SENCO, Town

_PARAMETER = re.compile(r"<\w+>")


def face(door: Door, assets: Path | None = None) -> Flask:
    return create_app(door, share_url=SHARE_URL, assets=assets, floor_seconds=0.0)


def ask(client: FlaskClient, row: Row) -> int:
    """Return the status of a page; nothing is sent that could be right."""
    path = _PARAMETER.sub("1", row.path)
    return client.open(path, method=row.method, base_url=SHARE_URL).status_code


def walk(client: FlaskClient, purpose: Purpose | None) -> list[str]:
    """Ask for every page; return where the answer is not what the table says."""
    wrong = []
    for endpoint, row in TABLE.items():
        status = ask(client, row)
        if status >= 500 or (row.purpose not in (None, purpose) and status not in (403, 404)):
            wrong.append(f"{row.method} {endpoint}: {status}")
    return wrong


def opened(client: FlaskClient, purpose: Purpose) -> set[str]:
    """Return the pages of a purpose that were shown, of those without a parameter."""
    return {
        endpoint
        for endpoint, row in TABLE.items()
        if row.purpose is purpose and row.method == "GET" and "<" not in row.path
        if ask(client, row) == 200
    }


def plain(purpose: Purpose) -> set[str]:
    own = {name: row for name, row in TABLE.items() if row.purpose is purpose}
    return {name for name, row in own.items() if row.method == "GET" and "<" not in row.path}


@pytest.fixture
def consulting(town: Town) -> Consulting:
    return Consulting(town)


@pytest.fixture
def world(town: Town) -> World:
    return World(town)


def test_every_route_has_its_row_and_every_row_its_route(world: World) -> None:
    routes = {
        rule.endpoint: (rule.rule, frozenset(rule.methods or ()))
        for rule in face(world.door).url_map.iter_rules()
    }
    heads = {"GET": frozenset({"GET", "HEAD"})}
    rows = {
        endpoint: (row.path, heads.get(row.method, frozenset({row.method})))
        for endpoint, row in TABLE.items()
    }
    assert routes == rows


def test_nobody_reaches_a_page_behind_a_link(world: World) -> None:
    client = face(world.door).test_client()
    assert walk(client, None) == []
    client.set_cookie(COOKIE, "made-up.made-up", domain="share.example", secure=True)
    assert walk(client, None) == []


def test_who_picks_up_a_pack_reaches_its_pages_alone(world: World) -> None:
    client, made = face(world.door).test_client(), world.sent()
    come_in(world, client, made)
    assert walk(client, Purpose.PICK_UP) == []
    made_later = {"pack_pdf"}  # this town makes no PDFs
    assert opened(client, Purpose.PICK_UP) == plain(Purpose.PICK_UP) - made_later
    revoke(world.inside, PRIMARY, made.link.link_id, SENCO)
    assert walk(client, None) == [], "an ended link opens nothing"


def test_a_family_reaches_its_pages_alone(world: World) -> None:
    client = face(world.door).test_client()
    invited = world.invite(world.member(world.town.ready(3)))
    come_in(world, client, Waiting(invited.address, invited.link, ""))
    assert walk(client, Purpose.FAMILY) == []
    assert opened(client, Purpose.FAMILY) == plain(Purpose.FAMILY)


def test_an_agency_reaches_its_pages_alone(consulting: Consulting) -> None:
    asked = consulting.asked()
    visit = consulting.come_in(asked.address, consulting.link_of(asked))
    client = face(consulting.door).test_client()
    client.set_cookie(COOKIE, visit.cookie, domain="share.example", secure=True)
    assert walk(client, Purpose.AGENCY) == []
    assert opened(client, Purpose.AGENCY) >= {"agency", "agency_files", "agency_about"}


def test_what_was_built_is_handed_out_and_nothing_beside_it(world: World, tmp_path: Path) -> None:
    built = tmp_path / "built"
    built.mkdir()
    (built / "pages.css").write_text("body {}")
    (tmp_path / "secret").write_text("no")
    client = face(world.door, built).test_client()
    assert client.get("/assets/pages.css", base_url=SHARE_URL).text == "body {}"
    for name in ("other.css", "..%2Fsecret", "../secret"):
        assert client.get(f"/assets/{name}", base_url=SHARE_URL).status_code == 404
