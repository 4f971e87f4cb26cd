"""A real pages process, a real upload over a socket, and a suspension from another process."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

import pytest
import requests

from exchange.domain.access import Role
from exchange.ports import Actor
from exchange.services.people import manage, session, standing
from exchange.services.people.account import Account
from exchange.services.people.looking_after import By
from exchange.settings import save
from tests.exchange.web.site import Place, Site
from tests.journeys.machine import free_ports, wait_for

ADMIN = By("nobody", Actor("Ada Admin", "node-administrator"))
BLOCK = 64 * 1024
WHOLE = 256 * 1024 * 1024


@dataclass
class Pages:
    place: Place
    port: int

    def signed_in(self, account: Account) -> tuple[str, str]:
        """Return the cookies and the form token of a browser in which somebody is signed in."""
        token = session.open_session(self.place.node.inside, account, strong=True)
        cookie = f"__Host-senx={token}"
        page = requests.get(
            f"http://127.0.0.1:{self.port}/account", headers={"Cookie": cookie}, timeout=20
        )
        assert page.status_code == 200, page.status_code
        form = re.search(r"__Host-senx-form=[^;]+", page.headers["Set-Cookie"])
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
        assert form is not None
        assert found is not None
        return f"{cookie}; {form.group(0)}", found.group(1)


@pytest.fixture(scope="module")
def pages(site: Site) -> Iterator[Pages]:
    place, [port] = site["primary"], free_ports(1)
    home = place.node.home
    told = {"pages_url": f"http://127.0.0.1:{port}", "pages_listen": f"127.0.0.1:{port}"}
    save(home, replace(place.node.settings, **told))
    command = [sys.executable, "-m", "exchange.wiring.pages", "--home", str(home.root)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:

        def answers() -> bool:
            assert process.poll() is None, "the pages ended"
            with suppress(requests.RequestException):
                requests.get(f"http://127.0.0.1:{port}/health", timeout=2)
                return True
            return False

        wait_for("the pages", answers)
        yield Pages(place, port)
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def uploading(pages: Pages, account: Account) -> Iterator[socket.socket]:
    """Begin a large upload; the socket has sent its head, and no body yet."""
    cookie, token = pages.signed_in(account)
    with socket.create_connection(("127.0.0.1", pages.port), 20) as line:
        line.sendall(
            "PUT /tray/files HTTP/1.1\r\n"
            f"Host: 127.0.0.1:{pages.port}\r\n"
            f"Cookie: {cookie}\r\n"
            f"X-CSRFToken: {token}\r\n"
            "X-File-Name: report.pdf\r\n"
            "Accept: application/json\r\n"
            "Content-Type: application/octet-stream\r\n"
            f"Content-Length: {WHOLE}\r\n\r\n".encode()
        )
        yield line


def send_until_stopped(line: socket.socket) -> tuple[int, str]:
    """Go on sending until the server answers; return how much it took, and what it said."""
    sent = 0
    line.settimeout(0.05)
    said = b""
    while sent < WHOLE:
        try:
            sent += line.send(bytes(BLOCK))
        except (BrokenPipeError, ConnectionResetError):
            break
        except TimeoutError:
            pass
        try:
            line.setblocking(False)
            said += line.recv(65536)
            break
        except (BlockingIOError, ConnectionResetError):
            line.settimeout(0.5)
    line.settimeout(5)
    try:
        while more := line.recv(65536):
            said += more
    except OSError:
        pass
    return sent, said.decode("utf-8", "replace")


@pytest.mark.parametrize("whom", ["person", "organisation", "session"])
def test_a_suspension_stops_an_upload_under_way(pages: Pages, whom: str) -> None:
    place = pages.place
    inside, account = place.node.inside, place.person(Role.SENCO)
    before = set(place.node.blobs.names(place.org_id))
    with uploading(pages, account) as line:
        for _ in range(16):
            line.sendall(bytes(BLOCK))
        time.sleep(0.3)
        if whom == "person":
            manage.suspend_person(inside, place.org_id, account.account_id, ADMIN)
        elif whom == "session":
            [own] = session.sessions_of(inside, account.account_id)
            session.end_one(inside, account.account_id, own.session_id, ADMIN.actor)
        else:
            standing.suspend_organisation(inside, place.org_id, ADMIN.actor)
        try:
            sent, said = send_until_stopped(line)
        finally:
            if whom == "organisation":
                standing.restore_organisation(inside, place.org_id, ADMIN.actor)
    assert sent < WHOLE / 4, "it was stopped long before its end"
    assert "session-ended" in said or said == "", said
    assert " 200 " not in said[:20]
    assert " 201 " not in said[:20]
    for _ in range(50):
        if set(place.node.blobs.names(place.org_id)) == before:
            break
        time.sleep(0.1)
    assert set(place.node.blobs.names(place.org_id)) == before, "nothing of it is kept"
