"""Mail against a real SMTP server: encrypted or not sent, and one message is one message."""

from __future__ import annotations

import re
import smtplib
import socket
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.mailer import MailServer, SmtpMailer
from exchange.errors import MailError, MailRefused
from exchange.ports.mail import Mail
from exchange.store.clock import SystemClock
from tests.adapters.mail_sink import Sink, mail_sink, silent_server

MAIL = Mail("0f3c", "senco@larkfield.example", "A pack has arrived", "Sign in to see it.\n")
PLAIN = MailServer("127.0.0.1", 0, "none", "no-reply@town.example")


def send(server: MailServer, mail: Mail = MAIL) -> None:
    SmtpMailer(server, SystemClock()).send(mail)


def failed(server: MailServer, code: str, mail: Mail = MAIL) -> MailError:
    with pytest.raises(MailError) as caught:
        send(server, mail)
    error = caught.value
    assert error.code == code
    told = f"{error!r} {error.hint} {error.path} {error.__cause__!r}"
    assert "larkfield" not in told
    assert "MARKER" not in told
    return error


@pytest.mark.parametrize("how", ["starttls", "tls"])
def test_it_is_encrypted_and_the_name_is_checked(tmp_path: Path, how: str) -> None:
    with mail_sink(tmp_path, how=how) as sink:
        server = replace(PLAIN, host="localhost", port=sink.port, tls=how)  # type: ignore[arg-type]
        failed(server, "mail-tls-failed")  # nobody vouches for the certificate
        send(replace(server, ca_file=tmp_path / "ca.pem"))
        assert sink.tls == [True]
        # The certificate is for another name than the one in the settings.
        failed(replace(server, host="127.0.0.1", ca_file=tmp_path / "ca.pem"), "mail-tls-failed")
    assert len(sink.got) == 1


def test_a_server_without_starttls_gets_nothing() -> None:
    with mail_sink() as sink:
        failed(replace(PLAIN, port=sink.port, tls="starttls"), "mail-tls-missing")
    assert sink.raw == []


def test_plain_mail_stays_on_this_machine() -> None:
    # This machine by another name than loopback: what counts is where the connection ends.
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing: only chooses our own address
            own = probe.getsockname()[0]
        except OSError:
            pytest.skip("this machine has loopback alone")
    if own.startswith("127."):
        pytest.skip("this machine has loopback alone")
    with socket.create_server((own, 0)) as listening:
        import threading

        def greet() -> None:
            connection, _ = listening.accept()
            connection.sendall(b"220 hello\r\n")
            connection.recv(100)
            connection.sendall(b"250 yes\r\n")
            heard.append(connection.recv(1000))

        heard: list[bytes] = []
        thread = threading.Thread(target=greet)
        thread.start()
        failed(replace(PLAIN, host=own, port=listening.getsockname()[1]), "mail-tls-missing")
        thread.join(10)
    assert b"MAIL" not in b"".join(heard)


def test_what_arrives_is_what_was_written(tmp_path: Path) -> None:
    link = "https://pages.example/join/" + "a" * 200
    body = f"Guten Tag \u2013 Łukasz\n\n{link}\n.\n..\nFrom here on\n"
    with mail_sink() as sink:
        send(replace(PLAIN, port=sink.port), replace(MAIL, body=body, subject="Zażółć 1–2"))
        send(replace(PLAIN, port=sink.port), replace(MAIL, body=f"{link}\n"))
    first = sink.got[0]
    assert first.get_content().replace("\r\n", "\n") == body
    assert first["Subject"] == "Zażółć 1–2"
    assert link.encode() in sink.raw[1]  # a link stands whole on its line
    assert first["Message-ID"] == "<0f3c@town.example>"
    assert first["Auto-Submitted"] == "auto-generated"
    assert first.get_content_type() == "text/plain"


