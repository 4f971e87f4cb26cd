"""Servers that say what a test wants, and the transport that meets them."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from adapters.transports.https import HttpsTransport
from keys.directory import Endpoint
from keys.httpsig import HttpRequestSigner
from keys.ssh_keys import SshPrivateKey
from tests.exchange.faces.neighbourhood import Party

PRIMARY, SECONDARY = Party("Primary"), Party("Secondary")


SIGNER = HttpRequestSigner(SshPrivateKey.generate())


Reply = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    reply: Reply
    seen: list[tuple[str, str]]

    def _any(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.seen.append((self.command, self.path))
        type(self).reply(self)

    do_GET = do_POST = do_PUT = _any  # noqa: N815 (named by the standard library)

    def log_message(self, *args: Any) -> None:
        pass


def answer(
    status: int, body: bytes = b"", media_type: str = "application/json", **headers: str
) -> Reply:
    def reply(handler: Handler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", media_type)
        handler.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return reply


@contextmanager
def serving(reply: Reply, tls: Path | None = None) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Serve one reply to everything; yield the base URL and what was asked for."""
    kind = type("_Handler", (Handler,), {"reply": staticmethod(reply), "seen": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    if tls is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tls)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    scheme = "http" if tls is None else "https"
    try:
        yield f"{scheme}://127.0.0.1:{server.server_address[1]}", kind.seen  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        server.server_close()


def transport(url: str, tls_sha256: str | None = None) -> HttpsTransport:
    return HttpsTransport(Endpoint(url, tls_sha256), SIGNER, allow_private=True)
