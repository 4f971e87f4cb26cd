"""A real SMTP server on loopback (aiosmtpd) that keeps what it is handed, or behaves badly."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session

from keys.tls import make_certificate


class Sink:
    """Keeps messages.

    :ivar answers: what to say to a recipient or to the message, in the order asked; then yes.
    """

    def __init__(self) -> None:
        self.got: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.to: list[list[str]] = []
        self.tls: list[bool] = []
        self.refuse_recipient = ""
        self.refuse_message = ""
        self.logins: list[tuple[bytes, bytes]] = []
        self.port = 0

    async def handle_RCPT(  # noqa: N802
        self, _server: Any, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.refuse_recipient:
            return self.refuse_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.refuse_message:
            return self.refuse_message
        content = envelope.content
        assert isinstance(content, bytes)
        self.raw.append(content)
        self.got.append(message_from_bytes(content, policy=default))
        self.to.append(list(envelope.rcpt_tos))
        self.tls.append(server.transport.get_extra_info("ssl_object") is not None)
        return "250 taken"

    def authenticate(self, *_: Any) -> Any:
        """Take the login ``senx`` with ``right``."""
        data = _[-1]
        assert isinstance(data, LoginPassword)
        self.logins.append((data.login, data.password))
        right = (data.login, data.password) == (b"senx", b"right")
        return AuthResult(success=right, handled=right)


@contextmanager
def mail_sink(
    folder: Path | None = None, *, how: str = "none", host: str = "localhost", login: bool = False
) -> Iterator[Sink]:
    """Run a sink; with a folder, its certificate for ``host`` lies there as ``ca.pem``.

    :param how: ``none``, ``starttls`` or ``tls``.
    """
    sink = Sink()
    context = None
    if how != "none":
        assert folder is not None
        made = make_certificate([host], datetime.now(UTC))
        (folder / "ca.pem").write_bytes(made.certificate)
        (folder / "key.pem").write_bytes(made.private_key)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(folder / "ca.pem", folder / "key.pem")
    more: dict[str, Any] = {}
    if login:
        more = {"authenticator": sink.authenticate, "auth_require_tls": how == "starttls"}
    controller = Controller(
        sink,
        hostname="127.0.0.1",
        port=_free_port(),
        tls_context=context if how == "starttls" else None,
        require_starttls=how == "starttls",
        ssl_context=context if how == "tls" else None,
        **more,
    )
    controller.start()
    sink.port = controller.port
    try:
        yield sink
    finally:
        controller.stop()


@contextmanager
def silent_server(greeting: bytes = b"", every: float = 0.0) -> Iterator[int]:
    """Listen, say ``greeting``, then nothing; or, with ``every``, one more byte now and then."""
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def talk() -> None:
            with suppress(OSError):
                while not stop.is_set():
                    connection, _ = listening.accept()
                    threading.Thread(target=trickle, args=(connection,), daemon=True).start()

        def trickle(connection: socket.socket) -> None:
            with suppress(OSError), connection:
                connection.sendall(greeting)
                while not stop.wait(every or 60):
                    connection.sendall(b"2")

        threading.Thread(target=talk, daemon=True).start()
        try:
            yield listening.getsockname()[1]
        finally:
            stop.set()


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