ADDRESSES = [
    "",
    "senco",
    "senco@localhost",
    "a@b.example\r\nBcc: c@d.example",
    "a@b.example\nRCPT TO:<c@d.example>",
    "a@b.example, c@d.example",
    "a b@c.example",
    "<a@b.example>",
    '"a b"@c.example',
    "a@b.example>",
    "a@[127.0.0.1]",
    "a@127.0.0.1",
    "a..b@c.example",
    ".a@b.example",
    "-oq@b.example",
    "a@b..example",
    "a@-b.example",
    "a\x00@b.example",
    "\u0430@b.example",
    "a@bücher.example",
    "a" * 65 + "@b.example",
    "a@" + "b." * 130 + "example",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_that_is_none_reaches_no_server(address: str) -> None:
    with mail_sink() as sink:
        error = failed(
            replace(PLAIN, port=sink.port), "mail-address-invalid", replace(MAIL, to=address)
        )
    assert isinstance(error, MailRefused)
    assert sink.raw == []


@pytest.mark.parametrize("address", ["o'neill+sen@school.sch.example", "A.B-c_d@x1.example"])
def test_ordinary_addresses_are_taken(address: str) -> None:
    with mail_sink() as sink:
        send(replace(PLAIN, port=sink.port), replace(MAIL, to=address))
    assert sink.to == [[address]]


@pytest.mark.parametrize(
    "mail",
    [
        replace(MAIL, subject="Hello\r\nBcc: other@school.example"),
        replace(MAIL, subject="Hello\nX: y"),
        replace(MAIL, subject="Hello\x0bX"),
        replace(MAIL, subject="Hello\u2028X"),
        replace(MAIL, subject=" "),
        replace(MAIL, subject="x" * 151),
        replace(MAIL, body="a\rb"),
        replace(MAIL, body="a\x00b"),
        replace(MAIL, body="x" * 20_001),
    ],
)
def test_no_text_adds_a_header(mail: Mail) -> None:
    with mail_sink() as sink:
        failed(replace(PLAIN, port=sink.port), "mail-text-invalid", mail)
    assert sink.raw == []


def test_headers_are_only_ours() -> None:
    with mail_sink() as sink:
        send(replace(PLAIN, port=sink.port))
    named = {
        "from", "to", "subject", "date", "message-id", "auto-submitted",
        "x-auto-response-suppress", "content-type", "content-transfer-encoding", "mime-version",
    }  # fmt: skip
    kept = {name.lower() for name in sink.got[0].keys()}  # noqa: SIM118
    assert kept - {"x-peer", "x-mailfrom", "x-rcptto"} == named


@pytest.mark.parametrize(
    ("answer", "code", "final"),
    [
        ("550 no MARKER here", "mail-address-refused", True),
        ("451 later MARKER", "mail-busy", False),
    ],
)
def test_a_recipient_that_is_refused(answer: str, code: str, final: bool) -> None:
    with mail_sink() as sink:
        sink.refuse_recipient = answer
        error = failed(replace(PLAIN, port=sink.port), code)
    assert isinstance(error, MailRefused) is final


@pytest.mark.parametrize(
    ("answer", "code", "final"),
    [
        ("554 MARKER is spam", "mail-refused", True),
        ("452 MARKER full", "mail-busy", False),
    ],
)
def test_a_message_that_is_refused(answer: str, code: str, final: bool) -> None:
    with mail_sink() as sink:
        sink.refuse_message = answer
        error = failed(replace(PLAIN, port=sink.port), code)
    assert isinstance(error, MailRefused) is final


def test_signing_in_at_the_server(tmp_path: Path) -> None:
    with mail_sink(tmp_path, how="starttls", login=True) as sink:
        server = replace(
            PLAIN, host="localhost", port=sink.port, tls="starttls", ca_file=tmp_path / "ca.pem"
        )
        send(replace(server, user="senx", password="right"))
        failed(replace(server, user="senx", password="MARKER"), "mail-login-failed")
        assert "right" not in repr(replace(server, password="right"))
    assert len(sink.got) == 1


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    failed(replace(PLAIN, port=port), "mail-unreachable")
    with pytest.raises(MailError):
        SmtpMailer(replace(PLAIN, port=port), SystemClock()).check()


def test_looking_whether_it_works_sends_nothing() -> None:
    with mail_sink() as sink:
        SmtpMailer(replace(PLAIN, port=sink.port), SystemClock()).check()
    assert sink.raw == []


@pytest.mark.parametrize(("greeting", "every"), [(b"", 0.0), (b"220", 0.2), (b"", 0.2)])
def test_a_server_that_hangs_is_given_up(greeting: bytes, every: float) -> None:
    with silent_server(greeting, every) as port:
        began = time.monotonic()
        with pytest.raises(MailError) as caught:
            send(replace(PLAIN, port=port, seconds=1.5))
        assert time.monotonic() - began < 6
    assert caught.value.code in ("mail-timeout", "mail-unreachable")
    assert not isinstance(caught.value, MailRefused)


def test_one_that_hangs_once_a_slow_connection_is_there_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The time may be over before there is anything to cut."""
    connect = smtplib.SMTP._get_socket

    def slowly(self: smtplib.SMTP, *where: Any) -> socket.socket:
        time.sleep(1)
        return connect(self, *where)

    monkeypatch.setattr(smtplib.SMTP, "_get_socket", slowly)
    with silent_server(b"220", 0.2) as port:
        began = time.monotonic()
        with pytest.raises(MailError):
            send(replace(PLAIN, port=port, seconds=0.5))
        assert time.monotonic() - began < 10


def test_losing_the_server_after_the_message_is_no_failure() -> None:
    class Rude(Sink):
        async def handle_QUIT(self, server: object, *_: object) -> str:  # noqa: N802
            server.transport.abort()  # type: ignore[attr-defined]
            return "221 never heard"

    from aiosmtpd.controller import Controller

    sink = Rude()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    controller = Controller(sink, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        send(replace(PLAIN, port=port))
    finally:
        controller.stop()
    assert len(sink.got) == 1


def test_the_addresses_domain_of_the_message_id() -> None:
    with mail_sink() as sink:
        send(replace(PLAIN, port=sink.port))
    assert re.fullmatch(r"<[0-9a-f]+@town\.example>", sink.got[0]["Message-ID"])
