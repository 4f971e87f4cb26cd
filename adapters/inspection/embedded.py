"""The files that a document carries: in a PDF, in an office container, in RTF; and in these again.

Taken out one by one, in memory, up to limits: what goes beyond them is said to be too much, and
nobody may call the document clean. Markup is left where it is: a scanner unpacks containers too.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

import pikepdf
from pikepdf import settings

from adapters.inspection import office, pdf, pdf_objects, text
from exchange.errors import FormatError

MOST_FILES = 1000
MOST_BYTES = 512 * 1024 * 1024
LARGEST = 64 * 1024 * 1024
DEEPEST = 4

_HEAD = 1024  # PDF readers look so far for the beginning
_CARRIES = re.compile(rb"/EF(?![A-Za-z0-9])|/EmbeddedFile(?![A-Za-z0-9])")
_OBJECT_DATA = re.compile(rb"\\objdata(?![a-zA-Z])([0-9A-Fa-f\s]+)")
_GENERAL = frozenset(
    f"/{name}"
    for name in (
        *("FlateDecode", "LZWDecode", "ASCII85Decode", "ASCIIHexDecode", "RunLengthDecode"),
        *("Fl", "LZW", "A85", "AHx", "RL", "Crypt"),
    )
)
"""Filters for any data (ISO 32000-1, 7.4); the others are for pictures."""
_MANIFEST = "META-INF/manifest.xml"


class TooMuch(Exception):
    """More, larger or deeper than is taken out, or it cannot be taken out."""


class EmbeddedFiles:
    """The files inside one document, and whether a password hides some.

    :param source: seekable.
    :ivar locked: after iterating: whether there was something that only a password opens.
    """

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._files = 0
        self._bytes = 0
        self.locked = False

    def __iter__(self) -> Iterator[bytes]:
        """Yield the contents of each file, those inside files behind the files.

        :raises TooMuch: somewhere on the way.
        """
        exceeded = settings.qpdf_limit_errors()
        try:
            yield from self._inside(self._source, 0)
        except (zipfile.BadZipFile, zlib.error, pikepdf.PdfError, FormatError):
            raise TooMuch from None
        except (ValueError, TypeError, RuntimeError, KeyError, EOFError, struct.error):
            raise TooMuch from None
        if settings.qpdf_limit_errors() != exceeded:
            raise TooMuch

    def _inside(self, source: BinaryIO, depth: int) -> Iterator[bytes]:
        source.seek(0)
        head = source.read(_HEAD)
        source.seek(0)
        if pdf.MAGIC in head:
            files = self._from_pdf(source)
        elif head.startswith(office.MAGIC):
            files = self._from_container(source)
        elif head.startswith(text.RTF_MAGIC):
            files = self._from_rtf(source)
        else:
            return
        for content in files:
            if depth == DEEPEST:
                raise TooMuch
            self._count(content)
            yield content
            yield from self._inside(io.BytesIO(content), depth + 1)

    def _count(self, content: bytes) -> None:
        self._files += 1
        self._bytes += len(content)
        if self._files > MOST_FILES or self._bytes > MOST_BYTES or len(content) > LARGEST:
            raise TooMuch

    def _from_pdf(self, source: BinaryIO) -> Iterator[bytes]:
        try:
            opened = pikepdf.open(source, suppress_warnings=True)
        except pikepdf.PasswordError:
            self.locked = True
            return
        with opened:
            if len(opened.objects) > pdf_objects.MOST_OBJECTS:
                raise TooMuch
            for stream in _carried(opened).values():
                yield _content(stream)

    def _from_container(self, source: BinaryIO) -> Iterator[bytes]:
        office.check_directory(source)
        with zipfile.ZipFile(source) as container:
            entries = container.infolist()
            office.check_entries(entries)
            for entry in entries:
                if entry.flag_bits & 0x1:
                    self.locked = True
                    continue
                with container.open(entry) as member:
                    start = member.read(_HEAD)
                    if entry.filename == _MANIFEST and b":encryption-data" in start + member.read(
                        office.MOST_PART
                    ):
                        self.locked = True
                    if not start or start.lstrip(b"\xef\xbb\xbf\r\n\t ").startswith(b"<"):
                        continue
                    yield start + member.read(LARGEST - _HEAD + 1)

    def _from_rtf(self, source: BinaryIO) -> Iterator[bytes]:
        content = source.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise TooMuch
        for found in _OBJECT_DATA.finditer(content):
            digits = b"".join(found[1].split()).decode("ascii")
            yield bytes.fromhex(digits[: len(digits) // 2 * 2])


def _carried(opened: pikepdf.Pdf) -> dict[tuple[int, int], pikepdf.Stream]:
    """Return the streams of all embedded files, whatever it is that refers to them."""
    found: dict[tuple[int, int], pikepdf.Stream] = {}
    for one in pdf_objects.indirect(opened):
        if not _CARRIES.search(one.unparse(resolved=True)):
            continue
        for inner in pdf_objects.within(one):
            files = inner.get("/EF") if isinstance(inner, pikepdf.Dictionary) else None
            if isinstance(files, pikepdf.Dictionary):
                for key in files.keys():  # noqa: SIM118 (no iterator there)
                    _note(found, files.get(key))
    for stream in opened.objects:
        if isinstance(stream, pikepdf.Stream) and stream.get("/Type") == "/EmbeddedFile":
            _note(found, stream)
    return found


def _note(found: dict[tuple[int, int], pikepdf.Stream], one: object) -> None:
    if isinstance(one, pikepdf.Stream):
        found[one.objgen] = one


def _content(stream: pikepdf.Stream) -> bytes:
    """Return what a reader would save.

    :raises TooMuch: it unpacks to more than the limit, or is broken.
    """
    filters = stream.get("/Filter", pikepdf.Array())
    names = [filters] if isinstance(filters, pikepdf.Name) else list(filters)
    if all(str(name) in _GENERAL for name in names):
        try:
            return stream.read_bytes()
        except pikepdf.PdfError:
            raise TooMuch from None
    # A filter for pictures, or an unknown one: readers save that as it is, too.
    return stream.read_raw_bytes()
