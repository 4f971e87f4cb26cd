"""A mail server on loopback for the demonstration: it keeps each message as a file, and tells.

The nodes send to it as they would to a school's own server. Nothing leaves this machine.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

from demo.processes import LOOPBACK

_LINK = re.compile(r"https?://\S+")


@dataclass(frozen=True, slots=True)
class Message:
    """A message that arrived."""

    to: str
    subject: str
    text: str
    file: Path

    @property
    def link(self) -> str:
        """The first link in it, or nothing."""
        found = _LINK.search(self.text)
        return found[0] if found else ""


class Mails:
    """What arrived so far."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._got: list[Message] = []
        self.port = 0
        self.tell: Callable[[Message], None] | None = None

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802
        """Keep one message (called by aiosmtpd)."""
        content = envelope.content
        raw = content if isinstance(content, bytes) else (content or "").encode()
        mail = message_from_bytes(raw, policy=default)
        text = mail.get_content().replace("\r\n", "\n")
        with self._lock:
            file = self._folder / f"{len(self._got) + 1:04d}.txt"
            head = f"To: {mail['To']}\nSubject: {mail['Subject']}\n\n"
            file.write_text(head + text, "utf-8")
            made = Message(str(mail["To"]), str(mail["Subject"]), text, file)
            self._got.append(made)
        if self.tell is not None:
            self.tell(made)
        return "250 Kept"

    def all(self) -> list[Message]:
        """Return what arrived, oldest first."""
        with self._lock:
            return list(self._got)


@contextmanager
def post_office(folder: Path, port: int) -> Iterator[Mails]:
    """Run the mail server while inside."""
    folder.mkdir(parents=True, exist_ok=True)
    mails = Mails(folder)
    controller = Controller(mails, hostname=LOOPBACK, port=port)
    controller.start()
    mails.port = port
    try:
        yield mails
    finally:
        controller.stop()
