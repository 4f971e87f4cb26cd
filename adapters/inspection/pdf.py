"""PDF: ``%PDF-`` in its first bytes, then parsed whole; what runs or hides in it is named.

``pdf-encrypted``          encrypted, but opens without a password
``pdf-password``           opens with a password only, so that nobody could look inside
``pdf-javascript``         contains JavaScript
``pdf-launch``             starts a program or opens another file
``pdf-automatic-action``   fetches a page or sends a form when it is opened or turned
``pdf-embedded-files``     carries other files
``pdf-rich-media``         carries film, sound, Flash or 3D
``pdf-xfa``                an XFA form, which most readers cannot show
``pdf-damaged``            broken, and repaired while it was read
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

import pikepdf
from pikepdf import settings

from adapters.inspection import pdf_objects
from exchange.errors import FormatError
from exchange.ports import Inspection

MAGIC = b"%PDF-"
MEDIA_TYPE = "application/pdf"
_STREAM_LIMIT = 64 * 1024 * 1024

_ACTIONS = {
    "/JavaScript": "pdf-javascript",
    "/Rendition": "pdf-rich-media",
    "/Launch": "pdf-launch",
    "/GoToE": "pdf-launch",
    "/ImportData": "pdf-launch",
    "/Movie": "pdf-rich-media",
    "/Sound": "pdf-rich-media",
}
_KEYS = {
    "/JS": "pdf-javascript",
    "/JavaScript": "pdf-javascript",
    "/EmbeddedFiles": "pdf-embedded-files",
    "/EF": "pdf-embedded-files",
    "/XFA": "pdf-xfa",
    "/RichMediaContent": "pdf-rich-media",
    "/3DD": "pdf-rich-media",
}
_FETCHING = frozenset({"/URI", "/SubmitForm", "/GoToR"})
# Names as qpdf writes them, escapes undone; only objects that show one are walked through.
_SUSPECT = re.compile(
    rb"/(?:JS|JavaScript|Rendition|Launch|GoToE|ImportData|Movie|Sound|EmbeddedFiles|EF|XFA"
    rb"|RichMediaContent|3DD|OpenAction|AA)(?![A-Za-z0-9])"
)


def set_limits() -> None:
    """Bound what qpdf unpacks. The limits are the whole process's: call before any thread."""
    settings.set_qpdf_limits(
        doc_max_warnings=1000,
        flate_max_memory=_STREAM_LIMIT,
        png_max_memory=_STREAM_LIMIT,
        run_length_max_memory=_STREAM_LIMIT,
        tiff_max_memory=_STREAM_LIMIT,
        dct_max_memory=_STREAM_LIMIT,
    )


def inspect(source: BinaryIO) -> Inspection:
    """Return what is in a PDF; a file is read by memory map: one of 500 MB stays on the disk.

    :raises FormatError: ``pdf-invalid``; ``pdf-too-complex``: it would take too much memory.
    """
    exceeded = settings.qpdf_limit_errors()
    try:
        with pikepdf.open(source, suppress_warnings=True) as pdf:
            warnings = _warnings(pdf)
    except pikepdf.PasswordError:
        return Inspection(MEDIA_TYPE, ("pdf-password",))
    except (pikepdf.PdfError, ValueError, TypeError, RuntimeError, RecursionError, KeyError):
        raise _refusal(exceeded) from None
    if settings.qpdf_limit_errors() != exceeded:
        raise _refusal(exceeded)
    return Inspection(MEDIA_TYPE, tuple(sorted(warnings)))


def _refusal(exceeded: int) -> FormatError:
    if settings.qpdf_limit_errors() != exceeded:
        return too_complex()
    hint = "The file is broken or no PDF. Open it, print it to a new PDF, and attach that."
    return FormatError("pdf-invalid", "/document", hint)


def too_complex() -> FormatError:
    """Return the refusal of a PDF that would take too much memory."""
    hint = "Print the document to a new PDF, and attach that."
    return FormatError("pdf-too-complex", "/document", hint)


def _warnings(pdf: pikepdf.Pdf) -> set[str]:
    found = {"pdf-encrypted"} if pdf.is_encrypted else set()
    if len(pdf.pages) == 0:
        raise ValueError("no page")
    if len(pdf.objects) > pdf_objects.MOST_OBJECTS:
        raise too_complex()
    for one in pdf_objects.indirect(pdf):
        if _SUSPECT.search(one.unparse(resolved=True)):
            found |= {code for inner in pdf_objects.within(one) for code in _named_here(inner)}
    complaints = pdf.get_warnings()
    # What a limit cut off was not looked into, and qpdf goes on without it.
    if any("limit exceeded" in str(one) for one in complaints):
        raise too_complex()
    if complaints:
        found.add("pdf-damaged")
    return found


def _named_here(one: pikepdf.Object) -> Iterator[str]:
    if not isinstance(one, pikepdf.Dictionary):
        return
    for key, code in _KEYS.items():
        if key in one:
            yield code
    if any(_fetches(action) for action in _automatic(one)):
        yield "pdf-automatic-action"
    for key in ("/S", "/Subtype"):
        value = one.get(key)
        if isinstance(value, pikepdf.Name) and str(value) in _ACTIONS:
            yield _ACTIONS[str(value)]


def _automatic(one: pikepdf.Dictionary) -> Iterator[object]:
    """Yield the actions that nobody clicks for (ISO 32000-1, 12.6.3)."""
    yield one.get("/OpenAction")
    more = one.get("/AA")
    if isinstance(more, pikepdf.Dictionary):
        yield from (more.get(key) for key in more.keys())  # noqa: SIM118 (no iterator there)


def _fetches(action: object) -> bool:
    return isinstance(action, pikepdf.Dictionary) and str(action.get("/S")) in _FETCHING
