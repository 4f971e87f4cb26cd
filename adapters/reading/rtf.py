"""The text of a rich text file (RTF 1.9.1): what is shown, without fonts, colours, pictures."""

from __future__ import annotations

import re
from collections.abc import Iterator

from adapters.reading.collected import Collected

_TOKEN = re.compile(
    r"\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-f]{2})|\\([^a-z])|([{}])|[\r\n]+|([^\\{}\r\n]+)",
    re.IGNORECASE,
)
_HIDDEN = frozenset(
    {"fonttbl", "colortbl", "stylesheet", "pict", "objdata", "themedata", "colorschememapping"}
    | {"datastore", "latentstyles", "listtable", "listoverridetable", "rsidtbl", "generator"}
    | {"xmlnstbl", "filetbl", "revtbl", "blipuid"}
)
_BREAKS = {"par": "\n", "line": "\n", "sect": "\n", "page": "\n", "row": "\n", "cell": "\t"} | {
    "tab": "\t",
    "emdash": "\u2014",
    "endash": "\u2013",
    "lquote": "\u2018",
    "rquote": "\u2019",
    "ldblquote": "\u201c",
    "rdblquote": "\u201d",
    "bullet": "\u2022",
}


def read(content: bytes, into: Collected) -> None:
    """Collect the text of a rich text file."""
    for paragraph in "".join(_shown(content.decode("latin-1"))).split("\n"):
        into.add(paragraph)
        if into.full:
            return
    if b"\\pict" in content and into.is_short:
        into.whole = False


def _shown(text: str) -> Iterator[str]:
    reading = _Reading()
    for found in _TOKEN.finditer(text):
        yield reading.take(found)


class _Reading:
    """Which group is open, and what a program that knows no Unicode would show (``skip``)."""

    def __init__(self) -> None:
        self._outer: list[tuple[bool, int]] = []
        self._hidden = False
        self._after_unicode = 1
        self._skip = 0

    def take(self, found: re.Match[str]) -> str:
        """Return what a token shows."""
        word, number, byte, symbol, brace, plain = found.groups()
        if brace == "{":
            self._outer.append((self._hidden, self._after_unicode))
        elif brace == "}":
            self._hidden, self._after_unicode = self._outer.pop() if self._outer else (False, 1)
        elif word is not None:
            return self._word(word, None if number is None else int(number))
        elif not self._hidden:
            return self._text(byte, symbol, plain)
        return ""

    def _word(self, word: str, number: int | None) -> str:
        if word == "uc" and number is not None:
            self._after_unicode = min(number, 4)
        self._hidden = self._hidden or word in _HIDDEN
        if self._hidden:
            return ""
        if word == "u" and number is not None:
            self._skip = self._after_unicode
            return _character(number)
        return _BREAKS.get(word, "")

    def _text(self, byte: str | None, symbol: str | None, plain: str | None) -> str:
        if not self._skip or symbol:
            return _symbol(byte, symbol, plain)
        size = len(plain) if plain else 1
        rest = plain[self._skip :] if plain else ""
        self._skip = max(0, self._skip - size)
        return rest


def _symbol(byte: str | None, symbol: str | None, plain: str | None) -> str:
    if byte:
        return bytes.fromhex(byte).decode("cp1252", "replace")
    if symbol:
        return {"~": "\u00a0", "_": "-", "\n": "\n", "\r": "\n"}.get(
            symbol, symbol if symbol in "\\{}" else ""
        )
    return plain or ""


def _character(number: int) -> str:
    number &= 0xFFFF
    return "" if 0xD800 <= number <= 0xDFFF else chr(number)
