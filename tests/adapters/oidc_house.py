"""A real OpenID Connect provider in a process of its own, and a browser that walks through it."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests

from tests.journeys.machine import wait_for

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Provider:
    """Where it listens. ``issuer`` is the name that it gives itself."""

    issuer: str

    def put_user(self, subject: str, **claims: Any) -> None:
        """Make a person known to it; claims go into the token, above its own."""
        answer = requests.put(f"{self.issuer}/users/{subject}", json=claims, timeout=10)
        assert answer.status_code == 204, answer.text

    def sign_in(self, url: str, subject: str | None) -> dict[str, str]:
        """Do as the person does there; return what the browser brings back.

        :param subject: None: the person says no.
        """
        form = {"action": "deny"} if subject is None else {"sub": subject}
        answer = requests.post(url, data=form, allow_redirects=False, timeout=10)
        assert answer.status_code == 302, answer.text
        return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))


@contextmanager
def provider() -> Iterator[Provider]:
    """Run one."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "tests.adapters.strict_oidc",
        "--port",
        str(port),
    ]
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    house = Provider(f"http://127.0.0.1:{port}")

    def answers() -> bool:
        assert process.poll() is None, "the sign-in provider ended"
        with suppress(requests.RequestException):
            requests.get(house.issuer + "/.well-known/openid-configuration", timeout=2)
            return True
        return False

    try:
        wait_for("the sign-in provider", answers)
        yield house
    finally:
        process.terminate()
        process.wait(10)
