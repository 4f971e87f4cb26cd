"""The share face as a process of its own, over real HTTP: gunicorn, SQLite, no key file."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from exchange.domain.access import Role
from exchange.ports import Actor
from exchange.ports.schools import ReadSchool, RegisterSource
from exchange.services.approve import approvals, decide
from exchange.services.keep_pupil import add_pupil
from exchange.services.links.answers import take
from exchange.services.links.codes import codes_to_read
from exchange.services.links.pick_up import Means, send_by_link
from exchange.services.places import choose_outside_school
from exchange.settings import load, save
from tests.exchange.services.links.world import HILL, INVITER, READER
from tests.exchange.services.town import pupil_record
from tests.exchange.web.site import Place, made_site
from tests.journeys.machine import free_ports, wait_for

SENCO = Actor("Jo Brown", "senco")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Place, str]]:
    folder = tmp_path_factory.mktemp("share")
    with made_site(folder, "primary") as site:
        place = site["primary"]
        port = free_ports(1)[0]
        url = f"http://127.0.0.1:{port}"
        home = place.node.home
        save(home, replace(load(home), share_listen=f"127.0.0.1:{port}", share_url=url))
        register = place.node.inside.register
        assert register is not None
        now = datetime.now(UTC).replace(microsecond=0)
        register.replace(RegisterSource([ReadSchool(2, HILL)], "0" * 64), now)
        # Its keys are out of reach while it runs: it must not need them.
        (folder / "primary.node-key").rename(folder / "away")
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "exchange.wiring_outward",
                "--home",
                str(home.root),
                "--face",
                "share",
                "--watch-stdin",
            ],
            stdin=subprocess.PIPE,
        )
        try:
            _wait(port)
            yield place, url
        finally:
            process.terminate()
            process.wait(20)


def _wait(port: int) -> None:
    def listens() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    wait_for("the face to listen", listens)


def test_pack_is_picked_up_over_http(served: tuple[Place, str]) -> None:
    place, url = served
    inside, org_id = place.node.inside, place.org_id
    pupil_id = add_pupil(inside, org_id, pupil_record(), SENCO)
    choose_outside_school(inside, org_id, pupil_id, HILL.urn, HILL.name, SENCO)
    head = place.person(Role.HEAD)
    with inside.store.reading(org_id) as unit:
        (asked,) = approvals(unit, "waiting")
    decide(inside, org_id, asked.approval_id, head.account_id, Actor("A", "head"), yes=True)
    made = send_by_link(
        inside, org_id, pupil_id, READER, INVITER, Means(url, place.node.renderer), SENCO
    )
    assert made.address
    assert made.link
    # A mail scanner looks in, three times, each in its own way.
    for method in ("GET", "HEAD", "GET"):
        assert requests.request(method, made.address, timeout=10).status_code == 200
    assert codes_to_read(inside, org_id, made.link.link_id) == []
    visit = requests.Session()
    assert visit.post(made.address, timeout=10, allow_redirects=False).status_code == 303
    (told,) = codes_to_read(inside, org_id, made.link.link_id)
    answer = visit.post(
        f"{made.address}/code", {"code": told.code}, timeout=10, allow_redirects=False
    )
    assert answer.status_code == 303
    cookie = answer.headers["Set-Cookie"].partition(";")[0]
    headers = {"Cookie": cookie}  # this client keeps Secure cookies from plain HTTP
    page = requests.get(f"{url}/pack", headers=headers, timeout=10)
    assert "Anna Oak" in page.text
    assert requests.get(f"{url}/pack", timeout=10).status_code == 403
    pdf = requests.get(f"{url}/pack/summary.pdf", headers=headers, timeout=10)
    assert pdf.content.startswith(b"%PDF-")
    token = re.search(r'name="form_token" value="([0-9a-f]{64})"', page.text)
    assert token
    accepted = requests.post(
        f"{url}/pack/accept",
        {"form_token": token[1]},
        headers=headers,
        timeout=10,
        allow_redirects=False,
    )
    assert accepted.status_code == 303
    take(inside)
    with inside.store.reading(org_id) as unit:
        assert unit.transfers.get(made.sent.transfer.bundle_id).state == "accepted"


def test_style_sheet_is_served_where_it_was_built(served: tuple[Place, str]) -> None:
    _, url = served
    page = requests.get(url, timeout=10).text
    sheet = re.search(r'href="(/assets/[^"]+\.css)"', page)
    built = Path(__file__).parents[4] / "exchange/web/built/manifest.json"
    assert (sheet is not None) is built.exists()
    if sheet:
        answer = requests.get(url + sheet[1], timeout=10)
        assert answer.headers["Content-Type"].startswith("text/css")
        assert "immutable" in answer.headers["Cache-Control"]
    assert requests.get(f"{url}/assets/../node.db", timeout=10).status_code == 404
    assert requests.get(f"{url}/assets/..%2fnode.db", timeout=10).status_code == 404
