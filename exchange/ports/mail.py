"""Mail that leaves: plain text, to one address: what happened and where, never about whom."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Mail:
    """One message.

    :param mail_id: random; the same at each try, so that a server can tell a repeated message.
    :param to: one address.
    """

    mail_id: str
    to: str = field(repr=False)
    subject: str = field(repr=False)
    body: str = field(repr=False)


class Mailer(Protocol):
    """Hands messages to a mail server."""

    def send(self, mail: Mail) -> None:
        """Return once the server has taken the message.

        :raises exchange.errors.MailRefused: it will never be taken (``mail-address-invalid``,
            ``mail-address-refused``, ``mail-text-invalid``, ``mail-refused``).
        :raises exchange.errors.MailError: not now (``mail-unreachable``, ``mail-timeout``,
            ``mail-busy``, ``mail-tls-missing``, ``mail-tls-failed``, ``mail-login-failed``).
        """

    def check(self) -> None:
        """Return once the server has let us in; send nothing.

        :raises exchange.errors.MailError: as :meth:`send`.
        """
