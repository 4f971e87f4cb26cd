"""Plain text (UTF-8) and RTF.

``rtf-embedded-files``   carries other files (OLE objects)
``rtf-external-link``    fetches a template or a field from elsewhere
``office-comments``, ``office-tracked-changes``   as in office documents
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO

from exchange.errors import FormatError
from exchange.ports import Inspection

RTF_MAGIC = b"{\\rtf"

_CHUNK = 256 * 1024
_PDF = b"%PDF-"  # with something before it, which readers forgive and scanners miss
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# Control characters that no text editor writes; tab, line ends and form feed it does.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
# What a browser or a shell would take for more than text if it were renamed or sniffed.
_MARKUP = re.compile(r"\s*<(?:\?xml|!doctype|html|head|body|script|svg|iframe)\b", re.IGNORECASE)
_RTF_OBJECT = re.compile(rb"\\obj(?:data|ocx|emb|link|autlink|update)", re.IGNORECASE)
_RTF_LINK = re.compile(
    rb"\\\*\s*\\template|INCLUDE(?:PICTURE|TEXT)|DDEAUTO|\\objlink", re.IGNORECASE
)
# A field's name may be written in pieces: in groups, with formats between them, or in hexadecimal.
_RTF_FIELD = re.compile(rb"\\fldinst(?![a-z])", re.IGNORECASE)
_RTF_HEX = re.compile(rb"\\'([0-9a-fA-F]{2})")
_RTF_WORDS = re.compile(rb"\\[a-zA-Z]+-?[0-9]* ?|\\\*|[{}\r\n]")
_RTF_FETCHES = re.compile(
    rb"(?i)\s*\"?\s*(?:DDE(?:AUTO)?|LINK|DATABASE|INCLUDE(?:PICTURE|TEXT)?|IMPORT|RD)\b"
)
_FIELD = 2048
_RTF_REMARK = re.compile(rb"\\annotation(?![a-zA-Z])")
_RTF_CHANGE = re.compile(rb"\\(?:revised|deleted)(?![a-zA-Z])")
_IN_RTF = (
    (_RTF_OBJECT, "rtf-embedded-files"),
    (_RTF_LINK, "rtf-external-link"),
    (_RTF_REMARK, "office-comments"),
    (_RTF_CHANGE, "office-tracked-changes"),
)


def inspect_text(source: BinaryIO) -> Inspection:
    """Return that it is plain text.

    :raises FormatError: ``text-not-utf8``; ``document-type-unsupported``: no text at all.
    """
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    first = True
    for chunk in _chunks(source):
        if first and _PDF in chunk[:1024]:
            raise _unsupported()
        if first and chunk.startswith(_UTF16):
            raise _not_utf8()
        try:
            text = decoder.decode(chunk)
        except UnicodeDecodeError:
            raise _unsupported() if b"\0" in chunk else _not_utf8() from None
        if _CONTROL.search(text) or (first and _MARKUP.match(text)):
            raise _unsupported()
        first = False
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise _not_utf8() from None
    return Inspection("text/plain")


def inspect_rtf(source: BinaryIO) -> Inspection:
    """Return what hides in a rich text file.

    :raises FormatError: ``rtf-invalid``: it is cut off, or holds bytes that RTF does not.
    """
    found: set[str] = set()
    before = b""
    for chunk in _chunks(source):
        if b"\0" in chunk.rstrip(b"\0\r\n "):
            raise _invalid_rtf()
        seen = before + chunk
        found |= {code for pattern, code in _IN_RTF if pattern.search(seen)}
        if any(map(_is_fetched, _RTF_FIELD.finditer(seen))):
            found.add("rtf-external-link")
        before = seen[-_FIELD:]
    if not before.rstrip(b"\0\r\n \t").endswith(b"}"):
        raise _invalid_rtf()
    return Inspection("application/rtf", tuple(sorted(found)))


def _is_fetched(field: re.Match[bytes]) -> bool:
    """Return whether a field asks another program, or fetches something, read as Word joins it."""
    said = field.string[field.end() : field.end() + _FIELD]
    said = _RTF_HEX.sub(lambda one: bytes.fromhex(one[1].decode("ascii")), said)
    return _RTF_FETCHES.match(_RTF_WORDS.sub(b"", said)) is not None


def _chunks(source: BinaryIO) -> Iterator[bytes]:
    source.seek(0)
    while chunk := source.read(_CHUNK):
        yield chunk


def _not_utf8() -> FormatError:
    hint = "Save the text with the encoding UTF-8, or as a PDF."
    return FormatError("text-not-utf8", "/document", hint)


def _unsupported() -> FormatError:
    hint = "Attach PDF, DOCX, XLSX, PPTX, ODT, RTF, JPEG, PNG or plain text."
    return FormatError("document-type-unsupported", "/document", hint)


def _invalid_rtf() -> FormatError:
    return FormatError("rtf-invalid", "/document", "Open it, and save it as DOCX or PDF.")
