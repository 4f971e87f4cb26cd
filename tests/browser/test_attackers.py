"""Short runs of sqlmap and wapiti against a live node, on loopback: neither finds a thing.

A run that reached nothing would find nothing either: each run has to have asked a good number of
questions, and a page of its own, which is full of holes, has to be seen through.
"""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import subprocess
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, request
from werkzeug.serving import make_server

from exchange.domain.access import Role
from exchange.domain.family import Relationship, Responsibility
from exchange.services.keep_pupil import add_pupil
from exchange.services.links.family import invite_member
from exchange.services.links.members import Member, add_member
from exchange.services.links.model import Channel, Inviter, Person
from exchange.services.links.pick_up import Means
from exchange.web.gate import COOKIE
from schemas.pupil import Names
from tests.browser.kit import Street
from tests.browser.tap import tapped
from tests.browser.walks import newest_link
from tests.exchange.services.town import SENCO, pupil_record
from tests.journeys.machine import free_ports, wait_for
from tests.journeys.walker import Walker

pytestmark = [pytest.mark.attack, pytest.mark.timeout(1200)]
SECONDS = 75
MODULES = "crlf,exec,file,permanentxss,redirect,sql,timesql,xss"
ASKED = (
    "/leavers?page=1&show=ready&year=6&sort=name",
    "/arrivals?page=1&show=late&school=x",
    "/sign-in?next=/leavers",
    "/class-sheet?group=",
)
BEHIND = ("/family", "/family/views", "/family/correction")
LINK_TO, CODE_TO = "ida@home.example", "ida@work.example"


def needs(tool: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(tool) is None, reason=f"{tool} not found: install it")


@pytest.fixture(scope="module")
def senco(live: Street) -> str:
    node = live["primary"]
    return node.session(node.person(Role.SENCO, name="Sam Okafor"))


@pytest.fixture(scope="module")
def parent(live: Street) -> Walker:
    """A parent who followed her link and entered the code that came another way."""
    primary = live["primary"]
    inside, org_id = primary.node.inside, primary.org_id
    names = Names(surname="Attwater", forename="Zola")
    record = pupil_record(0, subject=str(uuid.uuid4()), names=names, upn=None, upn_unknown="UN1")
    pupil_id = add_pupil(inside, org_id, record, SENCO)
    known = Member("", pupil_id, "Ida Attwater", Relationship.PARENT, Responsibility.YES)
    member = add_member(inside, org_id, known, SENCO)
    told = Person("Ida Attwater", "parent", LINK_TO, "", Channel.MAIL, CODE_TO, "Known to us")
    means = Means(primary.share_url, primary.node.renderer)
    inviter = Inviter(SENCO.name, SENCO.role, "senco@larkfield.example")
    invite_member(inside, org_id, member.member_id, told, inviter, means, SENCO)
    walker = Walker(primary.share_url)
    walker.go(newest_link(live, LINK_TO, "/l/")).press("Get a code")
    wait_for("the code", lambda: live.letters.to(CODE_TO))
    code = re.search(
        r"^(\d{4} \d{4})\s*$", live.letters.to(CODE_TO)[-1].get_content(), re.MULTILINE
    )
    assert code is not None
    walker.fill(code=code[1]).press("Continue")
    return walker


