"""Says what a document really is: a short list of kinds, told by their first bytes, then parsed.

The name of a file and what a sender says about it count for nothing here. Everything that is not
on the list is refused, executable or not, with a hint how to save it as something that is.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

from adapters.inspection import pictures, polyglot, text
from adapters.inspection.magic import PDF, ZIP
from exchange.errors import FormatError
from exchange.ports import Inspection, Limits

_HEAD = 16
_CHUNK = 1024 * 1024
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")  # MS-OFFCRYPTO 1.3.2
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def _pdf(source: BinaryIO) -> Inspection:
    from adapters.inspection import pdf  # here: it is large, and most processes look at none

    pdf.set_limits()
    return pdf.inspect(source)


def _office(source: BinaryIO) -> Inspection:
    from adapters.inspection import office

    return office.inspect(source)


KINDS: Mapping[bytes, Callable[[BinaryIO], Inspection]] = MappingProxyType(
    {
        PDF: _pdf,
        ZIP: _office,
        pictures.JPEG_MAGIC: pictures.inspect_jpeg,
        pictures.PNG_MAGIC: pictures.inspect_png,
        text.RTF_MAGIC: text.inspect_rtf,
    }
)
"""First bytes -> what looks closer. Plain text has none: it is what all else is not."""


class ContentInspector:
    """exchange.ports.Inspector over the kinds of this room; what a kind needs is loaded with it."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()

    def inspect(self, source: Path | BinaryIO) -> Inspection:
        """Return what the document is and what a person should know of it, in codes.

        :param source: a file's path, or a seekable stream (then nothing need lie on a disk).
        :raises FormatError: ``document-missing``, ``document-empty``, ``document-too-large``,
            ``document-type-unsupported``; ``pdf-invalid``, ``pdf-too-complex``,
            ``office-invalid``, ``office-too-large``, ``office-password``, ``image-invalid``,
            ``text-not-utf8``, ``rtf-invalid``.
        """
        if not isinstance(source, Path):
            return self._inspect(source)
        with _opened(source) as file:
            return self._inspect(file)

    def _inspect(self, source: BinaryIO) -> Inspection:
        self._check_size(source.seek(0, os.SEEK_END))
        source.seek(0)
        head = source.read(_HEAD)
        source.seek(0)
        for magic, look in KINDS.items():
            if head.startswith(magic):
                return _with_polyglot(look(source), source)
        if head.startswith(_OLE):
            raise _old_office(source)
        return text.inspect_text(source)

    def _check_size(self, size: int) -> None:
        if size == 0:
            hint = "The file has no contents. Look for the right one."
            raise FormatError("document-empty", "/document", hint)
        if size > self._limits.document_bytes:
            hint = "Save it with smaller pictures, or split it."
            raise FormatError("document-too-large", "/document", hint)


def _with_polyglot(seen: Inspection, source: BinaryIO) -> Inspection:
    if not polyglot.is_polyglot(source):
        return seen
    return Inspection(seen.media_type, tuple(sorted({*seen.warnings, polyglot.CODE})))


def _old_office(source: BinaryIO) -> FormatError:
    """Return the refusal; a document of today with a password has the form of an old one."""
    before = b""
    while chunk := source.read(_CHUNK):
        if _ENCRYPTED in before + chunk:
            hint = "Open it with its password, save it without one, and attach that."
            return FormatError("office-password", "/document", hint)
        before = chunk[-len(_ENCRYPTED) :]
    hint = "Save it as DOCX, XLSX or PPTX, or as a PDF."
    return FormatError("document-type-unsupported", "/document", hint)


def _opened(path: Path) -> BinaryIO:
    try:
        # Non-blocking, so that a pipe cannot hold us.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        raise _missing() from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise _missing()
    return os.fdopen(descriptor, "rb")


def _missing() -> FormatError:
    return FormatError("document-missing", "/document", "Check where the file lies.")
