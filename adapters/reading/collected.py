"""Text as it is collected: up to a limit, and whether anything is missing."""

from __future__ import annotations

from exchange.ports.texts import MOST_CHARACTERS, ReadText

_FEW_LETTERS = 40


class Collected:
    """What was read so far.

    :ivar whole: set to False by whoever finds something that cannot be read.
    """

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._left = MOST_CHARACTERS
        self.whole = True
        self.title = ""
        self.author = ""

    @property
    def full(self) -> bool:
        """Whether no more is taken."""
        return self._left <= 0

    @property
    def is_short(self) -> bool:
        """Whether there is hardly a text, as where a scan was pasted into a document."""
        return sum(map(str.isalpha, "".join(self._parts)[:1000])) < _FEW_LETTERS

    def add(self, text: str) -> None:
        """Take a paragraph."""
        if not text.strip():
            return
        if len(text) > self._left:
            self.whole = False
        self._parts.append(text[: max(0, self._left)])
        self._left -= len(text) + 1

    def read(self) -> ReadText:
        """Return it all."""
        return ReadText("\n".join(self._parts), self.whole, self.title, self.author)
