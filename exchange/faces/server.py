"""A face as a process of its own: gunicorn with threads, and nothing that waits for ever.

In front of the open internet a reverse proxy should still stand (docs/delivery-protocol.md says
which of its limits matter). Without one, this is what a slow or silent stranger can do: hold one
of ``threads`` for as long as the two limits below allow, and no longer.
"""

from __future__ import annotations

import logging
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication
from gunicorn.workers.gthread import _DEFER, ThreadWorker

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_log = logging.getLogger("exchange.faces")

QUIET_SECONDS = 0.1
"""How long a thread waits for the first byte of a connection before the poller takes over."""

HEAD_SECONDS = 20.0
"""From the first byte of a connection to the end of the request's headers, TLS included."""

BODY_SECONDS = 120.0
"""For the body and its checks, and one second more for every 16 KiB that were announced."""

SLOWEST_BYTES_PER_SECOND = 16 * 1024


@dataclass(frozen=True, slots=True)
class Listening:
    """Where and how a face listens.

    :param bind: ``host:port``.
    :param certificate: PEM chain, or None to speak plain HTTP (loopback, behind a proxy).
    :param key: PEM private key of the certificate.
    :param threads: how many requests are worked on at once.
    :param pid_file: where the process id is written, or None.
    :param longest_line: of a request: method and address; sign-in providers send long ones.
    :param longest_field: of a header.
    """

    bind: str
    certificate: Path | None = None
    key: Path | None = None
    threads: int = 16
    pid_file: Path | None = None
    longest_line: int = 1024
    longest_field: int = 4096


class ImpatientWorker(ThreadWorker):  # type: ignore[misc]
    """gunicorn's threaded worker, which by itself lets a peer trickle a request for ever."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._deadlines: dict[Any, float] = {}
        self._deadlines_lock = Lock()

    def handle(self, conn: Any) -> Any:
        """Work on one connection, under a deadline; one that says nothing goes back at once."""
        if not (conn.initialized or conn.data_ready or conn.wait_for_data(QUIET_SECONDS)):
            return _DEFER
        self._set_deadline(conn, HEAD_SECONDS)
        try:
            outcome = super().handle(conn)
            if not outcome:
                # It lingers for up to two seconds: here, and not in the loop that serves all.
                conn.close(graceful=True)
                conn.close = _closed
            return outcome
        finally:
            with self._deadlines_lock:
                self._deadlines.pop(conn, None)

    def handle_request(self, req: Any, conn: Any) -> Any:
        """Work on one request, whose headers have been read: its body may take longer."""
        announced = next((value for name, value in req.headers if name == "CONTENT-LENGTH"), "0")
        size = int(announced) if announced.isdecimal() and len(announced) < 16 else 0
        self._set_deadline(conn, BODY_SECONDS + size / SLOWEST_BYTES_PER_SECOND)
        return super().handle_request(req, conn)

    def notify(self) -> None:
        """Tell the arbiter that we live (once a second), and cut what is past its deadline."""
        super().notify()
        now = time.monotonic()
        with self._deadlines_lock:
            late = [conn for conn, deadline in self._deadlines.items() if deadline < now]
            for conn in late:
                del self._deadlines[conn]
        for conn in late:
            with suppress(OSError, ValueError):
                # The descriptor stays open until the thread that reads it has seen the end.
                socket.socket.shutdown(conn.sock, socket.SHUT_RDWR)

    def _set_deadline(self, conn: Any, seconds: float) -> None:
        with self._deadlines_lock:
            self._deadlines[conn] = time.monotonic() + seconds


def _closed(graceful: bool = False) -> None:
    """Stand in for the closing of a connection that is closed."""


class _Server(BaseApplication):  # type: ignore[misc]
    def __init__(self, make_app: Callable[[], WSGIApplication], listening: Listening) -> None:
        self._make_app = make_app
        self._listening = listening
        super().__init__()

    def load_config(self) -> None:
        for name, value in _options(self._listening).items():
            self.cfg.set(name, value)

    def load(self) -> WSGIApplication:
        return self._make_app()


def _options(listening: Listening) -> dict[str, Any]:
    options: dict[str, Any] = {
        "bind": listening.bind,
        # One process: SQLite takes one writer, and a node's load is threads' work.
        "workers": 1,
        "worker_class": ImpatientWorker,
        "threads": listening.threads,
        "worker_connections": 256,
        "backlog": 256,
        "timeout": 60,
        "graceful_timeout": 20,
        "keepalive": 5,
        "limit_request_line": listening.longest_line,
        "limit_request_fields": 40,
        "limit_request_field_size": listening.longest_field,
        # No access log: it would say who sends what to whom.
        "accesslog": None,
        "errorlog": "-",
        "loglevel": "warning",
        "proc_name": "sen-exchange-face",
        "forwarded_allow_ips": "",
        "control_socket_disable": True,
    }
    if listening.pid_file is not None:
        options["pidfile"] = str(listening.pid_file)
    if listening.certificate is not None and listening.key is not None:
        options["certfile"] = str(listening.certificate)
        options["keyfile"] = str(listening.key)
        options["ssl_context"] = _at_least_tls_1_2
    return options


def _at_least_tls_1_2(_config: Any, default: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
    context = default()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def serve(make_app: Callable[[], WSGIApplication], listening: Listening) -> None:
    """Serve until SIGTERM; does not return.

    :param make_app: called in the worker process, so that database handles are not inherited.
    """
    _Server(make_app, listening).run()
