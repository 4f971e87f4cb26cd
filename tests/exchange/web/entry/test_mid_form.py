"""What a form or a list asks for while its sender is suspended: its body is still on its way."""

from __future__ import annotations

import io
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import pytest

from exchange.audit import NODE
from exchange.domain.access import Role
from exchange.ports import Actor
from exchange.services.people import manage, session, standing
from exchange.services.people.account import Account
from exchange.services.people.looking_after import By
from tests.exchange.web.entry.test_mid_upload import Pages, pages
from tests.exchange.web.site import BASE, Place, Site, csrf

__all__ = ["pages"]
ADMIN = By("nobody", Actor("Ada Admin", "node-administrator"))
_PART = "a-line-that-parts"


class Slow(io.BytesIO):
    """A body of which the second half comes after something else has happened."""

    def __init__(self, data: bytes, between: Callable[[], None]) -> None:
        super().__init__(data)
        self.half = len(data) // 2
        self.between: Callable[[], None] | None = between

    def read(self, size: int | None = -1, /) -> bytes:
        if self.between is not None and self.tell() >= self.half:
            self.between()
            self.between = None
        return super().read(min(size, 1024) if size and size > 0 else 1024)

    def readinto(self, buffer: Any, /) -> int:
        chunk = self.read(len(buffer))
        buffer[: len(chunk)] = chunk
        return len(chunk)


@contextmanager
def ended(place: Place, account: Account, whom: str) -> Iterator[Callable[[], None]]:
    """Yield what takes the session's right away; an organisation gets its own back afterwards."""
    inside = place.node.inside

    def end() -> None:
        if whom == "person":
            manage.suspend_person(inside, place.org_id, account.account_id, ADMIN)
        elif whom == "organisation":
            standing.suspend_organisation(inside, place.org_id, ADMIN.actor)
        else:
            [own] = session.sessions_of(inside, account.account_id)
            session.end_one(inside, account.account_id, own.session_id, ADMIN.actor)

    try:
        yield end
    finally:
        if whom == "organisation":
            standing.restore_organisation(inside, place.org_id, ADMIN.actor)


def invitation(token: str, login: str) -> tuple[bytes, str]:
    told = {"csrf_token": token, "_form": "InviteForm", "name": "Mal Lory", "login": login}
    return urlencode({**told, "roles": "senco", "pad": "x" * 9000}).encode(), (
        "application/x-www-form-urlencoded"
    )


def class_list(token: str) -> tuple[bytes, str]:
    rows = "".join(f",Quill{number},Zenobia,2015-03-09\r\n" for number in range(300))
    head = f"--{_PART}\r\nContent-Disposition: form-data; name="
    body = (
        f'{head}"csrf_token"\r\n\r\n{token}\r\n'
        f'{head}"files"; filename="list.csv"\r\nContent-Type: text/csv\r\n\r\n'
        f"UPN,Surname,Forename,DOB\r\n{rows}\r\n--{_PART}--\r\n"
    )
    return body.encode(), f"multipart/form-data; boundary={_PART}"


def kept(place: Place) -> tuple[int, int]:
    """Return the last lines of the books of the organisation and of the node."""
    store = place.node.inside.store
    with store.reading(place.org_id) as own, store.reading(NODE) as node:
        return own.audit.last_seq(), node.audit.last_seq()


@pytest.mark.parametrize("whom", ["person", "organisation", "session"])
@pytest.mark.parametrize("what", ["/people/invite", "/imports"])
def test_a_slow_body_does_nothing_after_a_suspension(site: Site, what: str, whom: str) -> None:
    place = site["primary"]
    client = place.client(Role.HEAD if what == "/people/invite" else Role.SENCO)
    assert client.account is not None
    token = csrf(client.get(what).text)
    body, kind = class_list(token) if what == "/imports" else invitation(token, "mal@x.example")
    marks = []

    with ended(place, client.account, whom) as end:

        def between() -> None:
            end()
            marks.append(kept(place))

        answer = client.raw.open(
            what,
            method="POST",
            base_url=BASE,
            input_stream=Slow(body, between),
            content_length=len(body),
            content_type=kind,
            headers={"Referer": BASE + what},
        )
        assert marks == [kept(place)], "nothing was done after it"
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/sign-in")


def test_a_slow_body_counts_where_nobody_was_suspended(site: Site) -> None:
    place, client = site["primary"], site["primary"].client(Role.HEAD)
    body, kind = invitation(csrf(client.get("/people/invite").text), "slow@x.example")
    answer = client.raw.open(
        "/people/invite",
        method="POST",
        base_url=BASE,
        input_stream=Slow(body, lambda: None),
        content_length=len(body),
        content_type=kind,
        headers={"Referer": BASE + "/people/invite"},
    )
    assert answer.status_code in (200, 302), answer.status_code
    assert "slow@x.example" in logins(place)


def test_a_role_taken_away_is_not_used_by_a_body_under_way(site: Site) -> None:
    place, inside = site["primary"], site["primary"].node.inside
    client = place.client(Role.HEAD, Role.TEACHER)
    assert client.account is not None
    who = client.account.account_id
    body, kind = invitation(csrf(client.get("/people/invite").text), "less@x.example")

    def between() -> None:
        manage.set_roles(inside, place.org_id, who, {Role.TEACHER}, ADMIN)

    client.raw.open(
        "/people/invite",
        method="POST",
        base_url=BASE,
        input_stream=Slow(body, between),
        content_length=len(body),
        content_type=kind,
        headers={"Referer": BASE + "/people/invite"},
    )
    assert "less@x.example" not in logins(place)


def logins(place: Place) -> set[str]:
    return {one.login for one in manage.people_of(place.node.inside, place.org_id)}


@pytest.mark.parametrize("whom", ["person", "session"])
def test_over_a_line_nobody_is_invited_after_a_suspension(pages: Pages, whom: str) -> None:
    place, account = pages.place, pages.place.person(Role.HEAD)
    cookie, token = pages.signed_in(account)
    login = f"{whom}@mallory.example"
    body, kind = invitation(token, login)
    with (
        ended(place, account, whom) as end,
        socket.create_connection(("127.0.0.1", pages.port), 30) as line,
    ):
        line.sendall(
            "POST /people/invite HTTP/1.1\r\n"
            f"Host: 127.0.0.1:{pages.port}\r\n"
            f"Cookie: {cookie}\r\n"
            f"Referer: http://127.0.0.1:{pages.port}/people/invite\r\n"
            f"Content-Type: {kind}\r\nConnection: close\r\n"
            f"Content-Length: {len(body)}\r\n\r\n".encode()
        )
        line.sendall(body[:2000])
        time.sleep(1)  # the gate has asked, and the page waits for the rest
        end()
        line.sendall(body[2000:])
        said = b""
        while more := line.recv(65536):
            said += more
    assert b" 302 " in said[:20], said[:200]
    assert login not in logins(place)
