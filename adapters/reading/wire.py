"""What goes through the pipe between a worker and its reading process."""

from __future__ import annotations

import json
import struct
from typing import Final

from exchange.ports.texts import UNREAD, ReadText

REQUEST: Final = struct.Struct("!BQ")
"""Which of :data:`KINDS`, and how many bytes follow."""
ANSWER: Final = struct.Struct("!L")
"""How many bytes of JSON follow."""

_OOXML = "application/vnd.openxmlformats-officedocument."
KINDS: Final = (
    "application/pdf",
    f"{_OOXML}wordprocessingml.document",
    f"{_OOXML}spreadsheetml.sheet",
    f"{_OOXML}presentationml.presentation",
    "application/vnd.oasis.opendocument.text",
    "application/rtf",
    "text/plain",
)
"""What can be read; pictures cannot."""


def encoded(read: ReadText) -> bytes:
    """Return an answer; what is no character, as broken PDFs give it, becomes a question mark."""
    value = [_sound(read.text), read.whole, _sound(read.title), _sound(read.author)]
    return json.dumps(value, ensure_ascii=False).encode("utf-8")


def decoded(answer: bytes) -> ReadText:
    """Return what :func:`encoded` wrote."""
    try:
        text, whole, title, author = json.loads(answer)
        return ReadText(str(text), whole is True, str(title), str(author))
    except (ValueError, TypeError):
        return UNREAD


def _sound(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", " ")
