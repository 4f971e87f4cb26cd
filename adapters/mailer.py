"""Mail by SMTP (RFC 5321), encrypted on the way to the server or not sent at all.

STARTTLS (RFC 3207) or TLS from the first byte (RFC 8314) is demanded, with the server's name
checked; plain SMTP is spoken to this very machine alone. A message is plain text; its headers are
built from checked parts, so that no address or subject can add one. What a server answers is
never repeated in an error: it may quote the address.
"""

from __future__ import annotations

import ipaddress
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime
from pathlib import Path
from typing import Final, Literal

from exchange.errors import MailError, MailRefused
from exchange.ports import Clock
from exchange.ports.mail import Mail
from schemas.mail import is_mail_address

_LOOK_AGAIN_SECONDS: Final = 0.1
_STEP_SECONDS: Final = 20.0
_WHOLE_SECONDS: Final = 60.0
_LONGEST_SUBJECT: Final = 150
_LONGEST_BODY: Final = 20_000
_LONGEST_LINE: Final = 900
_PERMANENT: Final = range(500, 600)
_HOSTNAME: Final = "localhost"
_READY: Final = 220


@dataclass(frozen=True, slots=True)
class MailServer:
    """The server that takes our messages.

    :param tls: ``none`` is for this very machine alone.
    :param sender: the address that messages come from.
    :param ca_file: certificates to trust besides those of the machine.
    :param seconds: for one whole message, however slowly the server answers.
    """

    host: str
    port: int
    tls: Literal["starttls", "tls", "none"]
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)
    ca_file: Path | None = None
    seconds: float = _WHOLE_SECONDS


class SmtpMailer:
    """exchange.ports.mail.Mailer by SMTP; one connection for each message."""

    def __init__(self, server: MailServer, clock: Clock) -> None:
        self._server = server
        self._clock = clock

    def send(self, mail: Mail) -> None:
        """Hand a message to the server (exchange.ports.mail.Mailer.send).

        :raises MailRefused: for good.
        :raises MailError: not now.
        """
        content = self._message(mail)
        with _typed(), self._connected() as smtp:
            smtp.sendmail(self._server.sender, [mail.to], content)

    def check(self) -> None:
        """Go as far as signing in at the server, and send nothing.

        :raises MailError: as :meth:`send`.
        """
        with _typed(), self._connected():
            pass

    def _message(self, mail: Mail) -> bytes:
        if not is_mail_address(mail.to):
            raise MailRefused("mail-address-invalid", "/to")
        if not _is_plain(mail.subject, _LONGEST_SUBJECT, breaks=""):
            raise MailRefused("mail-text-invalid", "/subject")
        if not _is_plain(mail.body, _LONGEST_BODY, breaks="\n"):
            raise MailRefused("mail-text-invalid", "/body")
        domain = self._server.sender.rpartition("@")[2]
        message = EmailMessage(policy=SMTP_POLICY)
        message["From"] = self._server.sender
        message["To"] = mail.to
        message["Subject"] = mail.subject
        message["Date"] = format_datetime(self._clock.now())
        message["Message-ID"] = f"<{mail.mail_id}@{domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"
        plain = mail.body.isascii() and max(map(len, mail.body.split("\n"))) < _LONGEST_LINE
        message.set_content(mail.body, cte="7bit" if plain else "quoted-printable")
        return message.as_bytes()

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        smtp = self._made()
        # A server that trickles its answers restarts the time of each step, but not this one.
        over = threading.Event()
        clock = (smtp, over, self._server.seconds)
        threading.Thread(target=_cut_when_late, args=clock, daemon=True).start()
        try:
            smtp.connect(self._server.host, self._server.port)
            self._greet(smtp)
            yield smtp
            with suppress(smtplib.SMTPException, OSError):  # it has the message: no failure now
                smtp.quit()
        finally:
            over.set()
            smtp.close()

    def _made(self) -> smtplib.SMTP:
        """Return a client that is not yet connected."""
        step = min(_STEP_SECONDS, self._server.seconds)
        if self._server.tls == "tls":
            context = self._context()
            made: smtplib.SMTP = smtplib.SMTP_SSL(
                local_hostname=_HOSTNAME, timeout=step, context=context
            )
        else:
            made = smtplib.SMTP(local_hostname=_HOSTNAME, timeout=step)
        # smtplib checks the certificate against this, and sets it only when it connects at once.
        made._host = self._server.host  # type: ignore[attr-defined]
        return made

    def _greet(self, smtp: smtplib.SMTP) -> None:
        server = self._server
        smtp.ehlo_or_helo_if_needed()
        if server.tls == "starttls":
            if not smtp.has_extn("starttls"):
                raise MailError("mail-tls-missing", "/mail_tls", "The server offers no STARTTLS.")
            code, _ = smtp.starttls(context=self._context())
            if code != _READY:
                raise MailError("mail-tls-missing", "/mail_tls")
            smtp.ehlo()
        elif server.tls == "none" and not _is_here(smtp):
            raise MailError("mail-tls-missing", "/mail_tls", "Plain mail stays on this machine.")
        if server.user:
            smtp.login(server.user, server.password)

    def _context(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self._server.ca_file is not None:
            context.load_verify_locations(self._server.ca_file)
        return context


def _is_plain(text: str, longest: int, *, breaks: str) -> bool:
    shown = all(one.isprintable() or one in breaks for one in text)
    return 0 < len(text) <= longest and shown and bool(text.strip())


def _is_here(smtp: smtplib.SMTP) -> bool:
    """Say whether the other end is this machine, whatever its name resolved to."""
    peer = smtp.sock.getpeername() if smtp.sock is not None else ("0.0.0.0",)  # noqa: S104
    return ipaddress.ip_address(peer[0].partition("%")[0]).is_loopback


def _cut_when_late(smtp: smtplib.SMTP, over: threading.Event, seconds: float) -> None:
    """Cut a connection that is not over in time; one that is only being made, once it is there."""
    if over.wait(seconds):
        return
    while smtp.sock is None:
        if over.wait(_LOOK_AGAIN_SECONDS):
            return
    with suppress(OSError, ValueError, AttributeError, TypeError):  # closed meanwhile
        # Unwrapped first: shutdown of a TLS socket would wait for the other side.
        socket.socket.shutdown(smtp.sock, socket.SHUT_RDWR)


@contextmanager
def _typed() -> Iterator[None]:
    """Turn what smtplib raises into our errors, without any of its text."""
    try:
        yield
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        raise _of(codes[0] if codes else 0, "mail-address-refused", "/to") from None
    except smtplib.SMTPAuthenticationError:
        raise MailError("mail-login-failed", "/mail_user") from None
    except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
        raise _of(error.smtp_code, "mail-refused", "/mail_from") from None
    except ssl.SSLError:
        raise MailError("mail-tls-failed", "/mail_host") from None
    except TimeoutError:
        raise MailError("mail-timeout", "/mail_host") from None
    except smtplib.SMTPNotSupportedError:
        raise MailError("mail-login-failed", "/mail_user") from None
    except (smtplib.SMTPException, OSError):
        raise MailError("mail-unreachable", "/mail_host") from None


def _of(code: int, final: str, path: str) -> MailError:
    if code in _PERMANENT:
        return MailRefused(final, path)
    return MailError("mail-busy", path)
