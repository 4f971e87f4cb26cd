"""The mail server that the settings name."""

from __future__ import annotations

from typing import Literal, cast

from exchange.errors import SettingsError
from exchange.ports import Clock
from exchange.ports.mail import Mailer
from exchange.settings import Home, Settings

_LONGEST_PASSWORD = 4096


def mailer_of(home: Home, settings: Settings, clock: Clock) -> Mailer | None:
    """Return what sends our mail, or None where the settings name no server.

    :raises SettingsError: ``setting-invalid``: it has no sender, or its password is not readable.
    """
    if not settings.mail_host:
        return None
    if not settings.mail_from:
        raise SettingsError("setting-invalid", "/mail_from", "Say which address mail comes from.")
    from adapters.mailer import MailServer, SmtpMailer  # here: many nodes send no mail

    return SmtpMailer(
        MailServer(
            host=settings.mail_host,
            port=settings.mail_port,
            tls=cast(Literal["starttls", "tls", "none"], settings.mail_tls),
            sender=settings.mail_from,
            user=settings.mail_user,
            password=_password(home, settings),
            ca_file=home.root / settings.mail_ca_file if settings.mail_ca_file else None,
        ),
        clock,
    )


def _password(home: Home, settings: Settings) -> str:
    if not settings.mail_password_file:
        return ""
    try:
        with (home.root / settings.mail_password_file).open(encoding="utf-8") as lines:
            return lines.readline(_LONGEST_PASSWORD).rstrip("\r\n")
    except (OSError, UnicodeDecodeError):
        raise SettingsError(
            "setting-invalid", "/mail_password_file", "It cannot be read by this service."
        ) from None
