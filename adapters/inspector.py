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

from adapters.inspection import office, pdf, pictures, text
from exchange.errors import FormatError
from exchange.ports import Inspection, Limits

_HEAD = 16
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

KINDS: Mapping[bytes, Callable[[Path], Inspection]] = MappingProxyType(
    {
        pdf.MAGIC: pdf.inspect,
        office.MAGIC: office.inspect,
        pictures.JPEG_MAGIC: pictures.inspect_jpeg,
        pictures.PNG_MAGIC: pictures.inspect_png,
        text.RTF_MAGIC: text.inspect_rtf,
    }
)
"""First bytes -> what looks closer. Plain text has none: it is what all else is not."""


class ContentInspector:
    """exchange.ports.Inspector over the kinds of this room.

    Make it once, before any thread: it sets qpdf's limits, which are the whole process's.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        pdf.set_limits()

    def inspect(self, path: Path) -> Inspection:
        """Return what the file is and what a person should know of it, in codes.

        :raises FormatError: ``document-missing``, ``document-empty``, ``document-too-large``,
            ``document-type-unsupported``; ``pdf-invalid``, ``pdf-too-complex``,
            ``office-invalid``, ``office-too-large``, ``image-invalid``, ``text-not-utf8``,
            ``rtf-invalid``.
        """
        head = self._head(path)
        for magic, look in KINDS.items():
            if head.startswith(magic):
                return look(path)
        if head.startswith(_OLE):
            hint = "Save it as DOCX, XLSX or PPTX without a password, or as a PDF."
            raise FormatError("document-type-unsupported", "/document", hint)
        return text.inspect_text(path)

    def _head(self, path: Path) -> bytes:
        try:
            # Non-blocking, so that a pipe cannot hold us.
            descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError:
            raise _missing() from None
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            os.close(descriptor)
            raise _missing()
        with os.fdopen(descriptor, "rb") as file:
            if status.st_size == 0:
                hint = "The file has no contents. Look for the right one."
                raise FormatError("document-empty", "/document", hint)
            if status.st_size > self._limits.document_bytes:
                hint = "Save it with smaller pictures, or split it."
                raise FormatError("document-too-large", "/document", hint)
            return file.read(_HEAD)


def _missing() -> FormatError:
    return FormatError("document-missing", "/document", "Check where the file lies.")
