"""A tap between an attacker's tool and a node, on loopback.

The tools lose their session as soon as they press "Sign out", and say nothing of it. The tap adds
the cookies of a signed-in person to every question, lets nobody sign out, and keeps what was asked.
"""

from __future__ import annotations

import http.client
import logging
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import urlsplit

from flask import Flask, Response, request
from werkzeug.serving import make_server

from tests.journeys.machine import free_ports

_DROPPED = {"connection", "transfer-encoding", "content-length", "content-encoding", "set-cookie"}
_METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"]


class Tap:
    """What went through.

    :ivar statuses: how often each status was answered; ``paths``: how often each path was asked.
    """

    def __init__(self, target: str, cookies: Mapping[str, str], closed: tuple[str, ...]) -> None:
        self.target = urlsplit(target)
        self.cookies = dict(cookies)
        self.closed = closed
        self.statuses: Counter[int] = Counter()
        self.paths: Counter[str] = Counter()
        self.faults: list[str] = []
        self.url = ""

    def app(self) -> Flask:
        app = Flask("tap", static_folder=None)
        app.add_url_rule("/", "pass", self._pass, methods=_METHODS)
        app.add_url_rule("/<path:_>", "pass", self._pass, methods=_METHODS)
        return app

    def _pass(self, _: str = "") -> Response:
        if request.path in self.closed:
            return Response("closed", 404)
        headers = {
            name: value
            for name, value in request.headers.items()
            if name.lower() not in ("host", "cookie", "content-length", "accept-encoding")
        }
        headers["Host"] = self.target.netloc
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        connection = http.client.HTTPConnection(self.target.netloc, timeout=30)
        path = request.environ.get("RAW_URI", request.full_path)
        try:
            connection.request(request.method, path, request.get_data(), headers)
            answer = connection.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException, ValueError) as failure:
            return Response(type(failure).__name__, 502)
        finally:
            connection.close()
        self._note(answer.status)
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = line.partition(";")[0].partition("=")
            if name not in self.cookies or name.endswith("-form"):
                self.cookies[name] = value
        kept = [(n, v) for n, v in answer.headers.items() if n.lower() not in _DROPPED]
        return Response(body, answer.status, kept)

    def _note(self, status: int) -> None:
        self.statuses[status] += 1
        self.paths[request.path] += 1
        if status >= 500:
            self.faults.append(f"{status} {request.method} {request.path[:80]}")


@contextmanager
def tapped(
    target: str, cookies: Mapping[str, str], closed: tuple[str, ...] = ("/sign-out",)
) -> Iterator[Tap]:
    """Put a tap before ``target`` and run it."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    tap = Tap(target, cookies, closed)
    port = free_ports(1)[0]
    server = make_server("127.0.0.1", port, tap.app(), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    tap.url = f"http://127.0.0.1:{port}"
    try:
        yield tap
    finally:
        server.shutdown()
        thread.join()
