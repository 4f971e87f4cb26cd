"""How the bytes of a text file are read: UTF-8, UTF-16 or Windows-1252, whatever wrote them.

A byte order mark decides; else zeros at every other place, which only UTF-16 has; else UTF-8 if
all of it is UTF-8, which text in another encoding is not by chance; else Windows-1252. What
charset-normalizer thinks of the last case is a hint for a person and decides nothing.
"""

from __future__ import annotations

import codecs
import io
from dataclasses import dataclass
from typing import BinaryIO

from adapters.formats.mis.limits import MOST_BYTES, too_large
from exchange.errors import FormatError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_UTF32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_CHUNK = 256 * 1024
_SAMPLE = 64 * 1024
_WESTERN = frozenset({"cp1252", "latin_1", "iso8859_15", "ascii", "utf_8", "cp1250", "cp1254"})
_UNLIKELY = 32
"""Zeros in the sample that no text of one byte a letter has."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text file, and how it was read."""

    content: str
    encoding: str
    hint: str = ""


def read_text(source: BinaryIO) -> Text:
    """Return the whole text.

    :raises FormatError: ``list-empty``, ``list-too-large``, ``list-encoding``, ``list-not-text``.
    """
    data = source.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise too_large()
    if not data.strip(b"\0 \t\r\n"):
        raise FormatError("list-empty", "/file", "The file has no rows. Export it again.")
    encoding = _encoding(data)
    try:
        content = data.decode(encoding)
    except UnicodeDecodeError:
        hint = "Save it as CSV UTF-8 and choose it again."
        raise FormatError("list-encoding", "/file", hint) from None
    content = content.removeprefix("\ufeff")
    if any(one in content for one in "\0\x01\x02\x03\x04\x05\x06\x07\x08\x0e\x0f"):
        hint = "Choose a CSV file, an Excel workbook (.xlsx) or a common transfer file."
        raise FormatError("list-not-text", "/file", hint)
    hint = _other(data) if encoding == "cp1252" else ""
    return Text(content, encoding, hint)


def read_pasted(text: str) -> Text:
    """Return what was pasted: a browser sends text, not bytes.

    :raises FormatError: as :func:`read_text`.
    """
    return read_text(io.BytesIO(text.encode("utf-8", "replace")))


def _encoding(data: bytes) -> str:
    if data.startswith(_UTF32):
        raise FormatError("list-encoding", "/file", "Save it as CSV UTF-8 and choose it again.")
    for mark, codec in _MARKS:
        if data.startswith(mark):
            return codec
    sample = data[:_SAMPLE]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if max(even, odd) > max(_UNLIKELY, len(sample) // 8) or (
        len(sample) < 4 * _UNLIKELY and max(even, odd) * 3 > len(sample)
    ):
        return "utf-16-le" if odd > even else "utf-16-be"
    return "utf-8" if _is_utf8(data) else "cp1252"


def _is_utf8(data: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    try:
        for at in range(0, len(data), _CHUNK):
            decoder.decode(data[at : at + _CHUNK], at + _CHUNK >= len(data))
    except UnicodeDecodeError:
        return False
    return True


def _other(data: bytes) -> str:
    """Return another encoding that the text might be in, for a person to look at."""
    from charset_normalizer import from_bytes  # slow to load, and seldom wanted

    best = from_bytes(data[:_SAMPLE]).best()
    return "" if best is None or best.encoding in _WESTERN else best.encoding
