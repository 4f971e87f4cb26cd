"""What a document says, as far as it is text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO, Protocol

MOST_CHARACTERS = 400_000
"""As much of one document's text as is read; more is cut off, and the text is not whole."""


@dataclass(frozen=True, slots=True, repr=False)
class ReadText:
    """The text of a document, remarks, form fields and properties included.

    :param whole: False where some of it could not be read: a picture, a scan, a password, too
        long, too slow.
    :param title: as its properties say; what its writer's program put there is often nonsense.
    :param author: likewise.
    """

    text: str = ""
    whole: bool = False
    title: str = ""
    author: str = ""


UNREAD = ReadText()
"""Nothing of it could be read."""


class TextReader(Protocol):
    """Reads the text of documents, in memory alone."""

    def read(self, source: BinaryIO, media_type: str) -> ReadText:
        """Return what a document says; it raises nothing: what cannot be read is not whole.

        :param source: seekable; read from its beginning.
        """