@pytest.fixture(scope="module")
def leaky() -> Iterator[str]:
    """A page that repeats what it is told, unescaped: what the attackers must see through."""
    app = Flask("leaky")

    @app.get("/")
    def page() -> str:
        return f"<form><input name=q></form><p>{request.args.get('q', '')}</p>"

    @app.get("/item")
    def item() -> str:
        asked = f"SELECT name FROM items WHERE id = {request.args.get('id', '0')}"
        with sqlite3.connect(":memory:") as database:
            database.execute("CREATE TABLE items (id INTEGER, name TEXT)")
            database.execute("INSERT INTO items VALUES (1, 'one'), (2, 'two')")
            try:
                return "<p>" + ", ".join(row[0] for row in database.execute(asked)) + "</p>"
            except sqlite3.Error as error:
                return f"<p>{error}</p>"

    port = free_ports(1)[0]
    server = make_server("127.0.0.1", port, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{port}"
    server.shutdown()


def wapiti(url: str, folder: Path, *more: str, seconds: int = SECONDS) -> dict[str, list[object]]:
    """Run wapiti and return what it found, by kind, kinds of missing headers left out."""
    report = folder / "report.json"
    # The time to attack is each module's own: eight of them, and the scan before.
    command = [
        *("wapiti", "-u", url, "--scope", "domain", "-m", MODULES, "-d", "3", "-t", "10"),
        *("--max-scan-time", str(seconds), "--max-attack-time", str(seconds), "--no-bugreport"),
        *("--flush-session", "--store-session", str(folder), "--store-config", str(folder)),
        *("-f", "json", "-o", str(report), "-v", "1", *more),
    ]
    done = subprocess.run(
        command, capture_output=True, timeout=seconds * 10 + 60, check=False, cwd=folder, text=True
    )
    assert report.exists(), done.stdout[-800:] + done.stderr[-800:]
    told = json.loads(report.read_text(encoding="utf-8"))
    return {kind: found for kind, found in told["vulnerabilities"].items() if found}


@needs("wapiti")
def test_wapiti_sees_through_a_page_that_is_full_of_holes(leaky: str, tmp_path: Path) -> None:
    found = wapiti(f"{leaky}/?q=1", tmp_path, seconds=30)
    assert any("Cross Site Scripting" in kind for kind in found), found


@needs("wapiti")
def test_wapiti_finds_nothing_among_the_pages_of_a_senco(
    live: Street, senco: str, tmp_path: Path
) -> None:
    with tapped(live["primary"].url, {COOKIE: senco}) as tap:
        starts = [part for path in ASKED for part in ("-s", tap.url + path)]
        found = wapiti(tap.url + "/", tmp_path, *starts)
    assert not found, {kind: found[kind][0] for kind in found}
    assert not tap.faults, tap.faults[:5]
    assert tap.statuses[200] > 100, tap.statuses
    assert tap.paths["/leavers"] > 10, tap.paths


@needs("wapiti")
def test_wapiti_finds_nothing_on_the_pages_behind_links(
    live: Street, parent: Walker, tmp_path: Path
) -> None:
    cookies = dict(parent.session.cookies.items())
    with tapped(live["primary"].share_url, cookies, closed=("/leave",)) as tap:
        starts = [part for path in BEHIND for part in ("-s", tap.url + path)]
        found = wapiti(tap.url + "/l/made-up-token", tmp_path, *starts, seconds=40)
    assert not found, {kind: found[kind][0] for kind in found}
    assert not tap.faults, tap.faults[:5]
    assert tap.statuses[200] > 50, tap.statuses
    assert all(tap.paths[path] > 5 for path in BEHIND), tap.paths
    assert parent.go("/family").heading == "Zola Attwater", "the visit went on to the end"


def sqlmap(url: str, folder: Path) -> str:
    """Run sqlmap and return what it said."""
    command = [
        *("sqlmap", "--batch", "-u", url, "--output-dir", str(folder)),
        *("--level", "1", "--risk", "2", "--dbms", "sqlite", "--technique", "BEUS"),
        *("--timeout", "10", "--retries", "0", "--threads", "4", "--disable-coloring"),
        *("--flush-session", "--drop-set-cookie"),
    ]
    done = subprocess.run(command, capture_output=True, timeout=240, check=False, text=True)
    return done.stdout


@needs("sqlmap")
def test_sqlmap_sees_through_a_page_that_is_full_of_holes(leaky: str, tmp_path: Path) -> None:
    said = sqlmap(f"{leaky}/item?id=1", tmp_path)
    assert "following injection point" in said, said[-1500:]


@needs("sqlmap")
@pytest.mark.parametrize("path", ASKED)
def test_sqlmap_finds_nothing(live: Street, senco: str, tmp_path: Path, path: str) -> None:
    with tapped(live["primary"].url, {COOKIE: senco}) as tap:
        said = sqlmap(tap.url + path, tmp_path)
    assert "following injection point" not in said, said[-1500:]
    assert "is vulnerable" not in said, said[-1500:]
    assert not tap.faults, tap.faults[:5]
    assert sum(tap.statuses.values()) > 20, (tap.statuses, said[-600:])
